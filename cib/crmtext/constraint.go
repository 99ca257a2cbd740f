package crmtext

import (
	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// resourceSets builds the sets of a constraint.
func (m *maker) resourceSets(e *etree.Element, sets grammar.Sets, what string) {
	for _, set := range sets.List {
		r := element("resource_set")
		if set.Parallel {
			cib.SetAttr(r, "sequential", "false")
		}
		if set.AnyOne {
			cib.SetAttr(r, "require-all", "false")
		}
		if len(set.Refs) > 0 && set.Refs[0].Suffix != "" {
			cib.SetAttr(r, what, set.Refs[0].Suffix)
		}
		cib.SetAttr(r, "id", m.id(cib.ID(e)))
		for _, f := range set.Refs {
			r.AddChild(element("resource_ref", "id", f.ID))
		}
		e.AddChild(r)
	}
}

// readSets reads the sets of a constraint; what is role or action.
func readSets(e *etree.Element, what string) (sets grammar.Sets, ok bool) {
	for r := range cib.Children(e, "resource_set") {
		var set grammar.Set
		suffix := ""
		for _, a := range r.Attr {
			switch a.Key {
			case "id":
			case "sequential":
				set.Parallel = cib.IsFalse(a.Value)
			case "require-all":
				set.AnyOne = cib.IsFalse(a.Value)
			case what:
				suffix = a.Value
			default:
				return sets, false
			}
		}
		for c := range cib.Children(r) {
			if c.Tag != "resource_ref" || len(c.Attr) != 1 {
				return sets, false
			}
			set.Refs = append(set.Refs, grammar.Ref{ID: cib.ID(c), Suffix: suffix})
		}
		if len(set.Refs) == 0 || merges(sets.List, set) {
			return sets, false
		}
		sets.List = append(sets.List, set)
	}
	return sets, len(sets.List) > 0
}

// forced tells whether sets must be marked as such, or they would be read as
// a plain constraint of n resources. crmsh heeds the last set's brackets only.
func forced(list []grammar.Set, n int) bool {
	count := 0
	for _, set := range list {
		count += len(set.Refs)
	}
	last := list[len(list)-1]
	return count == n && (n == 1 || !last.Parallel && !last.AnyOne)
}

// merges tells sets that would be read back as one with the set before.
func merges(list []grammar.Set, set grammar.Set) bool {
	if len(list) == 0 {
		return false
	}
	last := list[len(list)-1]
	open := set.Parallel || set.AnyOne || last.Parallel || last.AnyOne
	return !open && last.Refs[0].Suffix == set.Refs[0].Suffix
}

// plainRefs counts the resources when all are outside brackets, else 0.
func plainRefs(list []grammar.Set) (n int) {
	for _, set := range list {
		if set.Parallel || set.AnyOne {
			return 0
		}
		n += len(set.Refs)
	}
	return n
}

// attrsOf collects the attributes of a constraint; ok is false when it has
// one that is not in names.
func attrsOf(e *etree.Element, names ...string) (map[string]string, bool) {
	got := map[string]string{}
	for _, a := range e.Attr {
		known := a.Key == "id"
		for _, n := range names {
			known = known || n == a.Key
		}
		if !known || !sayable(a.Value) {
			return nil, false
		}
		got[a.Key] = a.Value
	}
	return got, grammar.ValidID(got["id"])
}

// onlyChildren tells whether e has children of these tags only.
func onlyChildren(e *etree.Element, tags ...string) bool {
	for c := range cib.Children(e) {
		if !hasTag(c, tags) {
			return false
		}
	}
	return true
}
