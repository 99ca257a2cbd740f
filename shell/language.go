package shell

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/completions"
	"crm/grammar"
)

// statement declares the command for one kind of statement.
func statement(name, usage, short string, complete completions.Completer, aliases, old []string) *Command {
	return &Command{Name: name, Aliases: aliases, Old: old, Usage: usage, Short: short, Args: atLeast(0), Complete: complete,
		Run: runStatement}
}

func statementCommands() []*Command {
	complete := completions.Statement
	return []*Command{
		statement("node", "[<id>:]<name>[:<type>] [attributes <n>=<v> ...] [utilization ...]", "define a node", complete("node"), nil, nil),
		statement("primitive", "<id> {[<class>:[<provider>:]]<type>|@<template>} [params ...] [meta ...] [utilization ...] [op ...]",
			"define a resource", complete("primitive"), nil, []string{"resource"}),
		statement("rsc_template", "<id> [<class>:[<provider>:]]<type> [params ...] [meta ...] [op ...]", "define a template for resources",
			complete("rsc_template"), nil, nil),
		statement("group", "<id> <rsc> ... [params ...] [meta ...]", "define a group", complete("group"), nil, nil),
		statement("clone", "<id> <rsc> [params ...] [meta ...]", "define a clone", complete("clone"), nil, nil),
		statement("ms", "<id> <rsc> [params ...] [meta ...]", "define a promotable clone", complete("ms"), nil, []string{"master"}),
		statement("bundle", "<id> <container> <n>=<v> ... [network ...] [storage ...] [primitive <id>]", "define a container bundle",
			complete("bundle"), nil, nil),
		statement("location", "<id> <rsc> {<score>: <node>|rule ...}", "prefer or avoid nodes", complete("location"), nil, nil),
		statement("colocation", "<id> <score>: <rsc>[:<role>] <with>[:<role>]", "keep resources together or apart", complete("colocation"),
			nil, []string{"collocation"}),
		statement("order", "<id> [<kind>:|<score>:] <first>[:<action>] <then>[:<action>]", "order starts and stops", complete("order"), nil, nil),
		statement("rsc_ticket", "<id> <ticket>: <rsc>[:<role>] ... [loss-policy=<policy>]", "tie resources to a ticket", complete("rsc_ticket"), nil, nil),
		statement("property", "[<id>:] <n>=<v> ...", "set cluster properties", complete("property"), nil, nil),
		statement("rsc_defaults", "[<id>:] <n>=<v> ...", "set defaults of resources' meta attributes", complete("rsc_defaults"), nil, nil),
		statement("op_defaults", "[<id>:] <n>=<v> ...", "set defaults of operations", complete("op_defaults"), nil, nil),
		statement("fencing_topology", "<node>: <devices> ... | <devices> ...", "set the order of fence devices", complete("fencing_topology"), nil, nil),
		statement("monitor", "<rsc>[:<role>] <interval>[:<timeout>]", "add a monitor operation to a primitive", complete("monitor"), nil, nil),
		statement("tag", "<id>: <rsc> ...", "name several resources", complete("tag"), nil, nil),
		statement("alert", "<id> <path> [attributes ...] [meta ...] [to <recipient>] ...", "call a program at events", complete("alert"), nil, nil),
		statement("role", "<id> {read|write|deny} {xpath:<path>|ref:<id>|type:<tag>} ...", "define access rights", complete("role"), nil, nil),
		statement("user", "<name> {role:<id> ...|<rule> ...}", "give a user rights (old form)", complete("user"), nil, nil),
		statement("acl_target", "<name> <role> ...", "give a user roles", complete("acl_target"), nil, nil),
		statement("xml", "<element ...>", "a piece of the configuration as XML", completions.Nothing, nil, nil),
	}
}

// runStatement makes the object that a statement describes. One that exists
// is not replaced without being asked.
func runStatement(ctx context.Context, c *Call) error {
	st, err := c.parse()
	if err != nil {
		return err
	}
	if err := emptyOption(st); err != nil {
		return err
	}
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	ed := w.editor(c.providers())
	ed.Style, ed.Promotable = c.textStyle(), c.promotable
	err = ed.Create(st)
	if err != nil && st.ObjectID() != "" && w.doc.Find(st.ObjectID()) != nil {
		var replace bool
		if replace, err = c.mayReplace(ctx, st, err); replace {
			err = ed.Apply(st)
		}
	}
	if err != nil {
		return err
	}
	c.doubt(st, ed.Doubts())
	c.unfinished(st, c.script)
	for _, note := range ed.Notes()[w.told:] {
		c.Info("%s", note)
	}
	w.told = len(ed.Notes())
	w.note(c)
	return nil
}

// emptyOption finds an option without a value. Files may have such.
func emptyOption(st grammar.Statement) error {
	s, is := st.(*grammar.Property)
	if !is {
		return nil
	}
	for _, p := range s.Set.Pairs {
		if p.Value == "" && p.Ref == "" {
			return &grammar.Error{Pos: p.Pos, Keyword: s.Keyword(), Word: p.Name + "=", Problem: "has no value", Expected: p.Name + "=VALUE"}
		}
	}
	return nil
}

// parse reads the call's words as a statement. Its keyword may have been
// shortened.
func (c *Call) parse() (grammar.Statement, error) {
	if c.Command.Name == "xml" {
		st, fault := grammar.ParseLine(c.from())
		if fault != nil {
			return nil, fault
		}
		return st, nil
	}
	words := slices.Clone(c.words)
	if !strings.EqualFold(words[0].Text, "ms") && !strings.EqualFold(words[0].Text, "master") {
		words[0].Text = c.Command.Name
	}
	st, fault := grammar.ParseWords(words, c.line.At(len(c.line.Text)))
	if fault != nil {
		return nil, fault
	}
	return st, nil
}

// from is the line from the command word on.
func (c *Call) from() grammar.Line {
	at := c.words[0].Offset
	return c.line.From(at, at+len(c.words[0].Text), c.Command.Name)
}

// mayReplace asks whether the object that is there shall go.
func (c *Call) mayReplace(ctx context.Context, st grammar.Statement, err error) (bool, error) {
	if c.Options.Force {
		return true, nil
	}
	if c.Ask == nil || !c.Interactive {
		return false, err
	}
	yes, asked := c.Ask(ctx, st.ObjectID()+" exists already. Do you want to replace it?")
	if asked != nil {
		return false, asked
	}
	if !yes {
		return false, err
	}
	return true, nil
}

// editor is the editor of the working copy; it indexes the copy once.
func (w *work) editor(providers func(string) []string) *crmtext.Editor {
	if w.ed == nil || w.edOf != w.doc || w.doc == w.base {
		w.ed, w.edOf, w.told = crmtext.NewEditor(w.edited()), w.edited(), 0
		w.ed.Providers = providers
	}
	return w.ed
}

// providers looks up which ocf providers have an agent of a type; nil when
// no agents are known.
func (s *Session) providers() func(string) []string {
	if s.Agents == nil {
		return nil
	}
	known := map[string][]string{}
	return func(typ string) []string {
		list, asked := known[typ]
		if !asked {
			for _, p := range s.Agents.Providers("ocf") {
				if slices.Contains(s.Agents.Types("ocf", p), typ) {
					list = append(list, p)
				}
			}
			known[typ] = list
		}
		return list
	}
}

// promotable tells an agent that can promote and demote.
func (s *Session) promotable(class, provider, typ string) bool {
	if s.Agents == nil {
		return false
	}
	m := s.Agents.Metadata(class, provider, typ)
	return m != nil && m.Promotable
}

// textStyle is the crmsh whose layout the user wants.
func (s *Session) textStyle() crmtext.Style {
	if s.preference("style") == "5" {
		return crmtext.Style5
	}
	return crmtext.Style4
}

// textOf is the whole configuration as the language writes it.
func textOf(doc *cib.Document, style crmtext.Style) string {
	p := crmtext.NewPrinter(doc)
	p.Style = style
	return p.Text(crmtext.Objects(doc)...)
}

// textOfSome is the text of what is selected, in the order of the whole. It
// can be read back, unless it is only to be shown.
func textOfSome(doc *cib.Document, s selection) string {
	var some []crmtext.Listed
	all := crmtext.Objects
	if s.asStored {
		all = crmtext.AsStored
	}
	for _, o := range all(doc) {
		if s.has(o.Element) {
			some = append(some, o)
		}
	}
	p := crmtext.NewPrinter(doc)
	p.Hide, p.KeepReferred, p.Style = strings.Join(s.hide, " "), !s.plain, s.style
	return p.Text(some...)
}

// findings are what verify says of a document.
func (s *Session) findings(doc *cib.Document) []finding {
	var list []finding
	for _, f := range cib.Verify(doc) {
		list = append(list, s.hidden(f, madeBy(f)))
	}
	return list
}

// madeBy is a finding of verify, or of the policy engine.
func madeBy(f cib.Finding) finding {
	text := strings.TrimRight(f.Element+" "+f.ID, " ")
	if f.At != nil {
		text = objectName(f.At)
	}
	text += ": " + f.Problem
	if f.Remedy != "" {
		text += "; " + f.Remedy
	}
	return finding{fault: f.Severity == cib.Error, text: text, id: f.ID, at: f.At, name: f.Name, value: f.Value}
}

// objectName is what a person calls the object that an element is a part of:
// "primitive web", "property", "rsc_ticket t".
func objectName(e *etree.Element) string {
	for ; e.Parent() != nil; e = e.Parent() {
		for _, tag := range []string{e.Tag, e.Parent().Tag} {
			if word, is := sectionWords[tag]; is {
				return word
			}
		}
		if cib.IsResource(e) || e.Parent().Parent() != nil && e.Parent().Parent().Tag == "configuration" {
			return kindOf(e) + " " + cmp.Or(attr(e, "uname"), attr(e, "id"))
		}
	}
	return e.Tag
}
