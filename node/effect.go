package node

import (
	"time"

	"crm/cib"
	"crm/engine"
	"crm/engine/graph"
)

// Effect is something the caller must do. The package comment says in which
// order.
type Effect interface{ effect() }

// Send gives a message to a peer's machine, over the large, sealed channel.
// Best effort: lost messages are repeated by the machine.
type Send struct {
	To      string
	Message *Message
}

// Stamp is what this member's heartbeats carry from now on: that its machine
// lives, and is as its last hello said. It is a promise like a Send: it comes
// after the Stores before it.
type Stamp struct{ Text string }

// Store makes state durable. The parts are applied in the order of the
// fields, all or nothing.
type Store struct {
	// Reset drops the log, the hard state and the snapshot first.
	Reset bool
	// Conflict, when not nil, is a whole CIB that lost against another
	// incarnation; it is kept under conflicts/ until acknowledged.
	Conflict *Conflict
	// Acknowledged drops the notice about kept conflicts: Stored.Conflicts
	// is 0 from then on. The files may stay.
	Acknowledged bool
	// Snapshot, when not nil, replaces the stored one; log entries up to and
	// including Compact are dropped.
	Snapshot []byte
	Compact  uint64
	// Entries are appended; stored entries with an index of Entries[0].Index
	// or more are dropped before.
	Entries []LogEntry
	// HardState, when not nil, replaces the stored one.
	HardState []byte
	// Lineage, when not nil, replaces the stored one.
	Lineage []byte
	// Revisions are committed configurations for the history, oldest first.
	// The same revision may come twice (same version): the later one counts.
	Revisions []Revision
	// Sync asks for a sync to the disk; without it the write may be lost in
	// a crash without harm.
	Sync bool
}

// LogEntry is one entry of the replicated log; Data is opaque.
type LogEntry struct {
	Index uint64
	Data  []byte
}

// Conflict is a configuration that lost against another incarnation.
type Conflict struct {
	When    time.Time
	Version cib.Version
	Winner  string // the member whose configuration was taken
	CIB     []byte
}

// Revision is one committed configuration.
type Revision struct {
	Version cib.Version
	When    time.Time
	Who     string // user
	From    string // member where it was asked
	Note    string
	CIB     []byte // the <cib> without status
}

// RunEngine asks for a decision; it is answered by EngineAnswered with the
// same ID. Input.CIB belongs to the effect: the machine never touches it
// again. Only the newest request matters; older ones may be dropped when they
// have not been started yet.
type RunEngine struct {
	ID    uint64
	Input engine.Input
}

// RunAction runs an agent; it is answered by ActionEnded with the same Key.
// The machine never has two operations of one resource running, except that a
// CancelAction asks for the end of the first.
type RunAction struct {
	Operation Operation
}

// Operation is one call of a resource agent.
type Operation struct {
	Key      string // unique on this member in this process
	Resource graph.ResourceRef
	Name     string        // start, stop, monitor, promote, demote, notify, reload-agent, ...
	Interval time.Duration // 0 except for recurring monitors
	Timeout  time.Duration
	// Params are all parameters, CRM_meta_* included, sorted by name; each
	// becomes OCF_RESKEY_<name>.
	Params []graph.Attr
}

// CancelAction asks for the end of a running operation; ActionEnded with
// OpCancelled (or its result, if it ended first) follows.
type CancelAction struct {
	Key string
}

// Fence shoots a node; it is answered by FenceEnded with the same Key.
type Fence struct {
	Key     string
	Node    string
	Action  string // "reboot", "off", "on"
	Timeout time.Duration
	Delay   time.Duration
	// Levels are the ways to do it, in the order to try them; all devices of a
	// level have to succeed.
	Levels [][]FenceDevice
}

// Answer ends the Asked with that ID.
type Answer struct {
	ID    string
	Reply Reply
}

// Note is something worth a line in the log.
type Note struct {
	Level Level
	Text  string
}

// Level is the weight of a Note.
type Level int

// The levels of notes, lightest first.
const (
	Debug Level = iota
	Info
	Warn
	Error
)

// Exit ends the process. Clean is true when a shutdown that was asked for is
// complete: nothing runs here any more.
type Exit struct {
	Clean bool
	// Silent, with Clean: the ring must not say goodbye. This process started
	// nothing, but what an earlier one left behind it does not know.
	Silent bool
	Reason string
}

func (Send) effect()         {}
func (Stamp) effect()        {}
func (Store) effect()        {}
func (RunEngine) effect()    {}
func (RunAction) effect()    {}
func (CancelAction) effect() {}
func (Fence) effect()        {}
func (Answer) effect()       {}
func (Note) effect()         {}
func (Exit) effect()         {}
