package engine

import (
	"cmp"
	"slices"
	"strings"
)

// scheduleActions makes the actions of all resources.
func (c *cluster) scheduleActions() {
	c.runDeferredChecks()
	if c.opts.startupProbes {
		c.createProbes()
	}
	if c.opts.stopRemoved {
		c.clearRemovedFailures()
	}
	for _, r := range c.resources {
		c.createActions(r)
	}
}

// clearRemovedFailures forgets the failures of resources that are not
// configured any more.
func (c *cluster) clearRemovedFailures() {
	for _, r := range c.resources {
		if !r.Removed() {
			continue
		}
		for _, n := range c.nodes {
			if !n.Online || c.failuresOf(r, n, nil, true, false).count == 0 {
				continue
			}
			c.scheduleClearFailCount(r, n, groundRemoved)
			for _, clear := range r.exactly(opKey{"clear_failcount", 0}, n) {
				c.order(act(clear), op(r, "stop"), ordered)
			}
		}
	}
}

// allowedByName lists the nodes in a resource's table in the order of their
// names.
func (c *cluster) allowedByName(r *Resource) []*Node {
	var list []*Node
	for _, n := range c.nodes {
		if r.allowed.at(n) != nil {
			list = append(list, n)
		}
	}
	slices.SortStableFunc(list, func(a, b *Node) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// sortByNumber puts a clone's instances in the order of their numbers.
func sortByNumber(list []*Resource) {
	slices.SortStableFunc(list, func(a, b *Resource) int { return cmp.Compare(a.number(), b.number()) })
}

// number is the number of an instance: the digits after the last colon, or
// for a bundle's container after the last dash.
func (r *Resource) number() int {
	_, digits, ok := cutLast(r.ID, ":")
	if !ok {
		_, digits, _ = cutLast(r.ID, "-")
	}
	n := 0
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0
		}
		n = n*10 + int(d-'0')
	}
	return n
}

// isInstanced tells a clone or bundle.
func (r *Resource) isInstanced() bool { return r.Kind == KindClone || r.Kind == KindBundle }

// instances are a clone's children, or a bundle's containers.
func (r *Resource) instances() []*Resource {
	if r.Kind == KindBundle {
		return r.containers()
	}
	return r.Children
}

// replica is the part of a bundle that an instance in it belongs to, or nil.
func (r *Resource) replica() *replica {
	top := r.topmost()
	if top.Parent == nil || top.Kind != KindClone {
		return nil
	}
	for _, rep := range top.Parent.bundle.replicas {
		if rep.child == r {
			return rep
		}
	}
	return nil
}

// insideOf is what runs inside a bundle's container, or nil.
func (c *cluster) insideOf(r *Resource) *Resource {
	if r.Parent == nil || r.Parent.Kind != KindBundle {
		return nil
	}
	for _, rep := range r.Parent.bundle.replicas {
		if rep.container == r {
			return rep.child
		}
	}
	return nil
}

// standsForMany tells whether an id in a constraint is a template's or a
// tag's, and not a resource's.
func (c *cluster) standsForMany(id string) bool {
	if c.byID[id] != nil {
		return false
	}
	return c.templates[id] != nil || c.tags[id] != nil
}

// membersOf are the ids that a template or tag stands for.
func (c *cluster) membersOf(id string) []string {
	if list := c.templates[id]; list != nil {
		return list
	}
	return c.tags[id]
}
