package cib

import (
	"strings"

	"github.com/beevik/etree"
)

// arrows is a directed graph over names; why holds the constraint behind an
// arrow, "" for what the structure of groups and clones implies.
type arrows struct {
	names []string // in the order of their first use
	to    map[string][]arrow
}

type arrow struct {
	to  string
	why *etree.Element
}

func (g *arrows) add(from, to string, why *etree.Element) {
	for _, name := range []string{from, to} {
		if _, known := g.to[name]; !known {
			g.to[name] = nil
			g.names = append(g.names, name)
		}
	}
	g.to[from] = append(g.to[from], arrow{to, why})
}

// visit is a place in the walk for cycles: arrows up to next are done.
type visit struct {
	name string
	next int
	why  *etree.Element // the arrow that led here
}

// cycles calls found for each cycle met, with its arrows. The walk is depth
// first and keeps its own stack: chains of a hundred thousand are possible.
func (g *arrows) cycles(found func(path []visit)) {
	const open, done = 1, 2
	state := map[string]int{}
	for _, start := range g.names {
		if state[start] != 0 {
			continue
		}
		stack := []visit{{name: start}}
		state[start] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(g.to[top.name]) {
				state[top.name] = done
				stack = stack[:len(stack)-1]
				continue
			}
			a := g.to[top.name][top.next]
			top.next++
			switch state[a.to] {
			case 0:
				state[a.to] = open
				stack = append(stack, visit{name: a.to, why: a.why})
			case open:
				at := len(stack) - 1
				for stack[at].name != a.to {
					at--
				}
				found(append(append([]visit(nil), stack[at+1:]...), visit{name: a.to, why: a.why}))
			}
		}
	}
}

// orderCycles looks for resources that wait for each other. Each action of a
// resource has a beginning and an end, so that a group round its members
// makes no cycle, but an order between the group and a member does. The
// reverse orders of stopping make the same cycles again, so they are left out.
func (v *verifier) orderCycles() {
	g := &arrows{to: map[string][]arrow{}}
	for e := range Children(v.doc.Section(Constraints), "rsc_order") {
		v.orderArrows(g, e)
	}
	if len(g.names) == 0 {
		return
	}
	for rsc := range v.doc.AllResources() {
		v.structureArrows(g, rsc)
	}
	g.cycles(func(path []visit) {
		var first *etree.Element
		var names []string
		for _, step := range path {
			if step.why != nil && first == nil {
				first = step.why
			}
			if name, ok := strings.CutPrefix(step.name, "< "); ok {
				names = append(names, strings.TrimSuffix(name, " start"))
			}
		}
		if first == nil || len(names) == 0 {
			return
		}
		v.note(first, "resources wait for each other: "+strings.Join(append(names, names[0]), ", then "),
			"remove one of the orders, or make it kind=Optional")
	})
}

func begin(id, action string) string { return "< " + id + " " + action }

func finish(id, action string) string { return "> " + id + " " + action }

// structureArrows adds what groups, clones and roles imply.
func (v *verifier) structureArrows(g *arrows, rsc *etree.Element) {
	id := ID(rsc)
	for _, action := range []string{"start", "promote", "stop", "demote"} {
		g.add(begin(id, action), finish(id, action), nil)
	}
	g.add(finish(id, "start"), begin(id, "promote"), nil)
	g.add(finish(id, "demote"), begin(id, "stop"), nil)
	ordered, _ := NVValue(rsc, MetaAttributes, "ordered")
	last := ""
	for c := range Members(rsc) {
		for _, action := range []string{"start", "promote", "stop", "demote"} {
			g.add(begin(id, action), begin(ID(c), action), nil)
			g.add(finish(ID(c), action), finish(id, action), nil)
		}
		if last != "" && rsc.Tag == "group" && !IsFalse(ordered) {
			g.add(finish(last, "start"), begin(ID(c), "start"), nil)
			g.add(finish(ID(c), "stop"), begin(last, "stop"), nil)
		}
		last = ID(c)
	}
}

func mandatory(e *etree.Element) bool {
	if kind := Attr(e, "kind"); kind != "" {
		return strings.EqualFold(kind, "Mandatory")
	}
	s := Attr(e, "score")
	return s != "0" && !strings.HasPrefix(s, "-")
}

func (v *verifier) orderArrows(g *arrows, e *etree.Element) {
	if !mandatory(e) {
		return
	}
	if Child(e, "resource_set") == nil {
		first, then := Attr(e, "first"), Attr(e, "then")
		action := orElse(Attr(e, "first-action"), "start")
		v.orderPair(g, e, first, action, then, orElse(Attr(e, "then-action"), action))
		return
	}
	var before []string
	beforeAction := ""
	for set := range Children(e, "resource_set") {
		action := orElse(Attr(set, "action"), "start")
		var members []string
		for ref := range Children(set, "resource_ref") {
			members = append(members, ID(ref))
		}
		if !IsFalse(Attr(set, "sequential")) {
			for i := 1; i < len(members); i++ {
				v.orderPair(g, e, members[i-1], action, members[i], action)
			}
		}
		if len(before)*len(members) < 10000 {
			for _, a := range before {
				for _, b := range members {
					v.orderPair(g, e, a, beforeAction, b, action)
				}
			}
		}
		before, beforeAction = members, action
		if IsFalse(Attr(set, "require-all")) {
			before = nil // one of them is enough: no certain cycle
		}
	}
}

func (v *verifier) orderPair(g *arrows, e *etree.Element, a, actionA, b, actionB string) {
	if a == b || a == "" || b == "" {
		return
	}
	g.add(finish(a, actionA), begin(b, actionB), e)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// colocationCycles looks for resources that must follow each other: placement
// is decided for one before the other, so one of the constraints is void.
func (v *verifier) colocationCycles() {
	g := &arrows{to: map[string][]arrow{}}
	for e := range Children(v.doc.Section(Constraints), "rsc_colocation") {
		a, b := Attr(e, "rsc"), Attr(e, "with-rsc")
		if s := Attr(e, "score"); a != "" && b != "" && a != b && !strings.HasPrefix(s, "-") && Attr(e, "rsc-role") == "" {
			g.add(a, b, e)
		}
	}
	g.cycles(func(path []visit) {
		var names []string
		for _, step := range path {
			names = append(names, step.name)
		}
		v.note(path[0].why, "resources are placed with each other in a circle: "+strings.Join(append(names, names[0]), " with "),
			"remove one of the colocations")
	})
}
