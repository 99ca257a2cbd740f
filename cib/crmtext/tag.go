package crmtext

import (
	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// tag builds a tag.
func (m *maker) tag(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Tag)
	e := element("tag", "id", string(s.ID))
	m.note(string(s.ID))
	for _, id := range s.Objects.IDs {
		e.AddChild(element("obj_ref", "id", id))
	}
	return e
}

func readTag(e *etree.Element) (grammar.Statement, bool) {
	if _, ok := attrsOf(e); !ok || !onlyChildren(e, "obj_ref") {
		return nil, false
	}
	s := &grammar.Tag{Word: "tag", ID: grammar.TagID(cib.ID(e))}
	for c := range cib.Children(e) {
		if !grammar.PlainName(cib.ID(c)) || len(c.Attr) != 1 {
			return nil, false
		}
		s.Objects.IDs = append(s.Objects.IDs, cib.ID(c))
	}
	return s, len(s.Objects.IDs) > 0
}
