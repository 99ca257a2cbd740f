package engine

import "crm/engine/score"

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
