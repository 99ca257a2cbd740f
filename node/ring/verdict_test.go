package ring

import (
	"fmt"
	"testing"
	"time"

	"crm/node/wire"
)

// TestVerdict is what clients of heartbeat's filter are told by.
func TestVerdict(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := New(Config{Self: "alice", Nodes: []string{"alice", "bob"}, Generation: 7, KeepAlive: time.Second, DeadTime: 10 * time.Second, InitDead: 20 * time.Second}, now)
	message := func(src, kind string, seq, gen int) *wire.Message {
		return wire.New(kind).Add(wire.Src, src).AddBinary(wire.SrcUUID, NoUUID).Add(wire.Seq, fmt.Sprintf("%x", seq)).Add(wire.HG, fmt.Sprintf("%x", gen)).
			Add(wire.TS, "3b9aca00")
	}
	for i, c := range []struct {
		m    *wire.Message
		want Verdict
	}{
		{message("bob", "status", 1, 5).Add(wire.State, "up"), Told},
		{message("bob", "status", 2, 5).Add(wire.State, "up"), Unchanged},
		{message("bob", "status", 2, 5).Add(wire.State, "up"), Duplicate},
		{message("bob", "status", 3, 5).Add(wire.State, "active"), Told},
		{message("bob", "resource", 4, 5), Told},
		{message("bob", "resource", 5, 5).Add(wire.Dest, "carol"), Dropped},
		{message("bob", "NS_ackmsg", 0, 5).Add(wire.Dest, "alice").Add(wire.AckSeq, "1"), Dropped},
		{message("bob", "reqnodes", 6, 5).Add(wire.Dest, "alice"), Protocol},
		{message("bob", "status", 7, 4), Dropped},
		{message("mallory", "status", 1, 1), Dropped},
		{message("alice", "status", 1, 7), Duplicate},
	} {
		r.Step(now, Event{Kind: Heard, Link: "eth0", Message: c.m})
		if r.Verdict() != c.want {
			t.Errorf("message %d, %v: verdict %d, want %d", i, c.m, r.Verdict(), c.want)
		}
	}
}
