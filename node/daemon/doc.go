// Package daemon is one member as a process: it reads what happens, steps the
// pure machines and performs their effects. It decides nothing.
//
// Four kinds of goroutines share the work, so that what is slow never holds up
// what must be on time:
//
//   - the beater owns the ring: packets in, beats out, deaths noticed. It
//     touches neither disk nor CIB.
//   - the thinker owns the machine: one event at a time, effects into a queue.
//   - the doer performs that queue in order: a Store is on the disk before
//     anything behind it is done.
//   - workers run the policy engine, agents and fence agents; their results
//     come back to the thinker as events.
//
// A failure to store, or a panic in a machine, ends the process: a dead member
// is easier to reason about than a half-alive one.
package daemon
