package engine

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crm/engine/graph"
	"crm/engine/score"
)

// whereAll is the node of every primitive that will run, by its name.
func whereAll(o *Output) map[string]string {
	at := map[string]string{}
	o.c.eachResource(func(r *Resource) {
		if r.Kind == KindPrimitive && r.Assigned != nil {
			at[r.ID] = r.Assigned.Name
		}
	})
	return at
}

// TestANewcomerMovesNobody: when resources stick to where they are, one that
// nothing ties to the others does not move them.
func TestANewcomerMovesNobody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		for i, line := range lines {
			if strings.HasPrefix(line, "default resource-stickiness=") {
				lines[i] = "default resource-stickiness=100"
			}
		}
		before := whereAll(decided(t, lines))
		o := decided(t, append(lines, "primitive newcomer"))
		o.c.eachResource(func(r *Resource) {
			if r.Kind != KindPrimitive || len(r.Active) != 1 || before[r.ID] == "" {
				return
			}
			now := ""
			if r.Assigned != nil {
				now = r.Assigned.Name
			}
			if before[r.ID] == r.Active[0].Name && now != before[r.ID] {
				rt.Fatalf("%s stayed on %s, and goes to %q when newcomer is there too\n%s", r.ID, before[r.ID], now, strings.Join(lines, "\n"))
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
