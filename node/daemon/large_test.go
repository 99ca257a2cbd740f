package daemon

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/node"
	"crm/node/control"
	"crm/node/ring"
	"crm/node/transport"
	"crm/node/wire"
)

// lossy loses a share of what it sends, and what is longer than one fragment
// as often as one of its fragments is lost.
type lossy struct {
	transport.Media
	chance  *rand.Rand
	percent int
}

func (l lossy) Send(packet []byte) error {
	if len(packet) > wire.MaxPacket {
		return fmt.Errorf("a packet of %d bytes", len(packet))
	}
	for range len(packet)/1480 + 1 {
		if l.chance.IntN(100) < l.percent {
			return nil
		}
	}
	return l.Media.Send(packet)
}

// TestLargeMessagesOfClientsArrive: of every size up to the bound, whole, once
// and in a network that loses a fifth of everything.
func TestLargeMessagesOfClientsArrive(t *testing.T) {
	for _, network := range []*transport.Memory{transport.NewMemory(), nil} {
		t.Run(fmt.Sprintf("memory=%v", network != nil), func(t *testing.T) {
			t.Parallel()
			w := &world{t: t, names: []string{"alice", "bob"}, network: network, port: freePort(t),
				timing: fmt.Sprintf("keepalive 100ms\ndeadtime 3\ninitdead 6\nlogfacility none\napiauth talker uid=%d\n", os.Getuid()),
				count: func(m transport.Media, s transport.Sealed) (transport.Media, transport.Sealed) {
					return lossy{m, rand.New(rand.NewPCG(1, 2)), 20}, s
				}}
			w.found()
			largeMessages(t, w)
		})
	}
}

func largeMessages(t *testing.T, w *world) {
	for _, name := range w.names {
		w.ringUntil(name, func(r control.Ring) bool {
			return !slices.ContainsFunc(r.Nodes, func(n control.RingNode) bool { return n.State != "active" })
		})
	}
	from, to := w.client("alice", "talker"), w.client("bob", "talker")
	sizes := []int{10, 2_000, 60_000, 66_000, 300_000, 1 << 20, 2<<20 - 8<<10}
	random := rand.New(rand.NewPCG(3, 4)) // what cannot be packed
	want := map[string]string{}
	for i, size := range sizes {
		text := make([]byte, size)
		for j := range text {
			text[j] = 'A' + byte(random.UintN(60))
		}
		id := fmt.Sprint(i)
		want[id] = string(text)
		frame(t, from, wire.New("talk").Add("id", id).Add("text", string(text)))
	}
	for len(want) > 0 {
		m := hear(t, to, "talk")
		id, text := m.Get("id"), m.Get("text")
		if want[id] != text {
			t.Fatalf("message %s: %d bytes came, %d were sent (or it came twice)", id, len(text), len(want[id]))
		}
		delete(want, id)
	}
	head := []byte{0, 0, 0x20, 0, 0xcd, 0xab, 0, 0} // 2 MiB
	if _, err := from.Write(head); err != nil {
		t.Fatal(err)
	}
	for err := error(nil); err == nil; { // the daemon hangs up, and says why in its log
		_, err = from.Read(head)
	}
}

// deaf is a channel that no peer opens: they run heartbeat.
type deaf struct{ transport.Sealed }

func (deaf) Open(string) bool         { return false }
func (deaf) Send(string, []byte) bool { return true }

// sent keeps what went out over the media.
type sent struct {
	transport.Media
	packets *[][]byte
}

func (s sent) Send(packet []byte) error {
	*s.packets = append(*s.packets, slices.Clone(packet))
	return nil
}

// TestAHeartbeatGetsWhatAPacketHolds: packed, if that is short enough; if not,
// who asks for it long enough is told that it will not come, and so is the
// administrator.
func TestAHeartbeatGetsWhatAPacketHolds(t *testing.T) {
	b := beating(t, "alice", []string{"alice", "bob"}, time.Second, 10*time.Second)
	media, sealed := transport.NewMemory().Join("alice", b.keys, nil)
	defer media.Close()
	var packets [][]byte
	var notices []string
	b.media, b.sealed = sent{media, &packets}, deaf{sealed}
	b.notice = func(_ node.Level, text string) { notices = append(notices, text) }
	b.peers["bob"] = string(ring.Active)
	old := strconv.FormatInt(time.Now().Add(-time.Minute).Unix(), 16)
	say := func(text string, asker string) *wire.Message {
		packets = nil
		b.broadcast(wire.New("talk").Add("text", text).Add(wire.Src, "alice").Add(wire.Seq, "7").Add(wire.TS, old), asker)
		b.oblige()
		m := new(wire.Message)
		if len(packets) == 0 {
			return m
		}
		if _, err := b.keys.Open(m, packets[0]); err != nil || len(packets) > 1 {
			t.Fatal(len(packets), err)
		}
		return m
	}
	if long := strings.Repeat("long ", 40_000); say(long, "").Get("text") != long {
		t.Error("a message that can be packed is not")
	}
	var noise strings.Builder
	random := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		noise.WriteByte('A' + byte(random.UintN(60)))
	}
	if m := say(noise.String(), ""); len(m.Fields) > 0 {
		t.Errorf("a packet of type %s for what fits none", m.Type())
	}
	if m := say(noise.String(), "bob"); m.Type() != "NS_nak_rexmit" || m.Get(wire.Dest) != "bob" || m.Get(wire.FirstSeq) != "7" {
		t.Errorf("who asks again gets %v", m)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "bob does not get the message of type talk") {
		t.Errorf("notices %q", notices)
	}
}
