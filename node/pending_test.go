package node

import (
	"testing"
	"time"

	"crm/cib"
	"crm/engine"
	"crm/engine/graph"
)

// While an operation runs, its entry must be one of the same parameters: a
// decision made in the meantime must not restart what is being started.
func TestPendingStartIsNotTakenForAChangedOne(t *testing.T) {
	doc, err := cib.Parse([]byte(`<cib epoch="1" num_updates="0" admin_epoch="0" have-quorum="1" dc-uuid="alice" validate-with="pacemaker-3.9">
<configuration><crm_config><cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
<nodes><node id="alice" uname="alice"/></nodes><resources><primitive id="ip" class="ocf" provider="crm" type="VirtualIP">
<instance_attributes id="i"><nvpair id="i1" name="ip" value="10.0.0.1"/></instance_attributes></primitive></resources><constraints/></configuration>
<status><node_state id="alice" uname="alice" in_ccm="1" crmd="1" join="member" expected="member"><lrm id="alice"><lrm_resources/></lrm></node_state></status></cib>`))
	if err != nil {
		t.Fatal(err)
	}
	decide := func() *graph.Transition {
		out, err := engine.Run(engine.Input{CIB: doc, Now: time.Unix(1000, 0)})
		if err != nil {
			t.Fatal(err)
		}
		return out.Graph
	}
	var start *graph.Action
	for _, s := range decide().Synapses {
		if s.Action.Operation == "start" {
			start = s.Action
		}
	}
	if start == nil {
		t.Fatal("no start is planned")
	}

	state := doc.NodeState("alice")
	state.RemoveChildAt(0) // the empty history
	h := history{"ip": pendingEntry(start, "1:1:0:00000000-0000-0000-0000-000000000000", "alice", 1000)}
	new(historyWriter).history(state, "alice", h)
	for _, s := range decide().Synapses {
		if s.Action.Operation == "stop" {
			t.Errorf("%s is planned while the start is under way", s.Action.Key)
		}
	}
}
