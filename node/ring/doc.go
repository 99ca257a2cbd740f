// Package ring is the heartbeat protocol of one member as a state machine:
// packets and time in, packets and the states of nodes and links out.
//
// The words are heartbeat's. A node is init (never heard, or it just
// started), up (its daemon runs), active (it joined) or dead; a link is a
// medium over which a node is heard. A status message every keepalive is the
// beat; a node whose beats stay away for the dead time it announced itself is
// dead. Messages are numbered (seq) within a generation (hg) that grows with
// every start of a daemon; missing numbers are asked for again (NS_rexmit) and
// come again, or are refused (NS_nak_rexmit).
//
// The flow: the caller verifies packets (wire.Keyring.Open), calls Step with
// them, with the passing of time when Deadline is reached, or with the wish to
// say something, and performs the effects in order. Effects are valid until the
// next Step. Every Send goes out on every medium, signed anew.
//
// What is better than in heartbeat: death is noticed at the deadline and not
// up to 250 ms later; a member that was itself asleep does not take the others
// for dead; old beats that come late prove no life; nobody acknowledges
// itself; neighbouring lost messages are asked for in one packet.
//
// The package has no clock, no chance and no sockets. It never believes a
// message about a third node's death.
package ring
