package engine

import (
	"strings"

	"crm/engine/score"
)

// conclude draws the consequences when the whole history of a resource on a
// node has been read.
func (x *reading) conclude() {
	c, r, n := x.c, x.r, x.n
	active := r.Role > RoleStopped
	if r.Role != RoleUnknown {
		for p := r; p != nil; p = p.Parent {
			p.probed.add(n)
			if p.Unique() {
				break
			}
		}
	}
	if active && !n.Online && !n.Maintenance && r.Managed() {
		x.lost()
	}
	fail := x.fail
	if n.Unclean { // fencing will see to it
		fail = failIgnore
	}
	x.act(fail, active)
	if r.isRemoteConnection() && r.is(flagFailed) && r.remote != nil && r.remote.Unclean {
		r.remote.seen = true
	}
	switch {
	case active:
		if r.Removed() {
			c.removedButActive(r, n)
		}
		c.addActive(r, n, x.fail != failIgnore)
		switch fail {
		case failIgnore:
		case failDemote, failBlock:
			r.set(flagFailed)
		default:
			r.set(flagFailed | flagStopIfFailed)
		}
	case strings.Contains(r.HistoryID, ":"):
		r.HistoryID = ""
	}
	if r.Role == RoleStopped && len(r.Active) > 0 && r.PartialTarget != nil && r.PartialSource == n {
		r.Role = RoleStarted
	}
}

// lost deals with a resource that is thought to run on a node that is gone.
func (x *reading) lost() {
	c, r, n := x.c, x.r, x.n
	switch {
	case n.IsGuest():
		r.set(flagFailed | flagStopIfFailed)
		c.fence(n, r.ID+" is thought to be active there", false)
	case c.opts.fencing:
		reason := r.ID + " is thought to be active there"
		if n.Remote && n.connection != nil && !n.connection.is(flagFailed) {
			n.seen = false
			reason = r.ID + " is active there (fencing will be revoked if remote connection can be re-established elsewhere)"
		}
		c.fence(n, reason, false)
	}
}

// act does what a failure calls for.
func (x *reading) act(fail onFail, active bool) {
	c, r, n := x.c, x.r, x.n
	switch fail {
	case failDemote:
		r.set(flagFailed)
		c.requireDemote(r, n, x.last)
	case failFence:
		c.noteFence(n, groundFailed, r, x.last)
		c.fence(n, r.ID+" failed there", false)
	case failStandby:
		n.Standby, n.FailStandby = true, true
	case failBlock:
		r.clear(flagManaged)
		r.set(flagBlocked)
	case failBan:
		c.give(r, n, ban, cause{kind: causeOnFailBan})
	case failStop:
		r.NextRole = RoleStopped
	case failRestart:
		if active {
			r.set(flagFailed | flagStopIfFailed)
			c.requireStop(r, n, r, x.last)
		}
	case failRestartContainer:
		x.restartLauncher(active)
	case failResetRemote:
		r.set(flagFailed | flagStopIfFailed)
		if c.opts.fencing && r.remote != nil && !r.remote.fenced && r.isRemoteConnection() {
			c.noteFence(r.remote, groundFailed, r, x.last)
			c.fence(r.remote, "remote connection is unrecoverable", false)
		}
		if active {
			c.requireStop(r, n, r, x.last)
		}
		if r.reconnect > 0 {
			r.NextRole = RoleStopped
		}
	}
}

func (x *reading) restartLauncher(active bool) {
	c, r := x.c, x.r
	r.set(flagFailed | flagStopIfFailed)
	switch {
	case r.Launcher != nil && r.inBundle():
		c.stopsNeeded = append(c.stopsNeeded, stopNeeded{r.Launcher, r, x.last})
	case r.Launcher != nil:
		c.requireStop(r.Launcher, x.n, r, x.last)
	case active:
		c.requireStop(r, x.n, r, x.last)
	}
}

// addActive notes that a resource runs on a node, and so do its ancestors.
// What has failed there makes the node no more worth saving.
func (c *cluster) addActive(r *Resource, n *Node, failed bool) {
	if r.activeOn(n) {
		return
	}
	r.Active = append(r.Active, n)
	if r.Kind == KindPrimitive {
		n.running = append(n.running, r)
		if !failed {
			c.addNodePriority(r, n)
		}
		if n.Maintenance {
			r.clear(flagManaged)
			r.set(flagMaintenance)
		}
	}
	if !r.Managed() {
		e := r.entry(n)
		e.score = score.Add(e.score, must)
		c.explain(r, n, must, e.score, cause{kind: causeUnmanaged})
		for p := r.Parent; p != nil; p = p.Parent {
			p.Active = append(p.Active, n)
		}
		return
	}
	if r.Kind == KindPrimitive && r.multiplyActive() {
		c.judgeMultiple(r)
	}
	if r.Parent != nil {
		c.addActive(r.Parent, n, failed)
	}
}

// addNodePriority makes a node more worth saving by what runs on it. What
// runs on a guest node counts for the guest's host, too.
func (c *cluster) addNodePriority(r *Resource, n *Node) {
	if r.Priority == 0 {
		return
	}
	worth := int(r.Priority)
	if r.Role == RolePromoted {
		worth++
	}
	n.priority += worth
	if n.IsGuest() {
		for _, host := range n.host().Active {
			host.priority += worth
		}
	}
}

// multiplyActive tells whether a resource runs on more than one node; if it
// does not wait for fencing, nodes that are lost do not count.
func (r *Resource) multiplyActive() bool {
	if r.NeedsFencing() {
		return len(r.Active) > 1
	}
	return r.cleanActive() > 1
}

func (r *Resource) cleanActive() int {
	clean := 0
	for _, n := range r.Active {
		if n.Online && !n.Unclean {
			clean++
		}
	}
	return clean
}

// judgeMultiple does what multiple-active says.
func (c *cluster) judgeMultiple(r *Resource) {
	switch r.multiple {
	case multipleStopOnly:
		c.banAll(r, cause{kind: causeMultiple})
	case multipleBlock:
		r.clear(flagManaged)
		r.set(flagBlocked)
		if p := r.Parent; p != nil && (p.Kind == KindGroup || p.Kind == KindBundle) && p.multiple == multipleBlock {
			for _, sibling := range p.Children {
				sibling.clear(flagManaged)
				sibling.set(flagBlocked)
			}
		}
	}
}

// currentNode is where a resource is: of several nodes the source of a
// migration, or one that is online and clean. Nil when it is nowhere.
func (r *Resource) currentNode() *Node {
	active := r.Active
	if r.Kind == KindBundle {
		return r.bundleNode()
	}
	if r.PartialSource != nil && r.PartialTarget != nil {
		for _, n := range active {
			if n == r.PartialSource {
				return n
			}
		}
	}
	if len(active) == 0 {
		return nil
	}
	if !r.NeedsFencing() {
		for _, n := range active {
			if n.Online && !n.Unclean {
				return n
			}
		}
	}
	return active[0]
}

// bundleNode is the first current node of a bundle's containers.
func (r *Resource) bundleNode() *Node {
	for _, container := range r.containers() {
		if n := container.currentNode(); n != nil {
			return n
		}
	}
	return nil
}
