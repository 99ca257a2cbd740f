package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crm/cib"
	"crm/engine/score"
)

// anyCluster draws a small cluster as lines of a scenario: nodes in any state,
// primitives, groups, clones, promotable clones and clones of groups, some of
// them active, failed, stopped, unmanaged or short of room; locations,
// colocations and orders between them.
func anyCluster(t *rapid.T) []string {
	d := &clusterDrawing{T: t, nodes: []string{"alice", "bob", "carol", "dave"}[:rapid.IntRange(1, 4).Draw(t, "nodes")]}
	lines := []string{fmt.Sprintf("default resource-stickiness=%d", rapid.SampledFrom([]int{0, 1, 100}).Draw(t, "stickiness"))}
	if rapid.IntRange(0, 4).Draw(t, "strategy") == 0 {
		lines = append(lines, "option placement-strategy="+rapid.SampledFrom([]string{"utilization", "minimal", "balanced"}).Draw(t, "placement"))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "resources") {
		d.resource(i)
	}
	for _, n := range d.nodes {
		state := rapid.SampledFrom([]string{"online", "online", "online", "offline", "standby", "maintenance", "shutdown"}).Draw(t, n)
		lines = append(lines, "node "+n+" "+state+" use:cpu=4"+d.attributes(n))
	}
	lines = append(append(lines, d.lines...), d.history...)
	return append(lines, d.constraints()...)
}

// clusterDrawing is what has been drawn of a cluster so far.
type clusterDrawing struct {
	*rapid.T
	nodes, ids, primitives, lines, history []string
}

func (d *clusterDrawing) oneOf(what string, list ...string) string {
	return rapid.SampledFrom(list).Draw(d.T, what)
}

// primitive draws a primitive that may be active, and may have failed.
func (d *clusterDrawing) primitive(id string) {
	d.primitives = append(d.primitives, id)
	d.lines = append(d.lines, strings.TrimSpace("primitive "+id+" use:cpu="+d.oneOf("cpu", "0", "1", "2")+" "+
		d.oneOf("meta", "", "", "", "priority=5", "migration-threshold=2", "allow-migrate=true", "target-role=Stopped", "is-managed=false",
			"failure-timeout=60s")))
	on := rapid.IntRange(0, len(d.nodes)).Draw(d.T, "active")
	if on == len(d.nodes) {
		return
	}
	d.history = append(d.history, "did "+d.nodes[on]+" "+id+" start 0")
	switch rapid.IntRange(0, 8).Draw(d.T, "later") {
	case 0:
		d.history = append(d.history, "did "+d.nodes[on]+" "+id+" monitor/10000 "+d.oneOf("code", "1", "7", "5"))
	case 1:
		d.history = append(d.history, "did "+d.nodes[on]+" "+id+" stop 0")
	}
}

// resource draws a resource of any kind.
func (d *clusterDrawing) resource(i int) {
	id, top := fmt.Sprintf("r%d", i), fmt.Sprintf("t%d", i)
	d.primitive(id)
	clone := func(of, more string) {
		d.lines = append(d.lines, fmt.Sprintf("clone %s %s clone-max=%d interleave=%v%s", top, of,
			rapid.IntRange(1, 3).Draw(d.T, "max"), rapid.Bool().Draw(d.T, "interleave"), more))
	}
	switch rapid.IntRange(0, 5).Draw(d.T, "kind") {
	case 0:
		d.primitive("s" + id)
		d.lines = append(d.lines, "group "+top+" "+id+" s"+id)
	case 1:
		clone(id, d.oneOf("notify", "", " notify=true"))
	case 2:
		clone(id, " promotable=true")
	case 3:
		d.primitive("s" + id)
		d.lines = append(d.lines, "group g"+id+" "+id+" s"+id)
		clone("g"+id, "")
	default:
		top = id
	}
	d.ids = append(d.ids, top)
}

// attributes draws fail counts and promotion scores of a node.
func (d *clusterDrawing) attributes(node string) string {
	text := ""
	for _, id := range d.primitives {
		switch rapid.IntRange(0, 9).Draw(d.T, "attribute of "+node) {
		case 0:
			text += " fail-count-" + id + "#monitor_10000=2 last-failure-" + id + "#monitor_10000=4990"
		case 1:
			text += " master-" + id + "=" + d.oneOf("promotion", "1", "10", "-5")
		}
	}
	return text
}

func (d *clusterDrawing) constraints() []string {
	var lines []string
	weights := []string{"INFINITY", "-INFINITY", "100", "-100", "1"}
	for i := range rapid.IntRange(0, 4).Draw(d.T, "locations") {
		lines = append(lines, fmt.Sprintf("location l%d %s %s %s", i, d.oneOf("rsc", d.ids...), d.oneOf("node", d.nodes...), d.oneOf("score", weights...)))
	}
	for i := range rapid.IntRange(0, 4).Draw(d.T, "colocations") {
		if a, b := d.oneOf("a", d.ids...), d.oneOf("b", d.ids...); a != b {
			lines = append(lines, fmt.Sprintf("colocation k%d %s %s %s", i, a, b, d.oneOf("weight", weights...)))
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(d.T, "orders") {
		a, b := rapid.IntRange(0, len(d.ids)-1).Draw(d.T, "first"), rapid.IntRange(0, len(d.ids)-1).Draw(d.T, "then")
		if a < b {
			lines = append(lines, fmt.Sprintf(`<rsc_order id="o%d" first="%s" then="%s" kind="%s"/>`, i, d.ids[a], d.ids[b],
				d.oneOf("kind", "Mandatory", "Optional", "Serialize")))
		}
	}
	return lines
}

func decided(t *testing.T, lines []string) *Output { return run(t, lines, false) }

func explained(t *testing.T, lines []string) *Output { return run(t, lines, true) }

func run(t *testing.T, lines []string, explain bool) *Output {
	o, err := Run(Input{CIB: documentOf(t, lines), Now: time.Unix(5000, 0).UTC(), Scores: true, Explain: explain})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// documentOf is the CIB that lines of a scenario describe, without fencing.
func documentOf(t *testing.T, lines []string) *cib.Document {
	s := &scenario{history: map[string]map[string][]string{}, members: map[string]string{}}
	s.options.WriteString(nvpairs("base", [][2]string{{"fencing-enabled", "false"}}))
	for _, line := range lines {
		s.line(t, line)
	}
	return s.document(t)
}

func TestNoOneIsPlacedWhereItMayNotBe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := anyCluster(rt)
		o := decided(t, lines)
		o.c.eachResource(func(r *Resource) {
			if r.Kind != KindPrimitive || r.Assigned == nil || !r.Managed() {
				return
			}
			for _, line := range lines {
				if f := strings.Fields(line); f[0] == "node" && f[1] == r.Assigned.Name && f[2] != "online" {
					rt.Fatalf("%s goes to %s, which is %s\n%s", r.ID, f[1], f[2], strings.Join(lines, "\n"))
				}
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
