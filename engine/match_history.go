package engine

// matchHistory finds the primitive that an entry in a node's history is
// about, or nil.
func (c *cluster) matchHistory(id string, n *Node) *Resource {
	r := c.find(id)
	if r == nil {
		if r = c.byID[baseName(id)+":0"]; r != nil && r.Unique() {
			r = nil
		}
	}
	if r == nil || r.Kind != KindPrimitive {
		return nil
	}
	if r.inAnonymousClone() {
		if r.topmost().Parent != nil {
			r = c.bundledOn(r, n)
		} else {
			r = c.instanceFor(r.topmost(), baseName(id), n)
		}
	}
	if r != nil && r.ID != id && r.HistoryID != id {
		r.HistoryID = id
		c.byHistoryID[id] = append(c.byHistoryID[id], r)
	}
	return r
}

// find looks for a resource by its id or by the id that the history has; of
// several the first in the list of resources.
func (c *cluster) find(id string) *Resource {
	best := c.byID[id]
	for _, r := range c.byHistoryID[id] {
		if r.HistoryID == id && (best == nil || c.precedes(r, best)) {
			best = r
		}
	}
	return best
}

// precedes tells whether a comes before b in the tree of resources.
func (c *cluster) precedes(a, b *Resource) bool {
	x, y := a.Root(), b.Root()
	if x == y {
		return a.creation < b.creation
	}
	for _, r := range c.resources {
		if r == x || r == y {
			return r == x
		}
	}
	return false
}

// bundledOn is the instance inside a bundle that runs on one of its nodes.
func (c *cluster) bundledOn(r *Resource, n *Node) *Resource {
	for _, rep := range r.Root().bundle.replicas {
		if rep.node == n {
			return rep.child
		}
	}
	return nil
}

// instanceFor chooses the instance of an anonymous clone that a history entry
// belongs to: the one known to be there, else one that is nowhere, else a new
// one that has no right to be.
func (c *cluster) instanceFor(clone *Resource, base string, n *Node) *Resource {
	var found, inactive *Resource
	skipInactive := false
	for _, i := range clone.Children {
		at := i.knownLocation()
		if at != nil {
			if at != n {
				continue
			}
			if found = i.memberNamed(base); found != nil {
				if len(found.Active) > 0 {
					found, skipInactive = nil, true
					continue
				}
				break
			}
			continue
		}
		if !skipInactive && inactive == nil && !i.Blocked() {
			inactive = i.memberNamed(base)
			if inactive != nil && inactive.pendingNode != nil && inactive.pendingNode != n {
				inactive = nil
			}
		}
	}
	if found == nil && !skipInactive {
		found = inactive
	}
	if found != nil && !found.NeedsFencing() && (!n.Online || n.Unclean) && !n.IsGuest() && !c.universal(clone) {
		found = nil
	}
	if found != nil {
		return found
	}
	i := c.newInstance(clone)
	if i == nil {
		return nil
	}
	i.each(func(r *Resource) { r.set(flagRemoved) })
	return i.memberNamed(base)
}

// universal tells a clone with an instance for every node.
func (c *cluster) universal(clone *Resource) bool { return clone.clone.max == len(c.nodes) }

// knownLocation is where an instance is, or where something is being done
// with it.
func (r *Resource) knownLocation() *Node {
	if len(r.Active) > 0 {
		return r.Active[0]
	}
	if r.leaf() {
		return r.pendingNode
	}
	for _, m := range r.Children {
		if n := m.knownLocation(); n != nil {
			return n
		}
	}
	return nil
}

// memberNamed is the instance itself, or its member, with a configured id.
func (r *Resource) memberNamed(base string) *Resource {
	if r.leaf() {
		if r.ConfigID == base {
			return r
		}
		return nil
	}
	for _, m := range r.Children {
		if found := m.memberNamed(base); found != nil {
			return found
		}
	}
	return nil
}
