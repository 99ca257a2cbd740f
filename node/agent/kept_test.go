package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// asked is a runner with an agent that counts how often it was asked.
func asked(t *testing.T) (r *Runner, script string, times func() int) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	folder := filepath.Join(dir, "ocf", "resource.d", "test")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	script = filepath.Join(folder, "thing")
	writeThing(t, script, log, "first")
	r = &Runner{Roots: Roots{OCF: filepath.Join(dir, "ocf")}, Dir: dir, Kept: filepath.Join(dir, "kept")}
	return r, script, func() int {
		text, _ := os.ReadFile(log)
		return len(text)
	}
}

func writeThing(t *testing.T, script, log, short string) {
	t.Helper()
	text := fmt.Sprintf("#!/bin/sh\nprintf x >> %s\necho '<resource-agent name=\"thing\"><shortdesc>%s</shortdesc></resource-agent>'\n", log, short)
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, r *Runner) string {
	t.Helper()
	m, err := r.Metadata(t.Context(), Ref{Class: OCF, Provider: "test", Type: "thing"})
	if err != nil {
		t.Fatal(err)
	}
	return m.Short
}

func TestAnAgentIsAskedOnceUntilItChanges(t *testing.T) {
	r, script, times := asked(t)
	for range 3 {
		if got := ask(t, r); got != "first" {
			t.Fatalf("it says %q", got)
		}
	}
	if times() != 1 {
		t.Errorf("asked %d times, expected once", times())
	}
	writeThing(t, script, filepath.Join(filepath.Dir(r.Kept), "log"), "other")
	if got := ask(t, r); got != "other" || times() != 2 {
		t.Errorf("after the change: %q, asked %d times", got, times())
	}
	r.Env = []string{"OCF_OTHER=1"}
	if ask(t, r); times() != 3 {
		t.Errorf("with another environment: asked %d times, expected 3", times())
	}
}

func TestAnOldOrBrokenNoteIsNotBelieved(t *testing.T) {
	r, _, times := asked(t)
	ask(t, r)
	notes, err := filepath.Glob(filepath.Join(r.Kept, "*.xml"))
	if err != nil || len(notes) != 1 {
		t.Fatalf("notes %v, %v", notes, err)
	}
	old := time.Now().Add(-keptFor - time.Minute)
	if err := os.Chtimes(notes[0], old, old); err != nil {
		t.Fatal(err)
	}
	if ask(t, r); times() != 2 {
		t.Errorf("an old note was believed: asked %d times", times())
	}
	if err := os.WriteFile(notes[0], nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, r); got != "first" || times() != 3 {
		t.Errorf("an empty note was believed: %q, asked %d times", got, times())
	}
}
