package node

import (
	"bytes"
	"encoding/json"
	"fmt"

	"crm/cib"
	"crm/engine/graph"
)

// Message is what machines tell each other. Exactly one of the parts is set.
// Messages may be lost, repeated or reordered; every part says what it means
// without the ones before it.
type Message struct {
	// Lineage names the log the sender lives in; log traffic of another
	// lineage is not taken.
	Lineage string `json:",omitempty"`
	// Raft is an encoded message of the replicated log.
	Raft []byte `json:",omitempty"`

	Hello   *Hello   `json:",omitempty"`
	Want    bool     `json:",omitempty"` // the sender wants a hello
	Join    *Join    `json:",omitempty"`
	Orders  *Orders  `json:",omitempty"`
	Updates *Updates `json:",omitempty"`
	Taken   *Taken   `json:",omitempty"`
	Attrs   *Attrs   `json:",omitempty"`
	Mirror  *Mirror  `json:",omitempty"`
	Ask     *Ask     `json:",omitempty"`
	Reply   *Told    `json:",omitempty"`
}

// Hello says who a member is and how it is doing, when something of it
// changed and to whoever wants it. While nothing changes, stamps confirm it.
// A DC's hello is also its offer to join.
type Hello struct {
	Standing
	Count   uint64 // rises with every hello and stamp of a process
	Edition uint64 // rises with every hello that says something else
	// The rest is set while the sender is DC.
	Joined      []string     `json:",omitempty"` // processes whose join was taken
	Table       []NodeFact   `json:",omitempty"`
	FenceEvents []FenceEvent `json:",omitempty"`
}

// Standing is the part of a hello that every member has.
type Standing struct {
	Process   string // of the sender; another one after every restart
	Born      int64  // when it started, Unix milliseconds by its clock
	Term      uint64 // of its log
	Version   cib.Version
	Digest    string // of the configuration
	Last      uint64 // index of its last log entry
	Commit    uint64
	Leads     bool   // it leads the log
	Follows   string // who it thinks leads the log
	Members   int    // voters of its log
	Nodes     string // what its ha.cf names, digested
	Stopping  bool   // it was asked to stop
	Conflicts int    `json:",omitempty"` // configurations kept under conflicts/ there
	Reign     string `json:",omitempty"` // while it is DC
	Quorum    bool   `json:",omitempty"` // the same
}

// NodeFact is what the DC holds true about a node; it goes into node_state.
// Every member keeps the newest table, so that the next DC knows who was
// expected.
type NodeFact struct {
	Name    string
	InCCM   int64 // since when it is in the ring, Unix seconds; 0 when it is not
	Crmd    int64 // since when it takes part
	Join    string
	Expect  string
	Process string // the process that joined last
}

// Join is a member's answer to a DC's hello: all that ever happened here.
type Join struct {
	Reign       string
	Process     string
	Jobs        int    // agents it is willing to run at a time
	Upto        uint64 // the updates that History already holds
	History     []ResourceHistory
	Attrs       []graph.Attr // transient attributes
	Asides      []Aside      `json:",omitempty"`
	FenceEvents []FenceEvent `json:",omitempty"`
	AttrsVer    uint64
}

// Orders are actions to be carried out under a reign. They are repeated until
// their results arrive; a member carries each Key out once.
type Orders struct {
	Reign   string
	Process string // see ofAnother
	List    []Order
}

// Order is one action. Key is its transition key.
type Order struct {
	Key    string
	Action *graph.Action
}

// Updates are results, numbered from First; they are repeated until taken.
type Updates struct {
	Reign   string
	Process string // see ofAnother
	First   uint64
	List    []Update
}

// Update is one change of a member's history.
type Update struct {
	Kind       UpdateKind
	Key        string // of the order it ends, "" when it ends none
	RC         int
	Status     OpStatus
	Reason     string           `json:",omitempty"`
	FenceEvent *FenceEvent      `json:",omitempty"` // of UpdateFenced
	History    *ResourceHistory `json:",omitempty"` // the agent, and the entries to put in
	Drop       []string         `json:",omitempty"` // ids of entries to take out
}

// UpdateKind says what happened.
type UpdateKind string

// The kinds of updates.
const (
	UpdateResult    UpdateKind = "result"    // an operation ended
	UpdateCancelled UpdateKind = "cancelled" // a recurring operation is no more
	UpdateDeleted   UpdateKind = "deleted"   // the resource is forgotten
	UpdateFenced    UpdateKind = "fenced"    // a fencing done for the DC ended
	UpdateCleared   UpdateKind = "cleared"   // failures of the resource are forgotten
)

// Taken confirms the updates up to a number.
type Taken struct {
	Reign   string
	Process string // see ofAnother
	Upto    uint64
}

// Attrs are all transient attributes of the receiver, to be kept for the
// next DC. Version rises; the receiver repeats it in its joins.
type Attrs struct {
	Reign   string
	Process string // see ofAnother
	Version uint64
	List    []graph.Attr
	Asides  []Aside `json:",omitempty"`
	Kept    bool    // the answer: up to Version all is kept
}

// Ask hands a request to the DC; Told is the answer.
type Ask struct {
	ID      string
	From    string
	Request Request
}

// Told answers an Ask.
type Told struct {
	ID    string
	Reply Reply
}

// ofAnother tells whether a message between a DC and a member's process was
// meant for, or comes from, another process of that member. A member that is
// killed and starts again sooner than the DC notices joins the same reign anew
// and counts from one again: it must not be told what the one before it said,
// and not be ordered what the DC wanted of that one. Older members name none.
func ofAnother(named, process string) bool { return named != "" && named != process }

// rawMark begins a message that carries only the log's own bytes: they are
// not quoted, for they may hold a whole configuration.
const rawMark = 0

// Encode is the message as bytes for the transport.
func (m *Message) Encode() []byte {
	if m.Raft != nil {
		text := make([]byte, 0, 2+len(m.Lineage)+len(m.Raft))
		text = append(append(text, rawMark), m.Lineage...)
		return append(append(text, rawMark), m.Raft...)
	}
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // plain structs do not fail
	}
	return text
}

// DecodeMessage reads what Encode wrote.
func DecodeMessage(text []byte) (*Message, error) {
	m := new(Message)
	if len(text) > 0 && text[0] == rawMark {
		name, raft, ok := bytes.Cut(text[1:], []byte{rawMark})
		if !ok {
			return nil, fmt.Errorf("decode a peer's message: %d bytes of the log without the name of its lineage", len(text))
		}
		m.Lineage, m.Raft = string(name), raft
		return m, nil
	}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("decode a peer's message: %w", err)
	}
	return m, nil
}
