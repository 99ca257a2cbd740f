package engine

import (
	"fmt"
	"strconv"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// unpackClone reads a clone and makes its instances. What is cloned is its
// first child; for the clone that a bundle implies, what the bundle contains.
func (c *cluster) unpackClone(r *Resource) bool {
	holder := r.element
	if r.Parent != nil {
		holder = r.Parent.element
	}
	var child *etree.Element
	for e := range cib.Children(holder, "primitive", "group") {
		if child == nil {
			child = e
		}
	}
	if child == nil {
		c.complain(cib.Warning, "clone", r.ID, "it has nothing to clone, it is left out", "put a primitive or group into it or remove it")
		return false
	}
	f := &cloneFacts{child: child, interleave: r.meta.isTrue("interleave"), ordered: r.meta.isTrue("ordered")}
	r.clone = f
	f.nodeMax = count(r, 1, "clone-node-max")
	f.max = c.atMost(c.instanceLimit(f, r.Unique()), holder, "clone-max", count(r, max(1, len(c.nodes)), "clone-max"))
	if r.Promotable() {
		f.promotedMax = count(r, 1, "promoted-max", "master-max")
		f.promotedNodeMax = count(r, 1, "promoted-node-max", "master-node-max")
	}
	if !r.Unique() {
		f.nodeMax = min(f.nodeMax, 1)
	}
	c.onlyAnonymous(r)
	// The instances stick a little to where they are; the clone itself has no
	// place to stick to.
	r.meta.add("resource-stickiness", "1")
	r.meta.set("globally-unique", strconv.FormatBool(r.Unique()))
	for n := 0; n < max(1, f.max); n++ { // an instance may lower the number
		i := c.newInstance(r)
		if i == nil {
			return false
		}
		if f.max == 0 {
			i.each(func(r *Resource) { r.set(flagRemoved) })
		}
	}
	return true
}

// onlyAnonymous makes the clone of a primitive anonymous if its agent cannot
// tell instances apart. For a group see forceAnonymous.
func (c *cluster) onlyAnonymous(r *Resource) {
	class := cib.Attr(r.clone.child, "class")
	if r.clone.child.Tag != "primitive" || class == "" || class == "ocf" || class == "stonith" || !r.Unique() {
		return
	}
	c.makeAnonymous(r)
}

// makeAnonymous leaves a clone one instance on each node.
func (c *cluster) makeAnonymous(r *Resource) {
	r.clear(flagUnique)
	r.clone.nodeMax = 1
	r.clone.max = min(r.clone.max, len(c.nodes))
}

// count reads a number of instances from the first of the meta-attributes
// that is set.
func count(r *Resource, fallback int, names ...string) int {
	for _, name := range names {
		if v, set := r.meta.lookup(name); set {
			return score.AtLeast(v, 0)
		}
	}
	return fallback
}

// How many instances of one clone, and replicas of one bundle, are planned. A
// number beyond it is a slip of the pen. Of a clone with ordered=true each
// instance waits for each; a replica is a node too, on which all others could
// run.
const (
	mostInstances = 10_000
	mostOrdered   = 1_000
	mostProbes    = 80_000 // of the instances of a clone on all nodes
	mostReplicas  = 500
)

// instanceLimit is how many instances of a clone are planned: as many as can be
// looked for on all nodes within 2 s and 500 MB, and at least as many as there
// are nodes.
func (c *cluster) instanceLimit(f *cloneFacts, unique bool) int {
	most := mostInstances
	if unique {
		members := 0
		for range cib.Children(f.child, "primitive") {
			members++
		}
		most = min(most, mostProbes/(max(1, members)*max(1, len(c.nodes))))
	}
	if f.ordered {
		most = min(most, mostOrdered)
	}
	return max(most, len(c.nodes))
}

// atMost bounds a number of instances.
func (c *cluster) atMost(most int, e *etree.Element, option string, n int) int {
	if n > most {
		c.warn(e, fmt.Sprintf("%s is %d, only the first %d are planned", option, n, most), "correct the number")
	}
	return min(n, most)
}

// newInstance makes the next instance of a clone.
func (c *cluster) newInstance(r *Resource) *Resource {
	f := r.clone
	if r.Promotable() && f.child.Tag == "primitive" {
		if class := cib.Attr(f.child, "class"); class != "" && class != "ocf" {
			c.complain(cib.Warning, "clone", r.ID, "its agent is of class "+class+", which cannot be promoted", "use an ocf agent or a clone that is not promotable")
			return nil
		}
	}
	number := f.next
	i := c.unpackResource(f.child, r, number)
	if i == nil {
		return nil
	}
	f.next++
	if f.max > 0 && number >= f.max {
		i.each(func(r *Resource) { r.set(flagRemoved) })
	}
	i.meta.set("clone-max", strconv.Itoa(f.max))
	r.Children = append(r.Children, i)
	return i
}
