package engine

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crm/cib"
	"crm/engine/graph"
	"crm/engine/score"
)

// settled carries decisions about a cluster out in thought until nothing is
// left to do, and tells which resources stay where they are; nil when that does
// not come.
func settled(t *testing.T, lines []string) (settled *cib.Document, stays map[string]bool) {
	doc := documentOf(t, lines)
	for range 4 {
		o, err := Run(Input{CIB: doc, Now: time.Unix(5000, 0).UTC()})
		if err != nil {
			t.Fatal(err)
		}
		if real(o) == 0 {
			stays = map[string]bool{}
			o.c.eachResource(func(r *Resource) { stays[r.ID] = len(r.Active) == 1 && r.Assigned == r.Active[0] })
			return doc, stays
		}
		doc = o.Simulate(nil).CIB
	}
	return nil, nil
}

// TestANewcomerMovesNobody: where everything is in its place and sticks to it,
// a resource that nothing ties to the others moves none of them, whether it
// chooses its place before or after them.
func TestANewcomerMovesNobody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		for i, line := range lines {
			if strings.HasPrefix(line, "default resource-stickiness=") {
				lines[i] = "default resource-stickiness=77" // no location undoes it to the last point: then it would not stick
			}
		}
		doc, stays := settled(t, lines)
		if doc == nil {
			return
		}
		newcomer := cib.Child(cib.Child(doc.Root(), "configuration"), "resources").CreateElement("primitive")
		for _, a := range [][2]string{{"id", "newcomer"}, {"class", "ocf"}, {"provider", "crm"}, {"type", "Dummy"}} {
			newcomer.CreateAttr(a[0], a[1])
		}
		addBlock(newcomer, "meta_attributes", "newcomer-meta", "priority", strconv.Itoa(rapid.IntRange(0, 10).Draw(rt, "priority")))
		o, err := Run(Input{CIB: doc, Now: time.Unix(5000, 0).UTC()})
		if err != nil {
			t.Fatal(err)
		}
		o.c.eachResource(func(r *Resource) {
			if r.Kind == KindPrimitive && stays[r.ID] && r.Assigned != r.Active[0] {
				rt.Fatalf("%s leaves %s when a newcomer is there\n%s", r.ID, r.Active[0].Name, strings.Join(lines, "\n"))
			}
		})
	})
}

// TestABannedNodeIsNeverChosen takes the bans from the configuration, not from
// the scores the engine made of them.
func TestABannedNodeIsNeverChosen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		o := decided(t, lines)
		bans := map[[2]string]bool{}
		for _, line := range lines {
			f := strings.Fields(line)
			if f[0] == "location" && f[4] == "-INFINITY" {
				bans[[2]string{f[2], f[3]}] = true
			}
		}
		o.c.eachResource(func(r *Resource) {
			if r.Kind != KindPrimitive || r.Assigned == nil || !r.Managed() {
				return
			}
			for up := r; up != nil; up = up.Parent {
				if up.Kind == KindGroup && !up.Children[0].Managed() {
					break // the others go where its first member is, which nobody chose
				}
				if bans[[2]string{up.ID, r.Assigned.Name}] {
					rt.Fatalf("%s goes to %s, from which %s is banned\n%s", r.ID, r.Assigned.Name, up.ID, strings.Join(lines, "\n"))
				}
			}
			if r.assignedAt <= -score.Infinity {
				rt.Fatalf("%s goes to %s with %v", r.ID, r.Assigned.Name, r.assignedAt)
			}
		})
	})
}

// TestCirclesAreTold: whatever circles the orders of the configuration make,
// either the transition has none, or carrying it out says that it cannot end.
func TestCirclesAreTold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		var ids []string
		for _, line := range lines {
			if f := strings.Fields(line); f[0] == "primitive" {
				ids = append(ids, f[1])
			}
		}
		for range rapid.IntRange(1, 5).Draw(rt, "orders") {
			a, b := rapid.SampledFrom(ids).Draw(rt, "first"), rapid.SampledFrom(ids).Draw(rt, "then")
			if a != b {
				lines = append(lines, `<rsc_order id="o-`+a+"-"+b+`" first="`+a+`" then="`+b+`"/>`)
			}
		}
		o := decided(t, lines)
		if circle, told := circular(o.Graph), !o.Simulate(nil).Complete; circle && !told {
			rt.Fatalf("a circle that nothing tells of\n%s", strings.Join(lines, "\n"))
		}
	})
}

// circular tells whether some action of a transition waits for itself.
func circular(g *graph.Transition) bool {
	waiting := map[int][]*graph.Action{}
	for _, s := range g.Synapses {
		waiting[s.Action.ID] = s.Inputs
	}
	const open, done = 1, 2
	state := map[int]int{}
	var visit func(id int) bool
	visit = func(id int) bool {
		if state[id] != 0 {
			return state[id] == open
		}
		state[id] = open
		for _, in := range waiting[id] {
			if visit(in.ID) {
				return true
			}
		}
		state[id] = done
		return false
	}
	for _, s := range g.Synapses {
		if visit(s.Action.ID) {
			return true
		}
	}
	return false
}
