package engine

import "slices"

// assignBundle assigns a bundle's containers, then what goes with each, and
// what runs inside.
func (c *cluster) assignBundle(r *Resource, prefer *Node, stopIfFail bool) {
	r.set(flagAssigning)
	c.printScores("pcmk__bundle_assign", r)
	f := r.bundle
	containers := r.containers()
	mergeSort(containers, c.compareInstances)
	c.assignInstances(r, containers, len(f.replicas), f.perHost)
	for _, rep := range f.replicas {
		c.assignReplica(r, rep, prefer, stopIfFail)
	}
	if f.clone != nil {
		for i := range f.clone.allowed {
			e := &f.clone.allowed[i]
			if !e.in {
				continue
			}
			e.score = ban
			if slices.ContainsFunc(f.replicas, func(rep *replica) bool { return rep.node == c.byIx[i] }) {
				e.score = 0
			}
		}
		c.assign(f.clone, prefer, stopIfFail)
	}
	r.clear(flagAssigning | flagUnassigned)
}

// assignReplica places what belongs to one container.
func (c *cluster) assignReplica(r *Resource, rep *replica, prefer *Node, stopIfFail bool) {
	if rep.ip != nil {
		c.assign(rep.ip, prefer, stopIfFail)
	}
	if rep.connection != nil {
		if host := rep.container.Assigned; host != nil && host.Remote && host.connection != nil {
			c.implyWith("#replica-remote-with-host-remote", rep.connection, host.connection, must, true)
		}
		c.assign(rep.connection, prefer, stopIfFail)
	}
	if rep.child == nil {
		return
	}
	for i := range rep.child.allowed {
		e := &rep.child.allowed[i]
		if !e.in {
			continue
		}
		if c.byIx[i] != rep.node {
			e.score = ban
			c.explain(rep.child, c.byIx[i], ban, ban, cause{kind: causeContainer, with: rep.container})
		} else if _, reached := c.thresholdReached(rep.child, rep.node); !reached {
			e.score = must
			c.explain(rep.child, rep.node, must, must, cause{kind: causeContainer, with: rep.container})
		}
	}
	rep.child.Parent.set(flagAssigning)
	c.assign(rep.child, rep.node, stopIfFail)
	rep.child.Parent.clear(flagAssigning)
}
