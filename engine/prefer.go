package engine

import (
	"slices"
	"strings"

	"crm/engine/score"
)

// usable tells whether a resource may use a node by its table.
func (t table) usable(n *Node) bool {
	e := t.at(n)
	return e != nil && e.score >= 0 && n.available()
}

// anyUsable tells whether a table has a node that may be used.
func (c *cluster) anyUsable(t table) bool {
	for i := range t {
		if t[i].in && t[i].score >= 0 && c.byIx[i].available() {
			return true
		}
	}
	return false
}

// comparePlaces tells which of two nodes is the better place by a table;
// negative if the first. The preferred node wins among equals.
func (c *cluster) comparePlaces(t table, a, b, preferred *Node) int {
	x, y := effective(t, a), effective(t, b)
	if x != y {
		if x > y {
			return -1
		}
		return 1
	}
	if c.opts.placement != placeMinimal {
		if c.opts.placement == placeBalanced {
			if d := compareCapacities(a.capacity, b.capacity); d != 0 {
				return d
			}
		}
		switch {
		case a.load != b.load:
			return a.load - b.load
		case a == preferred:
			return -1
		case b == preferred:
			return 1
		}
	}
	return strings.Compare(a.Name, b.Name)
}

// effective is what a node is worth now.
func effective(t table, n *Node) score.Score {
	if !n.available() {
		return ban
	}
	if e := t.at(n); e != nil {
		return e.score
	}
	return n.Score
}

// bestPlace is the best node of a table, nil when it is empty.
func (c *cluster) bestPlace(t table, preferred *Node) *Node {
	if c.opts.placement == placeBalanced { // no consistent order: how it is sorted counts
		if list := c.places(t, preferred); len(list) > 0 {
			return list[0]
		}
		return nil
	}
	var best *Node
	for i := range t {
		if !t[i].in {
			continue
		}
		if n := c.byIx[i]; best == nil || c.comparePlaces(t, n, best, preferred) < 0 {
			best = n
		}
	}
	return best
}

// places lists the nodes of a table, the best first.
func (c *cluster) places(t table, preferred *Node) []*Node {
	var list []*Node
	if c.opts.placement == placeBalanced {
		list = c.hashOrder(t)
		slices.Reverse(list) // as GLib lists the values
	} else {
		for i := range t {
			if t[i].in {
				list = append(list, c.byIx[i])
			}
		}
	}
	mergeSort(list, func(a, b *Node) int { return c.comparePlaces(t, a, b, preferred) })
	return list
}
