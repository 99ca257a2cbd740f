package crmtext

import (
	"crm/cib"
	"crm/grammar"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// placeholder stands for a resource in a group, clone or bundle that is being
// built; the resource itself is moved there when all is well.
const placeholder = "placeholder"

// child puts a placeholder for a resource into e.
func (m *maker) child(e *etree.Element, id string, tags ...string) {
	r := m.ed.ids.Find(id)
	switch {
	case r == nil:
		m.missing("the id of "+orKinds(tags), id, tags...)
		return
	case !hasTag(r, tags):
		m.fail(grammar.WhereWord(m.ed.now, id), "is "+oneOf(r)+" and cannot be in "+oneOf(e), "the id of "+orKinds(tags))
		return
	}
	if p := r.Parent(); cib.IsResource(p) && p != m.old {
		m.fail(grammar.WhereWord(m.ed.now, id), "is in the "+describe(p)+" "+cib.ID(p)+" already", "a resource that is in no other")
		return
	}
	e.AddChild(element(placeholder, "id", id))
}

func hasTag(e *etree.Element, tags []string) bool {
	for _, t := range tags {
		if e.Tag == t {
			return true
		}
	}
	return false
}

// members replaces the placeholders of e by the resources they stand for. It
// returns those that were not in a container before.
func (ed *Editor) members(e *etree.Element) (fresh []*etree.Element) {
	for i, t := range e.Child {
		p, is := t.(*etree.Element)
		if !is || p.Tag != placeholder {
			continue
		}
		r := ed.ids.Find(cib.ID(p))
		if !cib.IsResource(r.Parent()) {
			fresh = append(fresh, r)
		}
		cib.Remove(r)
		e.RemoveChildAt(i)
		e.InsertChildAt(i, r)
	}
	return fresh
}

// release puts the resources that are left in an old container back beside
// the others.
func (ed *Editor) release(old *etree.Element) {
	for _, c := range old.ChildElements() {
		if cib.IsResource(c) {
			cib.Remove(c)
			ed.doc.MakeSection(cib.Resources).AddChild(c)
		}
	}
}

// follow lets the constraints on resources that are now in a container speak
// of the container, as only that can be placed. A constraint that would tie
// the container to itself goes.
func (ed *Editor) follow(e *etree.Element, fresh []*etree.Element) {
	if len(fresh) == 0 {
		return
	}
	inside := map[string]bool{}
	for _, r := range fresh {
		inside[cib.ID(r)] = true
	}
	id := cib.ID(e)
	for _, c := range ed.doc.MakeSection(cib.Constraints).ChildElements() {
		var from []string
		for _, ends := range constraintEnds[c.Tag] {
			if was := cib.Attr(c, ends); inside[was] {
				cib.SetAttr(c, ends, id)
				from = append(from, was)
			}
		}
		for ref := range cib.Walk(c) {
			if was := cib.ID(ref); ref.Tag == "resource_ref" && inside[was] {
				cib.SetAttr(ref, "id", id)
				from = append(from, was)
			}
		}
		if len(from) == 0 {
			continue
		}
		name := describe(c) + " " + cib.ID(c)
		ends := constraintEnds[c.Tag]
		if cib.Unrepeat(c, id) || len(ends) == 2 && cib.Attr(c, ends[0]) == id && cib.Attr(c, ends[1]) == id {
			ed.ids.Forget(c)
			cib.Remove(c)
			ed.notes = append(ed.notes, name+" deleted: it would tie "+id+" to itself")
			continue
		}
		ed.notes = append(ed.notes, name+" now speaks of "+id+" instead of "+strings.Join(slices.Compact(from), ", "))
	}
}

// constraintEnds are the attributes in which constraints name resources.
var constraintEnds = map[string][]string{"rsc_location": {"rsc"}, "rsc_ticket": {"rsc"},
	"rsc_colocation": {"rsc", "with-rsc"}, "rsc_order": {"first", "then"}}

// group builds a group.
func (m *maker) group(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Group)
	e := element("group", "id", string(s.ID), "description", string(s.Desc))
	m.note(string(s.ID))
	m.sets(e, s.Sets.List)
	for _, id := range s.Members.IDs {
		m.child(e, id, "primitive")
	}
	return e
}

// clone builds a clone or, for ms, a master.
func (m *maker) clone(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Clone)
	tag := "clone"
	if s.Keyword() == "ms" {
		tag = "master"
	}
	e := element(tag, "id", string(s.ID), "description", string(s.Desc))
	m.note(string(s.ID))
	m.sets(e, s.Sets.List)
	m.child(e, string(s.Resource), "primitive", "group")
	return e
}

func (m *maker) sets(e *etree.Element, sets []grammar.AttrSet) {
	old := &matcher{old: m.old}
	for _, s := range sets {
		tag := setTags[s.Keyword]
		e.AddChild(m.set(s, tag, cib.ID(e), old.next(tag)))
	}
}

// readContainer reads what groups and clones have in common.
func (p *Printer) readContainer(e *etree.Element) (desc grammar.Description, sets []grammar.AttrSet, members []string, ok bool) {
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "description":
			desc = grammar.Description(a.Value)
		default:
			return desc, nil, nil, false
		}
	}
	for c := range cib.Children(e) {
		if cib.IsResource(c) {
			members = append(members, cib.ID(c))
			if !grammar.ValidID(cib.ID(c)) {
				return desc, nil, nil, false
			}
			continue
		}
		word := setWords[c.Tag]
		set, ok := p.readSet(c, word)
		if !ok || word == "" || word == "utilization" {
			return desc, nil, nil, false
		}
		sets = append(sets, set)
	}
	return desc, sets, members, sayable(string(desc)) && len(members) > 0 && grammar.ValidID(cib.ID(e))
}

func (p *Printer) readGroup(e *etree.Element) (grammar.Statement, bool) {
	desc, sets, members, ok := p.readContainer(e)
	return &grammar.Group{Word: "group", ID: grammar.ID(cib.ID(e)), Desc: desc,
		Members: grammar.Members{IDs: members}, Sets: grammar.ResourceSets{List: sets}}, ok
}

func (p *Printer) readClone(e *etree.Element) (grammar.Statement, bool) {
	desc, sets, members, ok := p.readContainer(e)
	if !ok || len(members) != 1 {
		return nil, false
	}
	word := "clone"
	if e.Tag == "master" {
		word = "ms"
	}
	return &grammar.Clone{Word: word, ID: grammar.ID(cib.ID(e)), Desc: desc,
		Resource: grammar.Reference(members[0]), Sets: grammar.ResourceSets{List: sets}}, true
}
