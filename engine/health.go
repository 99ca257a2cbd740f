package engine

import (
	"strings"

	"crm/engine/score"
)

// nodeHealth is what a node's health attributes are worth together.
func (c *cluster) nodeHealth(n *Node) score.Score {
	if c.opts.healthStrategy == "none" {
		return 0
	}
	sum := score.Score(0)
	if c.opts.healthStrategy == "progressive" {
		sum = c.opts.healthBase
	}
	for _, a := range n.attrs.list {
		if strings.HasPrefix(a.name, "#health") {
			s, _ := c.opts.health.Parse(a.value) // nonsense counts 0
			sum = score.Add(sum, s)
		}
	}
	return sum
}

// healthLocation begins the ids of the constraints that node health makes.
const healthLocation = "node-health-"

// constrainByHealth turns the health of nodes into location constraints.
func (c *cluster) constrainByHealth() {
	for _, n := range c.nodes {
		s := c.nodeHealth(n)
		if s == 0 {
			continue
		}
		for _, r := range c.resources {
			if s < 0 && r.meta.isTrue("allow-unhealthy-nodes") {
				continue
			}
			c.addLocation(&location{id: healthLocation + n.Name, rsc: r, nodes: []nodeScore{{n, s}}})
		}
	}
}

// healthColor is 2 for a red, 1 for a yellow node, else 0.
func (c *cluster) healthColor(n *Node) int {
	if c.opts.healthStrategy == "none" {
		return 0
	}
	color := 0
	for _, a := range n.attrs.list {
		if !strings.HasPrefix(a.name, "#health") {
			continue
		}
		s, ok := score.Integer(a.value)
		number := score.Clamp(s)
		switch {
		case strings.EqualFold(a.value, "red"):
			return 2
		case strings.EqualFold(a.value, "yellow"):
			color = 1
		case !ok:
			if v, isScore := score.Parse(a.value); isScore && v <= c.opts.health.Red {
				return 2
			}
		case number <= c.opts.health.Red:
			return 2
		case number <= c.opts.health.Yellow && c.opts.health.Yellow != c.opts.health.Green:
			color = 1
		}
	}
	return color
}
