package engine

import (
	"slices"
	"strings"
	"testing"

	"crm/engine/graph"
)

// unrecorded are the actions that leave no trace in the status when they are
// carried out in thought, as with Pacemaker's simulation: planned once, they
// are planned again.
var unrecorded = []string{"clear_failcount", "lrm_delete", "do_shutdown", "delete", "cancel", "meta-data", "notify"}

// unsettled tells why a second decision may have something to do after the
// graph of the first was carried out; "" when there is no reason for it.
func unsettled(first, second *Output) string {
	repeats := true
	for _, s := range second.Graph.Synapses {
		a := s.Action
		switch {
		case a.Kind == graph.Pseudo || slices.Contains(unrecorded, a.Operation):
		case a.Operation == "stonith" && a.Attr("CRM_meta_stonith_action") == "on":
			return "unfencing is not recorded"
		default:
			repeats = false
		}
	}
	if repeats {
		return "what is planned again is never recorded"
	}
	for _, s := range first.Graph.Synapses {
		a := s.Action
		switch {
		case a.Operation == "stonith" && a.Kind == graph.Pseudo:
			return "the fencing of a guest is not recorded"
		case a.Operation == "stonith":
			return "with a fenced node's state its attributes and failures are gone"
		case a.Operation == "do_shutdown":
			return "a node that shuts down stays online in thought"
		case a.Operation == "clear_failcount":
			return "fail counts stay, though the failures are gone"
		case a.Resource != nil && !(agentRef{class: a.Resource.Class}).recorded():
			return "the results of this class of agents are not recorded"
		}
	}
	return ""
}

// knownUnsettled are the cases in which Pacemaker's own simulation (2.1.5) has
// the same to do once more, action by action: what the first transition did
// makes room for more.
var knownUnsettled = map[string]bool{
	"params-3": true, "novell-251689": true, "colocation-influence": true, "mon-rsc-3": true,
	"rec-rsc-7": true, "partial-live-migration-multiple-active": true, "clone-interleave-1": true, "clone-interleave-2": true,
	"on_fail_demote1": true, "696": true, "726": true, "735": true,
	"bug-pm-12": true, "load-stopped-loop-2": true, "whitebox-start": true, "whitebox-ms-ordering-move": true,
}

// carriedOut counts what somebody would have to do. What waits for what never
// comes is planned, too, and not done.
func carriedOut(o *Output) int {
	n := 0
	for _, step := range o.Simulate(nil).Steps {
		if step.Action.Kind != graph.Pseudo {
			n++
		}
	}
	return n
}

// TestTheCorpusSettles: after the graph of a case was carried out, another
// decision has nothing left to do, unless there is a reason for it.
func TestTheCorpusSettles(t *testing.T) {
	dir := corpus(t)
	for _, c := range corpusCases(t, dir) {
		in := corpusInput(t, dir, c)
		in.Sanitized = true // as crm_simulate has it
		first, err := Run(in)
		if err != nil {
			t.Fatal(err)
		}
		in.CIB = first.Simulate(nil).CIB
		second, err := Run(in)
		if err != nil {
			t.Fatal(err)
		}
		switch left := carriedOut(second) > 0 && unsettled(first, second) == ""; {
		case left && !knownUnsettled[c.name]:
			t.Errorf("%s: still something to do:\n%s", c.name, strings.Join(second.SummaryLines(), "\n"))
		case !left && knownUnsettled[c.name]:
			t.Errorf("%s: nothing is left to do, take it off the list", c.name)
		}
	}
}
