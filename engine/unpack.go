package engine

import (
	"crm/cib"
	"crm/engine/score"
)

// newCluster begins a working set.
func newCluster(in Input) *cluster {
	root := in.CIB.Root()
	c := &cluster{
		in: in, now: in.Now, root: root, config: cib.Child(root, "configuration"), status: cib.Child(root, "status"),
		nodeByID: map[string]*Node{}, nodeByName: map[string]*Node{}, byID: map[string]*Resource{},
		byHistoryID: map[string][]*Resource{}, sameID: map[string][]*Resource{}, templates: map[string][]string{}, tags: map[string][]string{},
		tickets: map[string]*ticket{},
	}
	if in.Explain {
		c.trace = newTrace()
	}
	return c
}

// unpack reads configuration and status.
func (c *cluster) unpack() {
	c.quorate = score.True(cib.Attr(c.root, "have-quorum"))
	c.unpackOptions()
	c.readDefaults()
	c.unpackNodes()
	implied := c.unpackRemoteNodes(cib.Child(c.config, "resources"))
	c.unpackResources(implied)
	c.unpackTags()
	c.unpackStatus()
}

// unpackTags reads the names that stand for several ids.
func (c *cluster) unpackTags() {
	for e := range cib.Children(cib.Child(c.config, "tags"), "tag") {
		for ref := range cib.Children(e, "obj_ref") {
			c.tags[cib.ID(e)] = append(c.tags[cib.ID(e)], cib.ID(ref))
		}
	}
}

// addImpliedConstraints adds the constraints that follow from what the
// resources are: members of groups, parts of bundles, guests.
func (c *cluster) addImpliedConstraints() {
	c.implyColocations()
	c.implyOrders()
}
