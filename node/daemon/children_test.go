package daemon

import (
	"bufio"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"syscall"
	"testing"
)

func TestARespawnedProgramLivesAsLongAsTheMember(t *testing.T) {
	u, err := user.Current()
	if err != nil {
		t.Skip("this user has no name: ", err)
	}
	w := newWorld(t, "alice")
	w.stopped("alice")
	fifo, script := filepath.Join(w.dir, "fifo"), filepath.Join(w.dir, "program")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	text := fmt.Sprintf("#!/bin/sh\ntrap 'echo bye > %[1]s; exit 0' TERM\necho ready > %[1]s\nwhile :; do sleep 0.05; done\n", fifo)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.dir, "alice", "ha.cf")
	cf, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fmt.Appendf(cf, "respawn %s %s\n", u.Username, script), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start("alice")
	lines := bufio.NewReader(said)
	if s, err := lines.ReadString('\n'); s != "ready\n" {
		t.Fatalf("%q %v", s, err)
	}
	w.stopped("alice")
	if s, err := lines.ReadString('\n'); s != "bye\n" {
		t.Fatalf("%q %v", s, err)
	}
}
