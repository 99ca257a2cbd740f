package ring

import (
	"testing"
	"time"
)

// newBeat returns one keepalive of a member: the step of time, which makes the
// status message.
func newBeat() func() {
	now := time.Unix(1e9, 0)
	r := New(Config{Self: "alice", Nodes: []string{"alice", "bob"}, Generation: 7, KeepAlive: 20 * time.Millisecond,
		DeadTime: 100 * time.Millisecond, InitDead: time.Second}, now)
	return func() {
		now = r.Deadline()
		r.Step(now, Event{Kind: Elapsed})
	}
}

func BenchmarkBeat(b *testing.B) {
	beat := newBeat()
	b.ReportAllocs()
	for b.Loop() {
		beat()
	}
}
