package engine

import "crm/engine/score"

// applyNodeCriteria lets each resource know what it thinks of each node: by
// shutdown locks, location constraints, stickiness, failures and discovery.
func (c *cluster) applyNodeCriteria() {
	if c.opts.shutdownLock {
		for _, r := range c.resources {
			c.lockToShutdown(r)
		}
	}
	c.applyLocations()
	for _, r := range c.resources {
		r.eachLeaf(c.stick)
	}
	for _, n := range c.nodes {
		for _, r := range c.resources {
			c.banFailed(r, n)
			c.banUndiscovered(r, n)
		}
	}
}

// lockToShutdown keeps a resource waiting for a node that was shut down
// cleanly.
func (c *cluster) lockToShutdown(r *Resource) {
	if r.Kind == KindGroup {
		for _, m := range r.Children {
			c.lockToShutdown(m)
		}
		return
	}
	if r.Kind != KindPrimitive || r.is(flagFenceDevice) || r.isConnection() {
		return
	}
	if r.lockNode != nil {
		if len(r.Active) > 0 { // it was started elsewhere in spite of it
			c.forgetHistory(r, r.lockNode)
			r.lockNode, r.lockTime = nil, 0
		}
	} else if len(r.Active) == 1 && r.Active[0].Shutdown && !r.Active[0].Unclean {
		r.lockNode = r.Active[0]
		r.lockTime, _ = score.Integer(r.lockNode.Attr("shutdown")) // nonsense counts 0
		if r.lockTime == 0 {
			r.lockTime = c.now.Unix()
		}
	}
	if r.lockNode == nil {
		return
	}
	if limit := score.Seconds(c.opts.shutdownLockLimit); limit > 0 {
		c.changesAt(r.lockTime + limit + 1)
	}
	for _, n := range c.nodes {
		if n != r.lockNode {
			c.give(r, n, ban, cause{kind: causeLock, id: r.lockNode.Name})
		}
	}
}

// stick lets a resource prefer to stay.
func (c *cluster) stick(r *Resource) {
	if !r.Managed() || r.stickiness < 1 || len(r.Active) != 1 {
		return
	}
	n := r.Active[0]
	if !c.opts.symmetric && r.allowed.at(n) == nil {
		return
	}
	c.give(r, n, r.stickiness, cause{kind: causeStickiness})
}

// banFailed bans what has failed too often on a node.
func (c *cluster) banFailed(r *Resource, n *Node) {
	if !r.leaf() {
		for _, child := range r.Children {
			c.banFailed(child, n)
		}
		return
	}
	if c.indexFailures(n).empty() && len(r.Launched) == 0 || r.cleared.has(n) {
		return
	}
	if what, reached := c.thresholdReached(r, n); reached {
		c.give(what, n, ban, cause{kind: causeThreshold})
	}
}

func (x *failureIndex) empty() bool { return len(x.exact) == 0 }

// banUndiscovered bans a resource that may only run where it is looked for.
func (c *cluster) banUndiscovered(r *Resource, n *Node) {
	if !r.is(flagExclusiveProbes) && !r.topmost().is(flagExclusiveProbes) {
		return
	}
	for _, child := range r.Children {
		c.banUndiscovered(child, n)
	}
	if e := r.allowed.at(n); e != nil && e.probe != probeExclusive {
		e.score = ban
		c.explain(r, n, ban, ban, cause{kind: causeDiscovery})
	}
}
