package engine

import (
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
