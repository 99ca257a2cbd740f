package crmtext

import (
	"slices"
	"strings"

	"crm/cib"
	"crm/grammar"
)

// Doubts are the places where statements that were applied name what is not
// there, nor was made by a later statement. Constraints, tags and the fencing
// topology may come before what they speak of; Verify judges the whole.
func (ed *Editor) Doubts() []*Error {
	return slices.DeleteFunc(slices.Clone(ed.doubts), func(e *Error) bool { return ed.ids.Find(e.Missing) != nil })
}

// resourceTags are the elements that constraints speak of.
var resourceTags = []string{"primitive", "group", "clone", "master", "bundle", "template", "tag"}

// doubt notes what a statement names and nothing has.
func (ed *Editor) doubt(st grammar.Statement) {
	const most = 100 // more tell nobody anything
	for _, id := range named(st) {
		if ed.ids.Find(id) != nil || len(ed.doubts) == most {
			continue
		}
		e := ed.missing("the id of a resource or tag", id, resourceTags...)
		e.Keyword, e.ID = st.Keyword(), st.ObjectID()
		if _, is := st.(*grammar.Tag); is {
			e.Expected = "the id of a resource or node"
			if ed.nodeKnown(id) {
				continue
			}
		}
		ed.doubts = append(ed.doubts, e)
	}
}

func (ed *Editor) nodeKnown(uname string) bool {
	for n := range cib.Children(ed.doc.Section(cib.Nodes), "node") {
		if cib.Attr(n, "uname") == uname {
			return true
		}
	}
	return false
}

// named are the ids that a statement may name before they are there.
func named(st grammar.Statement) []string {
	switch st := st.(type) {
	case *grammar.Location:
		if st.Whom.Resource != "" {
			return []string{st.Whom.Resource}
		}
		return inSets(st.Whom.Sets)
	case *grammar.Colocation:
		return inSets(grammar.Sets(st.Sets))
	case *grammar.Order:
		return inSets(grammar.Sets(st.Sets))
	case *grammar.Ticket:
		return inSets(grammar.Sets(st.Sets))
	case *grammar.Tag:
		return st.Objects.IDs
	case *grammar.Fencing:
		var ids []string
		for _, t := range st.Targets.List {
			for _, level := range t.Levels {
				ids = append(ids, strings.Split(level, ",")...)
			}
		}
		return ids
	}
	return nil
}

func inSets(sets grammar.Sets) (ids []string) {
	for _, set := range sets.List {
		for _, f := range set.Refs {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
