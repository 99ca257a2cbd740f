package engine

import "slices"

// colocations is a list of the colocations that concern a resource, in the
// order in which they count.
type colocations struct {
	list    []*colocation
	own     bool // the list is no one else's
	compare func(a, b *colocation) int
}

// addAll adds a sorted list. To a list that has something in it already,
// Pacemaker adds the first of the new ones once for each of them; decisions
// agree only if that is kept.
func (l *colocations) addAll(list []*colocation) {
	if len(l.list) == 0 {
		l.list = list
		return
	}
	for range list {
		l.add(list[0])
	}
}

func (l *colocations) add(k *colocation) {
	if !l.own {
		l.list, l.own = slices.Clone(l.list), true
	}
	l.list = insertSorted(l.list, k, l.compare)
}

// thisWithList are the colocations that a resource depends by.
func (c *cluster) thisWithList(r *Resource) []*colocation {
	l := colocations{compare: byPrimary}
	l.collectThisWith(r, r)
	return l.list
}

// withThisList are the colocations by which others depend on a resource.
func (c *cluster) withThisList(r *Resource) []*colocation {
	l := colocations{compare: byDependent}
	l.collectWithThis(r, r)
	return l.list
}

// collectThisWith adds what r contributes to the list of orig, which is r, or
// a part of it or of the same group.
func (l *colocations) collectThisWith(r, orig *Resource) {
	switch r.Kind {
	case KindPrimitive:
		if r != orig {
			l.addExplicit(r.thisWith)
			return
		}
		l.addAll(r.thisWith)
		if r.Parent != nil {
			l.collectThisWith(r.Parent, orig)
		}
	case KindGroup:
		if orig == r || orig == r.Children[0] {
			l.addAll(r.thisWith)
			if r.Parent != nil {
				l.collectThisWith(r.Parent, orig)
			}
			if r.group.colocated {
				for _, m := range r.Children {
					if m != orig {
						l.collectThisWith(m, orig)
					}
				}
			}
			return
		}
		l.addForUnmanaged(r, orig)
	case KindClone:
		l.addAll(r.thisWith)
		if r.Parent != nil {
			l.collectThisWith(r.Parent, orig)
		}
	case KindBundle:
		if r.sharesColocations(orig) {
			l.addAll(r.thisWith)
		}
	}
}

// addForUnmanaged lets a later member of a group be bound like the first when
// one before it is not managed, and so cannot pass the bond on.
func (l *colocations) addForUnmanaged(group, orig *Resource) {
	for _, m := range group.Children {
		if m == orig {
			return
		}
		if m.Managed() {
			continue
		}
		for _, k := range group.thisWith {
			if k.score == must {
				l.add(k)
			}
		}
		return
	}
}

func (l *colocations) collectWithThis(r, orig *Resource) {
	switch r.Kind {
	case KindPrimitive:
		if r != orig {
			l.addExplicit(r.withThis)
			return
		}
		l.addAll(r.withThis)
		if r.Parent != nil {
			l.collectWithThis(r.Parent, orig)
		}
	case KindGroup:
		if orig != r && orig != r.Children[len(r.Children)-1] {
			return
		}
		l.addAll(r.withThis)
		if r.Parent != nil {
			l.collectWithThis(r.Parent, orig)
		}
		if r.group.colocated {
			for _, m := range r.Children {
				if m != orig {
					l.collectWithThis(m, orig)
				}
			}
		}
	case KindClone:
		l.addAll(r.withThis)
		if r.Parent != nil {
			l.collectWithThis(r.Parent, orig)
		}
	case KindBundle:
		if r.sharesColocations(orig) {
			l.addAll(r.withThis)
		}
	}
}

func (l *colocations) addExplicit(list []*colocation) {
	for _, k := range list {
		if k.explicit {
			l.add(k)
		}
	}
}

// sharesColocations tells which parts of a bundle its colocations are for:
// the containers, and in choosing roles the instances inside.
func (r *Resource) sharesColocations(orig *Resource) bool {
	if orig == r || orig.is(flagReplicaContainer) {
		return true
	}
	inner := r.bundled()
	if inner == nil || !inner.Promotable() {
		return false
	}
	if orig == inner {
		return inner.is(flagPromotionConstrained)
	}
	return orig.isInstanceOf(inner) && !orig.is(flagUnassigned)
}

func (r *Resource) isInstanceOf(clone *Resource) bool { return clone.isAncestorOf(r) }
