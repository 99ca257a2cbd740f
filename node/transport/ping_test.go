package transport

import (
	"net/netip"
	"testing"
	"time"

	"crm/node/wire"
)

func pings(t *testing.T, nodes ...PingNode) (*Pings, chan string) {
	t.Helper()
	answers := make(chan string, 64)
	p, err := OpenPings(PingConfig{Nodes: nodes, Keys: keysOf(t, "secret"), Answered: func(n string) { answers <- n },
		Refused: func(_ string, _ netip.AddrPort, err error) { answers <- "refused: " + err.Error() }})
	if err != nil {
		t.Skip("no echo requests here: ", err)
	}
	t.Cleanup(func() { p.Close() })
	return p, answers
}

func keysOf(t *testing.T, secret string) *wire.Keyring {
	t.Helper()
	keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func next(t *testing.T, answers <-chan string) string {
	t.Helper()
	select {
	case a := <-answers:
		return a
	case <-time.After(5 * time.Second):
		return "nothing"
	}
}

// TestPingNodesAnswer: this machine answers for a host and for a group of which
// only one answers, over both families and after a change of keys.
func TestPingNodesAnswer(t *testing.T) {
	for _, n := range []PingNode{
		{Name: "127.0.0.1", Hosts: []string{"127.0.0.1"}},
		{Name: "group", Hosts: []string{"0.0.0.1", "127.0.0.2"}, Group: true},
		{Name: "::1", Hosts: []string{"::1"}, IPv6: true},
	} {
		p, answers := pings(t, n)
		_ = p.Ask(time.Now()) // of the group one can not be reached
		if got := next(t, answers); got != n.Name {
			t.Errorf("%v: %q", n, got)
		}
		p.Rekey(keysOf(t, "other"))
		_ = p.Ask(time.Now())
		if got := next(t, answers); got != n.Name {
			t.Errorf("%v after a change of keys: %q", n, got)
		}
	}
}

// TestANameIsLookedUpWhileTheBeatGoesOn: the first question goes nowhere.
func TestANameIsLookedUpWhileTheBeatGoesOn(t *testing.T) {
	p, answers := pings(t, PingNode{Name: "localhost", Hosts: []string{"localhost"}})
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		_ = p.Ask(time.Now())
		select {
		case got := <-answers:
			if got != "localhost" {
				t.Error(got)
			}
			return
		case <-tick.C:
		}
	}
	t.Error("localhost was not found")
}

// TestAnAnswerMustBringTheSignedTextBack: one that somebody made up is refused.
func TestAnAnswerMustBringTheSignedTextBack(t *testing.T) {
	p, answers := pings(t, PingNode{Name: "127.0.0.1", Hosts: []string{"127.0.0.1"}})
	p.keys = keysOf(t, "forged") // the question is not ours
	if err := p.Ask(time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := next(t, answers); got != "refused: "+wire.ErrDigest.Error() {
		t.Error(got)
	}
}

// TestPingSocketsWithoutPrivileges: the kernel's own sockets do where raw ones
// are not allowed.
func TestUnprivilegedEcho(t *testing.T) {
	p, answers := pings(t, PingNode{Name: "127.0.0.1", Hosts: []string{"127.0.0.1"}})
	if p.v4.raw {
		t.Skip("raw sockets are allowed here; make interop tries the other kind")
	}
	if err := p.Ask(time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := next(t, answers); got != "127.0.0.1" {
		t.Error(got)
	}
}
