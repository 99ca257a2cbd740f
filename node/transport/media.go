package transport

import (
	"net/netip"
	"time"

	"crm/node/wire"
)

// Media are all the ways of saying something small to every member.
type Media interface {
	// Send gives a packet to every medium. The error names the media that
	// did not take it; the others did.
	Send(packet []byte) error
	// Next returns the next verified packet. When none waits it sleeps until
	// one comes, until the moment given, or until Wake; then it is false. One
	// goroutine calls it.
	Next(until time.Time) (Packet, bool)
	// Wake ends a Next that sleeps, or the next one.
	Wake()
	// Rekey changes the keys that packets are verified with.
	Rekey(keys *wire.Keyring)
	// Close ends the media when nobody is in Next any more.
	Close() error
}

// Packet is a verified message that was heard. It is valid until the next
// Next; what is kept must be cloned.
type Packet struct {
	Link    string // the medium, by its interface
	From    netip.Addr
	Message *wire.Message
}

// Refused is told of every packet that was not believed.
type Refused func(link string, from netip.AddrPort, err error)

// Sealed is the way of saying something large to one member.
type Sealed interface {
	// Learn tells an address where a peer was heard from.
	Learn(peer string, at netip.Addr)
	// Send queues a message and never waits. It is false when there was no
	// room.
	Send(peer string, message []byte) bool
	// Open tells whether a connection to the peer stands.
	Open(peer string) bool
	// Drop forgets what waits for a peer that is dead, and its connections.
	Drop(peer string)
	// Rekey changes the keys of connections made from now on.
	Rekey(keys *wire.Keyring)
	Close() error
}
