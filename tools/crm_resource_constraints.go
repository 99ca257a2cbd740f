package tools

import (
	"fmt"
	"strings"

	"crm/engine"
)

// web shows the constraints of a resource, and of those that it is colocated
// with: the next ones, or all that can be reached.
type web struct {
	c    *resourceCall
	sit  *engine.Situation
	far  bool // all that can be reached
	seen map[*engine.Resource]bool
}

// constraints lists the constraints on a resource, or on what it is part of.
func (c *resourceCall) constraints(s *engine.Situation, r *engine.Resource) error {
	s.ReadConstraints()
	w := &web{c: c, sit: s, far: c.command == "stack"}
	if c.xml != nil {
		c.xml.CreateElement("constraints")
	}
	w.locations(0, r)
	for _, dependents := range []bool{true, false} {
		w.seen = map[*engine.Resource]bool{}
		w.colocations(0, r, dependents)
	}
	return nil
}

func (w *web) line(depth int, format string, args ...any) {
	if w.c.xml == nil {
		fmt.Fprintln(w.c.std.Out, strings.Repeat("  ", depth)+fmt.Sprintf(format, args...))
	}
}

func (w *web) locations(depth int, r *engine.Resource) {
	list := w.sit.Locations(r)
	if w.c.xml != nil {
		for _, l := range list {
			attrs(w.c.xml.FindElement("constraints").CreateElement("rsc_location"), "node", l.Node.Name, "rsc", r.ID, "id", l.ID, "score", l.Score)
		}
		return
	}
	bullet := ""
	if depth > 0 {
		bullet = "* "
	}
	if len(list) > 0 {
		w.line(depth, "%sLocations:", bullet)
	}
	for _, l := range list {
		w.line(depth+1, "* Node %s (score=%s, id=%s, rsc=%s)", l.Node.Name, l.Score, l.ID, r.ID)
	}
}

// colocations shows who depends on a resource, or on whom it depends.
func (w *web) colocations(depth int, r *engine.Resource, dependents bool) {
	w.seen[r] = true
	by, with := w.sit.Colocations(r)
	title, list, role := "Resources %s is colocated with:", with, "with role="
	if dependents {
		title, list, role = "Resources colocated with %s:", by, "needs role="
	}
	if depth > 0 {
		title = "* " + title
	}
	if len(list) > 0 {
		w.line(depth, title, r.ID)
	}
	for _, k := range list {
		other := k.Primary
		if dependents {
			other = k.Dependent
		}
		if w.seen[other] {
			w.line(depth+1, "* %s (id=%s - loop)", other.ID, k.ID)
			w.colocationXML(k)
			continue
		}
		text := "score=" + k.Score
		if k.PrimaryRole != "" {
			text += ", " + role + k.PrimaryRole
		}
		w.line(depth+1, "* %s (%s, id=%s)", other.ID, text, k.ID)
		w.colocationXML(k)
		w.locations(depth+2, other)
		if w.far {
			w.colocations(depth+2, other, dependents)
		}
	}
}

func (w *web) colocationXML(k engine.Colocated) {
	if w.c.xml == nil {
		return
	}
	e := w.c.xml.FindElement("constraints").CreateElement("rsc_colocation")
	attrs(e, "id", k.ID, "rsc", k.Dependent.ID, "with-rsc", k.Primary.ID, "score", k.Score)
	if k.DependentRole != "" {
		attrs(e, "rsc-role", k.DependentRole)
	}
	if k.PrimaryRole != "" {
		attrs(e, "with-rsc-role", k.PrimaryRole)
	}
}
