package engine

import (
	"strings"

	"crm/engine/score"
)

// applyClone lets a clone as primary count for a dependent: its promoted
// instances, the one instance that fits, or all of them.
func (c *cluster) applyClone(k *colocation, d, p *Resource) score.Score {
	if p.is(flagUnassigned) {
		return 0
	}
	if p.Promotable() && k.priRole != RoleUnknown {
		if d.is(flagUnassigned) {
			c.applyRoleInstances(k, d, p)
			return 0
		}
		if k.depRole == RolePromoted {
			return c.promoteBeside(k, d, p)
		}
	}
	if interleavedWith(k.dependent, p) {
		if i := c.compatible(d, p.instances()); i != nil {
			return c.applyColocation(k, d, i)
		}
		if k.score >= must {
			c.place(d, nil, true, true)
		}
		return 0
	}
	if k.score >= must {
		var on []nodeScore
		var seen nodeSet // many instances can be on few nodes
		for _, i := range p.Children {
			if n := i.singleLocation(); n != nil && !seen.has(n) && !i.blockedInside() {
				seen.add(n)
				on = append(on, nodeScore{node: n})
			}
		}
		c.intersect(d, on, false, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p})
		return 0
	}
	delta := score.Score(0)
	for _, i := range p.Children {
		delta = score.Add(delta, c.applyColocation(k, d, i))
	}
	return delta
}

// applyRoleInstances lets the instances in a certain role count.
func (c *cluster) applyRoleInstances(k *colocation, d, p *Resource) {
	var on []nodeScore
	why := cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p, role: k.priRole}
	for _, i := range p.Children {
		n := i.singleLocation()
		if n == nil || i.nextRole() != k.priRole {
			continue
		}
		on = append(on, nodeScore{n, i.scoreAtAssignment()})
		if k.score < must {
			before := d.allowed
			d.allowed = d.allowed.copy()
			value, defined := c.placeValue(n, k.attr, i)
			for x := range d.allowed {
				e := &d.allowed[x]
				v, def := c.placeValue(c.byIx[x], k.attr, d)
				if e.in && def == defined && strings.EqualFold(v, value) {
					e.score = score.Add(e.score, k.score)
				}
			}
			c.explainChange(d, before, why)
		}
	}
	if k.score >= must && !(k.depRole == RolePromoted && k.priRole == RolePromoted) {
		c.intersect(d, on, true, why)
	}
}

// scoreAtAssignment is the score of the place that a resource, or its first
// placed member, got.
func (r *Resource) scoreAtAssignment() score.Score {
	if r.leaf() {
		return r.assignedAt
	}
	for _, m := range r.Children {
		if m.Assigned != nil {
			return m.assignedAt
		}
	}
	return 0
}

// nextRole is the role that a resource is to have; of a group the highest of
// its members'.
func (r *Resource) nextRole() Role {
	return r.highest(func(r *Resource) Role { return r.NextRole })
}

// role is the role that a resource has; of a group the highest of its
// members'.
func (r *Resource) role() Role {
	return r.highest(func(r *Resource) Role { return r.Role })
}

func (r *Resource) highest(role func(*Resource) Role) Role {
	if r.Kind != KindGroup {
		return role(r)
	}
	best := RoleUnknown
	for _, m := range r.Children {
		best = max(best, m.highest(role))
	}
	return best
}

// promoteBeside lets an instance want to be promoted, or not, because of an
// instance of the primary on the same node.
func (c *cluster) promoteBeside(k *colocation, d, p *Resource) score.Score {
	var value string
	var defined bool
	if n := d.singleLocation(); n != nil {
		value, defined = c.placeValue(n, k.attr, d)
		for _, i := range p.Children {
			at := i.singleLocation()
			if at == nil || i.nextRole() != k.priRole || i.blockedInside() {
				continue
			}
			if v, def := c.placeValue(at, k.attr, i); def == defined && strings.EqualFold(v, value) {
				d.Priority = score.Add(d.Priority, k.score)
				c.explain(d, nil, k.score, d.Priority, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p, role: k.priRole})
				return k.score
			}
		}
	}
	if k.score >= must {
		d.Priority = ban
		c.explain(d, nil, ban, ban, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p, role: k.priRole})
		return ban
	}
	return 0
}

// interleavedWith tells whether each instance of a dependent clone depends on
// just one of the primary.
func interleavedWith(dependent, primary *Resource) bool {
	if dependent.Kind < KindClone || !dependent.meta.isTrue("interleave") {
		return false
	}
	return dependent.perNode() == primary.perNode()
}

// perNode is how many instances of a clone or bundle may run on one node.
func (r *Resource) perNode() int {
	if r.Kind == KindBundle {
		return r.bundle.perHost
	}
	return r.clone.nodeMax
}

// compatible finds the instance that is, or will be, where a dependent is; or
// if the dependent has no place yet, the one on the best of its nodes.
func (c *cluster) compatible(d *Resource, instances []*Resource) *Resource {
	if n := d.singleLocation(); n != nil {
		return instanceAt(instances, hostOf(n))
	}
	for _, n := range c.places(d.allowed, nil) {
		if i := instanceAt(instances, hostOf(n)); i != nil {
			return i
		}
	}
	return nil
}

func instanceAt(instances []*Resource, n *Node) *Resource {
	for _, i := range instances {
		if at := i.singleLocation(); at != nil && (at == n || hostOf(at) == n) && !i.blockedInside() {
			return i
		}
	}
	return nil
}

// hostOf is a node, or for a bundle's node the one that its container is on.
func hostOf(n *Node) *Node {
	if n != nil && n.IsGuest() && n.connection.is(flagNestingAllowed) {
		if host := n.host().Assigned; host != nil {
			return host
		}
	}
	return n
}
