package engine

import "slices"

// onlyLocation is the one node where all parts of a resource are, or where
// they were assigned to; nil when there are several, or none.
func (r *Resource) onlyLocation(current bool) *Node {
	if r.leaf() && !current {
		return r.Assigned
	}
	var only *Node
	several := r.locate(current, &only)
	if several {
		return nil
	}
	return only
}

// locate tells whether parts of a resource are on different nodes; if not,
// only is the node where they are.
func (r *Resource) locate(current bool, only **Node) (several bool) {
	note := func(n *Node) bool {
		if *only == nil {
			*only = n
		}
		return *only != n
	}
	if !r.leaf() {
		for _, child := range r.Children {
			if child.locate(current, only) {
				return true
			}
		}
		return false
	}
	if !current {
		return r.Assigned != nil && note(r.Assigned)
	}
	return slices.ContainsFunc(r.Active, note)
}

// singleLocation is the node that all parts of a resource were assigned to;
// nil when there are several, or none.
func (r *Resource) singleLocation() *Node { return r.onlyLocation(false) }

// fullyActive tells whether every part of a resource is active somewhere.
func (r *Resource) fullyActive() bool {
	if r.Kind != KindPrimitive {
		for _, child := range r.Children {
			if !child.fullyActive() {
				return false
			}
		}
		return true
	}
	return slices.ContainsFunc(r.Active, func(n *Node) bool { return n.Unclean || n.Online || !r.Managed() })
}

// placed finds the instances of a clone or bundle by the one node where each
// is, or will be.
type placed struct {
	of      *Resource
	current bool
	first   []*Resource // by the node's index
}

func newPlaced(of *Resource, current bool) *placed {
	p := &placed{of: of, current: current}
	for _, i := range of.instances() {
		n := i.onlyLocation(current)
		if n == nil || i.blockedInside() {
			continue
		}
		for len(p.first) <= n.ix {
			p.first = append(p.first, nil)
		}
		if p.first[n.ix] == nil {
			p.first[n.ix] = i
		}
	}
	return p
}

// on is the first instance on just this node that is not blocked.
func (p *placed) on(n *Node) *Resource {
	if n.ix >= len(p.first) {
		return nil
	}
	i := p.first[n.ix]
	if i != nil && i.onlyLocation(p.current) != n { // it has lost its place meanwhile
		*p = *newPlaced(p.of, p.current)
		return p.on(n)
	}
	return i
}

func (r *Resource) blockedInside() bool {
	return r.Blocked() || slices.ContainsFunc(r.Children, (*Resource).blockedInside)
}

// leaveUnassigned takes a resource's place away when it turns out, after
// assignment, that it cannot start there: there is no instance of another
// clone for it. It tells whether it had one.
func (c *cluster) leaveUnassigned(r, without *Resource) bool {
	if r.Kind != KindPrimitive {
		changed := false
		for _, child := range r.Children {
			changed = c.leaveUnassigned(child, without) || changed
		}
		return changed
	}
	had := r.Assigned != nil
	r.Assigned = nil
	r.NextRole = RoleStopped
	for _, a := range r.actions {
		switch {
		case a.task == "stop":
			a.clear(actOptional)
			c.noteAlone(a, mustHappen, without)
		case a.task == "start":
			a.clear(actRunnable)
			c.noteAlone(a, cannotHappen, without)
		case a.recurring():
			if rc, _ := a.metaValue("op_target_rc"); rc != "7" {
				a.clear(actRunnable)
				c.noteAlone(a, cannotHappen, without)
			}
		}
	}
	return had
}
