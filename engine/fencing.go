package engine

import (
	"slices"
	"strconv"
	"strings"

	"crm/cib"
)

// fenceName is the key of a fencing action.
func fenceName(n *Node, how string) string { return "stonith-" + n.Name + "-" + how }

// fenceHow is what a fencing action does: reboot, off or on.
func (a *action) fenceHow() string { return a.meta.get("stonith_action") }

// fenceOp finds or makes the fencing of a node. How is reboot, off or on; ""
// means what the cluster is configured to do.
func (c *cluster) fenceOp(n *Node, how string, optional bool, reason string, priorityDelay bool) *action {
	if how == "" {
		how = c.opts.fencingAction
	}
	name := fenceName(n, how)
	a := c.named[name]
	if a == nil {
		a = c.namedAction(name, "stonith", n, true)
		a.setMeta("on_node", n.Name)
		a.setMeta("on_node_uuid", n.ID)
		a.setMeta("stonith_action", how)
		if c.opts.unfencing {
			c.noteUnfencingDigests(a, n, &optional)
		}
	}
	if _, has := a.metaValue("priority-fencing-delay"); c.opts.priorityDelay > 0 && (priorityDelay || has) {
		a.setMeta("priority-fencing-delay", strconv.FormatInt(c.priorityDelay(n), 10))
	}
	if !optional && c.canFence(n) {
		a.clear(actOptional)
		c.noteFencing(a, how)
		a.say(reason)
	} else if reason != "" {
		a.say(reason)
	}
	return a
}

// fenceAction finds or makes the (optional) fencing of a node.
func (c *cluster) fenceAction(n *Node, reason string, priorityDelay bool) {
	c.fenceOp(n, "", true, reason, priorityDelay)
}

// priorityDelay is how many seconds a fencing waits so that, of two halves of
// a cluster, the one with the more important resources survives.
func (c *cluster) priorityDelay(n *Node) int64 {
	online, members, highest, lowest := 0, 0, 0, 0
	first := true
	for _, m := range c.nodes {
		if m.Remote {
			continue
		}
		members++
		if m.Online {
			online++
		}
		if first || m.priority > highest {
			highest = m.priority
		}
		if first || m.priority < lowest {
			lowest = m.priority
		}
		first = false
	}
	if n.Remote || n.Online || online > members/2 || highest == lowest || n.priority < highest {
		return 0
	}
	return (c.opts.priorityDelay + 500) / 1000
}

// scheduleFencing makes the actions that fence unclean nodes and shut down
// those that want to leave, and orders everything against them.
func (c *cluster) scheduleFencing() {
	managed := false
	c.eachResource(func(r *Resource) { managed = managed || r.Managed() })
	s := fencingSchedule{c: c}
	for _, n := range c.nodes {
		switch {
		case n.IsGuest():
			if n.remoteReset && managed && c.canFence(n) {
				c.fenceGuest(n)
			}
		case n.Unclean && managed && c.canFence(n):
			s.fence(n)
		case n.Unclean:
			c.cannotFence(n)
		case !n.Remote && n.Online && n.Shutdown:
			s.shutDown(n)
		}
	}
	s.finish()
}

// fencingSchedule puts fencing and shutdowns in their order: the coordinator
// comes last.
type fencingSchedule struct {
	c         *cluster
	dcDown    *action
	fencing   []*action
	shutdowns []*action
}

func (s *fencingSchedule) fence(n *Node) {
	a := s.c.fenceOp(n, "", false, "node is unclean", false)
	s.c.complain(cib.Warning, "node", n.Name, "it will be fenced: "+a.reason, "find out what is wrong with it before it comes back")
	s.c.orderAllAfterFencing(a)
	if n.DC {
		s.dcDown = a
		return
	}
	if !s.c.opts.concurrentFencing && len(s.fencing) > 0 {
		s.c.link(s.fencing[len(s.fencing)-1], a, ordered)
	}
	s.fencing = append(s.fencing, a)
}

func (s *fencingSchedule) shutDown(n *Node) {
	a := s.c.namedAction("do_shutdown-"+n.Name, "do_shutdown", n, false)
	s.c.ground(a, mustHappen, groundShutdown)
	a.setMeta("op_no_wait", "true")
	s.c.orderShutdown(n, a)
	if n.DC {
		s.dcDown = a
	} else {
		s.shutdowns = append(s.shutdowns, a)
	}
}

func (c *cluster) orderShutdown(n *Node, shutdown *action) {
	for _, stop := range slices.Backward(c.actions) {
		r := stop.rsc
		if r == nil || stop.task != "stop" || stop.node != n {
			continue
		}
		if r.is(flagMaintenance) || n.Maintenance || !r.Managed() && !r.Blocked() {
			continue
		}
		stop.clear(actOptional)
		c.ground(stop, mustHappen, groundShutdown)
		c.order(act(stop), act(shutdown), ordered|unrunnableFirstBlocks)
	}
}

func (s *fencingSchedule) finish() {
	if s.dcDown == nil {
		return
	}
	if s.dcDown.task == "do_shutdown" {
		for _, a := range s.shutdowns {
			s.c.link(a, s.dcDown, ordered)
		}
	}
	before := s.fencing
	if !s.c.opts.concurrentFencing && len(before) > 0 {
		before = before[len(before)-1:]
	}
	for _, a := range before {
		s.c.link(a, s.dcDown, ordered)
	}
}

// fenceGuest is for a guest node: it is fenced by stopping what it lives in.
func (c *cluster) fenceGuest(n *Node) {
	launcher := n.host()
	how := "off"
	if launcher != nil && launcher.newest("start", nil) != nil {
		how = "reboot"
	}
	a := c.fenceOp(n, how, false, "guest is unclean", false)
	a.set(actPseudo | actRunnable)
	var stop *action
	if launcher != nil {
		stop = launcher.newest("stop", nil)
	}
	switch {
	case stop != nil && stop.is(actPseudo):
		host := c.fenceOp(stop.node, "", false, "", false)
		c.link(host, a, unrunnableFirstBlocks|firstImpliesThen)
	case stop != nil:
		c.link(stop, a, unrunnableFirstBlocks|firstImpliesThen)
	default:
		if conn := n.connection; conn != nil {
			if stop = conn.newest("stop", nil); stop != nil {
				c.link(stop, a, ordered)
			}
		}
	}
	c.orderAllAfterFencing(a)
}

// orderAllAfterFencing lets every resource wait for the fencing of a node
// where that matters to it.
func (c *cluster) orderAllAfterFencing(fence *action) {
	for _, r := range c.resources {
		c.orderAfterFencing(r, fence)
	}
}

func (c *cluster) orderAfterFencing(r *Resource, fence *action) {
	if r.Kind != KindPrimitive {
		for _, child := range r.Children {
			c.orderAfterFencing(child, fence)
		}
		return
	}
	if !r.Managed() {
		return
	}
	c.startsAfterFencing(r, fence)
	c.stopsAfterFencing(r, fence)
}

func (c *cluster) startsAfterFencing(r *Resource, fence *action) {
	n := fence.node
	for _, a := range slices.Backward(r.actions) {
		switch a.needs {
		case needsFencing:
			c.link(fence, a, ordered)
		case needsQuorum:
			if a.task == "start" && r.allowed.at(n) != nil && !c.stateKnown(r, n) {
				c.link(fence, a, ordered|unrunnableFirstBlocks)
			}
		}
	}
}

// stateKnown tells whether it is known what a resource does on a node; an
// anonymous instance asks its clone.
func (c *cluster) stateKnown(r *Resource, n *Node) bool {
	return r.probed.has(n) || r.Parent != nil && r.inAnonymousClone() && r.Parent.probed.has(n)
}

func (c *cluster) stopsAfterFencing(r *Resource, fence *action) {
	n := fence.node
	top := r.topmost()
	stopKey := opKey{"stop", 0}
	stops := r.byKey(stopKey, n)
	if len(stops) == 0 && len(r.withKey(opKey{"demote", 0})) == 0 {
		return
	}
	topStop := top.newest("stop", nil)
	implied := r.NeedsFencing() || n.IsGuest()
	for _, stop := range stops {
		stop.set(actPseudo | actRunnable)
		if implied {
			if !r.inBundle() {
				c.link(fence, stop, guestAllowed)
			}
			c.link(fence, topStop, guestAllowed)
		}
		if r.Notify() {
			c.notifyImpliedStop(r, stop, fence)
		}
	}
	for _, demote := range r.byKey(opKey{"demote", 0}, n) {
		if n.Online && !n.Unclean && !r.Failed() {
			continue
		}
		demote.set(actPseudo | actRunnable)
		if implied && !r.inBundle() {
			c.link(fence, demote, guestAllowed|ordered)
		}
	}
}

// orderUnfencing lets an operation wait until its node has been unfenced, if
// the resource needs that.
func (c *cluster) orderUnfencing(r *Resource, n *Node, a *action, rel relation) {
	if n == nil || !(r.is(flagFenceDevice) && c.opts.unfencing || r.is(flagNeedsUnfencing)) {
		return
	}
	unfence := c.fenceOp(n, "on", true, "", false)
	c.link(unfence, a, rel)
	if v := n.Attr("#node-unfenced"); v == "" || v == "0" {
		c.triggerUnfencing(nil, n, "required by "+r.ID+" "+a.task)
	}
}

// triggerUnfencing makes the unfencing of a node happen; with a resource and
// no node, that of every node it may run on.
func (c *cluster) triggerUnfencing(r *Resource, n *Node, reason string) {
	if !c.opts.unfencing || r != nil && !r.is(flagFenceDevice) {
		return
	}
	if n != nil {
		if n.Online && !n.Unclean && !n.Shutdown {
			c.fenceOp(n, "on", false, reason, false)
		}
		return
	}
	if r != nil {
		for _, m := range c.allowedByName(r) {
			if m.Online && !m.Unclean && !m.Shutdown {
				c.fenceOp(m, "on", false, reason, false)
			}
		}
	}
}

// noteUnfencingDigests tells the fencer with which parameters the devices
// that unfence are configured; if a node was unfenced with others, it has to
// be unfenced again.
func (c *cluster) noteUnfencingDigests(a *action, n *Node, optional *bool) {
	var all, secure strings.Builder
	var devices []*Resource
	c.eachResource(func(r *Resource) {
		if r.Kind == KindPrimitive && r.is(flagFenceDevice) &&
			slices.Contains([]string{r.meta.get("provides"), r.meta.get("requires")}, "unfencing") {
			devices = append(devices, r)
		}
	})
	for _, r := range slices.Backward(devices) {
		d := c.deviceDigests(r, n)
		if d.mismatch {
			*optional = false
			a.clear(actOptional)
			c.noteFencing(a, "on")
		}
		all.WriteString(r.ID + ":" + r.Type + ":" + d.all + ",")
		secure.WriteString(r.ID + ":" + r.Type + ":" + d.secure + ",")
	}
	a.setMeta("digests-all", all.String())
	a.setMeta("digests-secure", secure.String())
}
