package engine

import "crm/engine/score"

// groupColocation is the name of what keeps the members of a group together.
const groupColocation = "group:internal_colocation"

// implyColocations adds the colocations, and the bans, that follow from what
// resources are.
func (c *cluster) implyColocations() {
	for _, r := range c.resources {
		c.imply(r)
	}
}

func (c *cluster) imply(r *Resource) {
	switch r.Kind {
	case KindPrimitive:
		c.implyPrimitive(r)
	case KindGroup:
		for i, m := range r.Children {
			c.imply(m)
			if i > 0 && r.group.colocated {
				c.implyWith(groupColocation, m, r.Children[i-1], must, m.is(flagCritical))
			}
		}
	case KindClone:
		if r.clone.ordered {
			mergeSort(r.Children, byInstanceNumber)
		}
		for _, i := range r.Children {
			c.imply(i)
		}
	case KindBundle:
		for _, rep := range r.bundle.replicas {
			c.imply(rep.container)
			if rep.ip != nil {
				c.imply(rep.ip)
				c.implyWith("#ip-with-container", rep.ip, rep.container, must, true)
			}
			if rep.connection != nil {
				c.imply(rep.connection)
			}
		}
		if r.bundle.clone != nil {
			c.imply(r.bundle.clone)
		}
	}
}

func (c *cluster) implyPrimitive(r *Resource) {
	if !r.Managed() {
		return
	}
	if r.Launcher != nil {
		c.implyLaunched(r)
	}
	if r.isConnection() || r.is(flagFenceDevice) {
		c.banFromRemotes(r, cause{kind: causeNotRemote})
	}
}

// implyLaunched ties what lives in another resource to that.
func (c *cluster) implyLaunched(r *Resource) {
	host := r.Launcher
	if r.isConnection() && !r.is(flagNestingAllowed) {
		c.banFromRemotes(host, cause{kind: causeNoNesting})
	}
	if !r.isConnection() {
		inside := host
		if !host.isConnection() {
			inside = host.guestConnection()
		}
		if inside != nil {
			for _, n := range c.byIx {
				if e := r.allowed.at(n); e != nil && n != inside.remote {
					e.score = ban
					c.explain(r, n, ban, ban, cause{kind: causeGuest, with: inside})
				}
			}
			return
		}
	}
	var s score.Score = must
	if r.is(flagNestingAllowed) {
		s = 10000
	}
	c.implyWith("#resource-with-container", r, host, s, true)
}

// banFromRemotes keeps a resource off remote nodes.
func (c *cluster) banFromRemotes(r *Resource, why cause) {
	for _, n := range c.nodes {
		if e := r.allowed.at(n); e != nil && n.Remote && n.connection != nil {
			e.score = ban
			c.explain(r, n, ban, ban, why)
		}
	}
}

func (c *cluster) implyWith(id string, dependent, primary *Resource, s score.Score, influence bool) {
	c.colocate(&colocation{id: id, dependent: dependent, primary: primary, score: s, attr: nodeName, influence: influence})
}
