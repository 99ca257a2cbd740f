package crmtext

import (
	"crm/cib"
	"crm/grammar"
)

// monitor adds a monitor operation to a primitive.
func (ed *Editor) monitor(s *grammar.Monitor) error {
	e := ed.ids.Find(s.Resource.ID)
	switch {
	case e == nil:
		return ed.missing("the id of a primitive", s.Resource.ID, "primitive")
	case e.Tag != "primitive":
		return &Error{Pos: s.Resource.Pos, Word: s.Resource.ID, Problem: "is " + oneOf(e), Expected: "the id of a primitive"}
	}
	for op := range cib.Children(cib.Child(e, "operations"), "op") {
		if cib.Attr(op, "name") == "monitor" && cib.SameTime(cib.Attr(op, "interval"), s.Times.Interval) {
			return &Error{Pos: s.Resource.Pos, Word: s.Resource.ID, Problem: "has a monitor with the interval " + s.Times.Interval + " already", Expected: "another interval"}
		}
	}
	o := grammar.Operation{Name: "monitor"}
	if role := s.Resource.Suffix; role != "" {
		o.Attrs = append(o.Attrs, grammar.Pair{Name: "role", Value: role})
	}
	o.Attrs = append(o.Attrs, grammar.Pair{Name: "interval", Value: s.Times.Interval})
	if t := s.Times.Timeout; t != "" {
		o.Attrs = append(o.Attrs, grammar.Pair{Name: "timeout", Value: t})
	}
	m := ed.maker(nil)
	op := m.operation(o, s.Resource.ID)
	return ed.finish(m, func() {
		operations := cib.Child(e, "operations")
		if operations == nil {
			operations = element("operations")
			e.AddChild(operations)
		}
		operations.AddChild(op)
		ed.add(op)
		comment(e, nil, grammar.Comments(s))
	})
}
