package engine

import "slices"

// applyOrders turns the orders into links and lets every action feel what the
// actions before and after it need, until nothing changes any more.
func (c *cluster) applyOrders() {
	i := 0
	for o := range c.orders.all {
		i++
		c.begin(c.sourceOfOrder(i))
		c.applyOrder(o)
	}
	c.begin("")
	for _, a := range slices.Backward(c.actions) {
		c.blockDependents(a)
	}
	c.orderProbes()
	for _, a := range slices.Backward(c.actions) {
		c.update(a)
	}
	c.orderRestarts()
	c.disableInvalid()
}

// change says which of two linked actions an update changed.
type change struct{ first, then bool }

func (a *change) add(b change) {
	a.first = a.first || b.first
	a.then = a.then || b.then
}

// update makes an action agree with everything that comes before it, and
// goes on with the actions that are affected by that.
func (c *cluster) update(then *action) {
	last := then.flags
	if then.neededFirsts > 0 {
		then.runnableFirsts = 0
		then.clear(actRunnable)
	}
	thenChanged := false
	for i := len(then.before) - 1; i >= 0; i-- {
		thenChanged = c.updateLink(then, i) || thenChanged
	}
	if then.neededFirsts > 0 {
		thenChanged = then.flags != last
		c.noteGate(then)
	}
	if thenChanged {
		if last&actRunnable != 0 && !then.is(actRunnable) {
			c.blockDependents(then)
		}
		c.update(then)
		c.updateAfters(then)
	}
}

func (c *cluster) updateAfters(a *action) {
	for i := len(a.after) - 1; i >= 0; i-- {
		c.update(a.after[i].action)
	}
}

// updateLink lets then, and the first action of its i-th link, agree. It
// tells whether then changed.
func (c *cluster) updateLink(then *action, i int) bool {
	first := then.before[i].action
	before := c.begin(c.sourceOfLink(first, then))
	changed := c.linkChanged(then, i, first)
	c.begin(before)
	return changed
}

// linkChanged is updateLink for a link and its first action.
func (c *cluster) linkChanged(then *action, i int, first *action) bool {
	l := then.before[i]
	firstNode, thenNode := orderNode(first), orderNode(then)
	if l.rel.has(ifOnSameNode) && firstNode != nil && thenNode != nil && firstNode != thenNode {
		then.before[i].rel = noRelation
		return false
	}
	if first.rsc != nil && l.rel.has(thenCancelsFirst) && then.required() {
		first.set(actOptional)
		c.forget(first, mustHappen)
		if first.task == "reload-agent" {
			first.rsc.clear(flagReload)
		}
	}
	if first.rsc != nil && then.rsc != nil && first.rsc != then.rsc && !first.rsc.isAncestorOf(then.rsc) {
		if done := completion(first); done != first {
			if c.link(done, then, l.rel) {
				then.before[i].rel = noRelation
				return true
			}
			return false
		}
	}
	changed := c.updateByRelation(first, then, thenNode, firstNode, i)
	if changed.first {
		c.updateAfters(first)
		c.update(first)
	}
	return changed.then
}

// orderNode is where an action happens; for the start of a group the one node
// that the group is placed on.
func orderNode(a *action) *Node {
	if a.rsc != nil && a.rsc.Kind == KindGroup && a.task == "start" {
		return a.rsc.singleLocation()
	}
	return a.node
}

var completed = map[string]string{"start": "running", "stop": "stopped", "promote": "promoted", "demote": "demoted",
	"notify": "notified", "running": "running", "stopped": "stopped", "promoted": "promoted", "demoted": "demoted",
	"notified": "notified"}

var begun = map[string]string{"running": "start", "stopped": "stop", "promoted": "promote", "demoted": "demote"}

// completion is the pseudo-action that marks the end of a group's, clone's or
// bundle's operation: what others really have to wait for.
func completion(a *action) *action {
	if a.rsc.Kind == KindPrimitive || a.key.notification() || a.key.ms != 0 {
		return a
	}
	task, known := completed[a.task]
	if !known {
		return a
	}
	key := opKey{task, 0}
	if a.rsc.isInstanced() && a.rsc.notifies() {
		key = opKey{"confirmed-post_notify_" + task, 0}
	}
	if done := a.rsc.oldest(key, nil); done != nil {
		return done
	}
	return a
}

// notifies tells a clone with notifications, or a bundle around one. The
// bundle itself has no actions for them, so that others wait for the begin of
// its operations only; Pacemaker does so, too.
func (r *Resource) notifies() bool {
	if r.Kind == KindBundle && r.bundled() != nil {
		return r.bundled().Notify()
	}
	return r.Notify()
}

// updateByRelation applies each flag of the i-th link before then.
func (c *cluster) updateByRelation(first, then *action, thenNode, firstNode *Node, i int) change {
	ff, tf := c.flagsOn(first, thenNode), c.flagsOn(then, firstNode)
	u := linkUpdate{c: c, first: first, then: then, ff: ff, node: then.node}
	if then.before[i].rel.has(firstImpliesSameNode) {
		then.before[i].rel = then.before[i].rel&^firstImpliesSameNode | firstImpliesThen
		u.node = first.node
	}
	rel := then.before[i].rel
	u.implications(rel)
	u.minRunnable(rel)
	if rel.has(nestedProbe) && then.rsc != nil {
		if ff&actRunnable == 0 && len(first.rsc.Active) > 0 {
			then.before[i].rel = noRelation
		} else {
			u.onThen(ff, actRunnable, unrunnableFirstBlocks)
		}
	}
	u.blocks(rel)
	c.graphEffects(first, then, ff, tf, rel)
	if rel.any(firstImpliesThen|thenImpliesFirst|intermediateStop) && first.rsc != nil && first.task == "stop" &&
		!first.rsc.Managed() && first.rsc.Blocked() && !first.is(actRunnable) && then.is(actRunnable) {
		then.clear(actRunnable)
		c.note(then, cannotHappen, byAction(first, cannotHappen))
		u.changed.then = true
	}
	return u.changed
}

// graphEffects marks what must be shown in the graph though it is optional.
func (c *cluster) graphEffects(first, then *action, ff, tf actionFlags, rel relation) {
	if first.is(actRunnable) && rel.has(firstImpliesThenGraphed) && ff&actOptional == 0 {
		then.set(actAlwaysGraphed)
		c.note(then, isShown, byAction(first, mustHappen))
	}
	if rel.has(thenImpliesFirstGraphed) && tf&actOptional == 0 {
		first.set(actAlwaysGraphed)
		c.note(first, isShown, byAction(then, mustHappen))
	}
}

// linkUpdate is the work on one link.
type linkUpdate struct {
	c           *cluster
	first, then *action
	ff          actionFlags // of first, as seen from then's node
	node        *Node
	changed     change
}

// onThen lets then's resource apply one kind of relation.
func (u *linkUpdate) onThen(mask, filter actionFlags, rel relation) {
	u.changed.add(u.c.updatePair(u.then.rsc, pair{u.first, u.then, u.node, mask, filter, rel}))
}

func (u *linkUpdate) implications(rel relation) {
	first, then, ff := u.first, u.then, u.ff
	if rel.has(firstImpliesThen) {
		if then.rsc != nil {
			u.onThen(ff&actOptional, actOptional, firstImpliesThen)
		} else if ff&actOptional == 0 && !then.required() {
			then.clear(actOptional)
			u.c.note(then, mustHappen, byAction(first, mustHappen))
			u.changed.then = true
		}
	}
	if rel.has(intermediateStop) && then.rsc != nil {
		u.onThen(ff, actOptional|actRunnable, intermediateStop)
	}
	if rel.has(thenImpliesFirst) {
		if first.rsc != nil {
			u.changed.add(u.c.updatePair(first.rsc, pair{first, then, u.node, ff, actOptional, thenImpliesFirst}))
		} else if ff&actOptional == 0 && ff&actRunnable != 0 {
			first.clear(actRunnable)
			u.c.note(first, cannotHappen, byAction(then, cannotHappen))
			u.changed.first = true
		}
	}
	if rel.has(promotedThenImplies) && then.rsc != nil {
		u.onThen(ff&actOptional, actOptional, promotedThenImplies)
	}
}

func (u *linkUpdate) minRunnable(rel relation) {
	then := u.then
	if !rel.has(minRunnable) || then.rsc != nil || u.ff&actRunnable == 0 {
		return
	}
	then.runnableFirsts++
	if then.runnableFirsts >= then.neededFirsts && !then.is(actRunnable) {
		then.set(actRunnable)
		u.changed.then = true
	}
}

func (u *linkUpdate) blocks(rel relation) {
	then, ff := u.then, u.ff
	if rel.has(unrunnableFirstBlocks) {
		if then.rsc != nil {
			u.onThen(ff, actRunnable, unrunnableFirstBlocks)
		} else if ff&actRunnable == 0 && then.is(actRunnable) {
			then.clear(actRunnable)
			u.c.note(then, cannotHappen, byAction(u.first, cannotHappen))
			u.changed.then = true
		}
	}
	if then.rsc == nil {
		return
	}
	if rel.has(unmigratableThenBlocks) {
		u.onThen(ff, actOptional, unmigratableThenBlocks)
	}
	if rel.has(firstElseThen) {
		u.onThen(ff, actOptional, firstElseThen)
	}
	if rel.has(ordered) {
		u.onThen(ff, actRunnable, ordered)
	}
	if rel.has(asymmetric) {
		u.onThen(ff, actRunnable, asymmetric)
	}
}

// blockDependents keeps what must be with a resource that cannot start (or
// be promoted) from starting (or being promoted) too.
func (c *cluster) blockDependents(a *action) {
	if a.is(actRunnable) || a.rsc == nil || a.task != "start" && a.task != "promote" {
		return
	}
	r := a.rsc.Root()
	dependents := c.withThisList(r)
	if len(dependents) == 0 {
		return
	}
	for _, child := range r.Children {
		if ca := child.newest(a.task, nil); ca == nil || ca.is(actRunnable) {
			return
		}
	}
	for _, col := range dependents {
		if col.score < infinite {
			continue
		}
		if a.task == "promote" && col.priRole != RolePromoted {
			continue
		}
		task := "start"
		if col.depRole == RolePromoted {
			task = "promote"
		}
		before := c.begin(col.id)
		c.blockColocated(col.dependent, task, a)
		c.begin(before)
	}
}

func (c *cluster) blockColocated(r *Resource, task string, because *action) {
	for _, a := range slices.Backward(r.actions) {
		if a.task != task || !a.is(actRunnable) {
			continue
		}
		a.clear(actRunnable)
		c.note(a, cannotHappen, byAction(because, cannotHappen))
		a.say("colocation with " + because.rsc.ID)
		c.blockDependents(a)
		c.update(a)
	}
	for _, child := range r.Children {
		c.blockColocated(child, task, because)
	}
}

// disableInvalid drops links that would make the transition impossible.
func (c *cluster) disableInvalid() {
	for _, then := range slices.Backward(c.actions) {
		for i := len(then.before) - 1; i >= 0; i-- {
			l := &then.before[i]
			if !l.rel.has(guestAllowed) && l.action.rsc != nil && then.rsc != nil && l.action.node != nil &&
				then.rsc.Kind == KindPrimitive && launches(then.rsc, l.action.node) {
				l.rel = noRelation
			}
			if l.rel == ifOnSameNodeOrTarget && then.rsc != nil && then.task == "migrate_to" && c.closesLoop(then, i) {
				l.rel = noRelation
			}
		}
	}
}

// launches tells whether r is what the guest node n runs in.
func launches(r *Resource, n *Node) bool {
	return n.IsGuest() && n.host() == r
}

// closesLoop tells whether, by the links of the graph, what comes before the
// first action of then's i-th link leads back to then.
func (c *cluster) closesLoop(then *action, i int) bool {
	return c.leadsBack(then, then, i)
}

func (c *cluster) leadsBack(goal, a *action, i int) bool {
	first := a.before[i].action
	if first.is(actLoopMark) || !c.inputGraphed(a, i) {
		return false
	}
	if first == goal {
		return true
	}
	first.set(actLoopMark)
	defer first.clear(actLoopMark)
	for j := range first.before {
		if c.leadsBack(goal, first, j) {
			return true
		}
	}
	return false
}
