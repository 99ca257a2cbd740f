package engine

// assignResources gives every resource its place: connections to remote nodes
// first, since they make nodes usable, then all in the order of priority.
func (c *cluster) assignResources() {
	c.printCapacities("Original")
	defer c.printCapacities("Remaining")
	if c.opts.placement != placeDefault {
		c.sortForCapacity()
	}
	if c.haveRemotes {
		for _, r := range c.resources {
			if r.isConnection() {
				c.assign(r, r.PartialTarget, true)
			}
		}
	}
	for _, r := range c.resources {
		if !r.isConnection() || !c.haveRemotes {
			c.assign(r, nil, true)
		}
	}
}

// assign gives a resource its place, preferably a certain node. A resource
// that gets none shall be stopped, if stopIfFail is set. It returns the node.
func (c *cluster) assign(r *Resource, prefer *Node, stopIfFail bool) *Node {
	switch r.Kind {
	case KindGroup:
		return c.assignGroup(r, prefer, stopIfFail)
	case KindClone:
		c.assignClone(r, prefer, stopIfFail)
		return nil
	case KindBundle:
		c.assignBundle(r, prefer, stopIfFail)
		return nil
	}
	return c.assignPrimitive(r, prefer, stopIfFail)
}

func (c *cluster) assignPrimitive(r *Resource, prefer *Node, stopIfFail bool) *Node {
	if r.Parent != nil && !r.Parent.is(flagAssigning) {
		c.assign(r.Parent, prefer, stopIfFail)
	}
	if !r.is(flagUnassigned) {
		return r.Assigned
	}
	if r.is(flagAssigning) { // a loop of colocations
		return nil
	}
	r.set(flagAssigning)
	c.applyColocations(r)
	if r.NextRole == RoleStopped {
		c.giveAll(r, ban, cause{kind: causeStopped})
		c.forgetPlace(r)
	} else if r.NextRole > r.Role && !c.quorate && c.opts.quorumPolicy == quorumFreeze {
		r.NextRole = r.Role
	}
	c.printScores("pcmk__primitive_assign", r)
	if c.opts.fencing && !c.haveFencing {
		r.clear(flagManaged)
	}
	switch {
	case !r.Managed():
		r.NextRole = r.Role
		c.explainChoice(r, r.currentNode(), "it is not managed, so it stays as it is")
		c.place(r, r.currentNode(), true, stopIfFail)
	case c.opts.stopAll:
		c.explainChoice(r, nil, "stop-all-resources is set")
		c.place(r, nil, true, stopIfFail)
	default:
		c.chooseNode(r, prefer, stopIfFail)
	}
	r.clear(flagAssigning)
	if r.isConnection() && r.remote != nil {
		c.reachRemote(r)
	}
	return r.Assigned
}

// forgetPlace drops a place that a colocation has given to a resource that is
// to be stopped.
func (c *cluster) forgetPlace(r *Resource) {
	if r.Assigned != nil {
		c.unassign(r)
	}
}

// reachRemote decides whether a remote node can be used, now that the place
// of its connection is known.
func (c *cluster) reachRemote(r *Resource) {
	if r.Assigned != nil && r.NextRole != RoleStopped {
		r.remote.Online = true
		if !r.remote.seen {
			r.remote.Unclean = false
		}
		return
	}
	r.remote.Shutdown = true
}

// applyColocations lets a resource's primaries, and what depends on it, have
// their say: mandatory colocations before optional ones.
func (c *cluster) applyColocations(r *Resource) {
	this, with := c.thisWithList(r), c.withThisList(r)
	for _, mandatory := range [2]bool{true, false} {
		for _, k := range this {
			if k.mandatory() == mandatory {
				c.applyThisWith(k, r)
			}
		}
		for _, k := range with {
			if k.mandatory() == mandatory {
				c.addDependent(k, r)
			}
		}
	}
}

// applyThisWith assigns a colocation's primary and lets its place count for
// the dependent. What would leave the dependent without any node is undone,
// unless it must be.
func (c *cluster) applyThisWith(k *colocation, r *Resource) {
	var backup table
	point := c.traced()
	undoable := k.depRole == RolePromoted || k.score > ban && k.score < 0
	if undoable {
		backup = r.allowed.copy()
	}
	if k.primary.is(flagUnassigned) {
		c.assign(k.primary, nil, true)
	}
	c.applyColocation(k, r, k.primary)
	if undoable && !c.anyUsable(r.allowed) {
		r.allowed = backup
		c.undo(r, point)
	}
}

// chooseNode picks the best node that is left.
func (c *cluster) chooseNode(r *Resource, prefer *Node, stopIfFail bool) {
	if c.opts.placement != placeDefault {
		if free := c.banFull(r); prefer == nil {
			prefer = free
		}
	}
	if !r.is(flagUnassigned) {
		return
	}
	current := r.currentNode()
	best := c.bestPlace(r.allowed, current)
	var chosen *Node
	if prefer != nil && best != nil && r.allowed.at(prefer) != nil &&
		r.allowed.at(prefer).score >= r.allowed.at(best).score && r.allowed.usable(prefer) {
		chosen = prefer
		c.explainPreferred(r, chosen, current)
	}
	if chosen == nil && best != nil {
		chosen = best
		uniqueInstance := r.Parent != nil && r.Parent.Kind == KindClone && r.Parent.Unique()
		s := r.allowed.at(best).score
		if !uniqueInstance && s > 0 && best.available() && current != nil && current.available() && current.Score >= 0 {
			if e := r.allowed.at(current); e != nil && e.score == s {
				chosen = current
			}
		}
		c.explainBest(r, chosen, current)
	}
	c.place(r, chosen, false, stopIfFail)
}

// place assigns a resource to a node, or to none. Unless forced, it keeps off
// nodes that cannot be used.
func (c *cluster) place(r *Resource, n *Node, force, stopIfFail bool) {
	if len(r.Children) > 0 {
		for _, child := range r.Children {
			c.place(child, n, force, stopIfFail)
		}
		return
	}
	if !force && n != nil {
		e := r.allowed.at(n)
		if e.score < 0 || !n.available() && !n.IsGuest() {
			n = nil
		}
	}
	c.unassign(r)
	r.clear(flagUnassigned)
	if n == nil {
		if stopIfFail {
			c.leaveUnassigned(r, nil)
		}
		return
	}
	r.Assigned = n
	n.load++
	r.assignedAt = n.Score
	if e := r.allowed.at(n); e != nil {
		e.count++
		if !force { // what must be there is there whatever it thinks of the node
			r.assignedAt = e.score
		}
	}
	n.takeCapacity(r)
	c.printUse(r, n)
}

// unassign takes a resource's place back.
func (c *cluster) unassign(r *Resource) {
	for _, child := range r.Children {
		c.unassign(child)
	}
	r.set(flagUnassigned)
	if r.Assigned == nil {
		return
	}
	n := r.Assigned
	r.Assigned = nil
	n.load--
	n.returnCapacity(r)
}

// assignGroup assigns the members in order.
func (c *cluster) assignGroup(r *Resource, prefer *Node, stopIfFail bool) *Node {
	if !r.is(flagUnassigned) {
		return r.Assigned
	}
	if r.is(flagAssigning) {
		return nil
	}
	r.set(flagAssigning)
	r.Role = r.Children[0].Role
	c.printScores("pcmk__group_assign", r)
	var first *Node
	for _, m := range r.Children {
		if n := c.assign(m, prefer, stopIfFail); first == nil {
			first = n
		}
	}
	r.NextRole = r.Children[0].NextRole
	r.clear(flagAssigning | flagUnassigned)
	if !r.group.colocated {
		return nil
	}
	return first
}

// printScores writes what a resource, and all that is in it, think of the
// nodes.
func (c *cluster) printScores(who string, r *Resource) {
	if !c.in.Scores || r.Removed() {
		return
	}
	for _, n := range c.nodes {
		if e := r.allowed.at(n); e != nil {
			c.scores = append(c.scores, who+": "+r.ID+" allocation score on "+n.Name+": "+e.score.String())
		}
	}
	for _, child := range r.Children {
		c.printScores(who, child)
	}
}
