package node

import (
	"time"

	"crm/cib"
)

// Verb is what a request asks for.
type Verb string

// The verbs. Unused fields of a Request are empty.
const (
	// VerbRead answers with the newest CIB, status included.
	VerbRead Verb = "read"
	// VerbCommit replaces the configuration: Base is the version that was
	// edited, CIB the whole new one (its status does not count). Refused
	// with RefusedConflict when the configuration is no longer at Base.
	VerbCommit Verb = "commit"
	// VerbStandby sets (Value "on") or clears ("off") standby of Node.
	VerbStandby Verb = "standby"
	// VerbAttribute sets the transient attribute Name of Node to Value, or
	// deletes it when Value is empty and Delete is set: after Wait without
	// further changes, or without showing it in the CIB when it is Private.
	VerbAttribute Verb = "attribute"
	// VerbAttributes answers with the newest values of the transient
	// attribute Name, on Node or (empty) on all members.
	VerbAttributes Verb = "attributes"
	// VerbWriteDamped ends the wait for further changes of attributes.
	VerbWriteDamped Verb = "write-damped"
	// VerbCleanup forgets the history and failures of Resource (all when
	// empty) on Node (all when empty) where it failed, so that it is probed.
	VerbCleanup Verb = "cleanup"
	// VerbRefresh does the same without asking whether anything failed.
	VerbRefresh Verb = "refresh"
	// VerbConfirm is the administrator's word that Node is down and runs
	// nothing: it counts as a fencing.
	VerbConfirm Verb = "confirm"
	// VerbWait answers when the cluster has nothing left to do.
	VerbWait Verb = "wait"
	// VerbFence fences Node now: Value is off, reboot or on; after Wait. It is
	// answered when that is done.
	VerbFence Verb = "fence"
	// VerbForgetFenceEvents forgets the fencings of Node, of all nodes when it is
	// empty, that have ended.
	VerbForgetFenceEvents Verb = "forget-fence-events"
	// VerbMembers answers with Reply.Members and Reply.FenceEvents.
	VerbMembers Verb = "members"
	// VerbShutdown stops this member cleanly: its resources move away first.
	// Answered at once; Exit follows when it is done.
	VerbShutdown Verb = "shutdown"
	// VerbForget drops the kept conflict notice ("crm status" stops
	// showing it).
	VerbForget Verb = "forget-conflicts"
)

// Request is something asked of the cluster at this member.
type Request struct {
	Verb Verb
	Base cib.Version `json:",omitzero"` // commit
	// Digest is set by the member that is asked: of the configuration that it
	// has at Base. Two members that went on alone have two of one version.
	Digest string `json:",omitempty"`
	CIB    []byte `json:",omitempty"`
	Who    string `json:",omitempty"` // user, for the history
	// Note is for the history; the tool that asks for VerbFence and VerbConfirm.
	Note     string        `json:",omitempty"`
	Resource string        `json:",omitempty"`
	Node     string        `json:",omitempty"`
	Name     string        `json:",omitempty"`
	Value    string        `json:",omitempty"`
	Delete   bool          `json:",omitempty"`
	Wait     time.Duration `json:",omitzero"`
	Private  bool          `json:",omitempty"`
}

// Refusal says why a request was not carried out.
type Refusal string

// The refusals. Whoever asked may repeat after RefusedUnknown with the same
// ID: then it is carried out once, or it turns out that it was.
const (
	NotRefused      Refusal = ""
	RefusedConflict Refusal = "conflict"  // Reply.Version is the version now
	RefusedNoQuorum Refusal = "no quorum" // nothing was changed
	RefusedNoDC     Refusal = "no dc"     // nobody coordinates at the moment; nothing was changed
	RefusedInvalid  Refusal = "invalid"   // the request makes no sense; Text says why
	RefusedUnknown  Refusal = "unknown"   // asked, but no answer came: it may still be carried out
	RefusedFailed   Refusal = "failed"    // it was tried; Text says what went wrong
	RefusedStopping Refusal = "stopping"  // this member is shutting down
	RefusedDenied   Refusal = "denied"    // access lists do not let this user; Text says what would
)

// Reply answers a request.
type Reply struct {
	Refused     Refusal
	Text        string          `json:",omitempty"` // for people
	Version     cib.Version     `json:",omitzero"`  // of the configuration
	CIB         []byte          `json:",omitempty"`
	Members     []MemberInfo    `json:",omitempty"`
	Attributes  []NodeAttribute `json:",omitempty"`
	FenceEvents []FenceEvent    `json:",omitempty"`
	// Partial: access lists keep something of the CIB from who asked.
	Partial bool `json:",omitempty"`
}

// MemberInfo is what VerbMembers tells about one configured member.
type MemberInfo struct {
	Name      string
	Up        bool // by the ring
	Joined    bool // takes part under the DC
	DC        bool
	Quorum    bool // of the partition that answers
	Conflicts int  // configurations kept under conflicts/ there
}
