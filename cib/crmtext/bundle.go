package crmtext

import (
	"slices"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// bundle builds a bundle.
func (m *maker) bundle(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Bundle)
	id := string(s.ID)
	e := element("bundle", "id", id, "description", string(s.Desc))
	m.note(id)
	old := &matcher{old: m.old}
	for _, part := range s.Parts.List {
		switch {
		case part.Primitive != "":
			m.child(e, part.Primitive, "primitive")
		case part.Set != nil:
			tag := setTags[part.Set.Keyword]
			e.AddChild(m.set(*part.Set, tag, id, old.next(tag)))
		default:
			e.AddChild(m.bundlePart(part, id))
		}
	}
	return e
}

func (m *maker) bundlePart(part grammar.BundlePart, bundle string) *etree.Element {
	e := element(part.Word)
	for _, p := range part.Attrs {
		m.attribute(e, p)
	}
	for _, attrs := range part.Mappings {
		mapping := element(map[string]string{"network": "port-mapping", "storage": "storage-mapping"}[part.Word])
		for _, p := range attrs {
			if p.Name == "id" || p.Name == "$id" {
				p.Name, p.Value = "id", m.given(p.Value, p.Pos)
			}
			m.attribute(mapping, p)
		}
		if cib.ID(mapping) == "" {
			cib.SetAttr(mapping, "id", m.mappingID(bundle))
		}
		e.AddChild(mapping)
	}
	return e
}

// attribute sets an attribute of an element of the CIB.
func (m *maker) attribute(e *etree.Element, p grammar.Pair) {
	if p.Ref != "" || p.Bare || p.ID != "" || cib.CleanID(p.Name) != p.Name {
		m.fail(p.Pos, "is not an attribute of "+e.Tag, "name=value")
		return
	}
	cib.SetAttr(e, p.Name, p.Value)
}

// mappingID counts on from the bundle's own id, which is taken.
func (m *maker) mappingID(bundle string) string { return m.id(bundle) }

func (p *Printer) readBundle(e *etree.Element) (grammar.Statement, bool) {
	s := &grammar.Bundle{Word: "bundle", ID: grammar.ID(cib.ID(e)), Tall: p.Style == Style5}
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "description":
			s.Desc = grammar.Description(a.Value)
		default:
			return nil, false
		}
	}
	var inside []grammar.BundlePart
	for c := range cib.Children(e) {
		part, ok := p.readBundlePart(c)
		if !ok {
			return nil, false
		}
		if part.Primitive != "" {
			inside = append(inside, part)
			continue
		}
		s.Parts.List = append(s.Parts.List, part)
	}
	s.Parts.List = append(s.Parts.List, inside...)
	return s, sayable(string(s.Desc)) && len(inside) < 2 && grammar.ValidID(string(s.ID))
}

func (p *Printer) readBundlePart(e *etree.Element) (part grammar.BundlePart, ok bool) {
	part.Word = e.Tag
	switch e.Tag {
	case "primitive":
		part.Primitive = cib.ID(e)
		return part, true
	case "meta_attributes":
		set, ok := p.readSet(e, "meta")
		part.Set = &set
		return part, ok
	case "docker", "podman", "rkt":
		part.Attrs, ok = readAttrs(e)
		return part, ok && len(e.ChildElements()) == 0
	case "network", "storage":
	default:
		return part, false
	}
	if part.Attrs, ok = readAttrs(e); !ok {
		return part, false
	}
	for c := range cib.Children(e) {
		attrs, ok := readAttrs(c)
		if p.Style == Style5 && !p.KeepReferred { // crmsh 5.1 does not show it
			attrs = slices.DeleteFunc(attrs, func(a grammar.Pair) bool { return a.Name == "id" })
		}
		if !ok || cib.ID(c) == "" || c.Tag != map[string]string{"network": "port-mapping", "storage": "storage-mapping"}[e.Tag] {
			return part, false
		}
		part.Mappings = append(part.Mappings, attrs)
	}
	return part, true
}

// readAttrs gives the attributes of an element as they stand.
func readAttrs(e *etree.Element) (ps grammar.Pairs, ok bool) {
	for _, a := range e.Attr {
		if !grammar.PlainName(a.Key) || !sayable(a.Value) {
			return nil, false
		}
		ps = append(ps, grammar.Pair{Name: a.Key, Value: a.Value})
	}
	return ps, true
}
