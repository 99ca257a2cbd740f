package engine

// nextRole is the first of the steps that lead from one role to another.
func nextRole(from, to Role) Role {
	if to == RoleUnknown && from == RoleUnknown {
		return RoleUnknown
	}
	switch from {
	case RoleUnknown:
		return RoleStopped
	case RoleStopped:
		switch to {
		case RoleStarted:
			return RoleStarted
		case RoleUnpromoted, RolePromoted:
			return RoleUnpromoted
		}
	case RoleStarted:
		if to > RoleStopped {
			return to
		}
	case RoleUnpromoted:
		if to >= RoleUnpromoted {
			return to
		}
	case RolePromoted:
		if to == RolePromoted {
			return RolePromoted
		}
		if to != RoleUnknown {
			return RoleUnpromoted
		}
	}
	return RoleStopped
}

// primitivePlan is what is worked out about one primitive while its actions
// are made.
type primitivePlan struct {
	c             *cluster
	r             *Resource
	current       *Node
	assigned      *Node
	allActive     int
	cleanActive   int
	moving        bool
	migrate       bool
	multiple      bool
	needStop      bool
	needPromote   bool
	why           because // it has to stop, or be promoted anew
	expectedStays bool    // multiple-active=stop_unexpected: the assigned node's instance is left alone
}

// createPrimitive makes the actions that bring a primitive from where and
// what it is to where and what it shall be.
func (c *cluster) createPrimitive(r *Resource) {
	if r.NextRole == RoleUnknown {
		r.NextRole = RoleStarted
		if r.Assigned == nil {
			r.NextRole = RoleStopped
		}
	}
	p := &primitivePlan{c: c, r: r, assigned: r.Assigned, current: r.currentNode()}
	for _, n := range r.Active {
		p.allActive++
		if n.Online && !n.Unclean {
			p.cleanActive++
		}
	}
	for _, n := range r.dangling {
		stop := c.stopAction(r, n, false)
		stop.set(actMigrationAbort)
		c.ground(stop, mustHappen, groundMigration)
	}
	if p.current != nil && p.assigned != nil && p.current != p.assigned && r.NextRole >= RoleStarted {
		p.moving = true
		p.stopFor(groundMove)
		p.migrate = c.canMigrate(r, p.current)
	}
	p.checkMigration()
	p.checkMultiple()
	if r.is(flagStartPending) {
		start := c.startAction(r, p.assigned, true)
		start.set(actAlwaysGraphed)
		c.ground(start, isShown, groundPending)
	}
	p.checkState()
	p.restartChain()
	p.roleChain()
	c.recurring(r)
	if p.migrate {
		c.migrationActions(r, p.current)
	}
}

// stopFor has the resource stopped, and remembers the first cause for it.
func (p *primitivePlan) stopFor(kind groundKind) {
	if !p.needStop {
		p.why = because{ground: ground{kind: kind, rsc: p.r, node: p.current}}
	}
	p.needStop = true
}

// checkMigration goes on with a live migration that was under way, or gives
// it up.
func (p *primitivePlan) checkMigration() {
	r := p.r
	if r.PartialSource != nil && r.PartialTarget != nil && p.migrate && p.allActive == 2 && p.current == r.PartialSource &&
		p.assigned == r.PartialTarget {
		return
	}
	if r.PartialSource != nil || r.PartialTarget != nil {
		r.PartialSource, r.PartialTarget = nil, nil
		p.stopFor(groundMigration)
		p.migrate = false
	}
	active := p.cleanActive
	if r.NeedsFencing() {
		active = p.allActive
	}
	p.multiple = active > 1
}

func (p *primitivePlan) checkMultiple() {
	if !p.multiple {
		p.r.clear(flagStopUnexpected)
		return
	}
	switch p.r.multiple {
	case multipleStopStart:
		p.stopFor(groundMultiple)
	case multipleStopUnexpected:
		p.stopFor(groundMultiple)
		p.r.set(flagStopUnexpected)
	}
}

func (p *primitivePlan) checkState() {
	r := p.r
	switch {
	case p.moving:
	case r.Failed():
		if r.is(flagStopIfFailed) {
			p.stopFor(groundFailed)
		} else if r.NextRole == RolePromoted {
			p.needPromote = true
			p.why = because{ground: ground{kind: groundFailed, rsc: r, node: p.current}}
		}
	case r.Blocked():
		p.stopFor(groundBlocked)
	case r.Role > RoleStarted && p.current != nil && p.assigned != nil:
		if start := p.c.startAction(r, p.assigned, true); start.required() && !p.needStop {
			p.needStop = true
			p.why = byAction(start, mustHappen)
		}
	}
}

// restartChain makes the way down from the present role and up again;
// optional, unless something calls for a restart.
func (p *primitivePlan) restartChain() {
	r := p.r
	r.set(flagRestarting)
	role := r.Role
	for role != RoleStopped {
		next := nextRole(role, RoleStopped)
		p.c.step(r, role, next, p.current, !p.needStop, p.why)
		role = next
	}
	for r.Role <= r.NextRole && role != r.Role && !r.Blocked() {
		next := nextRole(role, r.Role)
		if next == role {
			break // a role that was never found out
		}
		required := p.needStop || next == RolePromoted && p.needPromote
		p.c.step(r, role, next, p.assigned, !required, p.why)
		role = next
	}
	r.clear(flagRestarting)
}

// roleChain makes the steps from the present role to the wanted one.
func (p *primitivePlan) roleChain() {
	why := because{ground: ground{kind: groundRole, rsc: p.r, node: p.assigned}}
	for role := p.r.Role; role != p.r.NextRole; {
		next := nextRole(role, p.r.NextRole)
		if !p.c.step(p.r, role, next, p.assigned, false, why) {
			return
		}
		role = next
	}
}

// step makes the actions of one change of role, which there is a cause for
// unless it is optional. It is false when nothing has to be done for it.
func (c *cluster) step(r *Resource, from, to Role, n *Node, optional bool, why because) bool {
	switch {
	case from == to, from == RoleStarted && to == RoleUnpromoted:
		return false
	case from == RolePromoted:
		c.demoteStep(r, optional, why)
	case to == RolePromoted:
		c.promoteStep(r, n, optional, why)
	case from == RoleStopped:
		c.startStep(r, n, optional, why)
	default:
		c.stopStep(r, optional, why)
	}
	return true
}

// expected tells whether a resource that is active on too many nodes may stay
// on this one.
func (r *Resource) expected(n *Node) bool {
	return r.is(flagStopUnexpected) && r.is(flagRestarting) && r.NextRole > RoleStopped && n != nil && n == r.Assigned
}

func (c *cluster) stopStep(r *Resource, optional bool, why because) {
	for _, n := range r.Active {
		if r.expected(n) {
			continue
		}
		if r.PartialTarget != nil {
			if n == r.PartialTarget && n == r.Assigned {
				continue
			}
			if optional {
				why = because{ground: ground{kind: groundMigration, rsc: r, node: n}}
			}
			optional = false
		}
		a := c.stopAction(r, n, optional)
		if !optional {
			c.note(a, mustHappen, why)
		}
		if r.Assigned == nil {
			a.reason = "node availability"
		} else if r.is(flagRestarting) && r.is(flagStopUnexpected) {
			a.reason = "being multiply active"
		}
		if !r.Managed() {
			a.clear(actRunnable)
			c.ground(a, cannotHappen, groundUnmanaged)
		}
		if r.is(flagNeedsUnfencing) {
			unfence := c.fenceOp(n, "on", true, "", false)
			c.link(a, unfence, thenImpliesFirst)
		}
	}
}

func (c *cluster) startStep(r *Resource, n *Node, optional bool, why because) {
	a := c.startAction(r, n, true)
	if !optional {
		c.note(a, mustHappen, why)
	}
	c.orderUnfencing(r, n, a, firstImpliesThen)
	// One that is not managed is active on too many nodes, and stays so: with a
	// start that is required its collective would wait for it for ever.
	if a.is(actRunnable) && !optional && r.Managed() {
		a.clear(actOptional)
	}
	if r.expected(n) {
		a.set(actPseudo)
	}
}

func (c *cluster) promoteStep(r *Resource, n *Node, optional bool, why because) {
	var stuck *action
	for _, start := range r.byKey(opKey{"start", 0}, n) {
		if !start.is(actRunnable) {
			stuck = start
		}
	}
	if stuck != nil {
		for _, a := range r.byKey(opKey{"promote", 0}, n) {
			a.clear(actRunnable)
			c.note(a, cannotHappen, byAction(stuck, cannotHappen))
		}
		return
	}
	a := c.promoteAction(r, n, optional)
	if !optional {
		c.note(a, mustHappen, why)
	}
	if r.expected(n) {
		a.set(actPseudo)
	}
}

func (c *cluster) demoteStep(r *Resource, optional bool, why because) {
	for _, n := range r.Active {
		if r.expected(n) {
			continue
		}
		if a := c.demoteAction(r, n, optional); !optional {
			c.note(a, mustHappen, why)
		}
	}
}

// primitiveOrders writes down what always holds between a primitive's own
// operations, and between it and what it runs in.
func (c *cluster) primitiveOrders(r *Resource) {
	if !r.Managed() {
		return
	}
	c.order(op(r, "stop"), op(r, "start"), ordered|firstImpliesThen|intermediateStop)
	if r.topmost().Promotable() || r.Role > RoleUnpromoted {
		c.order(op(r, "demote"), op(r, "stop"), promotedThenImplies)
		c.order(op(r, "start"), op(r, "promote"), unrunnableFirstBlocks)
	}
	c.order(op(r, "lrm_delete"), op(r, "monitor"), ifOnSameNode|thenCancelsFirst)
	allowed := c.allowedByName(r)
	if c.opts.unfencing && !r.is(flagFenceDevice) && r.is(flagNeedsUnfencing) {
		for _, n := range allowed {
			unfence := c.fenceOp(n, "on", true, "", false)
			c.order(op(r, "stop"), act(unfence), ordered|ifOnSameNode)
			c.order(act(unfence), op(r, "start"), firstImpliesSameNode|ifOnSameNode)
		}
	}
	if len(r.util) > 0 && c.opts.placement != placeDefault {
		c.orderByLoad(r, allowed)
	}
	if r.Launcher != nil {
		c.orderLauncher(r)
	}
}

// orderByLoad lets a node's load go down before more is put on it.
func (c *cluster) orderByLoad(r *Resource, allowed []*Node) {
	for _, n := range r.Active {
		c.order(op(r, "stop"), act(c.loadStopped(n)), ifOnSameNodeOrTarget)
	}
	for _, n := range allowed {
		load := act(c.loadStopped(n))
		c.order(load, op(r, "start"), ifOnSameNodeOrTarget)
		c.order(load, op(r, "migrate_to"), ifOnSameNodeOrTarget)
	}
}

// loadStopped is the pseudo-action after which a node has room again.
func (c *cluster) loadStopped(n *Node) *action {
	a := c.pseudoAction("load_stopped_" + n.Name)
	if a.node == nil {
		a.node = n
		a.clear(actOptional)
		c.ground(a, mustHappen, groundLoad)
	}
	return a
}
