package engine

import "slices"

// The lines of this file are what crm_mon and "crm status" show, section by
// section (Pacemaker's crm_mon(8)).

// Counts are how many nodes and resource instances are configured, and how
// many of the instances are disabled or blocked.
func (s *Situation) Counts() (nodes, instances, disabled, blocked int) {
	return len(s.c.nodes), s.c.leaves, s.c.disabled, s.c.blocked
}

// NodeLines tell how the nodes are.
func (s *Situation) NodeLines() []string {
	t := &statusText{c: s.c, shift: 1}
	t.nodes()
	return t.lines
}

// ResourceLines tell where the resources are; those that do not run only when
// asked for.
func (s *Situation) ResourceLines(inactive bool) []string {
	t := &statusText{c: s.c, shift: 1, activeOnly: !inactive, pending: true}
	for _, r := range s.c.resources {
		if r.Removed() && !r.active(true) {
			continue
		}
		t.resource(2, r)
	}
	return t.lines
}

// ResourceLinesByNode tell what runs on each node.
func (s *Situation) ResourceLinesByNode() []string {
	t := &statusText{c: s.c, pending: true}
	for _, n := range s.c.nodes {
		t.item(1, nodeKind(n)+" "+n.Name+": "+nodeStatus(n)+":")
		before := len(t.lines)
		t.item(2, "Resources:")
		s.c.eachResource(func(r *Resource) {
			if r.Kind == KindPrimitive && slices.Contains(r.Active, n) && !r.meta.isTrue("internal_rsc") {
				t.item(3, t.primitiveText(r, r.shownName(), nil))
			}
		})
		if len(t.lines) == before+1 {
			t.lines = t.lines[:before]
		}
	}
	return t.lines
}

// InactiveLines tell of the resources that run nowhere.
func (s *Situation) InactiveLines() []string {
	t := &statusText{c: s.c, shift: 1, pending: true}
	for _, r := range s.c.resources {
		if !r.active(false) && !r.Removed() {
			t.resource(2, r)
		}
	}
	if len(t.lines) == 0 {
		t.item(2, "No inactive resources")
	}
	return t.lines
}
