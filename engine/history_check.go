package engine

import (
	"slices"
	"strconv"

	"crm/cib"
)

const definitionChange = "resource definition change"

// checkHistory compares what runs with what is configured: removed resources
// and operations, other agents, other parameters.
func (c *cluster) checkHistory() {
	for _, n := range c.nodes {
		if !n.Maintenance && !n.available() {
			continue
		}
		for _, h := range n.history {
			if len(h.entries) == 0 {
				continue
			}
			for _, r := range c.historyMatches(h) {
				c.checkResourceHistory(r, n, h)
			}
		}
	}
}

// available tells a node that can carry out what is planned.
func (n *Node) available() bool {
	return n.Online && !n.Shutdown && !n.Unclean && !n.Standby && !n.Maintenance
}

// historyMatches are the primitives that a history could be of, the last in
// the list of resources first. What was removed from several nodes of a bundle
// is in it several times.
func (c *cluster) historyMatches(h *history) []*Resource {
	id := cib.ID(h.element)
	var found []*Resource
	add := func(r *Resource) {
		if r == nil || r.Kind != KindPrimitive {
			return
		}
		for _, f := range found {
			if f == r {
				return
			}
		}
		found = append(found, r)
	}
	for _, r := range slices.Backward(c.sameID[id]) {
		add(r)
	}
	if r := c.byID[id]; r != nil && r.Removed() {
		add(r)
	}
	list := c.byHistoryID[id]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].HistoryID == id {
			add(list[i])
		}
	}
	add(c.byID[id])
	if h.rsc != nil && (h.rsc.ID == id || h.rsc.HistoryID == id) {
		add(h.rsc)
	}
	return found
}

// agentChanged tells whether a history is one of another agent.
func (h *history) agentChanged(r *Resource) bool {
	e := h.element
	return cib.Attr(e, "type") != r.Type || cib.Attr(e, "class") != r.Class || cib.Attr(e, "provider") != r.Provider
}

func (c *cluster) checkResourceHistory(r *Resource, n *Node, h *history) {
	if r.Removed() {
		if !r.inAnonymousClone() {
			c.cleanHistory(r, n)
		}
		return
	}
	if !r.activeOn(n) {
		if h.agentChanged(r) {
			c.cleanHistory(r, n)
		}
		return
	}
	if h.agentChanged(r) {
		c.triggerUnfencing(r, n, "Device definition changed")
		c.ground(c.stopAction(r, n, false), mustHappen, groundAgent)
		r.set(flagStartPending)
		c.cleanHistory(r, n)
	}
	start, stop := h.startAndStop()
	if start < stop {
		return
	}
	for i, e := range h.entries {
		if i >= start {
			c.checkEntry(r, n, e)
		}
	}
}

// startAndStop are the places of what started and what stopped a resource
// last in its history, -1 when there is none.
func (h *history) startAndStop() (start, stop int) {
	start, stop = -1, -1
	monitored, promoted := -1, -1
	for i, e := range h.entries {
		switch e.task {
		case "stop":
			if e.status == statusDone {
				stop = i
			}
		case "start", "migrate_from":
			start = i
		case "monitor":
			if monitored <= stop && (e.rc == rcOK || e.rc == rcPromoted) {
				monitored = i
			}
		case "promote", "demote":
			promoted = i
		}
	}
	if start == -1 {
		start = monitored
		if promoted != -1 {
			start = promoted
		}
	}
	return start, stop
}

func (c *cluster) checkEntry(r *Resource, n *Node, e *opEntry) {
	if e.ms > 0 && (r.is(flagMaintenance) || n.Maintenance) {
		c.cancelRemoved(r, n, e)
		return
	}
	once := e.task == "monitor" || e.task == "start" || e.task == "promote" || e.task == "migrate_from"
	if e.ms == 0 && !once {
		return
	}
	if c.addressOfHost(r) {
		c.deferred = append(c.deferred, deferredCheck{r, n, e, false})
		return
	}
	c.checkChange(r, n, e)
}

// checkChange compares an operation with its configuration; when that has
// changed, its failures of old do not count any more.
func (c *cluster) checkChange(r *Resource, n *Node, e *opEntry) {
	if c.checkConfig(r, n, e) && c.failuresOf(r, n, nil, true, false).count > 0 {
		c.scheduleClearFailCount(r, n, groundOperation)
	}
}

// deferredCheck is the check of a connection whose address is the name of the
// node it is assigned to, which is not known until then.
type deferredCheck struct {
	rsc   *Resource
	node  *Node
	entry *opEntry
	last  bool // of a failure: only its parameters are compared
}

// addressOfHost tells a bundle's connection without an address of its own.
func (c *cluster) addressOfHost(r *Resource) bool {
	return r.isConnection() && !r.isRemoteConnection() && c.paramsOf(r, nil).get("addr") == "#uname"
}

func (c *cluster) runDeferredChecks() {
	for _, d := range slices.Backward(c.deferred) {
		if !d.last {
			c.checkChange(d.rsc, d.node, d.entry)
		} else if c.parametersChanged(d.rsc, d.node, d.entry) {
			c.clearFailures(d.rsc, d.node, groundParameters)
		}
	}
}

// cancelRemoved ends a recurring operation that shall not run any more.
func (c *cluster) cancelRemoved(r *Resource, n *Node, e *opEntry) {
	cancel := c.cancelAction(r, opKey{e.task, e.ms}, n)
	c.groundEntry(cancel, groundCancel, r, n, e)
	cancel.setMeta("call-id", strconv.FormatInt(e.callID, 10))
	c.order(op(r, "stop"), act(cancel), ordered)
}

// checkConfig compares one operation in the history with its configuration.
// It tells whether something changed.
func (c *cluster) checkConfig(r *Resource, n *Node, e *opEntry) bool {
	if e.ms > 0 && !c.configured(r, e) {
		if c.opts.cancelRemoved {
			c.cancelRemoved(r, n, e)
		}
		return true
	}
	task := e.task
	if e.ms == 0 && (task == "monitor" || task == "migrate_from" || task == "promote") {
		task = "start"
	}
	v := c.compareDigests(r, n, e)
	if e.expired {
		v = digestsRestart
	}
	if v != digestsEqual && c.in.Sanitized && c.onlySecretsDiffer(r, n, e) {
		return false
	}
	switch v {
	case digestsEqual:
		return false
	case digestsRestart:
		c.forceRestart(r, n, opKey{task, e.ms}, e)
	default:
		switch {
		case e.ms > 0:
			c.triggerUnfencing(r, n, "Device parameters changed (reschedule)")
			c.action(r, opKey{task, e.ms}, task, n, true).set(actReschedule)
		case e.element.SelectAttr("op-restart-digest") != nil:
			c.triggerUnfencing(r, n, "Device parameters changed (reload)")
			c.reload(r, n, e)
		default:
			c.forceRestart(r, n, opKey{task, e.ms}, e)
		}
	}
	return true
}

// configured tells whether a recurring operation is still wanted.
func (c *cluster) configured(r *Resource, e *opEntry) bool {
	for _, o := range r.operations(c) {
		if o.name == e.task && o.ms == e.ms && o.enabled {
			return true
		}
	}
	return false
}

func (c *cluster) forceRestart(r *Resource, n *Node, k opKey, e *opEntry) {
	c.triggerUnfencing(r, n, "Device parameters changed")
	a := c.action(r, k, k.op, nil, false)
	a.reason = definitionChange
	c.groundEntry(a, groundParameters, r, n, e)
}

// reload lets an agent take over changed parameters without a restart.
func (c *cluster) reload(r *Resource, n *Node, e *opEntry) {
	if r.Kind != KindPrimitive {
		for _, child := range r.Children {
			c.reload(child, n, e)
		}
		return
	}
	if n == nil || !r.Managed() || r.Failed() {
		return
	}
	if r.is(flagStartPending) {
		c.groundEntry(c.stopAction(r, n, false), groundParameters, r, n, e)
		return
	}
	r.set(flagReload)
	a := c.action(r, opKey{"reload-agent", 0}, "reload-agent", n, false)
	c.groundEntry(a, groundParameters, r, n, e)
	a.say(definitionChange)
	c.order(act(a), op(r, "stop"), ordered|thenCancelsFirst)
	c.order(act(a), op(r, "demote"), ordered|thenCancelsFirst)
}

// cleanHistory lets a node forget what it did with a resource.
func (c *cluster) cleanHistory(r *Resource, n *Node) {
	if r.Failed() || n.Unclean || !n.Online {
		return
	}
	c.ground(c.action(r, opKey{"delete", 0}, "delete", n, false), mustHappen, groundAgent)
	c.order(op(r, "stop"), op(r, "delete"), ordered)
	c.order(op(r, "delete"), op(r, "start"), ordered)
}

// noteRecurring makes an optional action for every recurring operation that
// the history shows to be running.
func (c *cluster) noteRecurring(h *history) {
	if !h.node.Online {
		return
	}
	start, stop := h.startAndStop()
	for i, e := range h.entries {
		if e.ms == 0 || e.status == statusPending || start < stop && i <= stop || i < start {
			continue
		}
		c.action(h.rsc, opKey{e.task, e.ms}, e.task, h.node, true)
	}
}

// requireStop makes a required stop of a resource on a node, because of an
// entry of a history.
func (c *cluster) requireStop(r *Resource, n *Node, of *Resource, e *opEntry) {
	c.groundEntry(c.stopAction(r, n, false), groundFailed, of, n, e)
}

// requireDemote makes a required demotion of a resource on a node, because of
// an entry of its history.
func (c *cluster) requireDemote(r *Resource, n *Node, e *opEntry) {
	c.groundEntry(c.demoteAction(r, n, false), groundFailed, r, n, e)
}

// forgetHistory deletes a resource's history on a node from the CIB, when a
// shutdown lock holds no longer.
func (c *cluster) forgetHistory(r *Resource, n *Node) {
	c.ground(c.action(r, opKey{"lrm_delete", 0}, "lrm_delete", n, false), mustHappen, groundLock)
}

// scheduleClearFailCount makes the action that forgets a resource's failures
// on a node.
func (c *cluster) scheduleClearFailCount(r *Resource, n *Node, why groundKind) {
	a := c.action(r, opKey{"clear_failcount", 0}, "clear_failcount", n, false)
	c.ground(a, mustHappen, why)
	a.setMeta("op_no_wait", "true")
}

// clearAfterFencing lets the failures of a connection that is tried again only
// after a while be forgotten when its node has been fenced.
func (c *cluster) clearAfterFencing(r *Resource, n *Node) {
	if !c.opts.fencing || r.reconnect == 0 || r.remote == nil {
		return
	}
	clear := r.oldest(opKey{"clear_failcount", 0}, n)
	c.order(act(c.fenceOp(r.remote, "", true, "", false)), act(clear), firstImpliesThen)
}

// rescheduleMonitor has a recurring operation, whose failure is too old to
// count, started anew.
func (c *cluster) rescheduleMonitor(_ *Resource, _ *Node, e *opEntry) { e.expired = true }
