package engine

import (
	"cmp"
	"slices"
)

// sortByNumber puts a clone's instances in the order of their numbers.
func sortByNumber(list []*Resource) {
	slices.SortStableFunc(list, func(a, b *Resource) int { return cmp.Compare(a.number(), b.number()) })
}

// number is the number of an instance: the digits after the last colon, or
// for a bundle's container after the last dash.
func (r *Resource) number() int {
	_, digits, ok := cutLast(r.ID, ":")
	if !ok {
		_, digits, _ = cutLast(r.ID, "-")
	}
	n := 0
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0
		}
		n = n*10 + int(d-'0')
	}
	return n
}

// isInstanced tells a clone or bundle.
func (r *Resource) isInstanced() bool { return r.Kind == KindClone || r.Kind == KindBundle }

// instances are a clone's children, or a bundle's containers.
func (r *Resource) instances() []*Resource {
	if r.Kind == KindBundle {
		return r.containers()
	}
	return r.Children
}

// replica is the part of a bundle that an instance in it belongs to, or nil.
func (r *Resource) replica() *replica {
	top := r.topmost()
	if top.Parent == nil || top.Kind != KindClone {
		return nil
	}
	for _, rep := range top.Parent.bundle.replicas {
		if rep.child == r {
			return rep
		}
	}
	return nil
}

// insideOf is what runs inside a bundle's container, or nil.
func (c *cluster) insideOf(r *Resource) *Resource {
	if r.Parent == nil || r.Parent.Kind != KindBundle {
		return nil
	}
	for _, rep := range r.Parent.bundle.replicas {
		if rep.container == r {
			return rep.child
		}
	}
	return nil
}
