package engine

import (
	"fmt"
	"slices"

	"github.com/beevik/etree"

	"crm/cib"
)

// unpackConstraints reads node health, which makes constraints of its own,
// and then the configured constraints in document order.
func (c *cluster) unpackConstraints() {
	c.constrainByHealth()
	c.constrainPingNodes()
	for e := range cib.Children(cib.Child(c.config, "constraints")) {
		if cib.ID(e) == "" {
			continue
		}
		switch e.Tag {
		case "rsc_location":
			c.unpackLocation(e)
		case "rsc_colocation":
			c.unpackColocation(e)
		case "rsc_ticket":
			c.unpackTicketUse(e)
		case "rsc_order":
			c.unpackOrder(e)
		}
	}
}

// pingLocation begins the ids of the constraints that such nodes make.
const pingLocation = "ping-node-"

// constrainPingNodes keeps everything off nodes of the type ping.
func (c *cluster) constrainPingNodes() {
	for _, n := range c.nodes {
		for _, r := range c.resources {
			if n.ping {
				c.addLocation(&location{id: pingLocation + n.Name, rsc: r, probe: probeNever, nodes: []nodeScore{{n, ban}}})
			}
		}
	}
}

// constrained finds the resource that a constraint names. An instance that is
// found under its history's name stands for its whole clone.
func (c *cluster) constrained(id string) *Resource {
	r := c.find(id)
	if r != nil && r.ID != id {
		r = r.topmost()
	}
	return r
}

// constrainedResources are those that a name in a constraint stands for.
type constrainedResources struct {
	list    []*Resource
	several bool   // it is a template or a tag
	broken  bool   // by what is not known; list is what came before it
	missing string // what is not known
}

// resourcesNamed finds a resource, all that use a template, or all that have a
// tag.
func (c *cluster) resourcesNamed(id string) constrainedResources {
	if r := c.constrained(id); r != nil {
		return constrainedResources{list: []*Resource{r}}
	}
	ids, known := c.templates[id]
	if !known {
		ids = c.tags[id]
	}
	n := constrainedResources{several: true}
	if len(ids) == 0 {
		n.broken, n.missing = true, id
	}
	for _, member := range ids {
		r := c.constrained(member)
		if r == nil {
			n.broken, n.missing = true, member
			break
		}
		n.list = append(n.list, r)
	}
	return n
}

// warnMissing tells that a constraint ends where it names what is not known:
// what came before holds, as in Pacemaker.
func (c *cluster) warnMissing(e *etree.Element, id string) {
	c.warn(e, fmt.Sprintf("there is no resource %q by itself, the constraint is ignored from there on", id),
		"name what the resource is in, or correct the name")
}

// resourceSet is a <resource_set> of a constraint.
type resourceSet struct {
	element    *etree.Element // nil for one made of a tag
	sequential bool
	role       Role
	members    []*Resource
	broken     bool      // by a member that is not known; members are those before it
	last       *Resource // the last member even so, nil when that one is not known
}

// resourceSets reads the sets of a constraint; roles are read by parse. ok is
// false if there is a set that makes no sense. A set is as long as its members
// are known.
func (c *cluster) resourceSets(e *etree.Element, parse func(string) (Role, bool)) (sets []resourceSet, ok bool) {
	for s := range cib.Children(e, "resource_set") {
		if s = c.resolve(s); s == nil {
			return nil, false
		}
		set := resourceSet{element: s, sequential: notFalseText(cib.Attr(s, "sequential"))}
		if set.role, ok = parse(cib.Attr(s, "role")); !ok {
			c.warn(e, fmt.Sprintf("the role %q is none", cib.Attr(s, "role")), "use Started, Promoted, Unpromoted or Stopped")
			return nil, false
		}
		for ref := range cib.Children(s, "resource_ref") {
			n := c.resourcesNamed(cib.ID(ref))
			if !set.broken {
				set.members = append(set.members, n.list...)
			}
			set.last = nil
			if !n.broken {
				set.last = n.list[len(n.list)-1]
				continue
			}
			c.warnMissing(e, n.missing)
			set.broken = true
		}
		sets = append(sets, set)
	}
	return sets, true
}

// insertSorted puts a new element before the first that it does not come
// after; of equals, the newest is first.
func insertSorted[T any](list []T, x T, compare func(a, b T) int) []T {
	at, _ := slices.BinarySearchFunc(list, x, func(e, x T) int {
		if compare(x, e) <= 0 {
			return 1
		}
		return -1
	})
	return slices.Insert(list, at, x)
}
