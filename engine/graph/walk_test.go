package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plan makes a transition from lines "id kind operation node [after id...]";
// kind is p, r or c; "!" before the id gives the synapse infinite priority.
func plan(t *testing.T, lines string) *Transition {
	t.Helper()
	tr := &Transition{ID: 1}
	byID := map[string]*Action{}
	for i, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		f := strings.Fields(line)
		s := &Synapse{ID: i, Action: &Action{Operation: f[2], Node: f[3]}}
		if id, found := strings.CutPrefix(f[0], "!"); found {
			f[0], s.Priority = id, Infinity
		}
		if _, err := fmt.Sscan(f[0], &s.Action.ID); err != nil {
			t.Fatal(err)
		}
		s.Action.Kind = map[string]Kind{"p": Pseudo, "r": Resource, "c": Cluster}[f[1]]
		s.Action.Key = "x_" + f[2] + "_0"
		byID[f[0]] = s.Action
		tr.Synapses = append(tr.Synapses, s)
	}
	for i, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		for _, id := range strings.Fields(line)[4:] {
			in := *byID[id]
			tr.Synapses[i].Inputs = append(tr.Synapses[i].Inputs, &in)
		}
	}
	return tr
}

func ids(actions []*Action) []int {
	all := []int{}
	for _, a := range actions {
		all = append(all, a.ID)
	}
	return all
}

func TestPassesGoForwardThenStartAgain(t *testing.T) {
	w := NewWalk(plan(t, `
		4 r stop a 2
		1 p start a
		2 r start a 1
		3 r monitor a 2
		5 r monitor b`))
	var order []int
	for a := w.Next(); a != nil; a = w.Next() {
		order = append(order, a.ID)
		w.Done(a.ID, true)
	}
	// 4 stands before 2, so it has to wait for the second pass.
	if diff := cmp.Diff([]int{1, 2, 3, 5, 4}, order); diff != "" {
		t.Error(diff)
	}
	if !w.Finished() || w.Terminated() {
		t.Errorf("finished %v, terminated %v", w.Finished(), w.Terminated())
	}
}

func TestFailureHoldsBackWhatWaits(t *testing.T) {
	w := NewWalk(plan(t, `
		1 r start a
		2 r monitor a 1
		!3 p notify - 1
		4 r start b`))
	if diff := cmp.Diff([]int{1, 4}, ids(w.Ready())); diff != "" {
		t.Fatal(diff)
	}
	w.Abort(Infinity, CompletionRestart, "start failed")
	w.Done(1, false)
	if w.Done(1, true) {
		t.Error("an action ended twice")
	}
	if diff := cmp.Diff([]int{3}, ids(w.Ready())); diff != "" {
		t.Error(diff)
	}
	if w.Finished() {
		t.Error("finished with action 4 under way")
	}
	w.Done(3, true)
	w.Done(4, true)
	reason, aborted := w.Aborted()
	if !w.Finished() || w.Terminated() || !aborted || reason != "start failed" || w.Completion() != CompletionRestart {
		t.Errorf("finished %v, aborted %v (%s), then %v", w.Finished(), aborted, reason, w.Completion())
	}
	if diff := cmp.Diff(Counts{Completed: 3, Incomplete: 1}, w.Counts()); diff != "" {
		t.Error(diff)
	}
}

func TestAbortSkipsWhatIsReady(t *testing.T) {
	w := NewWalk(plan(t, `
		1 r start a
		2 r start b
		3 p start -`))
	w.Next()
	w.Abort(1, CompletionRestart, "configuration changed")
	if diff := cmp.Diff([]int{3}, ids(w.Ready())); diff != "" {
		t.Error(diff)
	}
	w.Done(1, true)
	w.Done(3, true)
	if !w.Finished() || w.Counts().Skipped != 1 {
		t.Errorf("counts %+v", w.Counts())
	}
}

func TestUnsatisfiableInputTerminates(t *testing.T) {
	tr := plan(t, "1 r start a")
	tr.Synapses[0].Inputs = []*Action{{ID: 99}}
	if w := NewWalk(tr); w.Next() != nil || !w.Terminated() {
		t.Error("a synapse with an input that nothing fulfils must end the walk as terminated")
	}
}

func TestLimits(t *testing.T) {
	tr := plan(t, `
		1 r start a
		2 r start a
		3 p start -
		4 r start b
		5 r start b`)
	tr.BatchLimit = "3"
	w := NewWalk(tr)
	w.SetLimits(Limits{Batch: 3, PerNode: func(string) int { return 1 }})
	if diff := cmp.Diff([]int{1, 3, 4}, ids(w.Ready())); diff != "" {
		t.Fatal(diff)
	}
	w.Done(4, true)
	if diff := cmp.Diff([]int{5}, ids(w.Ready())); diff != "" {
		t.Error(diff)
	}
	w = NewWalk(tr)
	if diff := cmp.Diff([]int{1, 2, 3, 4}, ids(w.Ready())); diff != "" {
		t.Error(diff)
	}
}

func TestMigrationLimitCountsSourceAndTarget(t *testing.T) {
	tr := plan(t, `
		1 r migrate_to a
		2 r migrate_to b
		3 r migrate_to c`)
	for i, pair := range [][2]string{{"a", "b"}, {"b", "c"}, {"c", "d"}} {
		tr.Synapses[i].Action.Attrs = []Attr{{"CRM_meta_migrate_source", pair[0]}, {"CRM_meta_migrate_target", pair[1]}}
	}
	tr.MigrationLimit = "1"
	if diff := cmp.Diff([]int{1, 3}, ids(NewWalk(tr).Ready())); diff != "" {
		t.Error(diff)
	}
}

func TestWriteAndParse(t *testing.T) {
	tr := plan(t, `
		1 c stonith a
		2 r start b 1
		!3 p running - 2`)
	tr.ClusterDelay, tr.BatchLimit, tr.RecheckBy = "60s", "0", 1700000000
	tr.Synapses[0].Action.Downed = []string{"a-id"}
	tr.Synapses[0].Action.Maintenance = []Attr{{"r1", "1"}}
	tr.Synapses[1].Action.Resource = &ResourceRef{ID: "ip", LongID: "ip:0", Class: "ocf", Provider: "heartbeat", Type: "IPaddr2"}
	tr.Synapses[1].Action.Attrs = []Attr{{"CRM_meta_timeout", "20000"}, {"text", "a <b> \"c\" & d\n\te"}}
	tr.Synapses[1].Action.Params = []Attr{{"1", "10.0.0.1"}}
	back, err := Parse(tr.XML())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tr, back); diff != "" {
		t.Error(diff)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{ // order: independent cases
		`<x/>`: "root element is not <transition_graph>",
		`<transition_graph transition_id="1"><synapse id="7"/></transition_graph>`:                                              `synapse "7": expected <action_set>`,
		`<transition_graph transition_id="1"><synapse id="7"><action_set><y id="1"/></action_set></synapse></transition_graph>`: "unknown action <y>",
		`<transition_graph transition_id="one"/>`:                                                                               `transition_id of <transition_graph> is "one"`,
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", text, err, want)
		}
	}
}
