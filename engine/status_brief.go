package engine

import (
	"fmt"
	"maps"
	"slices"
)

// brief tells of primitives how many of each agent are active on each node; of
// how many, too, when those count that are not.
func (t *statusText) brief(depth int, all []*Resource, total bool) {
	for _, agent := range agents(all) {
		count := map[*Node]int{}
		of := 0
		for _, r := range all {
			if label(r) != agent {
				continue
			}
			of++
			for _, n := range r.Active {
				count[n]++
			}
		}
		suffix := ""
		if total {
			suffix = fmt.Sprintf("/%d", of)
		}
		for _, n := range t.c.nodes {
			if count[n] > 0 && t.view.node(n) {
				t.item(depth, fmt.Sprintf("%d%s\t(%s):\tActive %s", count[n], suffix, agent, n.Name))
			}
		}
		if len(count) == 0 {
			t.item(depth, fmt.Sprintf("0%s\t(%s):\tActive", suffix, agent))
		}
	}
}

// briefOn counts the agents of what is active on one node; an idle one is not
// shown.
func (t *statusText) briefOn(on *Node, here []*Resource) {
	if len(here) > 0 {
		t.item(1, t.nodeTitle(on)+":")
		t.item(2, "Resources:")
	}
	for _, agent := range agents(here) {
		n := 0
		for _, r := range here {
			if label(r) == agent {
				n++
			}
		}
		t.item(3, fmt.Sprintf("%d\t(%s):\tActive", n, agent))
	}
}

// agents are the kinds of resources among some, sorted.
func agents(all []*Resource) []string {
	set := map[string]bool{}
	for _, r := range all {
		set[label(r)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// label is a resource's agent as a status names it.
func label(r *Resource) string {
	if r.Class == "ocf" {
		return r.Class + ":" + r.Provider + ":" + r.Type
	}
	return r.Class + ":" + r.Type
}
