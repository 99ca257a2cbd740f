package engine

import "crm/engine/score"

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
