package engine

import (
	"github.com/beevik/etree"

	"crm/engine/score"
)

// probing tells whether resources are looked for on a node before they are
// started; a location constraint can raise it.
type probing int8

const (
	probeAlways probing = iota
	probeNever
	probeExclusive // look for it, and run it, only where this is said
)

// Node is one member of the cluster, or a remote or guest node.
type Node struct {
	ID, Name string
	Remote   bool        // a remote, guest or bundle node
	Score    score.Score // of entries that are made from now on in tables of allowed nodes

	Online      bool
	Unclean     bool // its state is not known, so it has to be fenced
	Pending     bool // is joining
	Standby     bool
	FailStandby bool // standby because of a failure's on-fail
	Maintenance bool
	Shutdown    bool // wants to leave, or is made to
	ExpectedUp  bool
	DC          bool

	seen        bool // its state was read
	remoteReset bool // its connection has to be made anew
	remoteMaint bool // its agent was told that it is in maintenance
	fenced      bool // a remote node that was fenced and has not come back
	noProbes    bool // resources may not be looked for on it
	unpacked    bool // its history was read
	ping        bool // only an address to ping, in a CIB of old; nothing may run there
	probe       probing

	ix         int // of its entry in every table of allowed nodes
	attrs      nodeAttrs
	capacity   amounts
	connection *Resource // that makes a remote node reachable
	load       int       // resources assigned to it in this run
	priority   int       // sum over the resources on it, for fencing delays
	running    []*Resource
	history    []*history     // of the resources on it, in document order
	state      *etree.Element // its <node_state>; may be nil
	failures   *failureIndex
}

// IsGuest tells a guest or bundle node: one that lives in a resource.
func (n *Node) IsGuest() bool { return n.Remote && n.connection != nil && n.connection.Launcher != nil }

// IsRemote tells a remote node that is a machine of its own.
func (n *Node) IsRemote() bool { return n.Remote && !n.IsGuest() }

// inBundle tells a node in a bundle's container.
func (n *Node) inBundle() bool { return n.IsGuest() && n.connection.inBundle() }

// host is the resource that a guest node lives in.
func (n *Node) host() *Resource {
	if n.connection == nil {
		return nil
	}
	return n.connection.Launcher
}

// Attr is a node attribute, permanent or transient.
func (n *Node) Attr(name string) string { return n.attrs.get(name) }

// nodeSet is a set of nodes.
type nodeSet []uint64

func (s nodeSet) has(n *Node) bool {
	w := n.ix / 64
	return w < len(s) && s[w]>>(n.ix%64)&1 != 0
}

func (s *nodeSet) add(n *Node) {
	w := n.ix / 64
	for len(*s) <= w {
		*s = append(*s, 0)
	}
	(*s)[w] |= 1 << (n.ix % 64)
}

func (s nodeSet) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}
