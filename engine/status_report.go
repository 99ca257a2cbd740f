package engine

import "slices"

// The lines of this file are what crm_mon and "crm status" show, section by
// section (Pacemaker's crm_mon(8)).

// Counts are how many nodes and resource instances are configured, and how
// many of the instances are disabled or blocked.
func (s *Situation) Counts() (nodes, instances, disabled, blocked int) {
	return len(s.c.nodes), s.c.leaves, s.c.disabled, s.c.blocked
}

// View is what of the status is shown, and how.
type View struct {
	Inactive  bool                 // also what does not run
	Detail    bool                 // the ids of nodes, and each instance of a clone
	Brief     bool                 // only how many of each agent
	Placeless bool                 // primitives without the nodes where they run
	Node      func(*Node) bool     // which nodes; nil is all
	Resource  func(*Resource) bool // which resources, with their members; nil is all
}

func (v *View) node(n *Node) bool { return v.Node == nil || v.Node(n) }

// Names tells whether a resource is asked for: itself, what it is a part of, or
// a part of it. A group in a unique clone is shown with all its members.
func (v *View) Names(r *Resource) bool {
	if v.Resource == nil {
		return true
	}
	for up := r; up != nil; up = up.Parent {
		if v.Resource(up) || up.Kind == KindGroup && up.Parent != nil && up.Parent.Unique() && v.part(up) {
			return true
		}
	}
	return v.part(r)
}

func (v *View) part(r *Resource) bool {
	return v.Resource(r) || slices.ContainsFunc(r.Children, v.part)
}

// RunsAmong tells whether a resource, or a part of it, runs on one of the nodes
// that are asked for, or nowhere; nil is all of them.
func (r *Resource) RunsAmong(asked func(*Node) bool) bool {
	return asked == nil || !r.active(false) || r.runsOn(asked)
}

func (r *Resource) runsOn(asked func(*Node) bool) bool {
	return slices.ContainsFunc(r.Active, asked) || slices.ContainsFunc(r.Children, func(m *Resource) bool { return m.runsOn(asked) })
}

// NodeLines tell how the nodes are.
func (s *Situation) NodeLines(v View) []string {
	t := &statusText{c: s.c, shift: 1, view: v}
	t.nodes()
	return t.lines
}

// ResourceLines tell where the resources are.
func (s *Situation) ResourceLines(v View) []string {
	t := &statusText{c: s.c, shift: 1, activeOnly: !v.Inactive, pending: true, view: v}
	var shown, single []*Resource
	for _, r := range s.c.resources {
		switch {
		case !t.isShown(r):
		case v.Brief && r.Kind == KindPrimitive:
			single = append(single, r)
		case r.Removed() && !r.active(true):
		default:
			shown = append(shown, r)
		}
	}
	t.brief(2, single, v.Inactive)
	for _, r := range shown {
		t.resource(2, r)
	}
	return t.lines
}

// StateLine tells how a primitive is, without the nodes where it runs.
func (s *Situation) StateLine(r *Resource) string {
	return (&statusText{c: s.c, pending: true}).primitiveState(r, r.shownName(), nil)
}

// StateLines tell where one resource is.
func (s *Situation) StateLines(r *Resource) []string {
	t := &statusText{c: s.c, pending: true}
	t.resource(0, r)
	return t.lines
}

// ResourceLinesByNode tell what runs on each node.
func (s *Situation) ResourceLinesByNode(v View) []string {
	t := &statusText{c: s.c, pending: true, view: v}
	for _, n := range s.c.nodes {
		if !v.node(n) {
			continue
		}
		here := s.ResourcesOn(n, v)
		if v.Brief {
			t.briefOn(n, here)
			continue
		}
		t.item(1, t.nodeTitle(n)+":")
		t.item(2, "Resources:")
		for _, r := range here {
			if r.meta.isTrue("internal_rsc") && !v.Detail {
				continue
			}
			t.item(3, t.primitiveState(r, r.shownName(), nil))
		}
	}
	return t.lines
}

// ResourcesOn are the primitives that run on a node, of the resources that are
// asked for, and of those of which a part is.
func (s *Situation) ResourcesOn(n *Node, v View) []*Resource {
	var here []*Resource
	for _, r := range n.running {
		if v.Names(r.Root()) {
			here = append(here, r)
		}
	}
	return here
}

// InactiveLines tell of the resources of which something does not run.
func (s *Situation) InactiveLines(v View) []string {
	t := &statusText{c: s.c, shift: 1, pending: true, view: v}
	for _, r := range s.c.resources {
		switch {
		case r.active(true) || r.Removed() || !v.Names(r):
		case r.Kind == KindClone:
			t.clone(2, r)
		default: // all of it: what does not run is not of a node
			t.view.Node = nil
			t.resource(2, r)
			t.view.Node = v.Node
		}
	}
	if len(t.lines) == 0 {
		t.item(2, "No inactive resources")
	}
	return t.lines
}
