package crmtext

import (
	"slices"
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// primitive builds a primitive or a template.
func (m *maker) primitive(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Primitive)
	id := string(s.ID)
	tag := "primitive"
	if s.Keyword() == "rsc_template" {
		tag = "template"
		if s.Agent.Template != "" {
			m.fail(s.Agent.Pos, "is a template, and a template cannot be made from one", "an agent, as class:provider:type")
		}
	}
	e := element(tag, "id", id, "class", s.Agent.Class, "provider", m.ed.provider(s.Agent), "type", s.Agent.Type,
		"template", s.Agent.Template, "description", string(s.Desc))
	if t := s.Agent.Template; t != "" {
		if found := m.ed.ids.Find(t); found == nil || found.Tag != "template" {
			m.missing("the id of an rsc_template", t, "template")
		}
	}
	m.note(id)
	old := &matcher{old: m.old}
	var operations *etree.Element
	for _, part := range s.Parts.List {
		if part.Set != nil {
			tag := setTags[part.Set.Keyword]
			e.AddChild(m.set(*part.Set, tag, id, old.next(tag)))
			continue
		}
		if operations == nil {
			operations = element("operations")
			e.AddChild(operations)
		}
		if o := part.Operations; o != nil {
			m.operations(operations, o)
			continue
		}
		operations.AddChild(m.operation(*part.Operation, or(cib.ID(operations), id)))
	}
	return e
}

// provider is the one that an agent is of.
func (ed *Editor) provider(a grammar.Agent) string {
	if !a.Bare || ed.Providers == nil {
		return a.Provider
	}
	known := ed.Providers(a.Type)
	for _, usual := range []string{"heartbeat", "pacemaker"} {
		if slices.Contains(known, usual) {
			return usual
		}
	}
	if len(known) > 0 {
		return known[0]
	}
	return a.Provider
}

// operations gives the list of operations its id or what it refers to.
func (m *maker) operations(e *etree.Element, o *grammar.Operations) {
	switch {
	case len(e.Attr) > 0 || len(e.Child) > 0:
		m.fail(o.Pos, "comes too late or twice", "it once, before the first op")
	case o.IDRef != "":
		cib.SetAttr(e, "id-ref", m.reference("operations", o.IDRef, o.Pos))
	default:
		cib.SetAttr(e, "id", m.given(o.ID, o.Pos))
	}
}

// operation builds one op; owner begins its id.
func (m *maker) operation(o grammar.Operation, owner string) *etree.Element {
	e := element("op", "name", o.Name)
	for _, p := range o.Attrs {
		cib.SetAttr(e, p.Name, p.Value)
	}
	interval, _ := o.Attrs.Get("interval")
	old := m.oldOperation(o.Name, interval)
	words := []string{owner, o.Name, interval}
	if interval == "" {
		words = words[:2]
	}
	id := m.choose(o.ID, o.Pos, old, words...)
	cib.SetAttr(e, "id", id)
	keep := &matcher{old: old}
	for _, s := range o.Sets {
		tag := setTags[s.Keyword]
		e.AddChild(m.set(s, tag, id, keep.next(tag)))
	}
	return e
}

// oldOperation is the operation of the old element with that name and interval.
func (m *maker) oldOperation(name, interval string) *etree.Element {
	for e := range cib.Children(cib.Child(m.old, "operations"), "op") {
		if cib.Attr(e, "name") == name && or(cib.Attr(e, "interval"), "0") == interval && !m.made[cib.ID(e)] {
			return e
		}
	}
	return nil
}

// setWords are the keywords of attribute sets by element.
var setWords = map[string]string{"instance_attributes": "params", "meta_attributes": "meta", "utilization": "utilization"}

func (p *Printer) readPrimitive(e *etree.Element) (grammar.Statement, bool) {
	s := &grammar.Primitive{Word: "primitive", ID: grammar.ID(cib.ID(e))}
	if e.Tag == "template" {
		s.Word = "rsc_template"
	}
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "class":
			s.Agent.Class = a.Value
		case "provider":
			s.Agent.Provider = a.Value
		case "type":
			s.Agent.Type = a.Value
		case "template":
			s.Agent.Template = a.Value
		case "description":
			s.Desc = grammar.Description(a.Value)
		default:
			return nil, false
		}
	}
	if !sayableAgent(s.Agent) {
		return nil, false
	}
	for c := range cib.Children(e) {
		if c.Tag == "operations" {
			if !p.readOperations(c, &s.Parts) {
				return nil, false
			}
			continue
		}
		word, known := setWords[c.Tag]
		if !known {
			return nil, false
		}
		set, ok := p.readSet(c, word)
		if !ok {
			return nil, false
		}
		s.Parts.List = append(s.Parts.List, grammar.PrimitivePart{Set: &set})
	}
	return s, sayable(string(s.Desc)) && grammar.ValidID(string(s.ID))
}

func sayableAgent(a grammar.Agent) bool {
	if a.Template != "" {
		return a.Class+a.Provider+a.Type == "" && grammar.ValidID(a.Template)
	}
	return a.Type != "" && a.Class != "" && a.Class == strings.ToLower(a.Class) && (a.Class == "ocf") == (a.Provider != "")
}

func (p *Printer) readOperations(e *etree.Element, parts *grammar.PrimitiveParts) bool {
	for _, a := range e.Attr {
		o := &grammar.Operations{}
		switch a.Key {
		case "id":
			o.ID = a.Value
		case "id-ref":
			o.IDRef = a.Value
		default:
			return false
		}
		parts.List = append(parts.List, grammar.PrimitivePart{Operations: o})
	}
	for c := range cib.Children(e) {
		o, ok := p.readOperation(c)
		if !ok {
			return false
		}
		parts.List = append(parts.List, grammar.PrimitivePart{Operation: o})
	}
	return true
}

func (p *Printer) readOperation(e *etree.Element) (*grammar.Operation, bool) {
	o := &grammar.Operation{}
	if e.Tag != "op" {
		return nil, false
	}
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "name":
			o.Name = a.Value
		default:
			if !grammar.OperationAttr(a.Key) || !sayable(a.Value) {
				return nil, false
			}
			o.Attrs = append(o.Attrs, grammar.Pair{Name: a.Key, Value: a.Value})
		}
	}
	for c := range cib.Children(e) {
		word := map[string]string{"instance_attributes": "op_params", "meta_attributes": "op_meta"}[c.Tag]
		set, ok := p.readSet(c, word)
		if !ok || word == "" {
			return nil, false
		}
		o.Sets = append(o.Sets, set)
	}
	return o, o.Name != "" && grammar.PlainName(o.Name)
}
