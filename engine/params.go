package engine

import (
	"github.com/beevik/etree"

	"crm/engine/rule"
)

// paramCache keeps a resource's instance attributes. Most have no rule that
// looks at a node, so that one list serves all.
type paramCache struct {
	blocks []*etree.Element
	varies bool
	same   attributes
	known  bool
	byNode map[*Node]attributes
}

// paramsOf are a resource's instance attributes as evaluated for a node; the
// list must not be changed. Without a node, node attributes are undefined.
func (c *cluster) paramsOf(r *Resource, n *Node) attributes {
	p := r.params
	if p == nil {
		p = &paramCache{}
		for a := r; a != nil; a = a.Parent {
			p.blocks = append(p.blocks, c.blocks("instance_attributes", "", a.sources()...)...)
		}
		p.varies = hasRule(p.blocks)
		r.params = p
	}
	if !p.varies || n == nil {
		if !p.known {
			p.known = true
			c.merge(p.blocks, c.ruleContext(), &p.same)
		}
		return p.same
	}
	list, known := p.byNode[n]
	if !known {
		c.merge(p.blocks, c.nodeContext(n), &list)
		if p.byNode == nil {
			p.byNode = map[*Node]attributes{}
		}
		p.byNode[n] = list
	}
	return list
}

// nodeContext is what rules about a node may ask.
func (c *cluster) nodeContext(n *Node) *rule.Context {
	ctx := c.ruleContext()
	if n != nil {
		ctx.Node = &n.attrs
	}
	return ctx
}

// paramsVary tells whether a resource's instance attributes depend on rules.
func (c *cluster) paramsVary(r *Resource) bool {
	c.paramsOf(r, nil)
	return r.params.varies
}
