package transport

import (
	"net/netip"
	"os"
	"testing"
	"time"

	"crm/node/wire"
)

// alone is a member's media with nobody else on them but itself.
func alone(t *testing.T, urgent bool) *UDP {
	t.Helper()
	w := newLoopback(t, unicasts)
	u, err := OpenUDP(UDPConfig{Lines: []Line{{Kind: Unicast, Interface: "lo", Peer: "127.0.0.1", Port: w.port}}, Bind: w.ip["alice"],
		Keys: keys(t, "secret"), Urgent: urgent, Refused: func(_ string, _ netip.AddrPort, err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	return u
}

func beatOf(t *testing.T) []byte {
	return keys(t, "secret").Append(nil, wire.New("status").Add(wire.Src, "alice"), wire.Netstring)
}

const short, long = 20 * time.Millisecond, time.Minute

// moments are ways of coming to a moment to wait for.
var moments = []struct {
	name string
	make func(t *testing.T, u *UDP) (until time.Time)
}{
	{"set once", func(_ *testing.T, u *UDP) time.Time { return time.Now().Add(short) }},
	{"after it has rung", func(_ *testing.T, u *UDP) time.Time {
		u.Next(time.Now().Add(short))
		return time.Now().Add(short)
	}},
	{"for the moment at which it has rung", func(_ *testing.T, u *UDP) time.Time {
		at := time.Now().Add(short)
		u.Next(at)
		return at
	}},
	{"sooner than before", func(t *testing.T, u *UDP) time.Time {
		wakeWith(t, u, time.Now().Add(long))
		return time.Now().Add(short)
	}},
	{"later than before", func(t *testing.T, u *UDP) time.Time {
		at := time.Now().Add(short)
		wakeWith(t, u, at)
		return at.Add(short)
	}},
	{"for the same moment, with a packet between", func(t *testing.T, u *UDP) time.Time {
		at := time.Now().Add(2 * short)
		wakeWith(t, u, at)
		return at
	}},
	{"it rings while nobody waits", func(t *testing.T, u *UDP) time.Time {
		at := time.Now().Add(short)
		wakeWith(t, u, at)
		<-time.After(2 * short)
		return at
	}},
	{"and then is set for later", func(t *testing.T, u *UDP) time.Time {
		wakeWith(t, u, time.Now().Add(short))
		<-time.After(2 * short)
		return time.Now().Add(short)
	}},
	{"for now", func(*testing.T, *UDP) time.Time { return time.Now() }},
	{"for the past", func(*testing.T, *UDP) time.Time { return time.Now().Add(-time.Hour) }},
	{"for the beginning of time, which is no moment", func(*testing.T, *UDP) time.Time { return time.Time{} }},
	{"without a monotonic clock", func(*testing.T, *UDP) time.Time { return time.Now().Add(short).Round(0) }},
}

// TestClock: however Next is called, it ends at the moment given, not before
// and not much later, and is woken once for it.
func TestClock(t *testing.T) {
	for _, urgent := range []bool{false, true} {
		for _, c := range moments {
			name := "patient/" + c.name
			if urgent {
				name = "urgent/" + c.name
			}
			t.Run(name, func(t *testing.T) {
				u := alone(t, urgent)
				until := c.make(t, u)
				ended := make(chan time.Time, 1)
				go func() {
					u.sleep(until) // one wake, not several: it is not called again
					ended <- time.Now()
				}()
				select {
				case at := <-ended:
					if at.Before(until) {
						t.Errorf("woken %v too early", until.Sub(at))
					}
					if late := at.Sub(until); until.After(at.Add(-patience)) && late > patience/2 {
						t.Errorf("woken %v too late", late)
					}
				case <-time.After(patience):
					u.Wake()
					<-ended
					t.Error("not woken")
				}
			})
		}
	}
}

// wakeWith has Next wait until a moment and ends it before with a packet.
func wakeWith(t *testing.T, u *UDP, until time.Time) {
	t.Helper()
	if err := u.Send(beatOf(t)); err != nil {
		t.Fatal(err)
	}
	u.sleep(until) // the packet wakes it
	if _, ok := u.Next(until); !ok {
		t.Fatal("the packet was not heard")
	}
}

// TestSocketThatFailsIsTriedAgain: while its interface is down a socket fails
// at every look; it must neither keep the reader awake nor be lost.
func TestSocketThatFailsIsTriedAgain(t *testing.T) {
	for name, urgent := range map[string]bool{"patient": false, "urgent": true} {
		t.Run(name, func(t *testing.T) {
			u := alone(t, urgent)
			s := u.sockets[0]
			broken, other, err := os.Pipe() // no socket: each receive fails
			if err != nil {
				t.Fatal(err)
			}
			defer broken.Close()
			defer other.Close()
			other.Write([]byte("always something to read"))
			whole := s.fd
			u.reader.ignore(whole)
			s.fd = int(broken.Fd())
			if err := u.reader.watch(s.fd); err != nil {
				t.Fatal(err)
			}
			if _, ok := u.Next(time.Now()); ok || s.ail.IsZero() {
				t.Fatalf("heard %v, and the socket ails until %v", ok, s.ail)
			}
			wakes := 0
			for end := time.Now().Add(convalescence / 2); time.Now().Before(end); wakes++ {
				u.sleep(end)
			}
			if wakes > 2 {
				t.Errorf("woken %d times by a socket that cannot be read", wakes)
			}
			s.fd = whole
			began := time.Now()
			if err := u.Send(beatOf(t)); err != nil {
				t.Fatal(err)
			}
			if _, ok := u.Next(began.Add(patience)); !ok || !s.ail.IsZero() {
				t.Errorf("nothing heard in %v although the socket works again", time.Since(began))
			}
		})
	}
}

// TestBeatAllocatesNothing: sending and waiting do not; a packet that is
// believed becomes a message, in one piece.
func TestBeatAllocatesNothing(t *testing.T) {
	u := alone(t, false)
	beat := beatOf(t)
	u.Send(beat)
	u.Next(time.Now().Add(patience))
	if n := testing.AllocsPerRun(100, func() {
		u.Send(beat)
		u.Next(time.Now().Add(patience))
		u.Next(time.Now().Add(time.Millisecond))
		u.Wake()
		u.Next(time.Now().Add(patience))
	}); n > 1 {
		t.Errorf("%v allocations for a packet sent, a packet heard, a wait and a bell", n)
	}
}

// TestAddressesAsTheKernelReadsThem: the system's own way of making them is the
// measure, on every byte order.
func TestAddressesAsTheKernelReadsThem(t *testing.T) {
	for _, text := range []string{"10.1.2.3:694", "255.255.255.255:65535", "[fd00::12]:694", "[fe80::1%lo]:1694", "[ff05::694%lo]:1"} {
		at := netip.MustParseAddrPort(text)
		made := addressOf(at)
		if got := sender(&made.raw); got.Addr() != at.Addr().WithZone("") || got.Port() != at.Port() {
			t.Errorf("%s is read back as %s", text, got)
		}
	}
}
