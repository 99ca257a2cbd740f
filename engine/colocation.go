package engine

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// colocation says that dependent shall be where primary is, or not.
type colocation struct {
	id                 string
	dependent, primary *Resource
	depRole, priRole   Role // RoleUnknown: any
	score              score.Score
	attr               string // the node attribute that makes two nodes one place
	influence          bool   // the dependent's wishes move the primary
	explicit           bool   // configured, not implied by a group or container
}

const nodeName = "#uname"

// mandatory tells a colocation that must be kept.
func (k *colocation) mandatory() bool { return k.score >= must || k.score <= ban }

// unpackColocation reads a colocation constraint.
func (c *cluster) unpackColocation(e *etree.Element) {
	s, ok := c.colocationScore(e, 0)
	if !ok {
		return
	}
	if cib.Child(e, "resource_set") != nil {
		if sets, ok := c.resourceSets(e, constraintRole); ok {
			c.colocateSets(e, sets, s)
		}
		return
	}
	depRole, ok1 := constraintRole(cib.Attr(e, "rsc-role"))
	priRole, ok2 := constraintRole(cib.Attr(e, "with-rsc-role"))
	if !ok1 || !ok2 {
		c.warn(e, "it has a role that is none", "use Started, Promoted, Unpromoted or Stopped")
		return
	}
	dep, pri := c.resourcesNamed(cib.Attr(e, "rsc")), c.resourcesNamed(cib.Attr(e, "with-rsc"))
	if len(dep.list) == 0 || len(pri.list) == 0 || dep.several && pri.several {
		c.warn(e, "it names a resource that does not exist", "correct the name, or remove the constraint")
		return
	}
	for _, n := range []constrainedResources{dep, pri} {
		if n.broken {
			c.warnMissing(e, n.missing)
		}
	}
	if dep.several || pri.several {
		c.colocateSets(e, []resourceSet{
			{sequential: !dep.several, role: depRole, members: dep.list},
			{sequential: !pri.several, role: priRole, members: pri.list}}, s)
		return
	}
	attr := cib.Attr(e, "node-attribute")
	if attr == "" {
		attr = nodeName
	}
	c.colocate(&colocation{id: cib.ID(e), dependent: dep.list[0], primary: pri.list[0], depRole: depRole, priRole: priRole,
		score: s, attr: attr, influence: influence(e, dep.list[0]), explicit: true})
}

func (c *cluster) colocationScore(e *etree.Element, fallback score.Score) (score.Score, bool) {
	text, set := cib.LookupAttr(e, "score")
	if !set {
		return fallback, true
	}
	s, ok := c.opts.health.Parse(text)
	if !ok {
		c.warn(e, fmt.Sprintf("the score %q is none", text), "use a whole number or INFINITY")
	}
	return s, ok
}

// influence tells whether the dependent's wishes count for the primary; by
// default those of critical resources do.
func influence(e *etree.Element, dependent *Resource) bool {
	if yes, ok := score.Boolean(cib.Attr(e, "influence")); ok {
		return yes
	}
	return dependent.is(flagCritical)
}

// colocateSets makes the colocations inside sets and between each and the
// next.
func (c *cluster) colocateSets(e *etree.Element, sets []resourceSet, s score.Score) {
	for i, set := range sets {
		own := s
		if set.element != nil {
			own, _ = c.colocationScore(set.element, s)
		}
		c.colocateSet(e, set, own)
		if i > 0 {
			c.colocateTwoSets(e, sets[i-1], set, s)
		}
	}
}

// colocateSet makes the colocations inside a set.
func (c *cluster) colocateSet(e *etree.Element, set resourceSet, s score.Score) {
	if !set.sequential {
		return
	}
	with := func(dependent, primary, last *Resource) {
		c.colocate(&colocation{id: cib.ID(e), dependent: dependent, primary: primary, depRole: set.role, priRole: set.role, score: s,
			attr: nodeName, influence: influence(e, last), explicit: true})
	}
	for i, m := range set.members {
		switch {
		case i == 0:
		case s < 0:
			for _, earlier := range set.members[:i] {
				with(m, earlier, m)
			}
		case cib.Attr(set.element, "ordering") != "" && cib.Attr(set.element, "ordering") != "group":
			with(set.members[i-1], m, m)
		default:
			with(m, set.members[i-1], m)
		}
	}
}

// colocateTwoSets makes the earlier set depend on the later one.
func (c *cluster) colocateTwoSets(e *etree.Element, dependent, primary resourceSet, s score.Score) {
	dependents, primaries := dependent.members, primary.members
	if len(dependents) > 0 && (dependent.sequential || primary.broken) {
		dependents = dependents[:1]
	}
	switch {
	case primary.sequential && primary.broken && primary.last == nil:
		return
	case primary.sequential && primary.broken:
		primaries = []*Resource{primary.last}
	case primary.sequential && len(primaries) > 0:
		primaries = primaries[len(primaries)-1:]
	}
	for _, d := range dependents {
		for _, p := range primaries {
			c.colocate(&colocation{id: cib.ID(e), dependent: d, primary: p, depRole: dependent.role, priRole: primary.role, score: s,
				attr: nodeName, influence: influence(e, d), explicit: true})
		}
	}
}

// colocate adds a colocation to those of both resources.
func (c *cluster) colocate(k *colocation) {
	if k.score == 0 {
		return
	}
	k.dependent.thisWith = insertSorted(k.dependent.thisWith, k, byPrimary)
	k.primary.withThis = insertSorted(k.primary.withThis, k, byDependent)
	if k.score <= ban {
		c.orderAnticolocated(k)
	}
}

func byPrimary(a, b *colocation) int { return compareColocated(a.primary, b.primary) }

func byDependent(a, b *colocation) int { return compareColocated(a.dependent, b.dependent) }

// compareColocated is the order in which colocations count: by the other
// resource's priority, its kind and its id.
func compareColocated(a, b *Resource) int {
	switch {
	case a == b:
		return 0
	case a.Priority != b.Priority:
		return int(b.Priority) - int(a.Priority)
	case a.Kind != b.Kind:
		return int(b.Kind) - int(a.Kind)
	case a.Kind == KindClone && a.Promotable() != b.Promotable():
		if a.Promotable() {
			return -1
		}
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}
