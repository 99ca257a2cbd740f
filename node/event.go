package node

import (
	"time"

	"crm/engine"
)

// Event is something that happened to this member. The types are in this
// file.
type Event interface{ event() }

// Elapsed says that time has passed: Deadline was reached. It carries
// nothing; every step looks at the clock it is given.
type Elapsed struct{}

// PeerState is the ring's word about a peer: heard again, or silent for
// longer than deadtime. For peers never heard, the ring says Dead once, after
// initdead. Left says that the peer said goodbye itself.
type PeerState struct {
	Peer string
	Up   bool
	Left bool // only with Up false: the peer's heartbeat said goodbye
}

// Stamped is the stamp of a peer's machine (see Stamp) that its newest
// heartbeat carries, told when it differs from the one before.
type Stamped struct {
	Peer string
	Text string
}

// Heard is a message from a peer's machine (see Message), authenticated by
// the transport. From is what the transport verified.
type Heard struct {
	From    string
	Message *Message
}

// Asked is a request from this machine: the shell, a tool, an agent, a
// signal. ID is unique for ever (the caller makes it from chance); asking
// again with the same ID is how a caller repeats a request whose answer it
// lost, and it is carried out once. Every Asked is answered by exactly one
// Answer with its ID, unless the process ends before.
type Asked struct {
	ID      string
	Request Request
}

// EngineAnswered is the result of the RunEngine with that ID.
type EngineAnswered struct {
	ID     uint64
	Output *engine.Output
	Err    error
}

// ActionEnded is the result of the RunAction with that Key.
type ActionEnded struct {
	Key        string
	RC         int      // exit code by the OCF contract; meaningful with OpDone and OpError
	Status     OpStatus // OpDone when the agent ran to its end, whatever it returned
	ExitReason string   // from "ocf-exit-reason:" on stderr
	Exec       time.Duration
	Queued     time.Duration
	// Agent is what the agent's metadata says about its parameters, when
	// the caller knows it; nil leaves the restart and secure digests out.
	Agent *AgentFacts
}

// AgentFacts is the part of an agent's metadata that goes into the history.
type AgentFacts struct {
	// Reload tells how the agent takes new parameters without a restart.
	Reload ReloadKind
	// Restart lists the parameters whose change needs a restart.
	Restart []string
	// Private lists the parameters that are secret.
	Private []string
}

// ReloadKind says whether an agent can reload.
type ReloadKind int

// The kinds of reload: none, "reload-agent" (OCF 1.1), "reload" (older).
const (
	ReloadNone ReloadKind = iota
	ReloadAgent
	ReloadLegacy
)

// FenceEnded is the result of the Fence with that Key.
type FenceEnded struct {
	Key    string
	OK     bool
	Reason string // why it failed, or by which device it succeeded
}

func (Elapsed) event()        {}
func (PeerState) event()      {}
func (Stamped) event()        {}
func (Heard) event()          {}
func (Asked) event()          {}
func (EngineAnswered) event() {}
func (ActionEnded) event()    {}
func (FenceEnded) event()     {}

// OpStatus is the executor's word about an operation (op-status in the CIB).
type OpStatus int

// Operation states, with Pacemaker's numbers.
const (
	OpPending      OpStatus = -1
	OpDone         OpStatus = 0
	OpCancelled    OpStatus = 1
	OpTimeout      OpStatus = 2
	OpNotSupported OpStatus = 3
	OpError        OpStatus = 4
	OpErrorHard    OpStatus = 5
	OpErrorFatal   OpStatus = 6
	OpNotInstalled OpStatus = 7
	OpNotConnected OpStatus = 8
	OpInvalid      OpStatus = 9
	OpNoFenceDev   OpStatus = 10
	OpNoSecrets    OpStatus = 11
)
