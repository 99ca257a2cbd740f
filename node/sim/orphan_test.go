package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"crm/cib"
	"crm/node"
)

// TestAnOrphanedAgentIsWaitedFor: a daemon is killed while a resource starts or
// is promoted by it, and another one is started at once. What the orphan does
// when nobody expects it any more must not come as a surprise: nothing is
// started or promoted elsewhere meanwhile.
func TestAnOrphanedAgentIsWaitedFor(t *testing.T) {
	for _, work := range []struct{ op, id string }{{"promote", "p0"}, {"start", "r0"}, {"stop", "r0"}} {
		for _, late := range []time.Duration{0, time.Second, 4 * time.Second} {
			for seed := range uint64(8) {
				orphaned(t, New(Options{Seed: seed, Members: []string{"alice", "bob", "carol"}[:2+seed%2]}), work.op, work.id, late)
			}
		}
	}
}

func orphaned(t *testing.T, w *World, op, id string, late time.Duration) {
	t.Helper()
	what := fmt.Sprintf("seed %d, %s of %s, %v later", w.opt.Seed, op, id, late)
	c := &Chaos{w: w}
	w.watch.fencing = true
	for _, m := range w.members {
		m.Start()
	}
	w.RunUntil(time.Minute, w.settled)
	c.change(w.members[0], func(*cib.Document) []byte { return wide("stonith-enabled=true", w.opt.Members) })
	if !w.RunUntil(time.Minute, func() bool { return w.settled() && c.placed() }) {
		t.Fatalf("%s: not placed:\n%s", what, w.state())
	}
	for _, m := range w.members {
		m.slow = 6 * time.Second
	}
	holds := func(m *Member) bool { return m.running[id] && (op != "promote" || m.promoted[id]) }
	holder := w.members[slices.IndexFunc(w.members, holds)]
	holder.Ask("away", node.Request{Verb: node.VerbStandby, Node: holder.name, Value: "on"})
	var at *Member
	if !w.RunUntil(time.Minute, func() bool {
		i := slices.IndexFunc(w.members, func(m *Member) bool { return m.work[id].name == op && m.work[id].until.After(w.now) })
		if i >= 0 {
			at = w.members[i]
		}
		return i >= 0
	}) {
		t.Fatalf("%s: it is never at work:\n%s", what, w.state())
	}
	w.Run(500 * time.Millisecond)
	for _, m := range w.members {
		m.slow = 0
	}
	at.Kill()
	w.Run(late) // sooner than the ring would notice
	at.Start()
	holder.Ask("back", node.Request{Verb: node.VerbStandby, Node: holder.name, Value: "off"})
	if w.opt.Seed%4 > 1 {
		holder.Ask("away again", node.Request{Verb: node.VerbStandby, Node: at.name, Value: "on"})
	}
	w.Run(20 * time.Second)
	holder.Ask("all back", node.Request{Verb: node.VerbStandby, Node: at.name, Value: "off"})
	if !w.RunUntil(2*time.Minute, func() bool { return w.settled() && c.placed() }) {
		t.Errorf("%s: does not settle:\n%s", what, w.state())
	}
	for _, b := range w.Broken() {
		t.Errorf("%s: %s", what, b)
	}
}
