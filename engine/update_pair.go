package engine

import "strings"

// pair is two ordered actions and one kind of relation between them. Mask is
// first's state; filter says which flags the relation is about.
type pair struct {
	first, then  *action
	node         *Node
	mask, filter actionFlags
	rel          relation
}

// updatePair lets resource r, which one of the actions belongs to, apply the
// relation: to the action itself and to what it stands for.
func (c *cluster) updatePair(r *Resource, p pair) change {
	switch r.Kind {
	case KindPrimitive:
		return c.pairOne(p)
	case KindGroup:
		changed := c.pairOne(p)
		for _, m := range r.Children {
			if ma := m.newest(p.then.task, p.node); ma != nil {
				mp := p
				mp.then = ma
				changed.add(c.updatePair(m, mp))
			}
		}
		return changed
	default:
		return c.pairInstances(r, p)
	}
}

var flagWords = map[actionFlags]string{actOptional: "required", actRunnable: "unrunnable", actMigratable: "unmigrateable"}

// clearBecause takes a flag from an action and notes which other action led
// to that, and what that was.
func (c *cluster) clearBecause(a *action, flag actionFlags, other *action, was condition) {
	if a.flags&flag == 0 {
		return
	}
	a.clear(flag)
	a.because(flagWords[flag], other)
	switch flag {
	case actOptional:
		c.note(a, mustHappen, byAction(other, was))
	case actRunnable:
		c.note(a, cannotHappen, byAction(other, was))
	}
}

// pairOne applies the relation to the two actions.
func (c *cluster) pairOne(p pair) change {
	first, then := p.first, p.then
	firstWas, thenWas := first.flags, then.flags
	switch p.rel {
	case asymmetric:
		c.pairAsymmetric(first, then)
	case thenImpliesFirst:
		if then.required() {
			if p.filter&actOptional != 0 && p.mask&actOptional == 0 {
				c.clearBecause(first, actOptional, then, mustHappen)
			}
			if p.mask&actMigratable != 0 && !then.is(actMigratable) {
				c.clearBecause(first, actMigratable, then, mustHappen)
			}
		}
	case promotedThenImplies:
		if then.rsc.Role == RolePromoted && p.filter&actOptional != 0 && then.required() {
			c.clearBecause(first, actOptional, then, mustHappen)
			if !then.is(actMigratable) {
				c.clearBecause(first, actMigratable, then, mustHappen)
			}
		}
	case unmigratableThenBlocks:
		if p.filter&actOptional != 0 {
			if !then.is(actMigratable | actRunnable) {
				was := mustHappen
				if !then.is(actRunnable) {
					was = cannotHappen
				}
				c.clearBecause(first, actRunnable, then, was)
			}
			if then.required() {
				c.clearBecause(first, actOptional, then, mustHappen)
			}
		}
	case firstElseThen:
		if p.filter&actOptional != 0 && !first.is(actRunnable) {
			c.clearBecause(then, actMigratable, first, mustHappen)
			then.clear(actPseudo)
		}
	case unrunnableFirstBlocks:
		if p.filter&actRunnable != 0 && then.is(actRunnable) && p.mask&actRunnable == 0 {
			c.clearBecause(then, actRunnable, first, cannotHappen)
			c.clearBecause(then, actMigratable, first, cannotHappen)
		}
	case firstImpliesThen:
		if p.filter&actOptional != 0 && !then.required() && p.mask&actOptional == 0 && !first.is(actMigratable) {
			c.clearBecause(then, actOptional, first, mustHappen)
		}
	case intermediateStop:
		c.pairRestart(p)
	}
	var changed change
	if then.flags != thenWas {
		changed.then = true
		if then.rsc != nil && then.rsc.Parent != nil {
			c.update(then)
		}
	}
	changed.first = first.flags != firstWas
	return changed
}

func (c *cluster) pairAsymmetric(first, then *action) {
	if then.rsc == nil || first.is(actRunnable) {
		return
	}
	if !then.required() {
		r := then.rsc
		if then.task == "stop" && r.Role == RoleStopped {
			return
		}
		if then.task == "start" && r.Role >= RoleStarted && len(r.Active) == 1 && r.Active[0] == then.node {
			return
		}
	}
	c.clearBecause(then, actOptional, first, cannotHappen)
	c.clearBecause(then, actRunnable, first, cannotHappen)
}

// pairRestart is for a stop before a start: when the start has to happen, or
// cannot, so has the stop.
func (c *cluster) pairRestart(p pair) {
	first, then := p.first, p.then
	applies := p.filter&actOptional != 0 && then.required() ||
		p.filter&actRunnable != 0 && !then.is(actRunnable) && then.rsc.Managed() && first.rsc == then.rsc
	if !applies {
		return
	}
	was := mustHappen
	if !then.is(actRunnable) {
		was = cannotHappen
	}
	if first.is(actRunnable) {
		c.clearBecause(first, actOptional, then, was)
	}
	if then.required() {
		c.clearBecause(first, actOptional, then, was)
	}
	if !then.is(actMigratable) {
		c.clearBecause(first, actMigratable, then, mustHappen)
	}
	if first.required() && !first.is(actRunnable) {
		c.clearBecause(then, actRunnable, first, cannotHappen)
	}
}

func (c *cluster) pairInstances(r *Resource, p pair) change {
	if p.then.rsc == nil {
		return change{}
	}
	if c.interleaves(p) {
		return c.pairInterleaved(p)
	}
	changed := c.pairOne(p)
	if c.sparesInstances(r, p) {
		return changed
	}
	for _, i := range r.instances() {
		ia := i.newest(p.then.task, p.node)
		if ia == nil || c.flags(ia, p.node)&actRunnable == 0 {
			continue
		}
		ip := p
		ip.then = ia
		sub := c.updatePair(i, ip)
		changed.add(sub)
		if sub.then {
			c.updateAfters(ia)
		}
	}
	return changed
}

// sparesInstances tells that the relation changes nothing in a clone's
// instances, so that not all of them need be asked for each of the clone's
// links with them.
func (c *cluster) sparesInstances(r *Resource, p pair) bool {
	if r.Kind != KindClone {
		return false
	}
	if len(r.Children) == 0 {
		return true
	}
	i := r.Children[0]
	if i.Kind == KindPrimitive {
		return p.idle() || begun[p.then.task] != "" // which only collectives do
	}
	if p.then.rsc != r || p.node != nil || memberTask(p.then, i) != p.then.task {
		return false
	}
	all := c.flags(p.then, nil) // corrects the groups' actions on the way
	return all&actRunnable == 0 || p.idle()
}

// idle tells that the relation changes nothing, whatever waits for first.
func (p pair) idle() bool {
	switch p.rel {
	case ordered:
		return true
	case unrunnableFirstBlocks:
		return p.mask&actRunnable != 0
	case firstImpliesThen:
		return p.mask&actOptional != 0
	case firstElseThen, asymmetric:
		return p.first.is(actRunnable)
	}
	return false
}

// interleaves tells whether only the instances on the same node wait for each
// other.
func (c *cluster) interleaves(p pair) bool {
	first, then := p.first.rsc, p.then.rsc
	if first == nil || first == then || !first.isInstanced() || !then.isInstanced() {
		return false
	}
	decides := then
	if p.then.key.ends("stop", "demote") {
		decides = first
	}
	return decides.meta.isTrue("interleave")
}

// pairInterleaved ties each instance of then to its partner of first.
func (c *cluster) pairInterleaved(p pair) change {
	var changed change
	firsts := newPlaced(p.first.rsc, p.first.key.ends("stopped", "demoted"))
	for _, t := range p.then.rsc.instances() {
		f := c.partner(t, firsts)
		if f == nil {
			if !firsts.current && p.rel.any(unrunnableFirstBlocks|firstImpliesThen) && c.leaveUnassigned(t, p.first.rsc) {
				changed.then = true
			}
			continue
		}
		changed.add(c.pairPartners(f, t, p))
	}
	return changed
}

func (c *cluster) pairPartners(f, t *Resource, p pair) change {
	firstTask := memberTask(p.first, f) // of groups all is waited for
	thenTask := p.then.task
	if inner := c.insideOf(f); inner != nil && firstTask != "stop" {
		f = inner
	}
	if inner := c.insideOf(t); inner != nil && (strings.HasPrefix(thenTask, "promote") || strings.HasPrefix(thenTask, "demote")) {
		t = inner
	}
	fa, ta := f.newest(firstTask, nil), t.newest(thenTask, nil)
	if fa == nil || ta == nil {
		return change{}
	}
	var changed change
	if c.link(fa, ta, p.rel) {
		changed = change{first: true, then: true}
	}
	changed.add(c.updatePair(t, pair{fa, ta, p.node, c.flags(fa, p.node), p.filter, p.rel}))
	return changed
}

// partner is the one of another clone's instances that the instance t goes
// together with.
func (c *cluster) partner(t *Resource, others *placed) *Resource {
	if n := t.onlyLocation(others.current); n != nil {
		return others.on(n)
	}
	for _, n := range c.places(t.allowed, nil) {
		if other := others.on(n); other != nil {
			return other
		}
	}
	return nil
}
