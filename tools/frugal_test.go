package tools

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// After each collection memory may grow by less, and in the end by what it
// might before.
func TestFrugally(t *testing.T) {
	was := debug.SetGCPercent(123)
	defer debug.SetGCPercent(was)
	f := &frugal{was: debug.SetGCPercent(growth[0])}
	f.watch()
	deadline := time.Now().Add(time.Minute)
	for f.rounds() < len(growth)-1 {
		if time.Now().After(deadline) {
			t.Fatalf("%d collections were noticed, expected %d", f.rounds(), len(growth)-1)
		}
		runtime.GC()
	}
	if now := debug.SetGCPercent(-1); now != growth[len(growth)-1] {
		t.Errorf("%d %% after many collections, expected %d", now, growth[len(growth)-1])
	}
	f.stop()
	if now := debug.SetGCPercent(123); now != 123 {
		t.Errorf("%d %% in the end, expected 123", now)
	}
}

func (f *frugal) rounds() int {
	f.Lock()
	defer f.Unlock()
	return f.round
}
