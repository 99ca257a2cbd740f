package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crm/engine/score"
)

// anyCluster draws a small cluster as lines of a scenario.
func anyCluster(t *rapid.T) []string {
	nodes := []string{"alice", "bob", "carol", "dave"}[:rapid.IntRange(1, 4).Draw(t, "nodes")]
	var lines []string
	for _, n := range nodes {
		state := rapid.SampledFrom([]string{"online", "online", "online", "offline", "standby", "maintenance"}).Draw(t, n)
		lines = append(lines, "node "+n+" "+state)
	}
	lines = append(lines, fmt.Sprintf("default resource-stickiness=%d", rapid.SampledFrom([]int{0, 1, 100}).Draw(t, "stickiness")))
	var ids []string
	for i := range rapid.IntRange(1, 5).Draw(t, "resources") {
		id := fmt.Sprintf("r%d", i)
		lines = append(lines, "primitive "+id)
		top := id
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			lines = append(lines, fmt.Sprintf("primitive s%d", i), fmt.Sprintf("group g%d %s s%d", i, id, i))
			top = fmt.Sprintf("g%d", i)
		case 1:
			top = fmt.Sprintf("c%d", i)
			lines = append(lines, fmt.Sprintf("clone %s %s clone-max=%d interleave=%v", top, id,
				rapid.IntRange(1, 3).Draw(t, "max"), rapid.Bool().Draw(t, "interleave")))
		}
		if on := rapid.IntRange(0, len(nodes)).Draw(t, "active"); on < len(nodes) {
			lines = append(lines, "did "+nodes[on]+" "+id+" start 0")
		}
		ids = append(ids, top)
	}
	weights := []string{"INFINITY", "-INFINITY", "100", "-100", "1"}
	for i := range rapid.IntRange(0, 4).Draw(t, "locations") {
		lines = append(lines, fmt.Sprintf("location l%d %s %s %s", i, rapid.SampledFrom(ids).Draw(t, "rsc"),
			rapid.SampledFrom(nodes).Draw(t, "node"), rapid.SampledFrom(weights).Draw(t, "score")))
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "colocations") {
		a, b := rapid.SampledFrom(ids).Draw(t, "a"), rapid.SampledFrom(ids).Draw(t, "b")
		if a != b {
			lines = append(lines, fmt.Sprintf("colocation k%d %s %s %s", i, a, b, rapid.SampledFrom(weights).Draw(t, "weight")))
		}
	}
	return lines
}

func decided(t *testing.T, lines []string) *Output { return run(t, lines, false) }

func explained(t *testing.T, lines []string) *Output { return run(t, lines, true) }

func run(t *testing.T, lines []string, explain bool) *Output {
	s := &scenario{history: map[string]map[string][]string{}, members: map[string]string{}}
	s.options.WriteString(nvpairs("base", [][2]string{{"fencing-enabled", "false"}}))
	for _, line := range lines {
		s.line(t, line)
	}
	o, err := Run(Input{CIB: s.document(t), Now: time.Unix(5000, 0).UTC(), Scores: true, Explain: explain})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNoOneIsPlacedWhereItMayNotBe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		o := decided(t, lines)
		o.c.eachResource(func(r *Resource) {
			if r.Kind != KindPrimitive || r.Assigned == nil || !r.Managed() {
				return
			}
			if !r.Assigned.available() {
				rt.Fatalf("%s goes to %s, which is not available\n%s", r.ID, r.Assigned.Name, strings.Join(lines, "\n"))
			}
			if r.assignedAt <= -score.Infinity {
				rt.Fatalf("%s goes to %s, from which it is banned\n%s", r.ID, r.Assigned.Name, strings.Join(lines, "\n"))
			}
		})
	})
}

func TestClonesKeepTheirNumbers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		o := decided(t, lines)
		for _, r := range o.c.resources {
			if r.Kind != KindClone {
				continue
			}
			perNode, total := map[*Node]int{}, 0
			for _, i := range r.Children {
				if i.Assigned != nil && i.Managed() {
					perNode[i.Assigned]++
					total++
					if perNode[i.Assigned] > r.clone.nodeMax {
						rt.Fatalf("%s has %d instances on %s\n%s", r.ID, perNode[i.Assigned], i.Assigned.Name, strings.Join(lines, "\n"))
					}
				}
			}
			if total > r.clone.max {
				rt.Fatalf("%s has %d instances of at most %d\n%s", r.ID, total, r.clone.max, strings.Join(lines, "\n"))
			}
		}
	})
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		a, b := decided(t, lines), decided(t, lines)
		if !slices.Equal(a.ScoreLines(), b.ScoreLines()) || string(a.Graph.XML()) != string(b.Graph.XML()) {
			rt.Fatalf("two decisions differ\n%s", strings.Join(lines, "\n"))
		}
	})
}

// TestExplanationsAddUp: the parts of a score, added in their order, give it,
// and whatever is done has causes that end outside the engine.
func TestExplanationsAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		o := explained(t, lines)
		problems, _ := rootless(o)
		for _, problem := range problems {
			rt.Fatalf("%s\n%s", problem, strings.Join(lines, "\n"))
		}
		o.c.eachResource(func(r *Resource) {
			if !r.leaf() {
				return
			}
			if problem := unsound(o, r, o.explain(r)); problem != "" {
				rt.Fatalf("%s\n%s", problem, strings.Join(lines, "\n"))
			}
		})
	})
}
