package engine

import (
	"strings"

	"crm/cib"
	"crm/engine/score"
)

// failCount is how often a resource failed on a node, and when last.
type failCount struct {
	count score.Score
	last  int64
}

// failureIndex finds a node's fail counts by the name of the resource.
type failureIndex struct {
	exact map[string]failCount
	base  map[string]failCount // of all instances of a name
}

const (
	failCountPrefix   = "fail-count-"
	lastFailurePrefix = "last-failure-"
)

// indexFailures reads the fail counts among a node's attributes.
func (c *cluster) indexFailures(n *Node) *failureIndex {
	if n.failures != nil {
		return n.failures
	}
	x := &failureIndex{exact: map[string]failCount{}, base: map[string]failCount{}}
	n.failures = x
	for _, a := range n.attrs.list {
		if name, ok := failureAttr(a.name, failCountPrefix); ok {
			s, _ := c.opts.health.Parse(a.value) // nonsense counts 0
			x.change(name, func(f *failCount) { f.count = score.Add(f.count, s) })
		} else if name, ok := failureAttr(a.name, lastFailurePrefix); ok {
			at, _ := score.Integer(a.value) // nonsense counts 0
			x.change(name, func(f *failCount) { f.last = max(f.last, at) })
		}
	}
	return x
}

func (x *failureIndex) change(name string, change func(*failCount)) {
	f := x.exact[name]
	change(&f)
	x.exact[name] = f
	base := baseName(name)
	f = x.base[base]
	change(&f)
	x.base[base] = f
}

// failureAttr takes the resource out of PREFIX NAME # OPERATION _ INTERVAL.
func failureAttr(attr, prefix string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(attr, prefix)
	if !ok {
		return "", false
	}
	name, op, ok := strings.Cut(rest, "#")
	i := strings.LastIndexByte(op, '_')
	if !ok || i < 1 || i == len(op)-1 {
		return "", false
	}
	for _, d := range []byte(op[i+1:]) {
		if !isDigit(d) {
			return "", false
		}
	}
	return name, true
}

// failures are a resource's failures on a node. Those of what is launched in
// it count, too, if asked for; effective ones do not count any more once they
// are older than the failure timeout.
func (c *cluster) failuresOf(r *Resource, n *Node, e *opEntry, effective, launched bool) failCount {
	x := c.indexFailures(n)
	f := failCount{}
	if len(x.exact) > 0 {
		if r.Unique() {
			f = x.exact[r.failureName()]
		} else {
			f = x.base[r.failureName()]
		}
	}
	if f.count > 0 && r.failTimeout > 0 && c.blockedByFailure(r, n, e) {
		r.failTimeout = 0
	}
	if effective && f.count > 0 && f.last > 0 && r.failTimeout > 0 {
		if c.now.Unix() > f.last+r.failTimeout {
			f.count = 0
		} else {
			c.changesAt(f.last + r.failTimeout + 1)
		}
	}
	if launched && !r.inBundle() {
		for _, inside := range r.Launched {
			if inside.leaf() {
				g := c.failuresOf(inside, n, nil, effective, false)
				f.count = score.Add(f.count, g.count)
				f.last = max(f.last, g.last)
			}
		}
	}
	return f
}

// blockedByFailure tells whether an operation has failed whose on-fail is
// block; such a failure never expires.
func (c *cluster) blockedByFailure(r *Resource, n *Node, e *opEntry) bool {
	for _, op := range r.operations(c) {
		if cib.Attr(op.element, "on-fail") != "block" {
			continue
		}
		if e != nil {
			if failedAs(e, op) {
				return true
			}
			continue
		}
		for _, h := range n.history {
			if h.rsc != r {
				continue
			}
			for _, e := range h.entries {
				if failedAs(e, op) {
					return true
				}
			}
		}
	}
	return false
}

func failedAs(e *opEntry, op *opElement) bool {
	return e.task == op.name && e.ms == op.ms && (e.lastFailure() || e.rc != e.expected)
}

// expired tells whether a history entry is too old to count, and schedules
// what follows from that: failures that do not count any more are forgotten.
func (x *reading) expired(e *opEntry) bool {
	c, r, n := x.c, x.r, x.n
	if e.status == statusNotInstalled {
		return false
	}
	expired := r.failTimeout > 0 && e.hasTime && c.now.Unix() >= e.changed+r.failTimeout
	if expired && r.reconnect > 0 && c.opts.fencing && e.ms > 0 && r.remote != nil && !r.remote.fenced {
		expired = false
	}
	var reason groundKind
	if expired {
		switch {
		case c.failuresOf(r, n, e, false, false).count > 0:
			if c.failuresOf(r, n, e, true, false).count == 0 {
				reason = groundExpired
			} else {
				expired = false
			}
		case e.lastFailure() && r.isRemoteConnection() && r.reconnect > 0:
			reason = groundReconnect
		}
	}
	if !expired && e.lastFailure() && (e.task == "start" || e.task == "monitor") {
		if c.addressFollows(r) {
			c.deferred = append(c.deferred, deferredCheck{r, n, e, true})
		} else if c.parametersChanged(r, n, e) {
			reason = groundParameters
		}
	}
	if reason != groundNone {
		c.clearFailures(r, n, reason)
	}
	if expired && e.probe() {
		switch e.rc {
		case rcOK, rcNotRunning, rcPromoted, rcDegraded, rcDegradedPromote:
			return false
		}
	}
	return expired
}

// addressFollows tells a connection whose address is that of the node it is
// on, so that it has no parameters of its own to compare.
func (c *cluster) addressFollows(r *Resource) bool {
	return r.isConnection() && c.paramsOf(r, nil).get("addr") == "#uname"
}

// clearFailures lets a resource's failures on a node be forgotten.
func (c *cluster) clearFailures(r *Resource, n *Node, why groundKind) {
	r.cleared.add(n)
	c.scheduleClearFailCount(r, n, why)
	c.clearAfterFencing(r, n)
}

// thresholdReached finds out whether a resource has failed too often on a
// node, and what is to be banned from there.
func (c *cluster) thresholdReached(r *Resource, n *Node) (what *Resource, reached bool) {
	if r.threshold == 0 || r.is(flagIgnoreFailure) {
		return nil, false
	}
	if f := c.failuresOf(r, n, nil, true, true); f.count <= 0 || r.threshold-f.count > 0 {
		return nil, false
	}
	if r.Unique() {
		return r, true
	}
	return r.topmost(), true
}
