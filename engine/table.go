package engine

import (
	"slices"

	"crm/engine/score"
)

// table is what a resource thinks of each node, by the node's index. A node
// without an entry is one that the resource may not run on.
type table []entry

// entry is a resource's view of one node.
type entry struct {
	score score.Score
	count int32 // instances placed there
	probe probing
	in    bool
}

// at is the entry of a node, or nil.
func (t table) at(n *Node) *entry {
	if n.ix < len(t) && t[n.ix].in {
		return &t[n.ix]
	}
	return nil
}

func (t table) copy() table { return slices.Clone(t) }

// ensure makes room for entries of n nodes.
func (r *Resource) ensure(n int) {
	if n > len(r.allowed) {
		r.allowed = append(slices.Grow(r.allowed, n-len(r.allowed)), make(table, n-len(r.allowed))...)
	}
}

// entry finds or makes a node's entry in the resource's table.
func (r *Resource) entry(n *Node) *entry {
	r.ensure(n.ix + 1)
	e := &r.allowed[n.ix]
	if !e.in {
		*e = entry{score: n.Score, probe: n.probe, in: true}
	}
	return e
}

// banFrom and wants are the usual amounts to give.
const (
	ban  = -score.Infinity
	must = score.Infinity
)

// give adds to what a resource, and all that is in it, thinks of a node.
func (c *cluster) give(r *Resource, n *Node, s score.Score, why cause) {
	for _, child := range r.Children {
		c.give(child, n, s, why)
	}
	e := r.entry(n)
	e.score = score.Add(e.score, s)
	c.explain(r, n, s, e.score, why)
}

// giveAll adds to what a resource thinks of every node.
func (c *cluster) giveAll(r *Resource, s score.Score, why cause) {
	for _, n := range c.nodes {
		c.give(r, n, s, why)
	}
}

// banAll replaces a resource's table by one that has every node banned.
func (c *cluster) banAll(r *Resource, why cause) {
	r.allowed = make(table, len(c.byIx))
	for i := range r.allowed {
		r.allowed[i] = entry{score: ban, probe: c.byIx[i].probe, in: true}
		c.explain(r, c.byIx[i], ban, ban, why)
	}
}
