package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"crm/cib"
	"crm/grammar"
)

func runShow(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	s, err := c.choose(w, c.words[1:])
	if err != nil {
		return err
	}
	s.hide = append(s.hide, c.preference("obscure-pattern"))
	s.plain = true
	text := showText(w, s)
	if !s.xml {
		text = highlight(text, c.Style)
	}
	c.print(text)
	return nil
}

// showText is the selection as text, or as XML.
func showText(w *work, s selection) string {
	if s.xml {
		return selectedXML(w.doc, s)
	}
	return textOfSome(w.doc, s)
}

// selectedXML is a CIB with only what is selected. A member of a group or
// clone stands in what it is in.
func selectedXML(doc *cib.Document, s selection) string {
	out := cib.New()
	for _, a := range doc.Root().Attr {
		out.Root().CreateAttr(a.FullKey(), a.Value)
	}
	for _, name := range cib.Sections() {
		from := doc.Section(name)
		for e := range cib.Children(from) {
			keep := s.all || s.has(e)
			if !keep && cib.IsResource(e) {
				keep = slices.ContainsFunc(s.objects, func(o object) bool { return cib.IsResource(o.element) && cib.Outermost(o.element) == e })
			}
			if keep {
				out.MakeSection(name).AddChild(cib.CopyElement(e))
			}
		}
	}
	cib.Remove(out.Status())
	return "<?xml version=\"1.0\" ?>\n" + cib.Format(out.Root())
}

func runSave(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	n := len(c.words)
	s, err := c.choose(w, c.words[1:n-1])
	if err != nil {
		return err
	}
	return c.Files.Write(c.words[n-1].Text, []byte(strings.TrimSuffix(showText(w, s), "\n")+"\n"))
}

func runObjects(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	for _, o := range objects(w.doc) {
		c.printf("%s %s\n", o.kind, o.id)
	}
	return nil
}

func runKeywords(_ context.Context, c *Call) error {
	c.print(columns(grammar.Keywords(), 80))
	return nil
}

func runGetProperty(ctx context.Context, c *Call) error {
	names := c.words[1:]
	strict := names[0].Text == "-t"
	if strict {
		names = names[1:]
	}
	if len(names) == 0 {
		return usagef("get_property: which? usage: %s", c.usage())
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	for _, n := range names {
		v, ok := w.doc.Property(n.Text)
		if !ok {
			v, ok = propertyDefault(n.Text)
		}
		switch {
		case !ok:
			return newError(NotFound, n.Pos, "property %s is not set and is none that has a default", n.Text)
		case strict:
			c.print(truth(v))
		default:
			c.print(v)
		}
	}
	return nil
}

// truth is "true" or "false" for the words that mean them.
func truth(v string) string {
	switch {
	case cib.IsTrue(v):
		return "true"
	case cib.IsFalse(v):
		return "false"
	}
	return v
}

// runGraph writes the configuration as a graph for graphviz.
func runGraph(ctx context.Context, c *Call) error {
	if len(c.Args) > 0 && c.Args[0] != "dot" {
		return newError(Usage, c.words[1].Pos, "graph: %q is not a kind of graph that can be drawn; expected dot", c.Args[0])
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	text := dot(w.doc)
	switch len(c.Args) {
	case 0, 1:
		c.print(text)
		return nil
	case 2:
		return c.Files.Write(c.Args[1], []byte(text))
	}
	if c.Filter == nil {
		return failf("graph: no other program can be run here")
	}
	picture, err := c.Filter(ctx, "dot -T"+Quote(c.Args[2]), []byte(text))
	if err != nil {
		return fmt.Errorf("graph: is graphviz installed? %w", err)
	}
	return c.Files.Write(c.Args[1], picture)
}

// dot draws resources with what orders and colocates them.
func dot(doc *cib.Document) string {
	var b strings.Builder
	b.WriteString("digraph G {\n\trankdir=LR;\n")
	for e := range doc.AllResources() {
		if e.Tag == "primitive" {
			fmt.Fprintf(&b, "\t%q;\n", attr(e, "id"))
			continue
		}
		fmt.Fprintf(&b, "\tsubgraph %q {\n\t\tlabel=%q;\n", "cluster_"+attr(e, "id"), attr(e, "id"))
		for m := range cib.Members(e) {
			fmt.Fprintf(&b, "\t\t%q;\n", attr(m, "id"))
		}
		b.WriteString("\t}\n")
	}
	for l := range cib.Children(doc.Section(cib.Constraints)) {
		from, to, style := attr(l, "first"), attr(l, "then"), "solid"
		if l.Tag == "rsc_colocation" {
			from, to, style = attr(l, "rsc"), attr(l, "with-rsc"), "dashed"
		}
		if from != "" && to != "" {
			fmt.Fprintf(&b, "\t%q -> %q [label=%q, style=%s];\n", from, to, attr(l, "id"), style)
		}
	}
	b.WriteString("}\n")
	return b.String()
}
