package engine

// paramCache keeps a resource's instance attributes. Most have no rule that
// looks at a node, so that one list serves all.
type paramCache struct {
	same   attributes
	byNode map[*Node]attributes // order: only looked up
	varies bool
}
