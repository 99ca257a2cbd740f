package engine

import (
	"slices"

	"crm/engine/score"
)

// compareCapacities tells which of two nodes has more left, by the number of
// attributes; negative if the first.
func compareCapacities(a, b amounts) int {
	sum := 0
	for _, x := range a {
		switch y := b.get(x.name); {
		case x.n > y:
			sum--
		case x.n < y:
			sum++
		}
	}
	for _, y := range b {
		if slices.ContainsFunc(a, func(x amount) bool { return x.name == y.name }) {
			continue
		}
		switch {
		case y.n > 0:
			sum++
		case y.n < 0:
			sum--
		}
	}
	return sum
}

// takeCapacity takes what a resource needs from a node's capacity. What the
// node has none of stays at 0.
func (n *Node) takeCapacity(r *Resource) {
	for _, u := range r.util {
		if i := slices.IndexFunc(n.capacity, func(a amount) bool { return a.name == u.name }); i >= 0 {
			n.capacity[i].n = narrow(int64(n.capacity[i].n) - int64(u.n))
		} else {
			n.capacity = append(n.capacity, amount{u.name, 0})
		}
	}
}

// returnCapacity gives it back.
func (n *Node) returnCapacity(r *Resource) {
	for _, u := range r.util {
		n.capacity.plus(u.name, u.n)
	}
}

func (n *Node) fits(need amounts) bool {
	for _, u := range need {
		if u.n > n.capacity.get(u.name) {
			return false
		}
	}
	return true
}

// banFull keeps a resource off the nodes that have too little left for it and
// all that must be with it. If none has enough for all, the resource alone
// counts, and the node with most left is returned.
func (c *cluster) banFull(r *Resource) *Node {
	var set []*Resource
	c.collectColocated(r, r, &set)
	needed := c.neededBy(r, set)
	var most *Node
	capable := false
	for _, n := range c.hashOrder(r.allowed) {
		if !r.allowed.usable(n) {
			continue
		}
		capable = capable || n.fits(needed)
		if most == nil || compareCapacities(n.capacity, most.capacity) < 0 {
			most = n
		}
	}
	if capable {
		most = nil
	} else {
		needed = r.util
	}
	for _, n := range c.nodes {
		if r.allowed.at(n) != nil && n.available() && !n.fits(needed) {
			c.give(r, n, ban, cause{kind: causeCapacity})
		}
	}
	return most
}

// collectColocated adds a resource, and all that must be where it is, to a
// set.
func (c *cluster) collectColocated(r, orig *Resource, set *[]*Resource) {
	if slices.Contains(*set, r) {
		return
	}
	*set = append(*set, r)
	if r.Kind == KindGroup && (r.group.colocated || r.Parent != nil) {
		for _, m := range r.Children {
			c.collectColocated(m, orig, set)
		}
		return
	}
	for _, k := range c.thisWithList(r) {
		if k.primary != orig && k.score == must && k.affects(r, k.primary, true) == effectPlace {
			c.collectColocated(k.primary, orig, set)
		}
	}
	for _, k := range c.withThisList(r) {
		if k.dependent == orig || r.Kind >= KindClone && k.dependent.Kind < KindClone {
			continue
		}
		if k.score == must && k.affects(k.dependent, r, true) == effectPlace {
			c.collectColocated(k.dependent, orig, set)
		}
	}
}

// neededBy is what a resource and a set of others will take together.
func (c *cluster) neededBy(r *Resource, set []*Resource) amounts {
	var sum amounts
	r.addNeed(set, r, &sum)
	for _, other := range set {
		if other.is(flagUnassigned) && other != r {
			other.addNeed(set, r, &sum)
		}
	}
	return sum
}

// addNeed adds what a resource will take, but not what others in the set will
// add themselves.
func (r *Resource) addNeed(set []*Resource, orig *Resource, sum *amounts) {
	if !r.is(flagUnassigned) {
		return
	}
	switch r.Kind {
	case KindPrimitive:
		for _, u := range r.util {
			sum.plus(u.name, u.n)
		}
	case KindGroup:
		for i, m := range r.Children {
			if i > 0 && !r.group.colocated && r.Parent == nil {
				break
			}
			if m.is(flagUnassigned) && !slices.Contains(set, m) {
				m.addNeed(set, orig, sum)
			}
		}
	case KindClone:
		r.addInstanceNeed(set, orig, sum)
	case KindBundle:
		if list := r.containers(); len(list) > 0 {
			list[0].addNeed(set, orig, sum)
		}
	}
}

// addInstanceNeed adds what one instance of a clone will take, unless an
// instance is in the set itself.
func (r *Resource) addInstanceNeed(set []*Resource, orig *Resource, sum *amounts) {
	for _, i := range r.Children {
		if slices.Contains(set, i) {
			return
		}
		for _, m := range i.Children {
			if slices.Contains(set, m) {
				i.addNeed(set, orig, sum)
				return
			}
		}
	}
	if len(r.Children) > 0 {
		r.Children[0].addNeed(set, orig, sum)
	}
}

// sortForCapacity sorts the resources so that those which are most choosy
// come first when nodes fill up.
func (c *cluster) sortForCapacity() {
	places := append([]*Node(nil), c.nodes...)
	mergeSort(places, func(a, b *Node) int { return c.comparePlaces(nil, a, b, nil) })
	tables := map[*Resource]table{}
	wishes := func(r *Resource) table {
		t, known := tables[r]
		if !known {
			c.addColocated(r, nil, &t, nil, 1, adding{thisWith: true})
			tables[r] = t
		}
		return t
	}
	at := func(t table, n *Node) score.Score {
		if n != nil {
			if e := t.at(n); e != nil {
				return e.score
			}
		}
		return ban
	}
	mergeSort(c.resources, func(a, b *Resource) int {
		if a.Priority != b.Priority {
			return int(b.Priority) - int(a.Priority)
		}
		x, y := wishes(a), wishes(b)
		if d := at(y, b.currentNode()) - at(x, a.currentNode()); d != 0 {
			return int(d)
		}
		for _, n := range places {
			if d := at(y, n) - at(x, n); d != 0 {
				return int(d)
			}
		}
		return 0
	})
}

// printCapacities writes what the nodes have left.
func (c *cluster) printCapacities(when string) {
	for _, n := range c.nodes {
		if c.in.Utilization {
			c.scores = append(c.scores, when+": "+n.Name+" capacity:"+n.capacity.text())
		}
	}
}

// printUse writes what a resource takes from the node that it gets.
func (c *cluster) printUse(r *Resource, n *Node) {
	if c.in.Utilization {
		c.scores = append(c.scores, "pcmk__assign_resource: "+r.ID+" utilization on "+n.Name+":"+r.util.text())
	}
}
