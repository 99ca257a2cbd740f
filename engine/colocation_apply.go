package engine

import (
	"strings"

	"crm/cib"
	"crm/engine/score"
)

// effect is what a colocation can have an influence on.
type effect int8

const (
	effectNone effect = iota
	effectPlace
	effectRole
)

// roleOf is the resource whose role counts in a colocation: for a bundle's
// container what runs inside.
func roleOf(r *Resource) *Resource {
	if r.is(flagReplicaContainer) {
		for _, rep := range r.Parent.bundle.replicas {
			if rep.container == r && rep.child != nil {
				return rep.child
			}
		}
	}
	return r
}

// affects decides what a colocation means for a dependent now. A preview
// asks what it will mean.
func (k *colocation) affects(d, p *Resource, preview bool) effect {
	if !preview && p.is(flagUnassigned) {
		return effectNone
	}
	dr, pr := roleOf(d), roleOf(p)
	if k.depRole >= RoleUnpromoted && dr.Parent != nil && dr.Parent.Promotable() && !dr.is(flagUnassigned) {
		return effectRole
	}
	if !preview && !d.is(flagUnassigned) {
		return effectNone
	}
	if k.depRole != RoleUnknown && k.depRole != dr.NextRole || k.priRole != RoleUnknown && k.priRole != pr.NextRole {
		return effectNone
	}
	return effectPlace
}

// applyColocation lets the place or role of a primary count for a dependent.
// It returns by how much the dependent's priority changed.
func (c *cluster) applyColocation(k *colocation, d, p *Resource) score.Score {
	if d.Kind == KindGroup {
		return c.applyToGroup(k, d, p)
	}
	switch p.Kind {
	case KindGroup:
		return c.applyGroup(k, d, p)
	case KindClone:
		return c.applyClone(k, d, p)
	case KindBundle:
		return c.applyBundle(k, d, p)
	}
	switch k.affects(d, p, false) {
	case effectPlace:
		c.applyPlace(k, d, p)
	case effectRole:
		return c.applyRole(k, d, p)
	}
	return 0
}

// applyToGroup lets a group depend by its first member, or if they need not
// be together by each.
func (c *cluster) applyToGroup(k *colocation, d, p *Resource) score.Score {
	delta := score.Score(0)
	switch {
	case d.group.colocated:
		delta = c.applyColocation(k, d.Children[0], p)
	case k.mandatory():
		c.complain(cib.Warning, "rsc_colocation", k.id, "a group whose members need not be together cannot depend on anything", "name the members instead, or remove collocated from the group")
	default:
		for _, m := range d.Children {
			delta = score.Add(delta, c.applyColocation(k, m, p))
		}
	}
	d.Priority = score.Add(delta, d.Priority)
	c.explain(d, nil, delta, d.Priority, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p})
	return delta
}

// applyGroup lets a group count: the last member if all must be up, the first
// otherwise; each if they need not be together.
func (c *cluster) applyGroup(k *colocation, d, p *Resource) score.Score {
	if p.is(flagUnassigned) {
		return 0
	}
	if p.group.colocated {
		if k.score >= must {
			return c.applyColocation(k, d, p.Children[len(p.Children)-1])
		}
		return c.applyColocation(k, d, p.Children[0])
	}
	if k.score >= must {
		c.complain(cib.Warning, "rsc_colocation", k.id, "nothing can depend on a group whose members need not be together", "name a member instead, or remove collocated from the group")
		return 0
	}
	delta := score.Score(0)
	for _, m := range p.Children {
		delta = score.Add(delta, c.applyColocation(k, d, m))
	}
	return delta
}

// applyPlace changes what a dependent thinks of the nodes. An optional wish
// that would leave it no node is dropped.
func (c *cluster) applyPlace(k *colocation, d, p *Resource) {
	if p.Assigned == nil && k.score < 0 {
		return
	}
	var value string
	var defined bool
	if p.Assigned != nil {
		value, defined = c.placeValue(p.Assigned, k.attr, p)
	}
	work := d.allowed.copy()
	for i := range work {
		e := &work[i]
		if !e.in {
			continue
		}
		if p.Assigned == nil {
			e.score = score.Add(e.score, -k.score)
			continue
		}
		v, def := c.placeValue(c.byIx[i], k.attr, d)
		if def == defined && strings.EqualFold(v, value) {
			if k.score < must {
				e.score = score.Add(e.score, k.score)
			}
		} else if k.score >= must {
			e.score = ban
		}
	}
	if k.mandatory() || c.anyUsable(work) {
		before := d.allowed
		d.allowed = work
		c.explainChange(d, before, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p})
	}
}

// applyRole changes how much a dependent wants to be promoted.
func (c *cluster) applyRole(k *colocation, d, p *Resource) score.Score {
	if d.Assigned == nil {
		return 0
	}
	if p.Assigned != nil && k.priRole != RoleUnknown && k.priRole != roleOf(p).NextRole {
		return 0
	}
	value, defined := c.placeValue(d.Assigned, k.attr, d)
	var there string
	var known bool
	if p.Assigned != nil {
		there, known = c.placeValue(p.Assigned, k.attr, p)
	}
	delta := k.score
	switch {
	case known != defined || !strings.EqualFold(value, there):
		if k.score != must || k.depRole != RolePromoted {
			return 0
		}
		delta = -k.score
	case k.depRole == RoleUnpromoted:
		delta = -k.score
	}
	d.Priority = score.Add(delta, d.Priority)
	c.explain(d, nil, delta, d.Priority, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p, role: k.priRole})
	return delta
}

// intersect bans a dependent from all nodes that are not in a list of a
// primary's nodes; if merged, the scores of those count, too.
func (c *cluster) intersect(d *Resource, on []nodeScore, merged bool, why cause) {
	before := d.allowed
	d.allowed = d.allowed.copy()
	for i := range d.allowed {
		e := &d.allowed[i]
		if !e.in {
			continue
		}
		found := false
		for _, ns := range on {
			if ns.node.ix == i {
				found = true
				if merged {
					e.score = score.Add(e.score, ns.score)
				}
				break
			}
		}
		if !found {
			e.score = ban
		}
	}
	c.explainChange(d, before, why)
}
