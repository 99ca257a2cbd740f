package transport

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"crm/node/transport/nullmodem"
	"crm/node/wire"
)

type serialEnd struct {
	*Serial
	heard   chan string
	refused chan error
}

func openSerial(t *testing.T, self string, keys *wire.Keyring, devices ...string) serialEnd {
	t.Helper()
	e := serialEnd{heard: make(chan string, 64), refused: make(chan error, 64)}
	cfg := SerialConfig{Self: self, Keys: keys, Heard: func(p Packet) { e.heard <- p.Link + " " + p.Message.String() },
		Refused: func(_ string, _ netip.AddrPort, err error) { e.refused <- err }}
	for _, d := range devices {
		cfg.Lines = append(cfg.Lines, SerialLine{d, 19200})
	}
	s, err := OpenSerial(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	e.Serial = s
	return e
}

func beat(src string) *wire.Message {
	return wire.New("status").Add(wire.Info, "two\nlines").Add(wire.Src, src).AddBinary(wire.SrcUUID, "\x00\n>>>\n<<<\n23456789")
}

func (e serialEnd) expect(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-e.heard:
		if !strings.Contains(got, want) {
			t.Errorf("heard %q, want %q", got, want)
		}
	case err := <-e.refused:
		t.Errorf("refused: %v, want %q", err, want)
	case <-time.After(10 * time.Second):
		t.Errorf("nothing heard, want %q", want)
	}
}

// TestSerialLineCarriesMessages: signed in classic form, or sealed, in both
// directions, also after noise.
func TestSerialLineCarriesMessages(t *testing.T) {
	for _, method := range []wire.Method{wire.SHA1, wire.AES} {
		keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: method, Secret: "secret"})
		if err != nil {
			t.Fatal(err)
		}
		cable := nullmodem.New(t)
		here, there, ends := cable.Devices[0], cable.Devices[1], cable.Ends
		a, b := openSerial(t, "alice", keys, here), openSerial(t, "bob", keys, there)
		packet := keys.Append(nil, beat("alice"), wire.Netstring)
		if err := a.Send(packet); err != nil {
			t.Fatal(err)
		}
		b.expect(t, there+" t=status info=two\nlines src=alice")
		if _, err := ends[0].Write([]byte("noise\n>>>\nhalf=a\n")); err != nil { // comes to alice
			t.Fatal(err)
		}
		if err := b.Send(keys.Append(nil, beat("bob"), wire.Netstring)); err != nil {
			t.Fatal(err)
		}
		a.expect(t, "src=bob")
		other := keysOf(t, "other")
		b.Rekey(other)
		if err := b.Send(other.Append(nil, beat("bob"), wire.Netstring)); err != nil {
			t.Fatal(err)
		}
		select {
		case <-a.refused:
		case <-time.After(10 * time.Second):
			t.Error("another key was not refused")
		}
	}
}

// TestSerialRingPassesOn: what comes in on one line goes out on the other with
// one hop less, and not when no hop is left.
func TestSerialRingPassesOn(t *testing.T) {
	keys := keysOf(t, "secret")
	west, east := nullmodem.New(t).Devices, nullmodem.New(t).Devices
	a1, b1, b2, c1 := west[0], west[1], east[0], east[1]
	a, b, c := openSerial(t, "alice", keys, a1), openSerial(t, "bob", keys, b1, b2), openSerial(t, "carol", keys, c1)
	for _, m := range []*wire.Message{beat("alice").Add(wire.TTL, "1"), beat("alice").Add(wire.TTL, "3"), beat("bob").Add(wire.TTL, "3")} {
		if err := a.Send(keys.Append(nil, m, wire.Netstring)); err != nil {
			t.Fatal(err)
		}
		b.expect(t, b1+" t=status")
	}
	if err := b.Send(keys.Append(nil, beat("bob").Add(wire.TTL, "9"), wire.Netstring)); err != nil {
		t.Fatal(err)
	}
	c.expect(t, "src=alice") // ttl 3: neither the one without a hop nor bob's own
	c.expect(t, "ttl=9")
}

// TestWhatIsNoSerialLineIsRefused.
func TestWhatIsNoSerialLineIsRefused(t *testing.T) {
	for device, want := range map[string]string{"/dev/null": "it is no serial line", "/dev/no-such-line": "no such file"} { // order: each on its own
		_, err := OpenSerial(SerialConfig{Lines: []SerialLine{{device, 9600}}, Keys: keysOf(t, "x")})
		if err == nil || !strings.Contains(err.Error(), "medium serial "+device) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", device, err)
		}
	}
}
