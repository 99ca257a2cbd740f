package engine

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// ticket is the right of a site to run something.
type ticket struct {
	id          string
	granted     bool
	standby     bool
	lastGranted int64
	attrs       attributes
}

// ticketUse is a ticket that a resource depends on.
type ticketUse struct {
	id     string
	ticket *ticket
	rsc    *Resource
	role   Role
	loss   ticketLoss
}

// ticketLoss is what happens when a ticket is taken away.
type ticketLoss int8

const (
	lossStop ticketLoss = iota
	lossDemote
	lossFreeze
	lossFence
)

// unpackTicketUse reads a ticket constraint.
func (c *cluster) unpackTicketUse(e *etree.Element) {
	name := cib.Attr(e, "ticket")
	if name == "" {
		return
	}
	t := c.ticket(name)
	if cib.Child(e, "resource_set") != nil {
		sets, _ := c.resourceSets(e, constraintRole)
		for _, set := range sets {
			for _, r := range set.members {
				c.useTicket(e, t, r, set.role)
			}
			if set.broken {
				return
			}
		}
		return
	}
	role, ok := constraintRole(cib.Attr(e, "rsc-role"))
	n := c.resourcesNamed(cib.Attr(e, "rsc"))
	if n.broken && len(n.list) > 0 {
		c.warnMissing(e, n.missing)
	}
	if !ok || len(n.list) == 0 {
		c.warn(e, "it names no resource or role", "correct the names, or remove the constraint")
		return
	}
	for _, r := range n.list {
		c.useTicket(e, t, r, role)
	}
}

func (c *cluster) useTicket(e *etree.Element, t *ticket, r *Resource, role Role) {
	u := &ticketUse{id: cib.ID(e), ticket: t, rsc: r, role: role}
	switch strings.ToLower(cib.Attr(e, "loss-policy")) {
	case "fence":
		if c.opts.fencing {
			u.loss = lossFence
		}
	case "freeze":
		u.loss = lossFreeze
	case "demote":
		u.loss = lossDemote
	case "stop":
	default:
		if role == RolePromoted {
			u.loss = lossDemote
		}
	}
	r.tickets = append(r.tickets, u)
	if !t.granted || t.standby {
		r.eachLeaf(func(leaf *Resource) { c.withoutTicket(u, leaf) })
	}
}

// withoutTicket does to a resource what the loss of its ticket calls for.
func (c *cluster) withoutTicket(u *ticketUse, r *Resource) {
	why := cause{kind: causeTicket, id: u.id}
	if u.ticket.granted || len(r.Active) == 0 {
		if u.role != RolePromoted || u.loss == lossStop {
			c.giveAll(r, ban, why)
		}
		return
	}
	concerned := u.role == RoleUnknown || u.role == r.Role
	switch u.loss {
	case lossStop:
		c.giveAll(r, ban, why)
	case lossDemote:
		if u.role != RolePromoted {
			c.giveAll(r, ban, why)
		}
	case lossFence:
		if !concerned {
			return
		}
		c.giveAll(r, ban, why)
		for _, n := range r.Active {
			c.noteFence(n, groundTicket, r, nil)
			c.fence(n, "deadman ticket was lost", false)
		}
	case lossFreeze:
		if concerned {
			r.clear(flagManaged)
			r.set(flagBlocked)
		}
	}
}
