package engine

import "crm/engine/score"

// applyBundle lets a bundle as primary count for a dependent.
func (c *cluster) applyBundle(k *colocation, d, p *Resource) score.Score {
	if p.is(flagUnassigned) {
		return 0
	}
	if k.dependent.Kind >= KindClone {
		if i := c.compatible(d, p.containers()); i != nil {
			return c.applyColocation(k, d, i)
		}
		if k.score >= must {
			c.place(d, nil, true, true)
		}
		return 0
	}
	delta := score.Score(0)
	var on []nodeScore
	for _, rep := range p.bundle.replicas {
		if k.score < must {
			delta = score.Add(delta, c.applyColocation(k, d, rep.container))
			continue
		}
		host := rep.container.Assigned
		if host == nil || rep.container.Blocked() ||
			k.priRole == RolePromoted && (rep.child == nil || rep.child.NextRole != RolePromoted) {
			continue
		}
		on = append(on, nodeScore{node: host})
	}
	if k.score >= must {
		c.intersect(d, on, false, cause{kind: causeColocation, id: k.id, apart: k.score < 0, with: p})
	}
	return delta
}
