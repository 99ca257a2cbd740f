package daemon

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"crm/cib"
	"crm/node/control"
	"crm/node/wire"
)

// amend appends to a member's ha.cf and starts it anew.
func (w *world) amend(name, lines string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name, "ha.cf")
	text, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, lines...), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.kill(name)
	w.start(name)
}

func pingAllowed(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	if err != nil {
		if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP); err != nil {
			t.Skip("no echo requests here: ", err)
		}
	}
	unix.Close(fd)
}

// TestPingNodesAreMembersOfTheRing: told with their type, state and link, and
// counted in an attribute of the node.
func TestPingNodesAreMembersOfTheRing(t *testing.T) {
	pingAllowed(t)
	w := newLoopback(t, "alice")
	w.amend("alice", "ping 127.0.0.1\nping_group far 0.0.0.1\ndeadping 300ms\n")
	ring := w.ringUntil("alice", func(r control.Ring) bool {
		return len(r.Nodes) == 3 && r.Nodes[1].State == "ping" && r.Nodes[2].State == "dead" && r.Nodes[0].State == "active"
	})
	if n := ring.Nodes[1]; n.Name != "127.0.0.1" || n.Type != "ping" || n.Links[0] != (control.RingLink{Name: "127.0.0.1", Up: true}) {
		t.Errorf("%+v", n)
	}
	if n := ring.Nodes[2]; n.Name != "far" || n.Links[0].Up {
		t.Errorf("%+v", n)
	}
	w.until("one ping node is counted", "alice", func(doc *cib.Document) bool {
		return strings.Contains(string(doc.Bytes()), `name="pingd" value="1"`)
	})
}

// TestNamesakesTalkOverTheRing: a client of one member hears one of the other,
// the state of nodes, and asks for the other's clients.
func TestNamesakesTalkOverTheRing(t *testing.T) {
	w := newLoopback(t, "alice", "bob")
	clients := map[string]net.Conn{}
	for _, name := range w.names {
		w.amend(name, fmt.Sprintf("apiauth test uid=%d\napiauth anon uid=%d\n", os.Getuid(), os.Getuid()))
	}
	for _, name := range w.names {
		w.ringUntil(name, func(r control.Ring) bool {
			return !slices.ContainsFunc(r.Nodes, func(n control.RingNode) bool { return n.State != "active" })
		})
		clients[name] = w.client(name, "test")
	}
	frame(t, clients["alice"], wire.New("hello").Add(wire.Dest, "bob").Add(wire.Info, "from alice"))
	if m := hear(t, clients["bob"], "hello"); m.Get(wire.Info) != "from alice" || m.Get(wire.Src) != "alice" || m.Get("from_id") != "test" {
		t.Errorf("bob's client heard %v", m)
	}
	pid := fmt.Sprint(os.Getpid())
	quiet := w.client("alice", pid)
	frame(t, quiet, wire.New("hbapi-req").Add("reqtype", "clientstatus").Add("pid", pid).Add("from_id", pid).Add("node", "bob").Add("cn", "test"))
	if m := hear(t, quiet, "respond-cstatus"); m.Get("cs") != "online" {
		t.Errorf("bob's client is %v", m)
	}
	w.kill("bob")
	for {
		if m := hear(t, clients["alice"], "status"); m.Get(wire.Src) == "bob" && m.Get(wire.State) == "dead" {
			break
		}
	}
}

// client signs on at a member.
func (w *world) client(name, as string) net.Conn {
	w.t.Helper()
	conn, err := net.Dial("unix", filepath.Join(w.dir, name, "register"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.Close() })
	frame(w.t, conn, wire.New("hbapi-req").Add("reqtype", "signon").Add("pid", fmt.Sprint(os.Getpid())).Add("from_id", as))
	if m := hear(w.t, conn, "hbapi-resp"); m.Get("result") != "OK" {
		w.t.Fatal(m)
	}
	return conn
}

// TestCuriousClientHearsBeats: the filter's second bit lets through the beats
// of this member and of others.
func TestCuriousClientHearsBeats(t *testing.T) {
	w := newWorld(t, "alice", "bob")
	w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[0].State == "active" && r.Nodes[1].State == "active" })
	pid := fmt.Sprint(os.Getpid())
	conn := w.client("alice", pid)
	frame(t, conn, wire.New("hbapi-req").Add("reqtype", "setfilter").Add("pid", pid).Add("from_id", pid).Add("fmask", "2"))
	for of := map[string]bool{}; !of["alice"] || !of["bob"]; {
		of[hear(t, conn, "status").Get(wire.Src)] = true
	}
}

func frame(t testing.TB, conn net.Conn, m *wire.Message) {
	t.Helper()
	text := wire.AppendClassic(nil, m)
	if _, err := conn.Write(append([]byte{byte(len(text)), byte(len(text) >> 8), byte(len(text) >> 16), 0, 0xcd, 0xab, 0, 0}, text...)); err != nil {
		t.Fatal(err)
	}
}

// hear waits for a message of a type.
func hear(t testing.TB, conn net.Conn, kind string) *wire.Message {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		var head [8]byte
		if _, err := readAll(conn, head[:]); err != nil {
			t.Fatalf("while waiting for %s: %v", kind, err)
		}
		text := make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
		if _, err := readAll(conn, text); err != nil {
			t.Fatal(err)
		}
		m := &wire.Message{}
		if err := wire.ParseClassic(m, text); err != nil {
			t.Fatal(err)
		}
		if m.Type() == kind {
			return m
		}
	}
}

func readAll(conn net.Conn, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = conn.Read(b[n:])
		n += k
	}
	return n, err
}

// TestWatchdogIsTickledAndDisarmed: with every beat a byte, at an orderly end a
// V; one that is killed leaves it armed.
func TestWatchdogIsTickledAndDisarmed(t *testing.T) {
	w := newLoopback(t, "alice")
	device := filepath.Join(w.dir, "watchdog")
	for _, c := range []struct {
		end  func()
		want byte
	}{{func() { w.stopped("alice") }, 'V'}, {func() { w.kill("alice") }, 0}} {
		if err := os.WriteFile(device, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(w.conf("alice"), "watchdog") {
			w.start("alice")
		} else {
			w.amend("alice", "watchdog "+device+"\n")
		}
		w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[0].State == "active" })
		c.end()
		text, err := os.ReadFile(device)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) < 3 || text[len(text)-1] != c.want || bytes.ContainsFunc(text[:len(text)-1], func(r rune) bool { return r != 0 }) {
			t.Errorf("written: %q, want a byte a beat and %q at the end", text, c.want)
		}
	}
}

func (w *world) conf(name string) string {
	text, err := os.ReadFile(filepath.Join(w.dir, name, "ha.cf"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// TestAStrangerJoinsWithAutojoin, is told with the nodes, and is missed.
func TestAStrangerJoinsWithAutojoin(t *testing.T) {
	w := newLoopback(t, "alice", "bob")
	for _, name := range w.names {
		w.kill(name)
	}
	for _, name := range w.names { // each knows itself alone, and both media
		text := w.conf(name)
		for _, other := range w.names {
			text = strings.ReplaceAll(text, "node "+other+"\n", "")
		}
		if err := os.WriteFile(filepath.Join(w.dir, name, "ha.cf"), []byte(text+"autojoin any\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		w.start(name)
	}
	ring := w.ringUntil("alice", func(r control.Ring) bool { return len(r.Nodes) == 2 && r.Nodes[1].State == "active" })
	if n := ring.Nodes[1]; n.Name != "bob" || n.Type != "normal" || !n.Links[0].Up {
		t.Errorf("%+v", n)
	}
	w.kill("bob")
	w.ringUntil("alice", func(r control.Ring) bool { return r.Nodes[1].State == "dead" })
	w.amend("alice", "")
	w.ringUntil("alice", func(r control.Ring) bool { return len(r.Nodes) == 2 && r.Nodes[1].State == "dead" }) // remembered
}
