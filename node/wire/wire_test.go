package wire

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func ring(t testing.TB, sign int) *Keyring {
	t.Helper()
	r, err := NewKeyring(sign, Key{1, SHA1, "one"}, Key{2, SHA1, "two"}, Key{3, CRC, ""}, Key{4, SHA256, "four"}, Key{5, AES, "five"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func status() *Message {
	return New("status").Add(State, "active").Add(DeadTime, "7530").Add(Protocol, "1").Add(Src, "alice").
		AddBinary(SrcUUID, "0123456789abcdef").Add(Seq, "1f").Add(HG, "2a").Add(TS, "6b02277b").Add(TTL, "3")
}

func TestVerifiesWithTheKeyOfTheReceivedNumber(t *testing.T) {
	for _, form := range []Form{Netstring, Plain, Classic} {
		packet := ring(t, 2).Append(nil, status(), form)
		var m Message
		key, err := ring(t, 1).Open(&m, packet)
		if err != nil || key != 2 {
			t.Errorf("form %d: key %d, %v; the packet was signed with key 2, which both have", form, key, err)
		}
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	for _, form := range []Form{Netstring, Plain, Classic} {
		for sign := 1; sign <= 5; sign++ {
			r := ring(t, sign)
			packet := r.Append(nil, status(), form)
			end := len(packet)
			if form == Classic {
				end-- // the NUL is not part of the message
			}
			for i := range end {
				for bit := range 8 {
					packet[i] ^= 1 << bit
					var m Message
					if _, err := r.Open(&m, packet); err == nil {
						t.Fatalf("form %d key %d: byte %d bit %d flipped and still opened: %q", form, sign, i, bit, packet)
					}
					packet[i] ^= 1 << bit
				}
			}
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	for _, form := range []Form{Netstring, Plain, Classic} {
		r := ring(t, 1)
		packet := r.Append(nil, status(), form)
		end := len(packet)
		if form == Classic {
			end--
		}
		for n := range end {
			var m Message
			if _, err := r.Open(&m, packet[:n]); err == nil {
				t.Fatalf("form %d: the first %d of %d bytes opened", form, n, len(packet))
			}
		}
	}
}

func TestKeyringRefuses(t *testing.T) {
	for _, c := range []struct {
		sign int
		key  Key
		want string
	}{
		{1, Key{1, SHA1, ""}, "requires a key"},
		{1, Key{1, CRC, "x"}, "takes no key"},
		{1, Key{1, "rot13", "x"}, "unknown method"},
		{1, Key{1, AES, ""}, "requires a key"},
		{16, Key{16, SHA1, "x"}, "expected 0 to 15"},
		{2, Key{1, SHA1, "x"}, "not among the keys"},
	} {
		if _, err := NewKeyring(c.sign, c.key); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.key, err, c.want)
		}
	}
}

func TestPackedMessagesComeBackUnpacked(t *testing.T) {
	for _, sign := range []int{1, 5} {
		packAndOpen(t, ring(t, sign))
	}
}

func packAndOpen(t *testing.T, r *Keyring) {
	t.Helper()
	m := status().Add(Info, strings.Repeat("a long comment\n", 3000))
	packet := r.Append(nil, r.Pack(m), Netstring)
	if len(packet) > 2000 {
		t.Errorf("%d bytes packed", len(packet))
	}
	var got Message
	if _, err := r.Open(&got, packet); err != nil {
		t.Fatal(err)
	}
	if got.Get(Info) != m.Get(Info) || got.Type() != "status" {
		t.Error("another message came back")
	}
}

func TestPackedBombIsRefused(t *testing.T) {
	r := ring(t, 1)
	m := status().Add(Info, strings.Repeat("0", MaxUnpacked))
	var got Message
	if _, err := r.Open(&got, r.Append(nil, r.Pack(m), Netstring)); !errors.Is(err, ErrTooLong) {
		t.Errorf("%v, want %v", err, ErrTooLong)
	}
}

func TestBeatCostsNoGarbage(t *testing.T) {
	r := ring(t, 1)
	m, buf := status(), make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { buf = r.Append(buf[:0], m, Netstring) }); n != 0 {
		t.Errorf("signing a beat: %v allocations", n)
	}
	var got Message
	bad := append([]byte(nil), buf...)
	bad[20] ^= 1
	if n := testing.AllocsPerRun(100, func() { r.Open(&got, bad) }); n > 1 {
		t.Errorf("refusing a forged beat: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { r.Open(&got, buf) }); n > 1 {
		t.Errorf("opening a beat: %v allocations, want one (its text)", n)
	}
}

// TestSealedPacketsHideWhatTheySay: of what goes out nothing can be read, what
// comes in by another way under the sealing key's number is refused, and a
// heartbeat sees a packet of its own shape.
func TestSealedPacketsHideWhatTheySay(t *testing.T) {
	r := ring(t, 5)
	for _, form := range []Form{Netstring, Plain, Classic} {
		packet := r.Append(nil, status(), form)
		if strings.Contains(string(packet), "alice") || strings.Contains(string(packet), "active") {
			t.Errorf("form %d: %q", form, packet)
		}
		if _, err := cutFrame(packet); err != nil {
			t.Error(err)
		}
		var m Message
		if key, err := ring(t, 1).Open(&m, packet); err != nil || key != 5 || m.String() != status().String() {
			t.Errorf("form %d: key %d, %v: %v", form, key, err, &m)
		}
		other, err := NewKeyring(5, Key{5, AES, "other"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Open(&m, packet); !errors.Is(err, ErrDigest) || len(m.Fields) > 0 {
			t.Errorf("another key: %v, %v", err, &m)
		}
	}
	for _, method := range []Method{CRC, SHA1, SHA256} {
		k := Key{5, method, "five"}
		if method == CRC {
			k.Secret = ""
		}
		forger, err := NewKeyring(5, k)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []Form{Netstring, Plain, Classic} {
			var m Message
			if _, err := r.Open(&m, forger.Append(nil, status(), form)); err == nil {
				t.Errorf("%s in form %d was believed under the number of a sealing key", method, form)
			}
		}
	}
}

// TestSealedMessagesAreNeverSealedAlike: one that differs in a byte has another
// nonce, and one that is sent again is the same packet.
func TestSealedMessagesAreNeverSealedAlike(t *testing.T) {
	r := ring(t, 5)
	a, b := r.Append(nil, status(), Plain), r.Append(nil, status().Add(Info, "x"), Plain)
	if string(a[len("###\n380:(1)_sealed="):][:24]) == string(b[len("###\n380:(1)_sealed="):][:24]) {
		t.Error("two texts have one nonce")
	}
	if string(a) != string(r.Append(nil, status(), Plain)) {
		t.Error("the same text was sealed in two ways")
	}
}

func FuzzMessage(f *testing.F) {
	r := ring(f, 1)
	for _, form := range []Form{Netstring, Plain, Classic} {
		f.Add(r.Append(nil, status(), form))
	}
	f.Add(ring(f, 5).Append(nil, status(), Plain))
	if names, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "conformance", "heartbeat", "*.bin")); err == nil {
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		var m Message
		// An attacker without the key meets Open; one with it what comes behind.
		if _, err := r.Open(&m, packet); err == nil {
			again := r.Append(nil, &m, Plain)
			var n Message
			if _, err := r.Open(&n, again); err != nil {
				t.Fatalf("%q: written again as %q: %v", packet, again, err)
			}
		}
		if f, err := cutAny(packet); err == nil {
			m.readFrame(packet, f)
			m.unpack()
		}
		if ParseClassic(&m, packet) == nil {
			var n Message
			if err := ParseClassic(&n, AppendClassic(nil, &m)); err != nil {
				t.Fatalf("%q: %v", packet, err)
			}
		}
	})
}

// cutAny is cutFrame for any bytes.
func cutAny(p []byte) (frame, error) {
	if !strings.HasPrefix(string(p), netBegin) {
		return frame{}, errors.New("no frame")
	}
	return cutFrame(p)
}

func BenchmarkOpen(b *testing.B) {
	r := ring(b, 1)
	packet := r.Append(nil, status(), Netstring)
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		r.Open(&m, packet)
	}
}

func BenchmarkRefuse(b *testing.B) {
	r := ring(b, 1)
	packet := r.Append(nil, status(), Netstring)
	packet[30] ^= 1
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		r.Open(&m, packet)
	}
}

func BenchmarkAppend(b *testing.B) {
	r := ring(b, 1)
	m, buf := status(), []byte(nil)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.Append(buf[:0], m, Netstring)
	}
}
