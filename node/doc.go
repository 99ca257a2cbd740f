// Package node is one cluster member as a state machine: events in, effects
// out.
//
// The words. The ring (heartbeats) says which peers are up or dead; a member
// is a configured node whose daemon runs. The configuration is a replicated
// log (Raft); the member that leads the log is the designated coordinator
// (DC): it gathers the status of all members, asks the policy engine what to
// do, walks the resulting graph and tells members which actions to run. A
// reign is the time between a DC's election and its end; every order it gives
// carries the reign, and a member obeys only the reign it joined. An
// incarnation is a log whose voters were set anew because one of two members
// died; a lineage is the list of incarnations a log went through.
//
// The flow. Step(now, event) returns effects. The caller owns the clock, the
// sockets, the disk and the processes; it calls Step with whatever happened,
// performs the effects, and calls Step(now, Elapsed{}) when Deadline() is
// reached. A Machine is used by one goroutine only.
//
// # The order of effects
//
// The effects of all steps, one after the other, form one stream. The
// contract with whoever performs them:
//
//  1. A Store is durable (on the disk, synced) before any later effect of the
//     stream is performed. The machine goes on in memory before that: what it
//     concludes becomes visible only through later effects, which wait. So no
//     Send and no Answer claims what is not stored. Several Stores may be
//     written with one sync.
//  2. RunAction, CancelAction, Fence, RunEngine are started in order and end
//     in their own time; their results come back as events (ActionEnded,
//     FenceEnded, EngineAnswered).
//  3. Send is best effort: messages may be lost, delayed, repeated or
//     reordered. The machine repeats what matters.
//  4. Note may be performed at any time.
//  5. Exit is the last effect; nothing is stepped after it.
//  6. A Store that fails ends the process: a dead member is easier to reason
//     about than one that promises what it forgot.
//
// The caller may perform the stream in a goroutine of its own, so that a slow
// disk never holds up the ring.
//
// The package has no clock, no goroutine, no files, no randomness: elections
// are spread by Config.Seed. It never trusts a peer's word about another
// peer's death; that is the ring's.
package node
