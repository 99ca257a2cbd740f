package control

import (
	"time"

	"crm/node"
)

// The paths of the door.
const (
	askPath     = "/v1/ask"
	historyPath = "/v1/history"
	infoPath    = "/v1/info"
	eventsPath  = "/v1/events"
	movePath    = "/v1/move"
)

// Group is the group whose members may ask the daemon, and Owner the user that
// access lists do not concern, as with Pacemaker. Without access lists
// (enable-acl) the members of the group may do everything, too.
const (
	Group = "haclient"
	Owner = "hacluster"
)

// mostBytes bounds a request: a large CIB with room to spare.
const mostBytes = 256 << 20

// ask is the body of a request.
type ask struct {
	ID      string
	Request node.Request
}

// problem is the body of every answer that is not 200.
type problem struct {
	Error string
}

// Info is what a daemon says about itself.
type Info struct {
	Node     string
	Version  string // of the program
	PID      int
	Started  time.Time
	StateDir string
	Config   string // folder of ha.cf and authkeys
	// Peers are the states of the ring: init, up, active, dead.
	Peers map[string]string `json:",omitempty"`
	Ring  Ring
}

// Ring is what a daemon says about its ring, in heartbeat's words.
type Ring struct {
	Nodes []RingNode // in the order of ha.cf
	// Parameters are the values of ha.cf's options as written, or their
	// defaults.
	Parameters map[string]string
	KeepAlive  time.Duration
	DeadTime   time.Duration
	// Hold is what this node holds of haresources: none, local, foreign, all
	// or transition. It is empty when the CIB says what runs where.
	Hold string `json:",omitempty"`
	// Groups are the lines of haresources, in their order.
	Groups []HeldGroup `json:",omitempty"`
}

// HeldGroup is a line of haresources.
type HeldGroup struct {
	Key    string // its first resource
	Node   string // that it belongs to
	State  string // started, starting, stopping, stopped or failed here; elsewhere
	Holder string // the node that has it, as far as this one knows
}

// Move is a wish of the administrator about haresources, or about the nodes
// of the ring.
type Move struct {
	Action string   // one of the constants below
	Set    string   // all, local, foreign or failback
	Nodes  []string `json:",omitempty"` // that come or go
}

// The actions of a Move.
const (
	MoveStandby  = "standby"
	MoveTakeover = "takeover"
	MoveAddNode  = "addnode"
	MoveDelNode  = "delnode"
	MoveWeight   = "setweight"
	MoveSite     = "setsite"
)

// RingNode is a node of the ring.
type RingNode struct {
	Name  string
	State string // init, up, active, dead; ping for what only answers pings
	Type  string // normal or ping
	Links []RingLink
	// Weight and Site are what hb_setweight and hb_setsite gave it.
	Weight string `json:",omitempty"`
	Site   string `json:",omitempty"`
}

// RingLink is a medium between this node and another.
type RingLink struct {
	Name string
	Up   bool
}

// Event is one line of what the member notices, for whoever watches.
type Event struct {
	When  time.Time
	Level node.Level
	Text  string
}

// User is who is at the other end of the socket.
type User struct {
	Name   string
	Groups []string // names, the primary one among them
	UID    uint32
	PID    int32
}
