package engine

// orderEnd is one side of an order: an action, or the operation of a resource
// whose actions are looked for when orders are applied.
type orderEnd struct {
	rsc    *Resource
	key    opKey
	action *action
}

// order is an ordering between two operations, written down while actions are
// still being made and applied when all are there.
type order struct {
	first, then orderEnd
	rel         relation
}

// orderList is orders in blocks: there are many, and a list that grows would
// be copied again and again.
type orderList [][]order

// biggestBlock is how many orders a block holds at most.
const biggestBlock = 512

func (l *orderList) add(o order) {
	last := len(*l) - 1
	if last < 0 || len((*l)[last]) == cap((*l)[last]) {
		room := 32
		if last >= 0 {
			room = min(2*cap((*l)[last]), biggestBlock)
		}
		*l = append(*l, make([]order, 0, room))
		last++
	}
	(*l)[last] = append((*l)[last], o)
}

// all yields the orders, the oldest first; also those added meanwhile.
func (l *orderList) all(yield func(order) bool) {
	for i := 0; i < len(*l); i++ {
		for j := 0; j < len((*l)[i]); j++ {
			if !yield((*l)[i][j]) {
				return
			}
		}
	}
}

// op is the operation of a resource as an end of an order.
func op(r *Resource, task string) orderEnd { return orderEnd{rsc: r, key: opKey{task, 0}} }

// act is an action as an end of an order.
func act(a *action) orderEnd { return orderEnd{rsc: a.rsc, key: a.key, action: a} }

// order writes down that first comes before then, and what follows from it
// for a live migration.
func (c *cluster) order(first, then orderEnd, rel relation) {
	c.orders.add(order{first, then, rel})
	c.noteOrder()
	if first.rsc == nil || then.rsc == nil || first.rsc == then.rsc || first.rsc.isAncestorOf(then.rsc) ||
		then.rsc.isAncestorOf(first.rsc) {
		return
	}
	if first.rsc.Migratable() || then.rsc.Migratable() {
		c.orderMigration(first, then)
	}
}

// orderMigration repeats an order for the actions that a live migration puts
// in the place of stop and start.
func (c *cluster) orderMigration(first, then orderEnd) {
	a, b := first.rsc, then.rsc
	unlessFirstMigrates := ordered
	if a.Migratable() {
		unlessFirstMigrates |= ifFirstUnmigratable
	}
	add := func(from, to string, rel relation) {
		c.orders.add(order{op(a, from), op(b, to), rel})
		c.noteOrder()
	}
	if first.key.ms != 0 || then.key.ms != 0 {
		return
	}
	switch first.key.op + " " + then.key.op {
	case "start start":
		if a.Migratable() && b.Migratable() {
			add("migrate_from", "migrate_to", ordered)
		}
		if b.Migratable() {
			add("start", "migrate_to", unlessFirstMigrates)
		}
	case "stop stop":
		if b.Migratable() {
			add("stop", "migrate_to", unlessFirstMigrates)
			if b.PartialTarget != nil {
				add("stop", "migrate_from", unlessFirstMigrates)
			}
		}
	case "promote start":
		if b.Migratable() {
			add("promote", "migrate_to", ordered)
		}
	case "demote stop":
		if b.Migratable() {
			add("demote", "migrate_to", ordered)
			if b.PartialTarget != nil {
				add("demote", "migrate_from", ordered)
			}
		}
	}
}

// link ties two actions directly. It refuses when they are tied already by
// any of the flags.
func (c *cluster) link(first, then *action, rel relation) bool {
	if rel == noRelation || first == nil || then == nil || first.linkedTo(then).any(rel) {
		return false
	}
	first.after = append(first.after, link{action: then, rel: rel})
	then.before = append(then.before, link{action: first, rel: rel})
	c.noteLink(first, then)
	if first.afterRel != nil {
		first.afterRel[then] |= rel
	} else if len(first.after) > 24 {
		first.indexAfter()
	}
	return true
}

// linkedTo is every flag by which a comes before then.
func (a *action) linkedTo(then *action) relation {
	if a.afterRel != nil {
		return a.afterRel[then]
	}
	var rel relation
	for i := range a.after {
		if a.after[i].action == then {
			rel |= a.after[i].rel
		}
	}
	return rel
}

// indexAfter makes linkedTo fast for an action that many others wait for.
func (a *action) indexAfter() {
	a.afterRel = make(map[*action]relation, 2*len(a.after))
	for _, l := range a.after {
		a.afterRel[l.action] |= l.rel
	}
}

// applyOrder turns an order into links between the actions that exist now.
func (c *cluster) applyOrder(o order) {
	if o.first.rsc == nil {
		if o.then.rsc != nil {
			c.applyThens(o.first.action, o)
		} else {
			c.link(o.first.action, o.then.action, o.rel)
		}
		return
	}
	firsts := []*action{o.first.action}
	if o.first.action == nil {
		firsts = o.first.rsc.withKey(o.first.key)
	}
	if len(firsts) == 0 {
		if o.first.rsc == o.then.rsc || c.neverHappens(o.first) {
			return
		}
		firsts = []*action{c.action(o.first.rsc, o.first.key, o.first.key.op, nil, true)}
	}
	if o.then.rsc == nil && o.then.action == nil {
		return
	}
	for _, first := range firsts {
		if o.then.rsc == nil {
			c.link(first, o.then.action, o.rel)
		} else {
			c.applyThens(first, o)
		}
	}
}

// neverHappens is true for stopping what is stopped and demoting what is not
// promoted: such an action need not be made only to be ordered.
func (c *cluster) neverHappens(e orderEnd) bool {
	return e.key.op == "stop" && e.rsc.Role == RoleStopped || e.key.op == "demote" && e.rsc.Role == RoleUnpromoted
}

func (c *cluster) applyThens(first *action, o order) {
	thens := []*action{o.then.action}
	if o.then.action == nil {
		thens = o.then.rsc.withKey(o.then.key)
	}
	rel := o.rel
	if first != nil && first.rsc == o.then.rsc && first.is(actMigrationAbort) {
		rel &^= firstImpliesThen
	}
	if first == nil && !rel.has(firstImpliesThen) {
		return
	}
	for _, then := range thens {
		if first == nil {
			then.clear(actRunnable)
			c.ground(then, cannotHappen, groundNoPlace)
			continue
		}
		c.link(first, then, rel)
	}
}
