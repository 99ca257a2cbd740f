package daemon

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/node"
	"crm/node/ring"
	"crm/node/wire"
)

// A packet of the ring ends at what a datagram can hold, and one of many
// fragments is lost with any of them. Members of ours take large ones over the
// channel besides: whole, signed and numbered as on the ring, so that nothing
// above knows which way a message came.

const (
	// oneDatagram is what a network carries in one piece. What is longer and
	// was lost once goes over the channel the next time.
	oneDatagram = 1400
	// ringMark begins what the channel carries for the ring.
	ringMark = 1
	// patienceLarge is how long a large message may take to arrive before a
	// node that asks for it is told that it will not.
	patienceLarge = 15 * time.Second
)

// large sees to a message that is longer than one datagram. It is true when
// the media need not carry it.
func (b *beater) large(m *wire.Message, asker string) bool {
	fits := len(b.packed) <= wire.MaxPacket
	to := []string{asker}
	if asker == "" {
		to = b.living()
	}
	switch {
	case fits && asker != "":
		b.overChannel(to)
		return false
	case fits:
		return false
	}
	missed := b.overChannel(to)
	if len(missed) == 0 {
		return true
	}
	size := len(b.packed)
	b.packed = b.keys.Append(b.packed[:0], b.keys.Pack(m), b.form) // who has no channel takes it packed, if that is short enough
	if len(b.packed) <= wire.MaxPacket {
		return false
	}
	if asker == "" || !late(m) {
		return true // it will ask, and by then the channel may be open
	}
	b.notice(node.Error, fmt.Sprintf("%s does not get the message of type %s: its %d bytes are more than the %d of a packet, packed too, and "+
		"%s has no channel for large messages (it runs heartbeat, or TCP of the port is closed)", asker, m.Type(), size, wire.MaxPacket, asker))
	again := m.Clone()
	b.ask(func() { b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Refuse, Node: asker, Message: again})) })
	return true
}

// overChannel gives the packet to members, and tells who has no channel open.
// What is given to a peer whose channel is not open waits for it.
func (b *beater) overChannel(to []string) (missed []string) {
	letter := append([]byte{ringMark}, b.packed...)
	for _, name := range to {
		if !b.sealed.Send(name, letter) || !b.sealed.Open(name) {
			missed = append(missed, name)
		}
	}
	return missed
}

// late tells whether a message was said long ago.
func late(m *wire.Message) bool {
	ts, err := strconv.ParseInt(m.Get(wire.TS), 16, 64)
	return err != nil || time.Since(time.Unix(ts, 0)) > patienceLarge
}

// living are the other nodes that are not dead.
func (b *beater) living() (names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, state := range b.peers { // order: sorted below
		if name != b.self && state != string(ring.Dead) && state != string(ring.Ping) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// arrived takes a packet of the ring that came over the channel.
func (b *beater) arrived(peer string, packet []byte) {
	b.ask(func() {
		m := new(wire.Message)
		if _, err := b.keys.Open(m, packet); err != nil {
			b.notice(node.Warn, fmt.Sprintf("large message from %s was not believed: %v", peer, err))
			return
		}
		if src := strings.ToLower(m.Get(wire.Src)); src != peer {
			b.notice(node.Warn, fmt.Sprintf("large message from %s says that it is from %q: dropped", peer, src))
			return
		}
		b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Heard, Message: m}))
	})
}

// forRing is a message of the channel that is the ring's.
func forRing(text []byte) (packet []byte, is bool) { return bytes.CutPrefix(text, []byte{ringMark}) }
