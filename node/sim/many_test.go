package sim

import (
	"testing"
	"time"

	"crm/node"
)

// Results that overtake each other on the net must not wait for a repetition:
// 300 resources on three members are 900 probes, 300 starts and 300 monitors,
// some 20 ms each with 8 at a time per member.
func TestManyResourcesStartTogether(t *testing.T) {
	w := New(Options{Members: []string{"alice", "bob", "carol"}, Seed: 2, Agent: 20 * time.Millisecond})
	for _, m := range w.members {
		m.Start()
	}
	if !w.RunUntil(20*time.Second, w.settled) {
		t.Fatalf("no cluster:\n%s", w.state())
	}
	bob := w.Member("bob")
	bob.Ask("commit-1", node.Request{Verb: node.VerbCommit, Base: bob.m.Inspect().Version,
		CIB: config(300, "stonith-enabled=false", w.opt.Members)})
	began := w.Since()
	w.Run(100 * time.Millisecond)
	if !w.RunUntil(5*time.Second, w.settled) {
		t.Errorf("after %v %d of 301 resources run", w.Since()-began, w.moves)
	}
	for _, b := range w.Broken() {
		t.Error(b)
	}
}
