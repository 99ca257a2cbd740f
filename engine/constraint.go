package engine

import "crm/engine/score"

// location is a location constraint applied to one resource.
type location struct {
	id    string
	rsc   *Resource
	role  Role // RoleUnknown: any
	probe probing
	nodes []nodeScore
}

type nodeScore struct {
	node  *Node
	score score.Score
}

// colocation says that dependent shall be where primary is, or not.
type colocation struct {
	id                 string
	dependent, primary *Resource
	depRole, priRole   Role // RoleUnknown: any
	score              score.Score
	attr               string // the node attribute that makes two nodes one place
	influence          bool   // the dependent's wishes move the primary
	explicit           bool   // configured, not implied by a group or container
}

// ticket is the right of a site to run something.
type ticket struct {
	id          string
	granted     bool
	standby     bool
	lastGranted int64
	attrs       attributes
}

// ticketUse is a ticket that a resource depends on.
type ticketUse struct {
	id     string
	ticket *ticket
	rsc    *Resource
	role   Role
	loss   ticketLoss
}

// ticketLoss is what happens when a ticket is taken away.
type ticketLoss int8

const (
	lossStop ticketLoss = iota
	lossDemote
	lossFreeze
	lossFence
)
