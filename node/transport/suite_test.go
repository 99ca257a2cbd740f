package transport

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crm/node/wire"
)

// world makes members over one kind of network.
type world interface {
	join(t *testing.T, name string, keys *wire.Keyring) *end
}

// end is a member's end, with what it got.
type end struct {
	Media
	Sealed
	packets chan Packet
	letters chan letter
	refused *atomic.Int64
	close   func()
}

const patience = 10 * time.Second

func keys(t testing.TB, secret string) *wire.Keyring {
	t.Helper()
	r, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// memoryWorld is the network without sockets.
type memoryWorld struct{ net *Memory }

func (w memoryWorld) join(t *testing.T, name string, k *wire.Keyring) *end {
	e := &end{packets: make(chan Packet, 100), letters: make(chan letter, 4096), refused: new(atomic.Int64)}
	e.Media, e.Sealed = w.net.Join(name, k, func(peer string, text []byte) { e.letters <- letter{peer, text} })
	stop := e.listen()
	e.close = sync.OnceFunc(func() {
		stop()
		e.Media.Close()
	})
	t.Cleanup(e.close)
	return e
}

// listen takes packets from the media until stop is called.
func (e *end) listen() (stop func()) {
	var ended atomic.Bool
	var listening sync.WaitGroup
	media := e.Media
	listening.Go(func() {
		for !ended.Load() {
			if p, ok := media.Next(time.Now().Add(time.Hour)); ok {
				p.Message = p.Message.Clone()
				e.packets <- p
			}
		}
	})
	return func() {
		ended.Store(true)
		media.Wake()
		listening.Wait()
	}
}

// loopback is UDP and TCP between 127.0.0.1, 127.0.0.2, ...
type loopback struct {
	lines  func(w *loopback) []Line
	urgent bool
	port   int
	ip     map[string]netip.Addr
	names  []string
}

func newLoopback(t *testing.T, lines func(w *loopback) []Line) *loopback {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0") // a free port, most likely free at the others too
	if err != nil {
		t.Skip("no loopback network: ", err)
	}
	port := c.LocalAddr().(*net.UDPAddr).Port
	c.Close()
	w := &loopback{lines: lines, port: port, ip: map[string]netip.Addr{}, names: []string{"alice", "bob", "carol"}}
	for i, name := range w.names {
		w.ip[name] = netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)})
	}
	return w
}

func unicasts(w *loopback) (lines []Line) {
	for _, name := range w.names {
		lines = append(lines, Line{Kind: Unicast, Interface: "lo", Peer: w.ip[name].String(), Port: w.port})
	}
	return lines
}

func multicast(w *loopback) []Line {
	return []Line{{Kind: Multicast, Interface: "lo", Peer: "239.255.7.7", Port: w.port, Loop: true}}
}

func (w *loopback) join(t *testing.T, name string, k *wire.Keyring) *end {
	e := &end{packets: make(chan Packet, 100), letters: make(chan letter, 4096), refused: new(atomic.Int64)}
	udp, err := OpenUDP(UDPConfig{Lines: w.lines(w), Bind: w.ip[name], Keys: k, Urgent: w.urgent,
		Refused: func(string, netip.AddrPort, error) { e.refused.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := Listen(ChannelConfig{Self: name, Peers: w.names, Bind: w.ip[name], Port: w.port, Keys: k,
		Receive: func(peer string, text []byte) { e.letters <- letter{peer, text} }, Say: func(text string) { t.Log(name, text) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, peer := range w.names {
		tcp.Learn(peer, w.ip[peer])
	}
	e.Media, e.Sealed = udp, tcp
	stop := e.listen()
	e.close = sync.OnceFunc(func() {
		stop()
		udp.Close()
		tcp.Close()
	})
	t.Cleanup(e.close)
	return e
}

func TestTransports(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T) world
	}{
		{"memory", func(*testing.T) world { return memoryWorld{NewMemory()} }},
		{"ucast", func(t *testing.T) world { return newLoopback(t, unicasts) }},
		{"mcast", func(t *testing.T) world { return newLoopback(t, multicast) }},
		{"urgent", func(t *testing.T) world {
			w := newLoopback(t, unicasts)
			w.urgent = true
			return w
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Run("packets reach everybody", func(t *testing.T) { packetsReachEverybody(t, c.make(t)) })
			t.Run("another key is not heard", func(t *testing.T) { otherKeyIsNotHeard(t, c.make(t)) })
			t.Run("messages arrive in order", func(t *testing.T) { messagesArriveInOrder(t, c.make(t)) })
			t.Run("a restarted peer is reached again", func(t *testing.T) { restartedPeerIsReached(t, c.make(t)) })
		})
	}
}

func (e *end) packet(t *testing.T) Packet {
	t.Helper()
	select {
	case p := <-e.packets:
		return p
	case <-time.After(patience):
		t.Fatal("no packet came")
		return Packet{}
	}
}

func (e *end) letter(t *testing.T) letter {
	t.Helper()
	select {
	case l := <-e.letters:
		return l
	case <-time.After(patience):
		t.Fatal("no message came")
		return letter{}
	}
}

func packetsReachEverybody(t *testing.T, w world) {
	k := keys(t, "secret")
	ends := []*end{w.join(t, "alice", k), w.join(t, "bob", k), w.join(t, "carol", k)}
	if err := ends[0].Media.Send(k.Append(nil, wire.New("status").Add(wire.Src, "alice"), wire.Netstring)); err != nil {
		t.Fatal(err)
	}
	for _, e := range ends[1:] {
		if p := e.packet(t); p.Message.Get(wire.Src) != "alice" || p.Link == "" {
			t.Errorf("came: %v", p)
		}
	}
}

func otherKeyIsNotHeard(t *testing.T, w world) {
	good, bad := keys(t, "secret"), keys(t, "other")
	alice, mallory := w.join(t, "alice", good), w.join(t, "bob", bad)
	mallory.Media.Send(bad.Append(nil, wire.New("forged"), wire.Netstring))
	mallory.Media.Send([]byte("###\nnonsense"))
	mallory.Media.Send(nil)
	mallory.Media.Send(good.Append(nil, wire.New("good"), wire.Netstring))
	for {
		p := alice.packet(t)
		if p.Message.Type() == "good" {
			break
		}
		t.Errorf("believed: %v", p.Message)
	}
}

func messagesArriveInOrder(t *testing.T, w world) {
	k := keys(t, "secret")
	alice, bob := w.join(t, "alice", k), w.join(t, "bob", k)
	large := bytes.Repeat([]byte("0123456789abcdef"), 2<<20/16*10+1) // 20 MB and a bit
	alice.Sealed.Send("bob", large)
	alice.Sealed.Send("bob", nil)
	for i := range 500 {
		alice.Sealed.Send("bob", fmt.Append(nil, i))
	}
	if l := bob.letter(t); l.from != "alice" || !bytes.Equal(l.text, large) {
		t.Fatalf("%d bytes from %s came, want %d", len(l.text), l.from, len(large))
	}
	if l := bob.letter(t); len(l.text) != 0 {
		t.Fatalf("%q came, want nothing in it", l.text)
	}
	for i := range 500 {
		if l := bob.letter(t); string(l.text) != fmt.Sprint(i) {
			t.Fatalf("%q came, want %d", l.text, i)
		}
	}
}

func restartedPeerIsReached(t *testing.T, w world) {
	k := keys(t, "secret")
	alice, bob := w.join(t, "alice", k), w.join(t, "bob", k)
	alice.Sealed.Send("bob", []byte("one"))
	bob.letter(t)
	bob.close()
	bob = w.join(t, "bob", k)
	tick := time.NewTicker(50 * time.Millisecond) // what was in flight may be lost: machines repeat
	defer tick.Stop()
	for deadline := time.After(patience); ; {
		alice.Sealed.Send("bob", []byte("two"))
		select {
		case l := <-bob.letters:
			if string(l.text) != "two" {
				t.Errorf("%q came", l.text)
			}
			return
		case <-tick.C:
		case <-deadline:
			t.Fatal("nothing came after the restart")
		}
	}
}

func TestChannelRefusesOtherKeysAndNames(t *testing.T) {
	w := newLoopback(t, unicasts)
	bob := w.join(t, "bob", keys(t, "secret"))
	mallory := w.join(t, "alice", keys(t, "other"))
	mallory.Sealed.Send("bob", []byte("forged"))
	mallory.close()
	alice := w.join(t, "alice", keys(t, "secret"))
	alice.Sealed.Send("bob", []byte("good"))
	if l := bob.letter(t); string(l.text) != "good" {
		t.Errorf("%q came", l.text)
	}
}

// TestRecordedConnectionCannotBeReplayed sends bob the very bytes that alice
// sent him before.
func TestRecordedConnectionCannotBeReplayed(t *testing.T) {
	w := newLoopback(t, unicasts)
	k := keys(t, "secret")
	bob := w.join(t, "bob", k)
	// A tap between alice and bob.
	tap, err := net.Listen("tcp", fmt.Sprintf("127.0.0.9:%d", w.port))
	if err != nil {
		t.Fatal(err)
	}
	defer tap.Close()
	recorded := make(chan []byte, 1)
	go record(tap, w.ip["bob"].String(), w.port, recorded)
	w.ip["bob"] = netip.MustParseAddr("127.0.0.9")
	alice := w.join(t, "alice", k)
	alice.Sealed.Send("bob", []byte("pay once"))
	if l := bob.letter(t); string(l.text) != "pay once" {
		t.Fatalf("%q came", l.text)
	}
	alice.close()
	replay := <-recorded
	if len(replay) <= helloBytes {
		t.Fatalf("%d bytes recorded", len(replay))
	}
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.2:%d", w.port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write(replay)
	conn.SetReadDeadline(time.Now().Add(patience))
	var rest bytes.Buffer
	rest.ReadFrom(conn) // until bob hangs up
	select {
	case l := <-bob.letters:
		t.Errorf("the replay was believed: %q", l.text)
	default:
	}
}

// record passes one connection on and keeps what the dialling side said.
func record(tap net.Listener, to string, port int, recorded chan<- []byte) {
	in, err := tap.Accept()
	if err != nil {
		return
	}
	out, err := net.Dial("tcp", net.JoinHostPort(to, fmt.Sprint(port)))
	if err != nil {
		return
	}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := out.Read(buf)
			if err != nil {
				return
			}
			in.Write(buf[:n])
		}
	}()
	var all []byte
	buf := make([]byte, 4096)
	for {
		n, err := in.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			recorded <- all
			out.Close()
			return
		}
		out.Write(buf[:n])
	}
}

func TestFullOutboxSaysSo(t *testing.T) {
	o := newOutbox("bob")
	for i := range queuedMessages {
		if !o.put([]byte("x")) {
			t.Fatalf("full after %d", i)
		}
	}
	if o.put([]byte("x")) {
		t.Error("there is no end of room")
	}
	o.drop()
	if !o.put([]byte("x")) {
		t.Error("dropped, and still full")
	}
}

func TestUnknownInterfaceIsNamedWithTheKnownOnes(t *testing.T) {
	_, err := OpenUDP(UDPConfig{Lines: []Line{{Kind: Broadcast, Interface: "eth77", Port: 7694}}, Keys: keys(t, "x")})
	if err == nil || !strings.Contains(err.Error(), "bcast eth77") || !strings.Contains(err.Error(), "lo") {
		t.Errorf("%v", err)
	}
}

func TestIPv6(t *testing.T) {
	c, err := net.ListenPacket("udp6", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	port := c.LocalAddr().(*net.UDPAddr).Port
	c.Close()
	k := keys(t, "secret")
	u, err := OpenUDP(UDPConfig{Lines: []Line{{Kind: Unicast, Interface: "lo", Peer: "::1", Port: port, IPv6: true}}, Keys: k,
		Refused: func(_ string, _ netip.AddrPort, err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	if err := u.Send(k.Append(nil, wire.New("status"), wire.Netstring)); err != nil {
		t.Fatal(err)
	}
	p, ok := u.Next(time.Now().Add(patience))
	if !ok {
		t.Fatal("nothing heard")
	}
	if p.From != netip.IPv6Loopback() || p.Link != "lo" {
		t.Errorf("heard from %v on %s", p.From, p.Link)
	}
}

// TestFloodOfForgedPacketsLosesNoBeat sends forged packets as fast as one
// core can while members' packets pass.
func TestFloodOfForgedPacketsLosesNoBeat(t *testing.T) {
	w := newLoopback(t, unicasts)
	k := keys(t, "secret")
	alice, bob := w.join(t, "alice", k), w.join(t, "bob", k)
	forged := keys(t, "other").Append(nil, wire.New("status").Add(wire.Src, "alice").Add(wire.Seq, "1"), wire.Netstring)
	mallory, err := net.Dial("udp4", fmt.Sprintf("127.0.0.2:%d", w.port))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var flood sync.WaitGroup
	flood.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				mallory.Write(forged)
			}
		}
	})
	const beats = 50
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	began, got := time.Now(), 0
	for i := range beats {
		<-tick.C
		alice.Media.Send(k.Append(nil, wire.New("status").Add(wire.Seq, fmt.Sprint(i)), wire.Netstring))
		select {
		case <-bob.packets:
			got++
		case <-time.After(200 * time.Millisecond):
		}
	}
	took := time.Since(began)
	close(stop)
	flood.Wait()
	mallory.Close()
	t.Logf("%d of %d beats in %v beside %d forged packets", got, beats, took, bob.refused.Load())
	if got < beats/2 { // a loaded machine loses some; the ring forgives that
		t.Errorf("only %d of %d beats passed", got, beats)
	}
}

// TestNextEndsWhenItShould: at the moment given, when it is woken, and at once
// when something was put in by others.
func TestNextEndsWhenItShould(t *testing.T) {
	t.Run("patient", func(t *testing.T) { nextEndsWhenItShould(t, false) })
	t.Run("urgent", func(t *testing.T) { nextEndsWhenItShould(t, true) })
}

func nextEndsWhenItShould(t *testing.T, urgent bool) {
	w := newLoopback(t, unicasts)
	u, err := OpenUDP(UDPConfig{Lines: w.lines(w), Bind: w.ip["alice"], Keys: keys(t, "secret"), Urgent: urgent})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	const short = 20 * time.Millisecond
	began := time.Now()
	if p, ok := u.Next(began.Add(short)); ok || time.Since(began) < short {
		t.Errorf("%v, %v after %s, want nothing after %s", p, ok, time.Since(began), short)
	}
	began = time.Now()
	u.Wake()
	if p, ok := u.Next(began.Add(patience)); ok || time.Since(began) >= patience {
		t.Errorf("%v, %v after %s, want nothing at once", p, ok, time.Since(began))
	}
	if !u.Put(Packet{Link: "serial"}) {
		t.Error("no room for one packet")
	}
	if p, ok := u.Next(began.Add(patience)); !ok || p.Link != "serial" {
		t.Errorf("%v, %v, want the packet that was put in", p, ok)
	}
	for range mostPut {
		u.Put(Packet{})
	}
	if u.Put(Packet{}) {
		t.Error("there is no end of room")
	}
}

// BenchmarkPacket is a packet sent to this process and heard again.
func BenchmarkPacket(b *testing.B) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		b.Skip("no loopback network: ", err)
	}
	port := c.LocalAddr().(*net.UDPAddr).Port
	c.Close()
	k := keys(b, "secret")
	u, err := OpenUDP(UDPConfig{Lines: []Line{{Kind: Unicast, Interface: "lo", Peer: "127.0.0.1", Port: port}}, Keys: k})
	if err != nil {
		b.Fatal(err)
	}
	defer u.Close()
	packet := k.Append(nil, wire.New("status").Add(wire.Src, "alice").Add(wire.Seq, "1"), wire.Netstring)
	b.ReportAllocs()
	for b.Loop() {
		if err := u.Send(packet); err != nil {
			b.Fatal(err)
		}
		if _, ok := u.Next(time.Now().Add(patience)); !ok {
			b.Fatal("nothing heard")
		}
	}
}

func FuzzOffer(f *testing.F) {
	o, err := newOffer(1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(o.bytes)
	f.Fuzz(func(t *testing.T, b []byte) {
		offer, _, err := readOffer(bytes.NewReader(b))
		if err != nil {
			return
		}
		mine, err := newOffer(1)
		if err != nil {
			t.Fatal(err)
		}
		in, _, err := sealers(mine, offer, mine.bytes, wire.Key{Number: 1, Method: wire.SHA1, Secret: "x"})
		if err == nil {
			if _, err := in.readMessage(bytes.NewReader(b), 100); err == nil {
				t.Fatal("opened what nobody sealed")
			}
		}
	})
}

func BenchmarkLargeMessage(b *testing.B) {
	message := make([]byte, 50<<20)
	mine, err := newOffer(1)
	if err != nil {
		b.Fatal(err)
	}
	theirs, err := newOffer(1)
	if err != nil {
		b.Fatal(err)
	}
	key := wire.Key{Number: 1, Method: wire.SHA1, Secret: "secret"}
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		out, _, err := sealers(mine, mine.bytes, theirs.bytes, key)
		if err != nil {
			b.Fatal(err)
		}
		in, _, err := sealers(theirs, mine.bytes, theirs.bytes, key)
		if err != nil {
			b.Fatal(err)
		}
		var cable bytes.Buffer
		if err := out.writeMessage(&cable, message); err != nil {
			b.Fatal(err)
		}
		if got, err := in.readMessage(&cable, MaxMessage); err != nil || len(got) != len(message) {
			b.Fatal(len(got), err)
		}
	}
}
