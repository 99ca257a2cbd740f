package agent

import (
	"fmt"
	"time"
)

// Op is one call of an agent.
type Op struct {
	Ref      Ref
	Resource string // OCF_RESOURCE_INSTANCE; of an anonymous clone without ":N"
	Action   string // "start", "monitor", ... as in the graph; each class translates it
	Interval time.Duration
	Timeout  time.Duration // none when zero
	// Params are all attributes of the action: instance parameters as well as
	// CRM_meta_* and crm_feature_set. Each becomes OCF_RESKEY_name.
	Params map[string]string
}

// Status is Pacemaker's execution status (op-status of a history entry).
type Status int

// The execution statuses that running an agent can give.
const (
	Pending      Status = -1
	Done         Status = 0 // the agent answered; RC says what
	Cancelled    Status = 1
	TimedOut     Status = 2
	NotSupported Status = 3
	Failed       Status = 4 // it could not be run, or was killed
	HardError    Status = 5 // wrong on this node
	FatalError   Status = 6 // wrong everywhere
	NotInstalled Status = 7
	NotConnected Status = 8
	Invalid      Status = 9
)

var statusNames = map[Status]string{
	Pending: "pending", Done: "complete", Cancelled: "Cancelled", TimedOut: "Timed Out", NotSupported: "NOT SUPPORTED", Failed: "Error",
	HardError: "Hard error", FatalError: "Fatal error", NotInstalled: "Not installed", NotConnected: "Internal communication failure",
	Invalid: "Cannot execute now",
}

// String is the status in Pacemaker's words.
func (s Status) String() string {
	if name, ok := statusNames[s]; ok {
		return name
	}
	return fmt.Sprintf("status %d", int(s))
}

// Code is an OCF exit code.
type Code int

// The exit codes of the OCF resource agent API, with the cluster's additions.
const (
	OK               Code = 0
	GenericError     Code = 1
	InvalidParam     Code = 2
	Unimplemented    Code = 3
	InsufficientPriv Code = 4
	CodeNotInstalled Code = 5
	NotConfigured    Code = 6
	NotRunning       Code = 7
	Promoted         Code = 8
	FailedPromoted   Code = 9
	Degraded         Code = 190
	DegradedPromoted Code = 191
	Unknown          Code = 193 // of a call that has not ended
)

var codeNames = map[Code]string{
	OK: "ok", GenericError: "error", InvalidParam: "invalid parameter", Unimplemented: "unimplemented feature",
	InsufficientPriv: "insufficient privileges", CodeNotInstalled: "not installed", NotConfigured: "not configured",
	NotRunning: "not running", Promoted: "promoted", FailedPromoted: "promoted (failed)", Degraded: "degraded",
	DegradedPromoted: "promoted (degraded)", Unknown: "unknown",
}

// String is the exit code in Pacemaker's words.
func (c Code) String() string {
	if name, ok := codeNames[c]; ok {
		return name
	}
	return fmt.Sprintf("exit code %d", int(c))
}

// Result is what came of one call.
type Result struct {
	Status     Status
	RC         Code
	ExitReason string // from the agent's ocf-exit-reason line, or why it could not run
	Stdout     string // the last part of what was written
	Stderr     string
	Start      time.Time
	Duration   time.Duration
	// Attributes are transient node attributes that a built-in agent wants
	// set on this node. They must be written before the result is recorded,
	// so that a promotion score is never newer than the start it belongs to.
	// Scripts call crm_attribute themselves.
	Attributes []Attribute
}

// Attribute is one transient node attribute. Delete removes it.
type Attribute struct {
	Name, Value string
	Dampen      time.Duration // how long to wait for the other members' values
	Delete      bool
}

// fail is the result of a call that did not reach the agent.
func fail(status Status, rc Code, format string, args ...any) Result {
	return Result{Status: status, RC: rc, ExitReason: fmt.Sprintf(format, args...)}
}
