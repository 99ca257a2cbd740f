// Package daemon is the one loop of a member: it reads events, steps the machine
// and performs the effects.
package daemon
