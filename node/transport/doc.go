// Package transport carries messages between members: UDP unicast, broadcast and
// multicast, and sealed TCP for what is large.
package transport
