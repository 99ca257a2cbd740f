package daemon

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"crm/node"
	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/transport"
	"crm/node/wire"
)

// counted counts what a member sends.
type counted struct {
	transport.Media
	packets, bytes *atomic.Int64
}

func (c counted) Send(packet []byte) error {
	c.packets.Add(1)
	c.bytes.Add(int64(len(packet)))
	return c.Media.Send(packet)
}

// beating is a member that does nothing but beat.
func beating(tb testing.TB, name string, nodes []string, keep, dead time.Duration) *beater {
	keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: "secret"})
	if err != nil {
		tb.Fatal(err)
	}
	now := time.Now()
	r := ring.New(ring.Config{Self: name, Nodes: nodes, Generation: 1, Seed: uint64(len(name)) + uint64(name[len(name)-1]), KeepAlive: keep, DeadTime: dead,
		WarnTime: dead, InitDead: 10 * dead}, now)
	return newBeater(name, r, settings{ring: &haconf.Config{}, keys: keys}, newQueue[node.Event](), func(node.Level, string) {})
}

// processorTime is what this process, or with RUSAGE_THREAD the calling
// thread, has used.
func processorTime(tb testing.TB, who int) time.Duration {
	var use unix.Rusage
	if err := unix.Getrusage(who, &use); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// BenchmarkRest is what members cost that do nothing but beat, over a network
// without sockets.
func BenchmarkRest(b *testing.B) {
	for _, many := range []int{2, 16, 100} {
		b.Run(fmt.Sprintf("members=%d/keepalive=1s", many), func(b *testing.B) { rest(b, many, time.Second) })
	}
	b.Run("members=2/keepalive=200ms", func(b *testing.B) { rest(b, 2, 200*time.Millisecond) })
}

func rest(b *testing.B, many int, keep time.Duration) {
	const watched = 10 * time.Second
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("n%d", i))
	}
	network := transport.NewMemory()
	var packets, bytes atomic.Int64
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	var members []*beater
	for _, name := range names {
		m := beating(b, name, names, keep, 10*keep)
		media, sealed := network.Join(name, m.keys, func(string, []byte) {})
		m.media, m.sealed = counted{media, &packets, &bytes}, sealed
		members = append(members, m)
	}
	for _, m := range members {
		running.Go(func() { m.run(ctx) })
	}
	await(b, func() bool {
		for _, m := range members {
			for _, state := range m.states() {
				if state != string(ring.Active) {
					return false
				}
			}
			if len(m.states()) < many {
				return false
			}
		}
		return true
	})
	for b.Loop() {
		packets.Store(0)
		bytes.Store(0)
		before := processorTime(b, unix.RUSAGE_SELF)
		<-time.After(watched)
		used := processorTime(b, unix.RUSAGE_SELF) - before
		each := float64(many) * watched.Seconds()
		b.ReportMetric(float64(packets.Load())/each, "packets/s/member")
		b.ReportMetric(float64(bytes.Load())/each, "B/s/member")
		b.ReportMetric(100*used.Seconds()/each, "%core/member")
	}
	end()
	running.Wait()
	for _, m := range members {
		m.media.Close()
	}
}

func await(tb testing.TB, ready func() bool) {
	tb.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); !ready(); {
		select {
		case <-tick.C:
		case <-limit:
			tb.Fatal("it did not come about within a minute")
		}
	}
}

// BenchmarkFlood is a member with keepalive 20 ms under 100,000 forged packets
// a second: the part of a core that its thread needs, and the longest time
// between two of its own beats.
func BenchmarkFlood(b *testing.B) {
	const keep, rate, watched = 20 * time.Millisecond, 100_000, 3 * time.Second
	listener, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Skip("no loopback network: ", err)
	}
	defer listener.Close()
	port := listener.LocalAddr().(*net.UDPAddr).Port
	m := beating(b, "alice", []string{"alice", "bob"}, keep, 5*keep)
	media, err := transport.OpenUDP(transport.UDPConfig{Bind: netip.MustParseAddr("127.0.0.2"), Keys: m.keys,
		Lines:   []transport.Line{{Kind: transport.Unicast, Interface: "lo", Peer: "127.0.0.1", Port: port}},
		Refused: (&refusals{notice: func(node.Level, string) {}}).see})
	if err != nil {
		b.Fatal(err)
	}
	_, sealed := transport.NewMemory().Join("alice", m.keys, func(string, []byte) {})
	m.media, m.sealed, m.priority = media, sealed, 1
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { m.run(ctx) })
	var longest atomic.Int64
	running.Go(func() { longest.Store(int64(longestGap(b, listener))) })
	forged := flood(b, fmt.Sprintf("127.0.0.2:%d", port))
	threadTime := func() time.Duration {
		used := make(chan time.Duration)
		m.ask(func() { used <- processorTime(b, unix.RUSAGE_THREAD) })
		return <-used
	}
	for b.Loop() {
		before, began := threadTime(), time.Now()
		sent := forged(rate, watched)
		took := time.Since(began)
		b.ReportMetric(100*(threadTime()-before).Seconds()/took.Seconds(), "%core")
		b.ReportMetric(float64(sent)/took.Seconds(), "packets/s")
	}
	end()
	listener.SetReadDeadline(time.Now())
	running.Wait()
	b.ReportMetric(float64(longest.Load())/1e6, "ms-longest-gap")
	media.Close()
}

// longestGap reads beats until the deadline of the connection and returns the
// longest time between two, by the clock of the kernel that took them: this
// reader may be late.
func longestGap(b *testing.B, from *net.UDPConn) (longest time.Duration) {
	raw, err := from.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) })
	}
	if err != nil {
		b.Error(err)
		return 0
	}
	buf, oob := make([]byte, 2048), make([]byte, 128)
	var last time.Duration
	for {
		_, n, _, _, err := from.ReadMsgUDP(buf, oob)
		if err != nil {
			return longest
		}
		now := taken(oob[:n])
		if last != 0 {
			longest = max(longest, now-last)
		}
		last = now
	}
}

// taken is the kernel's time of a packet (SO_TIMESTAMPNS, socket(7)).
func taken(oob []byte) time.Duration {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil || len(messages) == 0 || len(messages[0].Data) < 16 {
		return 0
	}
	data := messages[0].Data
	return time.Duration(binary.NativeEndian.Uint64(data))*time.Second + time.Duration(binary.NativeEndian.Uint64(data[8:]))
}

// flood returns a function that sends forged packets at a rate.
func flood(b *testing.B, to string) func(rate int, d time.Duration) (sent int) {
	mallory, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.SHA1, Secret: "guessed"})
	if err != nil {
		b.Fatal(err)
	}
	packet := mallory.Append(nil, wire.New("status").Add(wire.State, "active").Add(wire.DeadTime, "7d0").Add(wire.Protocol, "1").
		Add(wire.Src, "bob").AddBinary(wire.SrcUUID, "0123456789abcdef").Add(wire.Seq, "1").Add(wire.HG, "1").Add(wire.TS, "1").Add(wire.TTL, "3"), wire.Netstring)
	conn, err := net.Dial("udp4", to)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	return func(rate int, d time.Duration) (sent int) {
		for began := time.Now(); ; {
			gone := time.Since(began)
			if gone >= d {
				return sent
			}
			if due := int(gone.Seconds() * float64(rate)); sent < due {
				conn.Write(packet)
				sent++
			}
		}
	}
}
