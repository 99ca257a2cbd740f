package crmtext

import (
	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// node makes a node, or merges into the one of that name.
func (ed *Editor) node(s *grammar.Node, replace bool) error {
	n := s.Name
	old, err := ed.oldNode(n)
	if err != nil {
		return err
	}
	if n.Type == "normal" && !ed.oldACLs() {
		return &Error{Pos: n.Pos, Problem: "has the type normal, which is from before schema 2.0", Expected: "NAME:member, or the name alone"}
	}
	m := ed.maker(nil)
	if old == nil {
		e := element("node", "uname", n.Uname, "type", n.Type, "description", string(s.Desc), "id", or(n.ID, n.Uname))
		for _, set := range s.Sets.List {
			e.AddChild(m.set(set, setTags[set.Keyword], n.Uname, nil))
		}
		return ed.finish(m, func() {
			comment(e, nil, grammar.Comments(s))
			ed.doc.MakeSection(cib.Nodes).AddChild(e)
			ed.add(e)
		})
	}
	if ed.Whole || replace && n.ID != "" { // with its id it is a line that was shown: all there is of the node
		return ed.replaceNode(s, old)
	}
	return ed.mergeNode(s, old)
}

// replaceNode puts a node in the place of the one of its name.
func (ed *Editor) replaceNode(s *grammar.Node, old *etree.Element) error {
	m := ed.maker(old)
	kind := s.Name.Type
	if kind == "" && cib.Attr(old, "type") == "normal" {
		kind = "normal" // which goes unsaid
	}
	e := element("node", "uname", s.Name.Uname, "type", kind, "description", string(s.Desc), "id", cib.ID(old))
	keep := &matcher{old: old}
	for _, set := range s.Sets.List {
		tag := setTags[set.Keyword]
		e.AddChild(m.set(set, tag, s.Name.Uname, keep.next(tag)))
	}
	return ed.finish(m, func() { ed.swap(old, e, s) })
}

// oldNode is the node that a statement means; its name and its id must agree.
func (ed *Editor) oldNode(n grammar.NodeName) (old *etree.Element, err error) {
	for e := range cib.Children(ed.doc.Section(cib.Nodes), "node") {
		uname, id := cib.Attr(e, "uname"), cib.ID(e)
		switch {
		case uname == n.Uname && (n.ID == "" || n.ID == id):
			old = e
		case uname == n.Uname:
			return nil, &Error{Pos: n.Pos, Problem: "is not the id of the node " + uname, Expected: id + ": " + uname, Word: n.ID}
		case n.ID != "" && n.ID == id:
			return nil, &Error{Pos: n.Pos, Problem: "is the id of the node " + uname, Expected: "another id, or " + id + ": " + uname, Word: id}
		}
	}
	return old, nil
}

// mergeNode merges the sets of a statement into those of a node. All is built
// on a copy first, so that a fault changes nothing.
func (ed *Editor) mergeNode(s *grammar.Node, old *etree.Element) error {
	e := cib.CopyElement(old)
	parent, at := old.Parent(), old.Index()
	ed.ids.Forget(old)
	parent.RemoveChildAt(at)
	parent.InsertChildAt(at, e)
	ed.ids.Add(e)
	err := ed.mergeInto(e, s)
	if err != nil {
		ed.ids.Forget(e)
		parent.RemoveChildAt(at)
		parent.InsertChildAt(at, old)
		ed.ids.Add(old)
	}
	return err
}

func (ed *Editor) mergeInto(e *etree.Element, s *grammar.Node) error {
	if s.Desc != "" {
		cib.SetAttr(e, "description", string(s.Desc))
	}
	if s.Name.Type != "" {
		cib.SetAttr(e, "type", s.Name.Type)
	}
	sets := &matcher{old: e}
	for _, set := range s.Sets.List {
		tag := setTags[set.Keyword]
		m := ed.maker(nil)
		old := sets.next(tag)
		if old == nil || set.IDRef != "" || cib.Attr(old, "id-ref") != "" {
			built := m.set(set, tag, s.Name.Uname, nil)
			if m.err != nil {
				return m.err
			}
			e.AddChild(built)
			ed.ids.Add(built)
			sets.next(tag)
			continue
		}
		// crmsh names new pairs after the set it would have made.
		if err := ed.merge(m, old, set, m.id(s.Name.Uname, tag)); err != nil {
			return err
		}
	}
	comment(e, nil, grammar.Comments(s))
	return nil
}

func (p *Printer) readNode(e *etree.Element) (grammar.Statement, bool) {
	s := &grammar.Node{Word: "node"}
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
			s.Name.ID = a.Value
		case "uname":
			s.Name.Uname = a.Value
		case "type":
			if p.Style == Style5 && a.Value != "remote" {
				return nil, false // crmsh 5.1 prints no other type
			}
			// Before schema 2.0 every node has a type; the usual one goes unsaid.
			if a.Value != "normal" {
				s.Name.Type = a.Value
			}
		case "description":
			s.Desc = grammar.Description(a.Value)
		default:
			return nil, false
		}
	}
	if s.Name.ID == s.Name.Uname {
		s.Name.ID = ""
	}
	if !grammar.PlainName(s.Name.Uname) || s.Name.ID != "" && !grammar.PlainName(s.Name.ID) || !grammar.NodeType(s.Name.Type) {
		return nil, false
	}
	for c := range cib.Children(e) {
		word := map[string]string{"instance_attributes": "attributes", "utilization": "utilization"}[c.Tag]
		set, ok := p.readSet(c, word)
		if !ok || word == "" {
			return nil, false
		}
		s.Sets.List = append(s.Sets.List, set)
	}
	return s, sayable(string(s.Desc))
}
