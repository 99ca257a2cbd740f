package engine

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/engine/score"
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
	statusNoDevice     = 10
	statusNoSecrets    = 11
)

// Exit codes of resource agents.
const (
	rcOK              = 0
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
	callID   int64
	rc       int // as recorded
	status   int // as recorded
	valid    bool
	expected int   // the result that was wanted, -1 when not known
	changed  int64 // last-rc-change
	hasTime  bool
	onNode   string
	key      string // operation_key, else the id

	expired    bool  // a recurring operation's failure that is too old to count
	transition int64 // that it belongs to, -1 for none
	uuid       string
	dated      bool // the transition can be read
}

// failure is an operation listed among the failed actions.
type failure struct {
	entry *opEntry
	node  *Node
	rsc   *Resource
	rc    int // as it counts
}

const lastFailureSuffix = "_last_failure_0"

// lastFailure tells a record of the last failure, kept beside the last result.
func (e *opEntry) lastFailure() bool { return strings.HasSuffix(e.id, lastFailureSuffix) }

// probe tells a monitor that was run once.
func (e *opEntry) probe() bool { return e.task == "monitor" && e.ms == 0 }

// maskable tells a probe that failed only because the agent is not there or
// not set up, which is no news on a node where the resource does not run.
func (e *opEntry) maskable() bool {
	return e.probe() && (e.rc == rcNotInstalled || e.rc == rcInvalidParam || e.status == statusNotInstalled)
}

// parseEntry reads an <lrm_rsc_op>.
func parseEntry(e *etree.Element) *opEntry {
	o := &opEntry{element: e, callID: -1, expected: -1, transition: -1}
	hasStatus, hasRC := false, false
	var magic, key string
	for i := range e.Attr {
		value := e.Attr[i].Value
		switch e.Attr[i].Key {
		case "id":
			o.id = value
		case "operation":
			o.task = value
		case "operation_key":
			o.key = value
		case "interval":
			o.ms, _ = score.Integer(value) // nonsense counts 0
		case "call-id":
			if n, ok := score.Integer(value); ok {
				o.callID = n
			}
		case "rc-code":
			n, ok := score.Integer(value)
			o.rc, hasRC = int(n), ok && n >= 0 && n <= 255
		case "op-status":
			n, ok := score.Integer(value)
			o.status, hasStatus = int(n), ok && n >= statusPending && n <= statusNoSecrets
		case "last-rc-change":
			o.changed, o.hasTime = score.Integer(value)
		case "on_node":
			o.onNode = value
		case "transition-key":
			key = value
		case "transition-magic":
			magic = value
		}
	}
	o.valid = hasStatus && hasRC
	if o.key == "" {
		o.key = o.id
	}
	_, transition, rc, uuid, ok := transitionKey(key)
	if ok {
		o.expected = rc
	}
	if result, k, found := strings.Cut(magic, ";"); found && isResult(result) {
		if k != key { // nearly always they are the same
			_, transition, _, uuid, ok = transitionKey(k)
		}
		o.transition, o.uuid, o.dated = transition, uuid, ok
	}
	return o
}

// isResult tells the STATUS:RC that a transition-magic begins with.
func isResult(text string) bool {
	status, rc, found := strings.Cut(text, ":")
	_, err1 := strconv.Atoi(status)
	_, err2 := strconv.Atoi(rc)
	return found && err1 == nil && err2 == nil
}

// transitionKey takes apart ACTION:TRANSITION:RC:UUID.
func transitionKey(text string) (action, transition int64, rc int, uuid string, ok bool) {
	a, rest, ok1 := strings.Cut(text, ":")
	t, rest, ok2 := strings.Cut(rest, ":")
	r, uuid, ok3 := strings.Cut(rest, ":")
	if !ok1 || !ok2 || !ok3 || uuid == "" {
		return 0, -1, -1, "", false
	}
	action, err1 := strconv.ParseInt(a, 10, 64)
	transition, err2 := strconv.ParseInt(t, 10, 64)
	rc, err3 := strconv.Atoi(r)
	if err1 != nil || err2 != nil || err3 != nil {
		return 0, -1, -1, "", false
	}
	return action, transition, rc, uuid, true
}

// compareAge tells which of two operations of a resource was done earlier.
// Calls of one agent are numbered; otherwise times count, and for what is
// still pending the numbers of the transitions. Where these cannot be read,
// neither is earlier.
func compareAge(a, b *opEntry) int {
	sameNode := a.onNode == b.onNode
	switch {
	case a.id == b.id && sameNode, a.callID == -1 && b.callID == -1:
		return 0
	case sameNode && a.callID >= 0 && a.callID < b.callID:
		return -1
	case sameNode && b.callID >= 0 && a.callID > b.callID:
		return 1
	case a.callID >= 0 && b.callID >= 0:
		if !a.hasTime || !b.hasTime {
			return 0
		}
		return cmp.Compare(a.changed, b.changed)
	case !a.dated || !b.dated:
		return 0
	case a.uuid != b.uuid || a.transition == b.transition:
		if b.callID == -1 {
			return -1
		}
		if a.callID == -1 {
			return 1
		}
		return 0
	case a.transition >= 0 && a.transition < b.transition || b.transition == -1:
		return -1
	case b.transition >= 0 && a.transition > b.transition || a.transition == -1:
		return 1
	}
	return 0
}
