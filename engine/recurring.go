package engine

import "strconv"

var neverRecurring = map[string]bool{"stop": true, "start": true, "demote": true, "promote": true, "reload-agent": true,
	"migrate_to": true, "migrate_from": true}

// recurring makes a primitive's recurring operations: those for an active
// resource where it will run, those with role Stopped everywhere else.
func (c *cluster) recurring(r *Resource) {
	if r.Blocked() || r.is(flagMaintenance) {
		return
	}
	n := r.Assigned
	var start *action
	if n != nil && !n.Maintenance && (r.NextRole != RoleStopped || !r.Managed()) {
		start = c.startAction(r, n, true)
	}
	for _, o := range r.operations(c) {
		if o.ms <= 0 || neverRecurring[o.name] || o.badRole || !o.enabled || c.duplicateOp(r, o) {
			continue
		}
		if o.role != RoleStopped {
			if start != nil {
				c.recurringActive(r, o, start, n)
			}
		} else if r.Unique() {
			c.recurringInactive(r, o)
		}
	}
}

func (c *cluster) duplicateOp(r *Resource, o *opElement) bool {
	same := 0
	for _, other := range r.operations(c) {
		if other.name == o.name && other.ms == o.ms {
			same++
		}
	}
	return same > 1
}

// runsAt tells whether a recurring operation was found running on a node, and
// need not be started anew.
func (r *Resource) runsAt(k opKey, n *Node) bool {
	found := r.exactly(k, n)
	for _, a := range found {
		if a.is(actReschedule) {
			return false
		}
	}
	return len(found) > 0
}

func (c *cluster) recurringActive(r *Resource, o *opElement, start *action, n *Node) {
	k := opKey{o.name, o.ms}
	optional := c.flags(start, nil)&actOptional != 0 && r.runsAt(k, n)
	matches := o.role == r.NextRole
	if o.role == RoleUnknown {
		matches = r.NextRole != RolePromoted
	}
	if !matches {
		if optional {
			c.cancelForRole(r, k, n)
		}
		return
	}
	mon := c.action(r, k, o.name, n, optional)
	if !optional {
		c.noteMonitor(mon, start)
	}
	if !start.is(actRunnable) || !n.Online || n.Unclean {
		mon.clear(actRunnable)
		c.noteStuck(mon, start)
	}
	if r.NextRole == RolePromoted {
		mon.setMeta("op_target_rc", "8")
	}
	if !r.Managed() {
		return
	}
	c.order(op(r, "start"), act(mon), firstImpliesThen|unrunnableFirstBlocks)
	c.order(op(r, "reload-agent"), act(mon), firstImpliesThen|unrunnableFirstBlocks)
	if r.NextRole == RolePromoted {
		c.order(op(r, "promote"), act(mon), ordered|unrunnableFirstBlocks)
	} else if r.Role == RolePromoted {
		c.order(op(r, "demote"), act(mon), ordered|unrunnableFirstBlocks)
	}
}

// cancelForRole ends a recurring operation that is for another role.
func (c *cluster) cancelForRole(r *Resource, k opKey, n *Node) {
	cancel := c.cancelAction(r, k, n)
	switch r.Role {
	case RoleStarted, RoleUnpromoted:
		if r.NextRole == RolePromoted {
			c.order(act(cancel), op(r, "promote"), unrunnableFirstBlocks)
		} else if r.NextRole == RoleStopped {
			c.order(act(cancel), op(r, "stop"), unrunnableFirstBlocks)
		}
	case RolePromoted:
		c.order(act(cancel), op(r, "demote"), unrunnableFirstBlocks)
	}
}

// cancelAction turns a recurring operation that runs into its own cancelling.
func (c *cluster) cancelAction(r *Resource, k opKey, n *Node) *action {
	a := c.action(r, k, "cancel", n, false)
	a.task, a.cancelTask = "cancel", k.op
	c.ground(a, mustHappen, groundCancel)
	a.setMeta("operation", k.op)
	a.setMeta("interval", strconv.FormatInt(k.ms, 10))
	return a
}

func (c *cluster) recurringInactive(r *Resource, o *opElement) {
	k := opKey{o.name, o.ms}
	for _, n := range c.nodes {
		if n == r.Assigned {
			if len(r.exactly(k, n)) > 0 {
				cancel := c.cancelAction(r, k, n)
				if r.NextRole == RoleStarted || r.NextRole == RoleUnpromoted {
					c.order(act(cancel), op(r, "start"), unrunnableFirstBlocks)
				}
			}
			continue
		}
		c.watchStopped(r, k, n)
	}
}

// watchStopped makes the operation that sees to it that a resource stays
// stopped on a node.
func (c *cluster) watchStopped(r *Resource, k opKey, n *Node) {
	mon := c.action(r, k, k.op, n, len(r.exactly(k, n)) > 0)
	c.ground(mon, mustHappen, groundMonitor)
	mon.setMeta("op_target_rc", "7")
	if r.Managed() {
		for _, probe := range r.byKey(opKey{"monitor", 0}, n) {
			c.link(probe, mon, unrunnableFirstBlocks)
		}
	}
	for _, stop := range r.exactly(opKey{"stop", 0}, n) {
		if stop.required() && mon.required() && !r.Managed() {
			mon.set(actOptional)
		}
		if !stop.is(actRunnable) {
			mon.clear(actRunnable)
			c.note(mon, cannotHappen, byAction(stop, cannotHappen))
		}
		if r.Managed() {
			c.order(act(stop), act(mon), firstImpliesThen|unrunnableFirstBlocks)
		}
	}
	if !n.Online || n.Unclean {
		mon.clear(actRunnable)
		c.ground(mon, cannotHappen, groundNode)
	}
}
