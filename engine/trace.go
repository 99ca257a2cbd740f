package engine

import (
	"fmt"

	"crm/engine/score"
)

// trace keeps every contribution to a score, for "why".
type trace struct {
	steps []contribution
}

// contribution is one change of a resource's score on a node.
type contribution struct {
	rsc    *Resource
	node   *Node
	amount score.Score
	result score.Score
	cause  cause
}

// cause is what changed a score: a kind of rule and the id of what in the
// configuration it comes from.
type cause struct {
	kind string
	id   string
}

// explain records a contribution when somebody wants to know.
func (c *cluster) explain(r *Resource, n *Node, amount, result score.Score, why cause) {
	if c.trace == nil || amount == 0 {
		return
	}
	c.trace.steps = append(c.trace.steps, contribution{r, n, amount, result, why})
}

// warn keeps a warning about the configuration.
func (c *cluster) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}
