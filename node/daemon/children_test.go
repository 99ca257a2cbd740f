package daemon

import (
	"bufio"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"crm/node/haconf"
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
	text := fmt.Sprintf("#!/bin/sh\ntrap 'echo bye > %[1]s; exit 0' TERM\necho \"ready $HA_CURHOST $HA_COLOUR\" > %[1]s\nwhile :; do sleep 0.05; done\n", fifo)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.dir, "alice", "ha.cf")
	cf, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fmt.Appendf(cf, "env COLOUR=red\nrespawn %s %s\n", u.Username, script), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start("alice")
	lines := bufio.NewReader(said)
	if s, err := lines.ReadString('\n'); s != "ready alice red\n" {
		t.Fatalf("%q %v", s, err)
	}
	w.stopped("alice")
	if s, err := lines.ReadString('\n'); s != "bye\n" {
		t.Fatalf("%q %v", s, err)
	}
}

// TestLinesThatThisSystemCanNotFollowAreRefused, as heartbeat refuses them.
func TestLinesThatThisSystemCanNotFollowAreRefused(t *testing.T) {
	base := "node alice\nbcast lo\ncrm on\n"
	for line, want := range map[string]string{
		"respawn nosuchuser /bin/sh":  `ha.cf:4: respawn nosuchuser /bin/sh: user "nosuchuser"`,
		"respawn root /no/such":       "ha.cf:4: respawn root /no/such: stat /no/such: no such file",
		"respawn root /":              "expected a program that may be executed",
		"apiauth a uid=nosuchuser":    `ha.cf:4: apiauth a: there is no user "nosuchuser" here`,
		"apiauth a gid=nosuch uid=0":  `ha.cf:4: apiauth a: there is no group "nosuch" here`,
		"apiauth a gid=4711 uid=4711": "",
	} { // order: each on its own
		cf, _, err := haconf.ParseConfig("ha.cf", []byte(base+line+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		got := haconf.Problems(CheckUsers("ha.cf", cf)).Error()
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
