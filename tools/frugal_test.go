package tools

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// Memory may grow to what was asked for, double after the first collection,
// and in the end grow by what it might before.
func TestFrugally(t *testing.T) {
	was := debug.SetGCPercent(123)
	defer debug.SetGCPercent(was)
	stop := Frugally(40 << 20)
	if now := percent(); now != 1000 {
		t.Errorf("%d %% at first, expected 1000 of 4 MB", now)
	}
	for deadline := time.Now().Add(time.Minute); percent() != 100; runtime.GC() {
		if time.Now().After(deadline) {
			t.Fatalf("%d %% after many collections, expected 100", percent())
		}
	}
	stop()
	if now := percent(); now != 123 {
		t.Errorf("%d %% in the end, expected 123", now)
	}
}

// percent is by how much memory may grow now.
func percent() uint64 {
	gogc := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(gogc)
	return gogc[0].Value.Uint64()
}

// The larger the text, the more there is to read.
func TestRoomFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cib.xml")
	if err := os.WriteFile(file, make([]byte, 1000), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{file: decisionRoom + 16000, file + ".missing": decisionRoom, os.DevNull: decisionRoom} {
		if got := roomFor(name); got != want {
			t.Errorf("%s: %d bytes, expected %d", name, got, want)
		}
	}
}
