package engine

// condition is what an action is found to be, and what "why" asks about.
type condition int8

const (
	mustHappen   condition = iota // it is required
	cannotHappen                  // it is not runnable
	isShown                       // it is in the graph though it need not happen
)

// because is what made an action what it is: another action that had been
// found to be something before, or else something outside the engine.
type because struct {
	by     *action
	byIs   condition
	source string // the id of the constraint that ties the two, "" for none
	ground ground
}

// byAction is the cause that another action is something.
func byAction(by *action, is condition) because { return because{by: by, byIs: is} }

// record is one cause, numbered in the order of finding out. What it names was
// so before, and has records with smaller numbers: chains cannot circle.
type record struct {
	number int
	is     condition
	because
}

// reasons keeps why actions are what they are. It is part of the trace, and is
// made only when the input asks for it.
type reasons struct {
	count   int
	records map[*action][]record
	source  string                // the constraint that is being worked on
	ordered int                   // orders so far
	orders  map[int]string        // the constraints that they come from, by their numbers
	links   map[[2]*action]string // and those that links come from
	fences  map[*Node][]ground    // why nodes are to be fenced
}

// note records why an action is something.
func (c *cluster) note(a *action, is condition, why because) {
	if c.trace == nil || why.by == a && why.byIs == is {
		return
	}
	if why.by != nil && why.source == "" {
		why.source = c.trace.source
	}
	c.trace.count++
	c.trace.records[a] = append(c.trace.records[a], record{c.trace.count, is, why})
}

// ground records that something outside the engine makes an action what it is.
func (c *cluster) ground(a *action, is condition, kind groundKind) {
	if c.trace != nil {
		c.note(a, is, because{ground: ground{kind: kind, rsc: a.rsc, node: a.node, op: a.key}})
	}
}

// groundEntry records the entry of the history, or the resource, that makes
// an action required.
func (c *cluster) groundEntry(a *action, kind groundKind, r *Resource, n *Node, e *opEntry) {
	if c.trace != nil {
		c.note(a, mustHappen, because{ground: ground{kind: kind, rsc: r, node: n, entry: e, op: a.key}})
	}
}

// noteAlone records that an instance has no partner of another clone.
func (c *cluster) noteAlone(a *action, is condition, of *Resource) {
	if c.trace != nil {
		c.note(a, is, because{source: c.trace.source, ground: ground{kind: groundAlone, rsc: a.rsc, other: of, node: a.node}})
	}
}

// noteMember records that a collective's action is what a member's is.
func (c *cluster) noteMember(a *action, flag actionFlags, is condition, by *action) {
	if c.trace != nil && a.is(flag) {
		before := c.begin("")
		c.note(a, is, byAction(by, is))
		c.begin(before)
	}
}

// noteInstances records that no instance can do what a collective's action
// stands for; the last that should have is named.
func (c *cluster) noteInstances(a, last *action) {
	switch {
	case c.trace == nil:
	case last == nil:
		c.ground(a, cannotHappen, groundNoMember)
	default:
		before := c.begin("")
		c.note(a, cannotHappen, byAction(last, cannotHappen))
		c.begin(before)
	}
}

// noteTasks records that the actions of a collective are required because an
// instance's is.
func (c *cluster) noteTasks(task string, instances []*Resource, of ...*action) {
	if c.trace == nil {
		return
	}
	for _, i := range instances {
		i.eachLeaf(func(r *Resource) {
			for _, by := range r.actions {
				if by.task != task || !by.required() {
					continue
				}
				for _, a := range of {
					if a.required() {
						c.note(a, mustHappen, byAction(by, mustHappen))
					}
				}
			}
		})
	}
}

// noteMonitor records that a recurring operation begins because of the start
// before it, or because it did not run yet.
func (c *cluster) noteMonitor(monitor, start *action) {
	if start.required() {
		c.note(monitor, mustHappen, byAction(start, mustHappen))
	} else {
		c.ground(monitor, mustHappen, groundMonitor)
	}
}

// noteStuck records that something cannot happen because a start cannot, or
// because of the node.
func (c *cluster) noteStuck(a, start *action) {
	if !start.is(actRunnable) {
		c.note(a, cannotHappen, byAction(start, cannotHappen))
	} else {
		c.ground(a, cannotHappen, groundNode)
	}
}

// noteTold records that notifications are required because what they tell of
// is.
func (c *cluster) noteTold(of *action, notes ...*action) {
	if c.trace == nil || of == nil || !of.required() {
		return
	}
	for _, a := range notes {
		c.note(a, mustHappen, byAction(of, mustHappen))
	}
}

// noteFencing records why a node is fenced, or unfenced.
func (c *cluster) noteFencing(a *action, how string) {
	if how == "on" {
		c.ground(a, mustHappen, groundUnfence)
	} else {
		c.ground(a, mustHappen, groundFence)
	}
}

// noteFence records why a node is to be fenced, before that is asked for.
func (c *cluster) noteFence(n *Node, kind groundKind, r *Resource, e *opEntry) {
	if c.trace != nil {
		c.trace.fences[n] = append(c.trace.fences[n], ground{kind: kind, rsc: r, node: n, entry: e})
	}
}

// forget drops what is recorded, because the action is that no more.
func (c *cluster) forget(a *action, is condition) {
	if c.trace == nil {
		return
	}
	kept := c.trace.records[a][:0]
	for _, r := range c.trace.records[a] {
		if r.is != is {
			kept = append(kept, r)
		}
	}
	c.trace.records[a] = kept
}

// begin goes on with a constraint, "" for none. It returns the one that was
// worked on before.
func (c *cluster) begin(source string) (before string) {
	if c.trace != nil {
		before, c.trace.source = c.trace.source, source
	}
	return before
}

// noteOrder records which constraint the newest order comes from.
func (c *cluster) noteOrder() {
	if c.trace == nil {
		return
	}
	if c.trace.ordered++; c.trace.source != "" {
		c.trace.orders[c.trace.ordered] = c.trace.source
	}
}

// sourceOfOrder is the constraint that an order came from.
func (c *cluster) sourceOfOrder(i int) string {
	if c.trace == nil {
		return ""
	}
	return c.trace.orders[i]
}

// noteLink records which constraint a new link comes from.
func (c *cluster) noteLink(first, then *action) {
	if c.trace != nil && c.trace.source != "" {
		c.trace.links[[2]*action{first, then}] = c.trace.source
	}
}

// sourceOfLink is the constraint that a link came from.
func (c *cluster) sourceOfLink(first, then *action) string {
	if c.trace == nil {
		return ""
	}
	return c.trace.links[[2]*action{first, then}]
}

// noteGate records why an action that waits for some of several cannot happen:
// those that cannot.
func (c *cluster) noteGate(gate *action) {
	if c.trace == nil || gate.is(actRunnable) {
		return
	}
	for _, l := range gate.before {
		if l.rel.has(minRunnable) && c.flags(l.action, nil)&actRunnable == 0 {
			before := c.begin(c.sourceOfLink(l.action, gate))
			c.note(gate, cannotHappen, byAction(l.action, cannotHappen))
			c.begin(before)
		}
	}
}
