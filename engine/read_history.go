package engine

import (
	"strings"

	"crm/cib"

	"crm/engine/score"
)

// reading is the state while one resource's history on one node is read,
// oldest operation first.
type reading struct {
	c    *cluster
	h    *history
	r    *Resource
	n    *Node
	last *opEntry // the last failure that still counts; may be nil
	fail onFail   // what it calls for
}

// readHistory finds out a resource's role on a node, and what its failures
// there call for.
func (c *cluster) readHistory(h *history) {
	x := &reading{c: c, h: h, r: h.rsc, n: h.node}
	saved := x.r.Role
	x.r.Role = RoleUnknown
	if c.opts.shutdownLock {
		c.readShutdownLock(x.r, h)
	}
	for _, e := range h.entries {
		x.read(e)
	}
	c.noteRecurring(h)
	x.conclude()
	if target := x.r.targetRole(); target != RoleUnknown && (x.r.NextRole == RoleUnknown || target < x.r.NextRole) {
		x.r.NextRole = target
	}
	if saved > x.r.Role {
		x.r.Role = saved
	}
}

// result is an operation's outcome as it counts, which need not be as it was
// recorded.
type result struct {
	*opEntry
	rc, status int
	expired    bool
}

func (x *reading) read(e *opEntry) {
	switch e.task {
	case "monitor", "start", "stop", "promote", "demote", "migrate_to", "migrate_from", "asyncmon":
	default:
		return
	}
	if !e.valid || e.status == statusCancelled {
		return
	}
	o := &result{opEntry: e, rc: e.rc, status: e.status}
	o.expired = x.expired(e)
	x.remap(o)
	if o.expired && x.ignoreExpired(o) {
		return
	}
	if e.maskable() && !x.r.inBundle() {
		x.updateState(o, e.expected)
		x.list(o)
		x.c.give(x.banned(), x.n, ban, cause{kind: causeProbe})
		return
	}
	switch o.status {
	case statusPending:
		x.readPending(e)
	case statusDone:
		x.updateState(o, o.rc)
	case statusNotInstalled:
		x.fail = max(x.fail, x.notInstalled(o))
		x.c.give(x.banned(), x.n, ban, cause{kind: causeAgent})
		x.readFailure(o)
	default:
		x.readError(o)
	}
}

func (x *reading) notInstalled(o *result) onFail {
	if f, _ := x.c.onFail(x.r, o.task, o.ms); f != failIgnore {
		return failIgnore
	}
	return failBan
}

// banned is what a failure here keeps off the node: the resource, or its
// whole clone if one instance is as good as another.
func (x *reading) banned() *Resource {
	if x.r.Unique() {
		return x.r
	}
	return x.r.topmost()
}

// ignoreExpired decides whether a result that is too old may be ignored.
func (x *reading) ignoreExpired(o *result) bool {
	if o.maskable() && !x.r.inBundle() && o.opEntry.rc != o.expected {
		if x.r.Role <= RoleStopped {
			x.r.Role = RoleUnknown
		}
		return true
	}
	if o.rc == o.expected {
		return false // only failures expire
	}
	if o.ms == 0 {
		return true
	}
	if x.n.Online && !x.n.Unclean {
		x.c.rescheduleMonitor(x.r, x.n, o.opEntry)
		return true
	}
	return false
}

// list puts an operation among the failed actions, one of a kind.
func (x *reading) list(o *result) {
	if x.n.Shutdown && !x.n.Online {
		return
	}
	x.c.failures = append(x.c.failures, &failure{o.opEntry, x.n, x.r, o.rc})
}

// remap finds out what a result means.
func (x *reading) remap(o *result) {
	switch o.rc {
	case rcDegraded, rcDegradedPromote:
		if o.rc == rcDegraded {
			o.rc = rcOK
		} else {
			o.rc = rcPromoted
		}
		if !o.expired {
			x.list(o)
		}
	}
	if o.maskable() && !x.r.inBundle() && (o.status != statusDone || o.rc != rcNotRunning) {
		o.status, o.rc = statusDone, rcNotRunning
	}
	switch o.status {
	case statusNoDevice, statusNoSecrets:
		o.status = statusHardError
		return
	case statusDone, statusError:
	default:
		return
	}
	o.status = statusError
	if o.expected >= 0 && o.rc == o.expected {
		o.status = statusDone
	}
	x.remapByCode(o)
}

func (x *reading) remapByCode(o *result) {
	r := x.r
	switch o.rc {
	case rcOK:
		if o.probe() && o.expected == rcNotRunning {
			o.status = statusDone
		}
	case rcNotRunning:
		if o.probe() || o.expected == o.rc || !r.Managed() {
			o.status = statusDone
			r.Role = RoleStopped
			x.fail = failIgnore
			r.NextRole = RoleUnknown
		}
	case rcPromoted:
		if o.probe() && o.rc != o.expected {
			o.status = statusDone
		}
		if !o.expired || o.rc == o.expected {
			r.Role = RolePromoted
		}
	case rcPromotedFailed:
		if !o.expired {
			r.Role = RolePromoted
		}
		o.status = statusError
	case rcNotConfigured:
		o.status = statusFatalError
	case rcUnimplemented:
		if o.ms > 0 {
			o.status = statusNotSupported
			return
		}
		x.blockIfLost(o)
		o.status = statusHardError
	case rcNotInstalled, rcInvalidParam, rcNoPrivilege:
		x.blockIfLost(o)
		o.status = statusHardError
	default:
		if o.status == statusDone {
			o.status = statusError
		}
	}
}

// blockIfLost blocks a resource that could not be stopped on a node that
// cannot be fenced: there is no way left to get it off.
func (x *reading) blockIfLost(o *result) {
	if !o.expired && o.task == "stop" && !x.c.canFence(x.n) {
		x.r.clear(flagManaged)
		x.r.set(flagBlocked)
	}
}

// readPending takes note of an operation that is under way.
func (x *reading) readPending(e *opEntry) {
	r := x.r
	if f := x.last; f != nil && f.task == e.task && f.ms == e.ms && f.hasTime && e.hasTime && f.changed >= e.changed {
		return // the failure of this very operation
	}
	switch e.task {
	case "start":
		r.set(flagStartPending)
		x.setActive()
	case "promote":
		r.Role = RolePromoted
	case "migrate_to":
		if x.n.Unclean {
			if target := x.c.nodeNamed(e.attr("migrate_target")); target != nil {
				x.c.requireStop(r, target, r, e)
			}
		}
	}
	if r.pendingTask == "" && !e.probe() {
		r.pendingTask, r.pendingMS, r.pendingNode = e.task, e.ms, x.n
	}
}

// setActive gives the resource the role of something that runs.
func (x *reading) setActive() {
	if x.r.topmost().Promotable() {
		x.r.Role = RoleUnpromoted
	} else {
		x.r.Role = RoleStarted
	}
}

// updateState lets an operation that counts as done, with a result, set the
// role.
func (x *reading) updateState(o *result, rc int) {
	r := x.r
	cleared := false
	switch {
	case rc == rcNotInstalled || o.maskable() && !r.inBundle():
		r.Role = RoleStopped
	case rc == rcNotRunning:
		cleared = true
	default:
		switch o.task {
		case "monitor":
			cleared = x.last != nil && x.last.key == o.key
			if r.Role < RoleStarted {
				x.setActive()
			}
		case "start", "migrate_from":
			r.Role, cleared = RoleStarted, true
		case "stop":
			r.Role, cleared = RoleStopped, true
		case "promote":
			r.Role, cleared = RolePromoted, true
		case "demote":
			cleared = x.fail == failDemote
			r.Role = RoleUnpromoted
		case "migrate_to":
			x.migrated(o.opEntry)
		default:
			if r.Role < RoleStarted {
				x.setActive()
			}
		}
	}
	if cleared {
		x.clearFailure()
	}
}

// clearFailure forgets a failure that a later success has mended.
func (x *reading) clearFailure() {
	switch x.fail {
	case failStop, failBan, failStandby, failFence:
		return
	case failResetRemote:
		if x.r.reconnect > 0 {
			return
		}
	}
	x.fail = failIgnore
	x.last = nil
	x.r.NextRole = RoleUnknown
}

// readError deals with a result that is none of the wanted ones.
func (x *reading) readError(o *result) {
	if o.status == statusNotConnected && x.n.Remote && x.n.connection != nil && x.n.connection.Managed() {
		x.n.connection.set(flagFailed)
	}
	f, _ := x.c.onFail(x.r, o.task, o.ms)
	if f == failIgnore || f == failRestartContainer && o.task == "stop" {
		x.updateState(o, o.expected)
		x.r.set(flagIgnoreFailure)
		x.list(o)
		if f == failRestartContainer && x.fail <= failRestart {
			x.fail = failRestartContainer
		}
		return
	}
	x.readFailure(o)
	switch o.status {
	case statusHardError:
		x.c.give(x.banned(), x.n, ban, cause{kind: causeHard, id: o.task})
	case statusFatalError:
		x.c.giveAll(x.banned(), ban, cause{kind: causeFatal, id: o.task})
	}
}

// readFailure lets a failure have its consequences.
func (x *reading) readFailure(o *result) {
	r := x.r
	x.last = o.opEntry
	if x.c.opts.symmetric || o.rc != rcNotInstalled {
		x.list(o)
	}
	f, after := x.c.onFail(r, o.task, o.ms)
	x.fail = max(x.fail, f)
	switch o.task {
	case "stop":
		x.c.give(r, x.n, ban, cause{kind: causeFailedStop, id: "stop"})
	case "migrate_to":
		x.migrateToFailed(o.opEntry)
	case "migrate_from":
		x.migrateFromFailed(o.opEntry)
	case "promote":
		r.Role = RolePromoted
	case "demote":
		switch {
		case f == failBlock:
			r.Role, r.NextRole = RolePromoted, RoleStopped
		case o.rc == rcNotRunning:
			r.Role = RoleStopped
		default:
			r.Role = RoleUnpromoted
		}
	}
	if o.probe() && o.rc == rcNotInstalled {
		r.Role = RoleStopped
	} else if r.Role < RoleStarted {
		x.setActive()
	}
	if after != RoleStarted && r.NextRole < after {
		r.NextRole = after
	}
	if after == RoleStopped {
		x.banWhatFailed()
	}
}

// banWhatFailed keeps a resource stopped, or for an anonymous instance its
// clone.
func (x *reading) banWhatFailed() {
	r := x.r
	if !r.Unique() {
		r = r.topmost()
	}
	x.c.banAll(r, cause{kind: causeOnFailStop})
}

func (e *opEntry) attr(name string) string {
	for i := range e.element.Attr {
		if e.element.Attr[i].Key == name {
			return e.element.Attr[i].Value
		}
	}
	return ""
}

// readShutdownLock finds out whether a resource waits for a node that was
// shut down.
func (c *cluster) readShutdownLock(r *Resource, h *history) {
	at, ok := score.Integer(cib.Attr(h.element, "shutdown-lock"))
	if !ok || at == 0 {
		return
	}
	if limit := score.Seconds(c.opts.shutdownLockLimit); limit > 0 && c.now.Unix() > at+limit {
		c.forgetHistory(r, h.node)
		return
	}
	r.lockNode, r.lockTime = h.node, at
}

// historyOf is the name that a resource's failures go by.
func (r *Resource) failureName() string {
	name := r.historyName()
	if !r.Unique() {
		name = baseName(name)
	}
	return strings.TrimSpace(name)
}
