package engine

// fence asks for a node's fencing. Whether it is done is decided later; until
// then the node counts as unclean. A guest node is fenced by restarting what
// it lives in.
func (c *cluster) fence(n *Node, reason string, priorityDelay bool) {
	switch {
	case n.IsGuest():
		launcher := n.connection.Launcher
		if launcher.is(flagFailed) || !launcher.Managed() {
			return
		}
		n.remoteReset = true
		launcher.set(flagFailed | flagStopIfFailed)
	case n.Remote && n.connection != nil && n.connection.is(flagRemovedLaunched):
		n.connection.set(flagFailed | flagStopIfFailed)
	case n.Remote:
		if n.connection == nil || n.connection.Managed() {
			n.remoteReset = true
		}
		n.Unclean = true
		c.fenceAction(n, reason, priorityDelay)
	case !n.Unclean:
		n.Unclean = true
		c.fenceAction(n, reason, priorityDelay)
	}
}

// canFence tells whether a node can be fenced.
func (c *cluster) canFence(n *Node) bool {
	if n.IsGuest() {
		for _, host := range n.connection.Launcher.Active {
			if !host.Online && !c.canFence(host) {
				return false
			}
		}
		return true
	}
	if !c.opts.fencing || !c.haveFencing {
		return false
	}
	if c.quorate || c.opts.quorumPolicy == quorumIgnore {
		return true
	}
	if !n.Online {
		return false
	}
	if !n.Remote || c.opts.fenceRemoteNoQuorum {
		return true
	}
	return n.connection == nil || c.allOnline(n.connection)
}

// allOnline tells whether every node that a resource may run on is online.
func (c *cluster) allOnline(r *Resource) bool {
	for _, n := range c.nodes {
		if r.allowed.at(n) != nil && !n.Online {
			return false
		}
	}
	return true
}

// effectiveQuorumPolicy is what the want of quorum means for a resource now.
func (c *cluster) effectiveQuorumPolicy(r *Resource) quorumPolicy {
	if c.quorate {
		return quorumIgnore
	}
	if c.opts.quorumPolicy != quorumDemote {
		return c.opts.quorumPolicy
	}
	if r.Role == RolePromoted || r.Role == RoleUnpromoted {
		if r.NextRole > RoleUnpromoted {
			r.NextRole = RoleUnpromoted
		}
		return quorumIgnore
	}
	return quorumStop
}
