package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
	"crm/grammar"
)

func assistLevel() *Level {
	return &Level{Name: "assist", Short: "helpers for common edits",
		Commands: []*Command{
			{Name: "template", Usage: "<primitive> ...", Short: "make a template for primitives", Args: atLeast(1),
				Complete: completions.Each(completions.Primitives), Run: runAssistTemplate,
				Help: `Makes an rsc_template of the agent that the primitives have in common, and lets
them refer to it. They keep their own parameters and operations.`},
			{Name: "weak-bond", Old: []string{"weak_bond"}, Usage: "<primitive> <primitive> ...", Short: "keep primitives together, yet independent",
				Args: atLeast(2), Complete: completions.Each(completions.Primitives), Run: runWeakBond,
				Help: `A plain colocation moves and stops a resource when the one it depends on fails.
Here all are placed with a dummy resource that cannot fail, as a set without
order: they run on one node, and a failure of one leaves the others alone.`},
		}}
}

// runWeakBond colocates resources with a dummy of their own.
func runWeakBond(ctx context.Context, c *Call) error {
	next, err := c.copyForEdit(ctx)
	if err != nil {
		return err
	}
	for i, id := range c.Args {
		e := next.Resource(id)
		switch {
		case e == nil:
			return noResource(next, id)
		case e.Tag != "primitive":
			return c.wrong(Refused, i+1, "is a "+e.Tag, "a primitive")
		case slices.Contains(c.Args[:i], id):
			return c.wrong(Usage, i+1, "is named twice", "each resource once")
		}
	}
	bond, dummy := unusedID(next, "place-constraint"), unusedID(next, "place-dummy")
	text := fmt.Sprintf("primitive %s ocf:heartbeat:Dummy\ncolocation %s inf: ( %s ) %s\n", dummy, bond, strings.Join(c.Args, " "), dummy)
	if _, err := c.applyText(next, text, false); err != nil {
		return err
	}
	c.Info("made the colocation %s and the resource %s", bond, dummy)
	return c.replaceWith(ctx, next)
}

// runAssistTemplate makes a template of the agent of some primitives.
func runAssistTemplate(ctx context.Context, c *Call) error {
	next, err := c.copyForEdit(ctx)
	if err != nil {
		return err
	}
	var list []*etree.Element
	for i, id := range c.Args {
		e := next.Resource(id)
		if e == nil {
			return noResource(next, id)
		}
		if err := alike(c.words[i+1], e, list); err != nil {
			return err
		}
		list = append(list, e)
	}
	first := list[0]
	id := unusedID(next, "template-"+strings.ToLower(attr(first, "type")))
	agent := agentName(first)
	if _, err := c.applyText(next, "rsc_template "+id+" "+agent+"\n", false); err != nil {
		return err
	}
	for _, e := range list {
		for _, name := range []string{"class", "provider", "type"} {
			e.RemoveAttr(name)
		}
		e.CreateAttr("template", id)
	}
	c.Info("made the template %s of %s", id, agent)
	return c.replaceWith(ctx, next)
}

// alike refuses what cannot share a template with the primitives so far.
func alike(word grammar.Word, e *etree.Element, before []*etree.Element) error {
	switch {
	case e.Tag != "primitive":
		return wrong(Refused, "template", word, "is a "+e.Tag, "a primitive")
	case attr(e, "template") != "":
		return wrong(Refused, "template", word, "has the template "+attr(e, "template")+" already", "a primitive without one")
	case len(before) > 0 && agentName(e) != agentName(before[0]):
		return newError(Refused, word.Pos, "template: %s is a %s, but %s is a %s: a template has one agent",
			word.Text, agentName(e), attr(before[0], "id"), agentName(before[0]))
	}
	return nil
}

func agentName(e *etree.Element) string {
	return strings.ReplaceAll(attr(e, "class")+":"+attr(e, "provider")+":"+attr(e, "type"), "::", ":")
}

// unusedID is stem-1, or the next number that is free.
func unusedID(doc *cib.Document, stem string) string {
	for n := 1; ; n++ {
		if id := fmt.Sprintf("%s-%d", stem, n); doc.Find(id) == nil {
			return id
		}
	}
}
