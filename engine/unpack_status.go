package engine

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// unpackStatus reads what the cluster knows of its nodes and of what runs on
// them.
func (c *cluster) unpackStatus() {
	for e := range cib.Children(c.status) {
		switch e.Tag {
		case "tickets":
			for t := range cib.Children(e, "ticket_state") {
				c.unpackTicket(t)
			}
		case "node_state":
			c.unpackNodeState(e)
		}
	}
	for c.unpackHistories(false) {
	}
	if c.opts.fencing {
		c.unpackHistories(true)
	}
	for _, s := range c.stopsNeeded {
		if n := s.container.currentNode(); n != nil {
			c.requireStop(s.container, n, s.inside, s.entry)
		}
	}
	for _, n := range c.nodes {
		if !n.Remote {
			continue
		}
		if n.Shutdown && n.connection != nil {
			n.connection.NextRole = RoleStopped
		}
		if !n.unpacked {
			c.judgeRemote(n)
		}
	}
	c.countLeaves()
}

// unpackTicket reads the state of a ticket.
func (c *cluster) unpackTicket(e *etree.Element) {
	t := c.ticket(cib.ID(e))
	for _, a := range e.Attr {
		if a.Key != "id" {
			t.attrs.set(a.Key, a.Value)
		}
	}
	t.granted = score.True(cib.Attr(e, "granted"))
	t.standby = score.True(cib.Attr(e, "standby"))
	t.lastGranted, _ = score.Integer(cib.Attr(e, "last-granted")) // never counts 0
}

// ticket finds or makes a ticket; one that only a constraint knows is not
// granted.
func (c *cluster) ticket(id string) *ticket {
	t := c.tickets[id]
	if t == nil {
		t = &ticket{id: id}
		c.tickets[id] = t
	}
	return t
}

// unpackHistories reads the histories of the nodes that can be judged by now;
// a remote node can only when its connection is known. It tells whether there
// were any.
func (c *cluster) unpackHistories(all bool) bool {
	some := false
	for e := range cib.Children(c.status, "node_state") {
		if _, named := cib.LookupAttr(e, "uname"); !named {
			continue
		}
		n := c.nodeOfState(e)
		if n == nil || n.unpacked || !all && !c.historyCounts(n) {
			continue
		}
		n.unpacked = true
		some = true
		if n.Remote {
			c.judgeRemote(n)
			c.readRemoteAttrs(n, e)
		}
		for h := range cib.Children(cib.Child(cib.Child(e, "lrm"), "lrm_resources"), "lrm_resource") {
			c.unpackHistory(n, h)
		}
		c.linkRemoved(n)
	}
	return some
}

func (c *cluster) historyCounts(n *Node) bool {
	started := func(r *Resource) bool { return r != nil && r.Role == RoleStarted }
	switch {
	case n.IsGuest():
		return started(n.connection) && started(n.connection.Launcher)
	case n.Remote:
		return n.connection != nil && (c.opts.shutdownLock || started(n.connection))
	}
	return n.Online || c.opts.fencing || c.opts.shutdownLock
}

// judgeRemote decides whether a remote node is online, from its connection.
func (c *cluster) judgeRemote(n *Node) {
	conn := n.connection
	if conn == nil {
		n.Online = false
		return
	}
	host := conn.Launcher
	if conn.Role == RoleStarted {
		n.Online = true
		if conn.NextRole == RoleStopped {
			n.Shutdown = true
		}
	}
	switch {
	case host != nil && host.is(flagFailed):
		n.Online, n.remoteReset = false, true
	case conn.is(flagFailed):
		n.Online = false
	case conn.Role == RoleStopped || host != nil && host.Role == RoleStopped:
		n.Online, n.remoteReset = false, false
	case host != nil && len(conn.Active) == 1 && !conn.Active[0].Online && conn.Active[0].Unclean:
		n.Online, n.remoteReset = false, true
	}
}

// readRemoteAttrs reads a remote node's own attributes.
func (c *cluster) readRemoteAttrs(n *Node, e *etree.Element) {
	if v, _ := score.Integer(cib.Attr(e, "node_in_maintenance")); v != 0 {
		n.remoteMaint = true
	}
	if !n.remoteReset {
		n.Unclean, n.seen = false, true
	}
	c.readTransient(n, e)
	if v, set := n.attrs.Lookup("shutdown"); set && v != "0" {
		n.Shutdown = true
	}
	if score.True(n.attrs.get("standby")) {
		n.Standby = true
	}
	if score.True(n.attrs.get("maintenance")) || n.connection != nil && !n.connection.Managed() {
		n.Maintenance = true
	}
	if v, set := n.attrs.Lookup("resource-discovery-enabled"); set && !score.True(v) && (n.IsGuest() || c.opts.fencing) {
		n.noProbes = true
	}
}

// readTransient lets transient attributes replace permanent ones.
func (c *cluster) readTransient(n *Node, e *etree.Element) {
	for t := range cib.Children(e, "transient_attributes") {
		var list attributes
		c.merge(c.blocks("instance_attributes", "", t), c.ruleContext(), &list)
		for _, a := range list {
			n.attrs.set(a.name, a.value)
		}
		c.addCapacity(n, t)
	}
}

// unpackHistory reads one resource's history on a node.
func (c *cluster) unpackHistory(n *Node, e *etree.Element) {
	h := &history{element: e, node: n}
	for op := range cib.Children(e, "lrm_rsc_op") {
		h.entries = append(h.entries, parseEntry(op))
	}
	id := cib.ID(e)
	if id == "" {
		return
	}
	if len(h.entries) == 0 {
		if c.opts.shutdownLock {
			if r := c.matchHistory(id, n); r != nil {
				c.readShutdownLock(r, h)
			}
		}
		return
	}
	r := c.matchHistory(id, n)
	if r == nil {
		r = c.removedResource(e)
	}
	if r == nil {
		return
	}
	h.rsc = r
	n.history = append(n.history, h)
	for i, j := 0, len(h.entries)-1; i < j; i, j = i+1, j-1 {
		h.entries[i], h.entries[j] = h.entries[j], h.entries[i]
	}
	mergeSort(h.entries, compareAge)
	c.readHistory(h)
}

// removedResource makes a resource that is only in the history, or nil when
// the history does not say what it is.
func (c *cluster) removedResource(h *etree.Element) *Resource {
	e := etree.NewElement("primitive")
	for _, a := range h.Attr {
		e.CreateAttr(a.FullKey(), a.Value)
	}
	id := cib.ID(h)
	connection := isConnectionElement(e)
	if connection && c.nodeNamed(id) == nil {
		c.newRemoteNode(id, 0)
	}
	r := c.unpackTop(e)
	if r == nil {
		return nil
	}
	r.set(flagRemoved)
	if connection {
		c.linkRemoteNode(r)
		r.remote.Shutdown = true
	}
	if container := cib.Attr(h, "container"); container != "" {
		r.set(flagRemovedLaunched)
	}
	if c.opts.stopRemoved {
		c.giveAll(r, ban, cause{kind: causeRemoved})
	} else {
		r.clear(flagManaged)
	}
	return r
}

// linkRemoved ties removed resources to what they were launched in.
func (c *cluster) linkRemoved(n *Node) {
	for _, h := range n.history {
		r := h.rsc
		if !r.is(flagRemovedLaunched) || r.Launcher != nil {
			continue
		}
		if launcher := c.find(cib.Attr(h.element, "container")); launcher != nil && launcher != r {
			r.Launcher = launcher
			launcher.Launched = append(launcher.Launched, r)
		}
	}
}

// baseName is an id without the number of an instance.
func baseName(id string) string {
	i := strings.LastIndexByte(id, ':')
	if i < 0 || i == len(id)-1 {
		return id
	}
	for _, d := range []byte(id[i+1:]) {
		if !isDigit(d) {
			return id
		}
	}
	return id[:i]
}

// countLeaves counts what the summary begins with.
func (c *cluster) countLeaves() {
	for _, top := range c.resources {
		top.eachLeaf(func(r *Resource) {
			if r.Removed() && r.Role == RoleStopped {
				return
			}
			c.leaves++
			if role := r.targetRole(); role == RoleStopped || role == RoleUnpromoted {
				c.disabled++
			}
			if r.Blocked() {
				c.blocked++
			}
		})
	}
}
