package daemon

import (
	"context"
	"testing"
	"time"

	"crm/node/control"
)

// TestInfoTellsOfTheRing: nodes in the order of ha.cf, with their states and
// links, while the other is there and when it is dead.
func TestInfoTellsOfTheRing(t *testing.T) {
	w := newLoopback(t, "alice", "bob")
	ring := w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[0].State == "active" && r.Nodes[1].State == "active" })
	bob := ring.Nodes[1]
	if bob.Name != "bob" || bob.Type != "normal" || len(bob.Links) != 1 || bob.Links[0] != (control.RingLink{Name: "lo", Up: true}) {
		t.Errorf("bob is %+v, want active with link lo up", bob)
	}
	if ring.Parameters["deadtime"] != "1000ms" || ring.Hold != "" {
		t.Errorf("parameters %v, hold %q", ring.Parameters, ring.Hold)
	}
	w.kill("bob")
	w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[1].State == "dead" && !r.Nodes[1].Links[0].Up })
}

// ringUntil waits until what a member tells of the ring holds.
func (w *world) ringUntil(name string, holds func(control.Ring) bool) control.Ring {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		info, err := w.members[name].client.Info(ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		if holds(info.Ring) {
			return info.Ring
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("not within 30 s: %+v", info.Ring)
		case <-tick.C:
		}
	}
}
