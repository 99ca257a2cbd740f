package engine

// flagsOn is what another action sees of an action's flags from its own node:
// for a clone only the instances there count, but whether anything of it can
// run at all is judged over all nodes.
func (c *cluster) flagsOn(a *action, n *Node) actionFlags {
	if a.rsc == nil {
		return a.flags
	}
	all := c.flags(a, nil)
	if n == nil || a.rsc.Kind != KindClone {
		return all
	}
	here := c.flags(a, n)
	if all&actRunnable != 0 {
		here |= actRunnable
	}
	return here
}

// flags are an action's flags; for a group, clone or bundle they follow from
// its members, and the pseudo-action itself is corrected on the way.
func (c *cluster) flags(a *action, n *Node) actionFlags {
	if a.rsc == nil || a.rsc.Kind == KindPrimitive {
		return a.flags
	}
	if flags, known := a.seen.on(n, a.rsc.changes); known {
		return flags
	}
	var flags actionFlags
	if a.rsc.Kind == KindGroup {
		flags = c.groupFlags(a, n)
	} else {
		flags = c.instanceFlags(a, n)
	}
	if a.seen == nil {
		a.seen = &seenFlags{}
	}
	a.seen.keep(n, a.rsc.changes, flags)
	return flags
}

// seenFlags keeps what flags found, for no node and for each node asked about.
// A collective of n members is asked by n links, and what it then looks
// through are n members; but few of those questions change anything.
type seenFlags struct {
	anywhere seenOn
	there    []seenOn // by the node's index
}

type seenOn struct {
	changes uint32 // how often the members' actions had been changed by then
	known   bool
	flags   actionFlags
}

func (s *seenFlags) on(n *Node, changes uint32) (flags actionFlags, known bool) {
	if s == nil {
		return 0, false
	}
	seen := s.anywhere
	if n != nil {
		if n.ix >= len(s.there) {
			return 0, false
		}
		seen = s.there[n.ix]
	}
	return seen.flags, seen.known && seen.changes == changes
}

func (s *seenFlags) keep(n *Node, changes uint32, flags actionFlags) {
	seen := seenOn{changes, true, flags}
	if n == nil {
		s.anywhere = seen
		return
	}
	for n.ix >= len(s.there) {
		s.there = append(s.there, seenOn{})
	}
	s.there[n.ix] = seen
}

// planChanged makes what is known of the flags of everything around r be
// looked up again.
func (r *Resource) planChanged() {
	for ; r != nil; r = r.Parent {
		r.changes++
	}
}

func (c *cluster) groupFlags(a *action, n *Node) actionFlags {
	flags := actOptional | actRunnable | actPseudo
	for _, m := range a.rsc.Children {
		task := memberTask(a, m)
		ma := m.newest(task, n)
		if ma == nil {
			if task != "stop" && task != "demote" {
				flags &^= actRunnable
				c.ground(a, cannotHappen, groundNoMember)
			}
			continue
		}
		mf := c.flags(ma, n)
		if mf&actOptional == 0 {
			flags &^= actOptional
			c.noteMember(a, actOptional, mustHappen, ma)
			a.clear(actOptional)
		}
		if task != a.task && mf&actRunnable == 0 {
			flags &^= actRunnable
			c.noteMember(a, actRunnable, cannotHappen, ma)
			a.clear(actRunnable)
		}
	}
	return flags
}

// memberTask is what a member does when its collective does a's task: for a
// primitive "running" comes from "start", and so on.
func memberTask(a *action, member *Resource) string {
	task := a.task
	if task == "notify" || task == "notified" {
		if _, of, found := cutLast(a.key.op, "_notify_"); found {
			task = of
		}
	}
	if begin, known := begun[task]; known && member.Kind == KindPrimitive {
		task = begin
	}
	return task
}

// instancesFor lists what a clone's or bundle's operation is really done on:
// a bundle's containers, or the replicas inside for roles.
func instancesFor(a *action) []*Resource {
	r := a.rsc
	if r.Kind != KindBundle {
		return r.Children
	}
	switch a.task {
	case "start", "running", "stop", "stopped":
		return r.containers()
	}
	if inner := r.bundled(); inner != nil {
		return inner.Children
	}
	return r.containers()
}

func (c *cluster) instanceFlags(a *action, n *Node) actionFlags {
	flags := actOptional | actRunnable | actPseudo
	instances := instancesFor(a)
	task := ""
	if len(instances) > 0 {
		task = memberTask(a, instances[0])
	}
	anyRunnable := false
	var last *action
	for _, i := range instances {
		node := n
		if i.Kind != KindPrimitive {
			node = nil
		}
		ia := i.newest(task, node)
		if ia == nil {
			continue
		}
		f := c.flags(ia, n)
		if f&actOptional == 0 {
			flags &^= actOptional
			c.noteMember(a, actOptional, mustHappen, ia)
			a.clear(actOptional)
		}
		if f&actRunnable != 0 {
			anyRunnable = true
		}
		last = ia
	}
	if !anyRunnable {
		flags &^= actRunnable
		c.noteInstances(a, last)
		if n == nil {
			a.clear(actRunnable)
		}
	}
	return flags
}
