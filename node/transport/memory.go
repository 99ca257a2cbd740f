package transport

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"crm/node/wire"
)

// Memory is a network without sockets. Packets and messages pass at once,
// unless they are cut.
type Memory struct {
	mu      sync.Mutex
	members map[string]*memoryEnd
	cut     map[[2]string]bool
}

type memoryEnd struct {
	net     *Memory
	name    string
	keys    atomic.Pointer[wire.Keyring]
	receive func(string, []byte)
	packets chan []byte
	bell    chan struct{}
	letters chan letter
	done    chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

type letter struct {
	from string
	text []byte
}

// NewMemory returns an empty network.
func NewMemory() *Memory {
	return &Memory{members: map[string]*memoryEnd{}, cut: map[[2]string]bool{}}
}

// Join adds a member, in place of one of the same name. It gets its
// media and its channel.
func (n *Memory) Join(name string, keys *wire.Keyring, receive func(peer string, message []byte)) (Media, Sealed) {
	e := &memoryEnd{net: n, name: name, receive: receive,
		packets: make(chan []byte, 256), bell: make(chan struct{}, 1), letters: make(chan letter, queuedMessages), done: make(chan struct{})}
	e.keys.Store(keys.Clone())
	n.mu.Lock()
	n.members[name] = e
	n.mu.Unlock()
	e.running.Go(e.readLetters)
	return memoryMedia{e}, memorySealed{e}
}

// Cut parts two members, or joins them again.
func (n *Memory) Cut(a, b string, cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut[[2]string{a, b}], n.cut[[2]string{b, a}] = cut, cut
}

func (n *Memory) reach(from, to string) *memoryEnd {
	if n.cut[[2]string{from, to}] {
		return nil
	}
	return n.members[to]
}

func (e *memoryEnd) readLetters() {
	for {
		select {
		case l := <-e.letters:
			e.receive(l.from, l.text)
		case <-e.done:
			return
		}
	}
}

// memoryMedia is a member's end as Media.
type memoryMedia struct{ end *memoryEnd }

// Send gives a packet to all that can be reached, the sender included.
func (m memoryMedia) Send(packet []byte) error {
	n := m.end.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for name := range n.members { // order: every member gets its own copy
		to := n.reach(m.end.name, name)
		if to == nil {
			continue
		}
		select {
		case to.packets <- append([]byte(nil), packet...):
		default:
		}
	}
	return nil
}

// Next returns the next packet that can be believed.
func (m memoryMedia) Next(until time.Time) (Packet, bool) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		select { // what waits comes before the time
		case p := <-m.end.packets:
			if p, ok := m.open(p); ok {
				return p, true
			}
			continue
		default:
		}
		select {
		case p := <-m.end.packets:
			if p, ok := m.open(p); ok {
				return p, true
			}
		case <-m.end.bell:
			return Packet{}, false
		case <-timer.C:
			return Packet{}, false
		}
	}
}

func (m memoryMedia) open(packet []byte) (Packet, bool) {
	message := new(wire.Message)
	_, err := m.end.keys.Load().Open(message, packet)
	return Packet{Link: "memory", Message: message}, err == nil
}

// Wake ends a Next that sleeps.
func (m memoryMedia) Wake() {
	select {
	case m.end.bell <- struct{}{}:
	default:
	}
}

// Rekey changes the keys that packets are verified with.
func (m memoryMedia) Rekey(keys *wire.Keyring) { m.end.keys.Store(keys.Clone()) }

// Close leaves the network.
func (m memoryMedia) Close() error { return m.end.close() }

// memorySealed is a member's end as Sealed.
type memorySealed struct{ end *memoryEnd }

// Learn does nothing: the network knows its members.
func (m memorySealed) Learn(string, netip.Addr) {}

// Send passes a message on if the peer can be reached.
func (m memorySealed) Send(peer string, message []byte) bool {
	n := m.end.net
	n.mu.Lock()
	to := n.reach(m.end.name, peer)
	n.mu.Unlock()
	if to == nil {
		return true // sent, and lost
	}
	select {
	case to.letters <- letter{m.end.name, append([]byte(nil), message...)}:
		return true
	default:
		return false
	}
}

// Open tells whether the peer can be reached.
func (m memorySealed) Open(peer string) bool {
	n := m.end.net
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.reach(m.end.name, peer) != nil
}

// Drop does nothing: nothing waits.
func (m memorySealed) Drop(string) {}

// Rekey does nothing: nothing is sealed.
func (m memorySealed) Rekey(*wire.Keyring) {}

// Close leaves the network.
func (m memorySealed) Close() error { return m.end.close() }

func (e *memoryEnd) close() error {
	e.once.Do(func() {
		e.net.mu.Lock()
		if e.net.members[e.name] == e {
			delete(e.net.members, e.name)
		}
		e.net.mu.Unlock()
		close(e.done)
	})
	e.running.Wait()
	return nil
}
