package engine

import (
	"strings"

	"crm/engine/score"
)

// adding says how the wishes of colocated resources are added up.
type adding struct {
	active      bool // give up if no node would be left
	nonnegative bool // a node that was welcome does not become unwelcome
	thisWith    bool // follow colocations to primaries, not to dependents
}

// unusable marks a node that a nonnegative addition would have made
// unwelcome.
const unusable = -100 * score.Infinity

// addDependent lets what a dependent thinks of the nodes count for the
// primary, or for a part of it.
func (c *cluster) addDependent(k *colocation, primary *Resource) {
	if !k.hasInfluence(k.primary) {
		return
	}
	before := primary.allowed
	how := adding{active: true, nonnegative: primary.Kind == KindClone}
	c.addColocated(k.dependent, primary, &primary.allowed, k, factor(k.score), how)
	c.explainChange(primary, before, cause{kind: causeDependents, id: k.id, apart: k.score < 0, with: k.dependent})
}

// factor is a score as a fraction of infinity, in single precision as
// Pacemaker has it.
func factor(s score.Score) float32 { return float32(s) / float32(score.Infinity) }

// hasInfluence tells whether the dependent's wishes move a primary: always if
// they are to, and anyhow while the primary is nowhere.
func (k *colocation) hasInfluence(primary *Resource) bool {
	if k.dependent.is(flagNestingAllowed) && !primary.is(flagFailed) && len(primary.Active) == 1 {
		return false
	}
	return k.influence || len(primary.Active) == 0
}

// addColocated adds what a source, and all that is colocated with it, thinks
// of the nodes to a table of the target. Without a target it makes a table for
// the source.
func (c *cluster) addColocated(s, target *Resource, t *table, k *colocation, f float32, how adding) {
	if sum, ok := c.colocatedSum(s, target, *t, k, f, how); ok {
		*t = sum
	}
}

// colocatedSum is the sum in a table of its own; it is not ok if t is to stay
// as it is.
func (c *cluster) colocatedSum(s, target *Resource, t table, k *colocation, f float32, how adding) (sum table, ok bool) {
	if s.is(flagUpdating) {
		return nil, false
	}
	s.set(flagUpdating)
	defer s.clear(flagUpdating)
	if s.Kind == KindGroup {
		m := s.Children[0]
		if target == nil {
			m = s.Children[len(s.Children)-1]
		}
		return c.colocatedSum(m, target, t, k, f, how)
	}
	var work table
	if target == nil {
		work, target = c.spare.copyOf(s.allowed), s
	} else {
		work = c.spare.copyOf(t)
		c.addMatching(s, target, work, k, f, how.nonnegative)
	}
	if c.anyUsable(work) {
		how.active = true
		work = c.addFurther(s, target, work, f, how)
	} else if how.active {
		c.spare.takeBack(work)
		return nil, false
	}
	if how.nonnegative {
		for i := range work {
			if work[i].score == unusable {
				work[i].score = 1
			}
		}
	}
	return work, true
}

// addFurther follows the colocations of a source. It uses up the table that
// it adds to.
func (c *cluster) addFurther(s, target *Resource, work table, f float32, how adding) table {
	list := c.withThisList(s)
	if how.thisWith {
		list = c.thisWithList(s)
	}
	for _, k := range list {
		other := k.primary
		if !how.thisWith {
			if !k.hasInfluence(k.primary) {
				continue
			}
			other = k.dependent
		}
		if sum, ok := c.colocatedSum(other, target, work, k, f*float32(k.score)/float32(score.Infinity), how); ok {
			c.spare.takeBack(work)
			work = sum
		}
	}
	return work
}

// spareTables are tables that nobody uses any more. A chain of n colocations
// needs a table for each link, over and over; so it needs n in all, not n².
type spareTables []table

func (l *spareTables) copyOf(t table) table {
	last := len(*l) - 1
	if last < 0 {
		return t.copy()
	}
	spare := (*l)[last]
	*l = (*l)[:last]
	return append(spare[:0], t...)
}

func (l *spareTables) takeBack(t table) { *l = append(*l, t) }

// addMatching adds the best of what a source thinks of the nodes that count
// as the same place, to a table of the target.
func (c *cluster) addMatching(s, target *Resource, work table, k *colocation, f float32, nonnegative bool) {
	attr := nodeName
	if k != nil {
		attr = k.attr
	}
	from := s.allowed
	if k != nil && k.explicit && s == k.dependent && s.Parent != nil && s.Parent.Kind == KindGroup && s != s.Parent.Children[0] {
		from = c.withGroupLocations(s)
	}
	for i := range work {
		e := &work[i]
		if !e.in || e.score == unusable {
			continue
		}
		b := c.bestMatching(from, s, c.byIx[i], target, attr)
		if f < 0 && b < 0 && !c.pushesAway(k, b) {
			continue
		}
		sum := score.Add(scaled(f, b), e.score)
		if nonnegative && sum < 0 {
			if e.score > 0 {
				e.score = unusable
				continue
			}
			if e.score == 0 {
				continue
			}
		}
		e.score = sum
	}
}

// pushesAway decides whether a dependent that must not be with a primary, and
// is unwelcome on a node, makes the primary go there.
func (c *cluster) pushesAway(k *colocation, b score.Score) bool {
	return k.primary.stickiness < -b && k.hasInfluence(k.primary) && c.allowedOnce(k.dependent)
}

func (c *cluster) allowedOnce(r *Resource) bool {
	n := 0
	for i := range r.allowed {
		if r.allowed[i].in && r.allowed[i].score >= 0 {
			n++
		}
	}
	return n == 1
}

// scaled is a score times a factor, rounded half away from zero, but never to
// nothing.
func scaled(f float32, s score.Score) score.Score {
	x := float64(f * float32(s))
	switch {
	case x < 0:
		x -= 0.5
	default:
		x += 0.5
	}
	d := int64(x)
	if d == 0 && s != 0 {
		if f > 0 {
			d = 1
		} else if f < 0 {
			d = -1
		}
	}
	return score.Clamp(d)
}

// bestMatching is the best score of a source on any node that counts as the
// same place as n.
func (c *cluster) bestMatching(from table, s *Resource, n *Node, target *Resource, attr string) score.Score {
	if attr == nodeName && !c.haveRemotes {
		if e := from.at(n); e != nil && n.available() {
			return max(e.score, ban)
		}
		return ban
	}
	value, defined := c.placeValue(n, attr, target)
	best := score.Score(ban)
	for i := range from {
		e := &from[i]
		if !e.in || e.score <= best || !c.byIx[i].available() {
			continue
		}
		if v, d := c.placeValue(c.byIx[i], attr, s); d == defined && strings.EqualFold(v, value) {
			best = e.score
		}
	}
	return best
}

// placeValue is the attribute of a node that says which place it is. For what
// runs in a bundle, or asks for it, that of the host.
func (c *cluster) placeValue(n *Node, attr string, r *Resource) (string, bool) {
	if n.IsGuest() && (r.meta.get("container-attribute-target") == "host" || r.runsInside(n)) {
		if n = n.host().Assigned; n == nil {
			return "", false
		}
	}
	if attr == nodeName {
		return n.Name, true
	}
	return n.attrs.Lookup(attr)
}

// runsInside tells whether a resource is what the container of a bundle's
// node was made for.
func (r *Resource) runsInside(n *Node) bool {
	root := n.connection.Root()
	if root.Kind != KindBundle {
		return false
	}
	for _, rep := range root.bundle.replicas {
		if rep.node == n {
			return rep.child == r
		}
	}
	return false
}

// withGroupLocations is a member's table with the locations of its group,
// which otherwise count for the first member only.
func (c *cluster) withGroupLocations(m *Resource) table {
	saved := m.allowed
	defer func() { m.allowed = saved }()
	m.allowed = saved.copy()
	trace := c.trace
	c.trace = nil
	for i := len(c.locations) - 1; i >= 0 && len(m.Parent.locations) > 0; i-- {
		if c.locations[i].rsc == m.Parent {
			c.applyLocation(c.locations[i], m, true)
		}
	}
	c.trace = trace
	return m.allowed
}
