package daemon

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"crm/node/control"
)

// TestMembersHearEachOtherOverASerialLine: with no other medium that works, the
// ring stands; the line is a link of its name.
func TestMembersHearEachOtherOverASerialLine(t *testing.T) {
	w := newLoopback(t, "alice", "bob")
	var ends [2]*os.File
	var devices [2]string
	for i := range ends {
		fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Skip("no pseudo terminals: ", err)
		}
		n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
		if err == nil {
			err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
		}
		if err != nil {
			t.Skip("no pseudo terminals: ", err)
		}
		ends[i], devices[i] = os.NewFile(uintptr(fd), "ptmx"), fmt.Sprintf("/dev/pts/%d", n)
		slave, err := os.OpenFile(devices[i], os.O_RDWR|unix.O_NOCTTY, 0) // keeps the master from hanging up
		if err != nil {
			t.Skip("no pseudo terminals: ", err)
		}
		t.Cleanup(func() { ends[i].Close(); slave.Close() })
	}
	for i, name := range w.names {
		go io.Copy(ends[1-i], ends[i])
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
