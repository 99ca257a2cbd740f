package daemon

import (
	"os"
	"strings"
	"testing"

	"crm/node/control"
	"crm/node/transport/nullmodem"
)

// TestMembersHearEachOtherOverASerialLine: with no other medium that works, the
// ring stands; the line is a link of its name.
func TestMembersHearEachOtherOverASerialLine(t *testing.T) {
	w := newLoopback(t, "alice", "bob")
	devices := nullmodem.New(t).Devices
	for i, name := range w.names {
		path := w.dir + "/" + name + "/ha.cf"
		text := ""
		for line := range strings.Lines(w.conf(name)) {
			if !strings.HasPrefix(line, "ucast") && !strings.HasPrefix(line, "crm") {
				text += line
			}
		}
		w.kill(name)
		text += "crm on\nbaud 115200\nserial " + devices[i] + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range w.names {
		w.start(name)
	}
	ring := w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[1].State == "active" && r.Nodes[0].State == "active" })
	if l := ring.Nodes[1].Links; len(l) != 1 || l[0] != (control.RingLink{Name: devices[0], Up: true}) {
		t.Errorf("links of bob: %v", l)
	}
	w.kill("bob")
	w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[1].State == "dead" && !r.Nodes[1].Links[0].Up })
}
