package engine

import (
	"strings"

	"crm/engine/score"
)

// assignClone assigns a clone's instances and chooses which to promote.
func (c *cluster) assignClone(r *Resource, prefer *Node, stopIfFail bool) {
	if !r.is(flagUnassigned) || r.is(flagAssigning) {
		return
	}
	r.set(flagAssigning)
	if r.Promotable() {
		c.addPromotionScores(r)
	}
	for _, k := range c.thisWithList(r) {
		c.assign(k.primary, prefer, stopIfFail)
	}
	for _, k := range c.withThisList(r) {
		c.addDependent(k, r)
	}
	c.printScores("pcmk__clone_assign", r)
	mergeSort(r.Children, c.compareInstances)
	c.assignInstances(r, r.Children, r.clone.max, r.clone.nodeMax)
	if r.Promotable() {
		c.chooseRoles(r)
	}
	r.clear(flagUnassigned | flagAssigning)
}

// assigning is the work of placing the instances of a clone or the containers
// of a bundle.
type assigning struct {
	c          *cluster
	parent     *Resource
	maxPerNode int
	done       int
}

// assignInstances places instances: first those that can stay where they are.
func (c *cluster) assignInstances(parent *Resource, instances []*Resource, maxTotal, maxPerNode int) {
	x := &assigning{c: c, parent: parent, maxPerNode: maxPerNode}
	usable := 0
	for i := range parent.allowed {
		e := &parent.allowed[i]
		e.count = 0
		if e.in && c.byIx[i].available() {
			usable++
		}
	}
	optimal := 1
	if usable > 0 {
		optimal = max(1, maxTotal/usable)
	}
	for _, i := range instances {
		if x.done >= maxTotal {
			break
		}
		if n := x.stay(i, optimal); n != nil && x.assignEarly(i, n, maxTotal-x.done) {
			x.done++
		}
	}
	for _, i := range instances {
		if !i.is(flagUnassigned) {
			continue
		}
		if x.done >= maxTotal {
			c.giveAll(i, ban, cause{kind: causeMax})
		} else if x.assignOne(i, nil) != nil {
			x.done++
		}
	}
}

// stay is the node that an instance is on and can stay on, or nil.
func (x *assigning) stay(i *Resource, optimal int) *Node {
	if len(i.Active) == 0 || !i.is(flagUnassigned) || i.is(flagFailed) {
		return nil
	}
	n := i.currentNode()
	if n == nil || !n.available() || n.Score < 0 {
		return nil
	}
	if e := x.parent.allowed.at(n); e != nil && int(e.count) >= optimal {
		return nil
	}
	return n
}

// assignEarly tries to keep an instance where it is. If it would rather go
// elsewhere, that place is kept free for another instance, and it is tried
// again, as long as there are enough instances.
func (x *assigning) assignEarly(i *Resource, current *Node, available int) bool {
	if e := i.allowed.at(current); e == nil || e.score < 0 || !current.available() {
		return false
	}
	backup := saveTables(i)
	counts := x.parent.allowed
	x.parent.allowed = counts.copy()
	defer func() { x.parent.allowed = counts }()
	point := x.c.traced()
	for range available {
		chosen := x.assignOne(i, current)
		if chosen == current {
			if e := counts.at(chosen); e != nil {
				e.count++
			}
			return true
		}
		restoreTables(i, backup)
		x.c.undo(i, point)
		if chosen == nil { // members of a group stay as they are: judged
			i.set(flagUnassigned)
			return false
		}
		x.c.unassign(i)
	}
	return false
}

// saveTables copies the tables of a resource and all that is in it.
func saveTables(r *Resource) []table {
	var list []table
	r.each(func(r *Resource) { list = append(list, r.allowed.copy()) })
	return list
}

func restoreTables(r *Resource, saved []table) {
	i := 0
	r.each(func(r *Resource) {
		r.allowed = append(r.allowed[:0:0], saved[i]...)
		i++
	})
}

// assignOne assigns an instance, keeping it off nodes that are full.
func (x *assigning) assignOne(i *Resource, prefer *Node) *Node {
	if i.is(flagAssigning) {
		return nil
	}
	for ix := range i.allowed {
		if n := x.c.byIx[ix]; i.allowed[ix].in && !x.canRun(i, n) {
			x.ban(i, n)
			for _, m := range i.Children {
				x.ban(m, n)
			}
		}
	}
	n := x.c.assign(i, prefer, prefer == nil)
	if n == nil && i.Kind == KindGroup {
		n = i.firstAssigned()
	}
	if n != nil {
		if e := x.parent.allowed.at(n); e != nil {
			e.count++
		}
	}
	return n
}

// ban keeps a resource off a node where its instance cannot run.
func (x *assigning) ban(r *Resource, n *Node) {
	e := r.allowed.at(n)
	if e == nil {
		return
	}
	e.score = ban
	why := cause{kind: causeRoom}
	if p := x.parent.allowed.at(n); !n.available() {
		why.kind = causeNode
	} else if p == nil || p.score < 0 {
		why.kind = causeParent
	}
	x.c.explain(r, n, ban, ban, why)
}

// firstAssigned is where the first member with a place is.
func (r *Resource) firstAssigned() *Node {
	if !r.group.colocated {
		return nil
	}
	for _, m := range r.Children {
		if m.Assigned != nil {
			return m.Assigned
		}
	}
	return nil
}

func (x *assigning) canRun(i *Resource, n *Node) bool {
	e := x.parent.allowed.at(n)
	return !i.Removed() && n.available() && e != nil && e.score >= 0 && int(e.count) < x.maxPerNode
}

// compareInstances is the order in which instances get their places.
func (c *cluster) compareInstances(a, b *Resource) int {
	x, y := a.currentNode(), b.currentNode()
	if x != nil && y != nil && len(a.Active) != len(b.Active) {
		return len(a.Active) - len(b.Active)
	}
	canA, canB := x == nil || mayStay(a, x), y == nil || mayStay(b, y)
	if canA != canB {
		return firstIf(canA)
	}
	if !canA {
		x = nil
	}
	if !canB {
		y = nil
	}
	if a.Priority != b.Priority {
		return int(b.Priority) - int(a.Priority)
	}
	if x == nil && y == nil {
		return 0
	}
	if x == nil || y == nil {
		return firstIf(x != nil)
	}
	if x.available() != y.available() {
		return firstIf(x.available())
	}
	p, q := a.Parent.allowed.at(x), a.Parent.allowed.at(y)
	switch {
	case p == nil && q == nil:
		return 0
	case p == nil || q == nil:
		return firstIf(p != nil)
	case p.count != q.count:
		return int(p.count - q.count)
	}
	if failedA, failedB := a.failedInside(), b.failedInside(); failedA != failedB {
		return firstIf(!failedA)
	}
	if sa, sb := c.colocatedAt(a, x), c.colocatedAt(b, y); sa != sb {
		return firstIf(sa > sb)
	}
	return byInstanceNumber(a, b)
}

func firstIf(first bool) int {
	if first {
		return -1
	}
	return 1
}

func mayStay(r *Resource, n *Node) bool {
	e := r.allowed.at(n)
	return e != nil && e.score >= 0
}

func (r *Resource) failedInside() bool {
	if r.is(flagFailed) {
		return true
	}
	for _, m := range r.Children {
		if m.failedInside() {
			return true
		}
	}
	return false
}

// colocatedAt is what the resources that are colocated with an instance think
// of its present node.
func (c *cluster) colocatedAt(i *Resource, n *Node) score.Score {
	t := make(table, n.ix+1)
	t[n.ix] = entry{score: n.Score, in: true}
	for _, k := range c.thisWithList(i) {
		c.addColocated(k.primary, i, &t, k, factor(k.score), adding{})
	}
	for _, k := range c.withThisList(i) {
		if k.hasInfluence(i) {
			c.addColocated(k.dependent, i, &t, k, factor(k.score), adding{nonnegative: true})
		}
	}
	return t[n.ix].score
}

// byInstanceNumber compares the numbers at the end of instances' ids.
func byInstanceNumber(a, b *Resource) int {
	return int(instanceNumber(a.ID)) - int(instanceNumber(b.ID))
}

func instanceNumber(id string) int64 {
	i := strings.LastIndexByte(id, ':')
	if i < 0 {
		i = strings.LastIndexByte(id, '-')
	}
	n, _ := score.Integer(id[i+1:]) // no number counts 0
	return n
}
