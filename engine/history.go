package engine

import (
	"github.com/beevik/etree"
)

// history is what one node's agent did with one resource: an <lrm_resource>.
type history struct {
	element *etree.Element
	node    *Node
	rsc     *Resource  // that it was matched to
	entries []*opEntry // oldest first
}

// Statuses of an operation in the history.
const (
	statusPending      = -1
	statusDone         = 0
	statusCancelled    = 1
	statusTimeout      = 2
	statusNotSupported = 3
	statusError        = 4
	statusHardError    = 5
	statusFatalError   = 6
	statusNotInstalled = 7
	statusNotConnected = 8
	statusInvalid      = 9
	statusNoDevice     = 10
	statusNoSecrets    = 11
)

// Exit codes of resource agents.
const (
	rcOK              = 0
	rcError           = 1
	rcInvalidParam    = 2
	rcUnimplemented   = 3
	rcNoPrivilege     = 4
	rcNotInstalled    = 5
	rcNotConfigured   = 6
	rcNotRunning      = 7
	rcPromoted        = 8
	rcPromotedFailed  = 9
	rcDegraded        = 190
	rcDegradedPromote = 191
	rcUnknown         = 193
)

// opEntry is one <lrm_rsc_op>: the last result of one operation.
type opEntry struct {
	element  *etree.Element
	id       string
	task     string // the operation: start, monitor, ...
	ms       int64  // its interval
	callID   int
	rc       int // as recorded
	status   int // as recorded
	expected int // the result that was wanted, -1 when not known
	changed  int64
	onNode   string
	key      string // operation_key, else the id
	hasRC    bool
	hasState bool

	transition int // that it belongs to, -1 when not known
	uuid       string
}

// failure is an operation listed among the failed actions.
type failure struct {
	entry *opEntry
	node  *Node
	rsc   *Resource
	rc    int // after remapping
}

// last tells a record of the last failure, kept beside the last result.
func (e *opEntry) lastFailure() bool {
	const suffix = "_last_failure_0"
	return len(e.id) >= len(suffix) && e.id[len(e.id)-len(suffix):] == suffix
}

// probe tells a monitor that was run once.
func (e *opEntry) probe() bool { return e.task == "monitor" && e.ms == 0 }
