package crmtext

import (
	"errors"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// sectionsOf says which section the elements of an xml statement belong to.
var sectionsOf = map[string]string{"node": cib.Nodes, "primitive": cib.Resources, "template": cib.Resources,
	"group": cib.Resources, "clone": cib.Resources, "master": cib.Resources, "bundle": cib.Resources,
	"rsc_location": cib.Constraints, "rsc_colocation": cib.Constraints, "rsc_order": cib.Constraints, "rsc_ticket": cib.Constraints,
	"cluster_property_set": cib.CrmConfig, "tag": cib.Tags, "alert": cib.Alerts,
	"acl_role": cib.ACLs, "acl_target": cib.ACLs, "acl_group": cib.ACLs, "acl_user": cib.ACLs}

// xml puts an element into the configuration as it is.
func (ed *Editor) xml(s *grammar.XML, replace bool) error {
	e, err := cib.ParseElement(s.Text)
	if fault := (*cib.SyntaxError)(nil); errors.As(err, &fault) {
		return &Error{Pos: s.At(fault.Column), Problem: fault.Problem}
	} else if err != nil {
		return &Error{Problem: err.Error(), Expected: "a whole XML element"}
	}
	section, old, err := ed.xmlPlace(s, e)
	if err != nil {
		return err
	}
	if old != nil && !replace && e.Tag != "node" && section != "" && section != cib.CrmConfig {
		return atXML(s, cib.ID(e), "is "+oneOf(old)+" already", "an id that is free")
	}
	if old != nil && !replace && section == "" {
		return atXML(s, "<"+e.Tag, "is there already", "fencing_topology, which replaces it, or edit")
	}
	inner, err := ed.xmlIDs(e, old)
	if err != nil {
		return err
	}
	for _, r := range inner {
		ed.ids.Forget(r)
		cib.Remove(r)
	}
	comment(e, nil, grammar.Comments(s))
	if old != nil {
		parent, at := old.Parent(), old.Index()
		ed.ids.Forget(old)
		parent.RemoveChildAt(at)
		parent.InsertChildAt(at, e)
	} else if section == "" {
		ed.putSection(e)
	} else {
		ed.doc.MakeSection(section).AddChild(e)
	}
	ed.ids.Add(e)
	return nil
}

// atXML is a fault at a word of the element.
func atXML(s *grammar.XML, word, problem, expected string) *Error {
	return &Error{Pos: grammar.WhereFrom(s, grammar.Where(s), word), Word: word, Problem: problem, Expected: expected}
}

// xmlPlace says where an element goes and what it replaces.
func (ed *Editor) xmlPlace(s *grammar.XML, e *etree.Element) (section string, old *etree.Element, err error) {
	if e.Tag == cib.FencingTopology {
		old = ed.doc.Section(e.Tag)
		if cib.Child(old, "fencing-level") == nil {
			old = nil
		}
		return "", old, nil
	}
	section, known := sectionsOf[e.Tag]
	if e.Tag == "meta_attributes" {
		section, known = ed.defaultsSection(e), true
	}
	if !known {
		return "", nil, atXML(s, "<"+e.Tag, "is not an element that the configuration holds at this level", "one of <primitive>, <group>, <clone>, <rsc_location> and the like")
	}
	if cib.ID(e) == "" {
		return "", nil, atXML(s, "<"+e.Tag, "has no id", "<"+e.Tag+" id=\"...\"")
	}
	for c := range cib.Children(ed.doc.Section(section), e.Tag) {
		if cib.ID(c) == cib.ID(e) {
			old = c
		}
	}
	if old == nil {
		old = ed.ids.Find(cib.ID(e))
	}
	if old != nil && old.Tag != e.Tag {
		if cib.DefinedID(e) != "" {
			return "", nil, atXML(s, cib.ID(e), "is the id of "+oneOf(old)+" already", "an id that is free")
		}
		old = nil // names of users are apart from all ids
	}
	return section, old, nil
}

// defaultsSection tells whether defaults are for resources or operations: by
// the set that is there, by a rule on operations, else by name.
func (ed *Editor) defaultsSection(e *etree.Element) string {
	if old := ed.ids.Find(cib.ID(e)); old != nil && old.Parent() != nil && old.Parent().Tag == cib.OpDefaults {
		return cib.OpDefaults
	}
	for c := range cib.Walk(e) {
		if c.Tag == "op_expression" {
			return cib.OpDefaults
		}
	}
	return cib.RscDefaults
}

// xmlIDs refuses ids that are in use outside of what is replaced. Resources
// inside of e are moved there: those of the same names outside are returned.
func (ed *Editor) xmlIDs(e, old *etree.Element) (inner []*etree.Element, err error) {
	m := ed.maker(nil)
	m.freed = map[string]bool{}
	if old != nil {
		m.free(old)
	}
	for c := range cib.Walk(e) {
		if r := ed.ids.Find(cib.ID(c)); c != e && cib.IsResource(c) && r != nil && r.Tag == c.Tag && !m.freed[cib.ID(c)] {
			m.free(r)
			inner = append(inner, r)
		}
	}
	for c := range cib.Walk(e) {
		id := cib.DefinedID(c)
		if id == "" {
			continue
		}
		if c != e || old == nil {
			m.given(id, grammar.Pos{})
		}
	}
	return inner, m.errOrNil()
}

// free lets all ids of an element be used again.
func (m *maker) free(e *etree.Element) {
	for c := range cib.Walk(e) {
		m.freed[cib.DefinedID(c)] = true
	}
}

func (m *maker) errOrNil() error {
	if m.err != nil {
		return m.err
	}
	return nil
}

// putSection puts a whole section in.
func (ed *Editor) putSection(e *etree.Element) {
	section := ed.doc.MakeSection(e.Tag)
	parent, at := section.Parent(), section.Index()
	parent.RemoveChildAt(at)
	parent.InsertChildAt(at, e)
}
