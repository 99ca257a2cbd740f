// Package transport carries messages between members: UDP unicast, broadcast and
// multicast, and sealed TCP for what is large.
//
// Media are heartbeat's: small signed packets that everybody hears, best
// effort. A packet is verified by the goroutine that reads the socket, so that
// forged ones cost a digest and never reach anybody. A Channel is ours: whole
// messages of any size from one member to another, in order while a connection
// lasts, over TCP on the same port number. Its frames are sealed with
// AES-256-GCM under keys that HKDF derives from the key in authkeys and from
// what both sides made up for this one connection (X25519 and two nonces):
// nothing recorded can be played again, and a stolen key does not open old
// recordings.
//
// Nobody waits here: Send queues, in bounded room, and what does not fit is
// dropped and said; the machines repeat what matters. Memory is a network
// without sockets, for tests.
package transport
