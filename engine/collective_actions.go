package engine

import "crm/engine/score"

const infinite = score.Infinity

// createActions makes all actions of a resource, members first.
func (c *cluster) createActions(r *Resource) {
	switch r.Kind {
	case KindPrimitive:
		c.createPrimitive(r)
	case KindGroup:
		c.createGroup(r)
	case KindClone:
		c.createClone(r)
	case KindBundle:
		c.createBundle(r)
	}
}

// pseudoOp makes one pseudo-action of a collective resource.
func (c *cluster) pseudoOp(r *Resource, task string, optional, runnable bool) *action {
	a := c.action(r, opKey{task, 0}, task, nil, optional)
	a.set(actPseudo)
	if runnable {
		a.set(actRunnable)
	}
	return a
}

func (c *cluster) createGroup(r *Resource) {
	for _, m := range r.Children {
		c.createActions(m)
	}
	tasks := []string{"start", "running", "stop", "stopped"}
	if r.meta.isTrue("promotable") {
		tasks = append(tasks, "demote", "demoted", "promote", "promoted")
	}
	for _, task := range tasks {
		c.pseudoOp(r, task, true, true)
	}
}

// instanceState sums up what the instances of a clone are about to do.
type instanceState struct {
	active, starting, stopping, restarting bool
	promoting, demoting                    bool
}

// look adds what one instance does.
func (s *instanceState) look(r *Resource) {
	if r.Kind != KindPrimitive {
		for _, m := range r.Children {
			s.look(m)
		}
		return
	}
	starting, stopping := false, false
	if len(r.Active) > 0 {
		s.active = true
	}
	for _, a := range r.actions {
		if !a.required() {
			continue
		}
		switch a.task {
		case "start":
			starting = starting || a.is(actRunnable)
		case "stop":
			stopping = stopping || a.is(actRunnable) || a.is(actPseudo)
		case "promote":
			s.promoting = s.promoting || a.is(actRunnable)
		case "demote":
			s.demoting = s.demoting || a.is(actRunnable)
		}
	}
	s.starting = s.starting || starting
	s.stopping = s.stopping || stopping
	s.restarting = s.restarting || starting && stopping
}

// createInstances makes the actions of instances, then the pseudo-actions of
// their collective.
func (c *cluster) createInstances(r *Resource, instances []*Resource) {
	var state instanceState
	for _, i := range instances {
		c.createActions(i)
		var one instanceState
		one.look(i)
		state.active = state.active || one.active
		state.starting = state.starting || one.starting
		state.stopping = state.stopping || one.stopping
		state.restarting = state.restarting || one.starting && one.stopping
	}
	start := c.pseudoOp(r, "start", !state.starting, true)
	running := c.pseudoOp(r, "running", !state.starting, false)
	running.priority = infinite
	if state.active || state.starting {
		running.set(actRunnable)
	} else {
		running.clear(actRunnable)
		c.ground(running, cannotHappen, groundNoMember)
	}
	stop := c.pseudoOp(r, "stop", !state.stopping, true)
	stopped := c.pseudoOp(r, "stopped", !state.stopping, true)
	stopped.priority = infinite
	if !state.restarting {
		stop.set(actMigratable)
	}
	c.noteTasks("start", instances, start, running)
	c.noteTasks("stop", instances, stop, stopped)
	if r.Kind == KindClone {
		c.notifyStartStop(r, start, running, stop, stopped)
	}
}

func (c *cluster) createClone(r *Resource) {
	c.createInstances(r, r.Children)
	if !r.Promotable() {
		return
	}
	var state instanceState
	for _, i := range r.Children {
		c.createActions(i)
		state.look(i)
	}
	c.rolePseudoOps(r, !state.promoting, !state.demoting)
	c.notifyRoles(r)
	for _, i := range r.Children {
		i.Priority = r.Priority // placement raised it to rank the instances
	}
}

// rolePseudoOps makes the pseudo-actions around promotions and demotions.
func (c *cluster) rolePseudoOps(r *Resource, promoteOptional, demoteOptional bool) {
	promote := c.pseudoOp(r, "promote", promoteOptional, true)
	promoted := c.pseudoOp(r, "promoted", promoteOptional, true)
	promoted.priority = infinite
	c.noteTasks("promote", r.Children, promote, promoted)
	c.notifySetFor(r, "promote")
	demote := c.pseudoOp(r, "demote", demoteOptional, true)
	demoted := c.pseudoOp(r, "demoted", demoteOptional, true)
	demoted.priority = infinite
	c.noteTasks("demote", r.Children, demote, demoted)
	c.notifySetFor(r, "demote")
}

func (c *cluster) createBundle(r *Resource) {
	for _, replica := range r.bundle.replicas {
		for _, part := range []*Resource{replica.ip, replica.container, replica.connection} {
			if part != nil {
				c.createActions(part)
			}
		}
	}
	c.createInstances(r, r.containers())
	if inner := r.bundled(); inner != nil {
		c.createActions(inner)
		if inner.Promotable() {
			c.rolePseudoOps(r, true, true)
		}
	}
}
