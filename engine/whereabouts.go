package engine

import "slices"

// locationsOf are the nodes where the parts of a resource are, or where they
// were assigned to; each once.
func (r *Resource) locationsOf(current bool) []*Node {
	var list []*Node
	r.eachLeaf(func(leaf *Resource) {
		if !current {
			if leaf.Assigned != nil && !slices.Contains(list, leaf.Assigned) {
				list = append(list, leaf.Assigned)
			}
			return
		}
		for _, n := range leaf.Active {
			if !slices.Contains(list, n) {
				list = append(list, n)
			}
		}
	})
	return list
}

// singleLocation is the node that all parts of a resource were assigned to;
// nil when there are several, or none.
func (r *Resource) singleLocation() *Node {
	if list := r.locationsOf(false); len(list) == 1 {
		return list[0]
	}
	return nil
}

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

// instanceOn is the first instance of a clone or bundle that is, or will be,
// on just this node, and is not blocked.
func (c *cluster) instanceOn(r *Resource, n *Node, current bool) *Resource {
	for _, i := range r.instances() {
		if nodes := i.locationsOf(current); len(nodes) == 1 && nodes[0] == n && !i.blockedInside() {
			return i
		}
	}
	return nil
}

func (r *Resource) blockedInside() bool {
	return r.Blocked() || slices.ContainsFunc(r.Children, (*Resource).blockedInside)
}

// leaveUnassigned takes a resource's place away when it turns out, after
// assignment, that it cannot start there. It tells whether it had one.
func (c *cluster) leaveUnassigned(r *Resource) bool {
	if r.Kind != KindPrimitive {
		changed := false
		for _, child := range r.Children {
			changed = c.leaveUnassigned(child) || changed
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
		case a.task == "start":
			a.clear(actRunnable)
		case a.recurring():
			if rc, _ := a.metaValue("op_target_rc"); rc != "7" {
				a.clear(actRunnable)
			}
		}
	}
	return had
}
