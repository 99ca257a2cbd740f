package engine

import (
	"github.com/beevik/etree"

	"crm/engine/score"
)

// Kind is a resource's variant. The order counts in sorting colocations.
type Kind int8

// The kinds of resources.
const (
	KindPrimitive Kind = iota
	KindGroup
	KindClone // promotable or not
	KindBundle
)

// multipleActive is what to do with a resource found on several nodes.
type multipleActive int8

const (
	multipleStopStart multipleActive = iota
	multipleStopOnly
	multipleBlock
	multipleStopUnexpected
)

type resourceFlags uint32

const (
	flagUnassigned resourceFlags = 1 << iota // has not been given its place
	flagAssigning                            // is being given one
	flagManaged
	flagBlocked
	flagMaintenance
	flagRemoved // has a history, but no configuration
	flagRemovedLaunched
	flagFailed
	flagStopIfFailed
	flagUnique // not an instance of an anonymous clone
	flagPromotable
	flagCritical
	flagNotify
	flagMigratable
	flagNeedsQuorum
	flagNeedsFencing
	flagNeedsUnfencing
	flagFenceDevice
	flagConnection       // makes a remote node reachable
	flagReplicaContainer // a bundle's container
	flagNestingAllowed   // a connection of a bundle: its container may run on a remote node
	flagExclusiveProbes
	flagIgnoreFailure
	flagStartPending
	flagUpdating // its tables are being worked on; against endless recursion
	flagPromotionConstrained
	flagRestarting
	flagStopUnexpected
	flagReload
)

// Resource is anything that is placed: a primitive, a group, a clone, a
// bundle, or an instance of one of them.
type Resource struct {
	ID        string // with the number of the instance
	ConfigID  string // as configured
	HistoryID string // by which the history knows it, when that is another
	Kind      Kind
	Parent    *Resource
	Children  []*Resource
	Launcher  *Resource   // that it lives in: a guest's host, a bundle's container
	Launched  []*Resource // that live in it

	Class, Provider, Type string

	Role        Role // now
	NextRole    Role
	Active      []*Node // where it is now, in the order of finding out
	Assigned    *Node
	Priority    score.Score
	promotion   score.Score // how much it wants to be promoted
	stickiness  score.Score
	threshold   score.Score // of failures that ban it from a node
	failTimeout int64       // seconds
	reconnect   int64       // ms until a lost connection is tried again
	multiple    multipleActive
	assignedAt  score.Score // the score of the assigned node when it was chosen
	creation    int         // its number among all resources
	instance    int         // its number in a clone, -1 outside

	flags    resourceFlags
	element  *etree.Element // the configuration
	template *etree.Element // that the configuration is based on; may be nil
	meta     attributes
	util     amounts
	allowed  table
	probed   nodeSet // where its state is known
	cleared  nodeSet // where its failures shall be forgotten

	thisWith, withThis []*colocation
	locations          []*location // newest first
	tickets            []*ticketUse

	lockNode *Node // it waits for this node to come back
	lockTime int64

	PartialSource, PartialTarget *Node   // of a live migration under way
	dangling                     []*Node // sources of migrations that were not finished by a stop
	pendingTask                  string  // an operation under way
	pendingMS                    int64
	pendingNode                  *Node

	clone  *cloneFacts  // of a clone only
	group  *groupFacts  // of a group only
	bundle *bundleFacts // of a bundle only
	remote *Node        // the node that a connection makes reachable

	params *paramCache
	ops    []*opElement // configured operations; see operations

	resourcePlan
}

// cloneFacts is what only clones have.
type cloneFacts struct {
	max, nodeMax                 int
	promotedMax, promotedNodeMax int
	interleave, ordered          bool
	child                        *etree.Element // what is cloned
	next                         int            // number of the next instance
	scored                       bool           // promotion scores were added
}

// groupFacts is what only groups have.
type groupFacts struct{ ordered, colocated bool }

func (r *Resource) is(f resourceFlags) bool { return r.flags&f != 0 }

func (r *Resource) set(f resourceFlags) { r.flags |= f }

func (r *Resource) clear(f resourceFlags) { r.flags &^= f }

// Managed tells whether the cluster may start and stop it.
func (r *Resource) Managed() bool { return r.is(flagManaged) }

// Blocked tells whether a failure keeps the cluster from touching it.
func (r *Resource) Blocked() bool { return r.is(flagBlocked) }

// Removed tells a resource that only the history knows.
func (r *Resource) Removed() bool { return r.is(flagRemoved) }

// Unique tells a resource that is not one of a clone's anonymous instances.
func (r *Resource) Unique() bool { return r.is(flagUnique) }

// Promotable tells a clone, or something in it, that has promoted instances.
func (r *Resource) Promotable() bool { return r.is(flagPromotable) }

// Notify tells whether its agents want to hear of the others' operations.
func (r *Resource) Notify() bool { return r.is(flagNotify) }

// Migratable tells whether it can move without a stop.
func (r *Resource) Migratable() bool { return r.is(flagMigratable) }

// NeedsQuorum tells whether it starts only with quorum.
func (r *Resource) NeedsQuorum() bool { return r.is(flagNeedsQuorum) }

// NeedsFencing tells whether it starts only when lost nodes are fenced.
func (r *Resource) NeedsFencing() bool { return r.is(flagNeedsFencing) }

// Failed tells whether it failed where it is.
func (r *Resource) Failed() bool { return r.is(flagFailed) }

// isConnection tells an ocf:pacemaker:remote resource.
func (r *Resource) isConnection() bool { return r.is(flagConnection) }

// isRemoteConnection tells a connection to a machine, not to a guest.
func (r *Resource) isRemoteConnection() bool {
	return r.is(flagConnection) && !r.meta.has("container")
}

// Meta is a meta-attribute, inherited ones and defaults included.
func (r *Resource) Meta(name string) string { return r.meta.get(name) }

// leaf tells a resource without members.
func (r *Resource) leaf() bool { return len(r.Children) == 0 }

// topmost is the highest ancestor, a bundle not counted.
func (r *Resource) topmost() *Resource {
	for r.Parent != nil && r.Parent.Kind != KindBundle {
		r = r.Parent
	}
	return r
}

// Root is the highest ancestor, a bundle counted.
func (r *Resource) Root() *Resource {
	for r.Parent != nil {
		r = r.Parent
	}
	return r
}

// inBundle tells any part of a bundle.
func (r *Resource) inBundle() bool { return r.topmost().Parent != nil }

// isAncestorOf tells whether other is somewhere below r.
func (r *Resource) isAncestorOf(other *Resource) bool {
	for p := other.Parent; p != nil; p = p.Parent {
		if p == r {
			return true
		}
	}
	return false
}

// inAnonymousClone tells an instance, or a part of one, that is like any
// other of its clone.
func (r *Resource) inAnonymousClone() bool {
	top := r.topmost()
	return top.Kind == KindClone && !top.Unique()
}

// activeOn tells whether the resource itself is active on a node.
func (r *Resource) activeOn(n *Node) bool {
	for _, a := range r.Active {
		if a == n {
			return true
		}
	}
	return false
}

// name is the history's name of the resource, else its own.
func (r *Resource) historyName() string {
	if r.HistoryID != "" {
		return r.HistoryID
	}
	return r.ID
}

// eachLeaf calls f for every resource below r, or r itself, that has no
// members.
func (r *Resource) eachLeaf(f func(*Resource)) {
	if r.leaf() {
		f(r)
		return
	}
	for _, child := range r.Children {
		child.eachLeaf(f)
	}
}
