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

func TestXML(t *testing.T) {
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
	const want = `<transition_graph cluster-delay="60s" fencing-timeout="" failed-stop-offset="" failed-start-offset="" batch-limit="0" transition_id="1" recheck-by="1700000000">
  <synapse id="0">
    <action_set>
      <crm_event id="1" operation="stonith" operation_key="x_stonith_0" on_node="a">
        <attributes/>
        <downed>
          <node id="a-id"/>
        </downed>
        <maintenance>
          <node id="r1" node-in-maintenance="1"/>
        </maintenance>
      </crm_event>
    </action_set>
    <inputs/>
  </synapse>
  <synapse id="1">
    <action_set>
      <rsc_op id="2" operation="start" operation_key="x_start_0" on_node="b">
        <primitive id="ip" long-id="ip:0" class="ocf" provider="heartbeat" type="IPaddr2"/>
        <attributes CRM_meta_timeout="20000" text="a &lt;b&gt; &quot;c&quot; &amp; d&#10;&#9;e">
          <param name="1" value="10.0.0.1"/>
        </attributes>
      </rsc_op>
    </action_set>
    <inputs>
      <trigger>
        <crm_event id="1" operation="stonith" operation_key="x_stonith_0" on_node="a"/>
      </trigger>
    </inputs>
  </synapse>
  <synapse id="2" priority="1000000">
    <action_set>
      <pseudo_event id="3" operation="running" operation_key="x_running_0" on_node="-">
        <attributes/>
      </pseudo_event>
    </action_set>
    <inputs>
      <trigger>
        <rsc_op id="2" operation="start" operation_key="x_start_0" on_node="b"/>
      </trigger>
    </inputs>
  </synapse>
</transition_graph>
`
	if diff := cmp.Diff(want, string(tr.XML())); diff != "" {
		t.Error(diff)
	}
}
