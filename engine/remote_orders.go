package engine

import "slices"

// connectionState is what can be said of the connection to a remote node.
type connectionState int8

const (
	connectionUnknown connectionState = iota
	connectionAlive
	connectionResting // will be up again elsewhere
	connectionFailed
	connectionStopped
)

func (c *cluster) connectionState(n *Node) connectionState {
	conn := n.connection
	if conn == nil {
		return connectionUnknown
	}
	now := conn.currentNode()
	if conn.NextRole == RoleStopped || conn.Assigned == nil {
		switch {
		case now != nil && now.Unclean:
			return connectionFailed
		case !conn.Failed():
			return connectionStopped
		case conn.NextRole == RoleStopped && conn.reconnect > 0 && n.fenced && !n.Shutdown:
			return connectionUnknown
		}
		return connectionFailed
	}
	switch {
	case now == nil:
		return connectionUnknown
	case now.Unclean || !now.Online:
		return connectionResting
	case len(conn.Active) > 1 && conn.PartialSource != nil && conn.PartialTarget != nil:
		return connectionResting
	}
	return connectionAlive
}

// orderRemotes orders actions on remote nodes against their connections.
func (c *cluster) orderRemotes() {
	if !c.haveRemotes {
		return
	}
	for _, a := range slices.Backward(c.actions) {
		r := a.rsc
		if r == nil {
			continue
		}
		if r.isConnection() && a.task == "clear_failcount" {
			c.order(act(a), op(r, "start"), ordered)
			continue
		}
		if a.node == nil || !a.node.Remote || a.is(actPseudo) || a.node.connection == nil {
			continue
		}
		conn := a.node.connection
		if a.task == "start" {
			for _, stop := range r.withKey(opKey{"stop", 0}) {
				if stop.node != nil && stop.node != a.node {
					c.order(op(conn, "start"), act(stop), ordered)
				}
			}
		}
		o := remoteOrder{c: c, a: a, conn: conn}
		if conn.Launcher != nil {
			o.guest()
		} else {
			o.remote(c.connectionState(a.node))
		}
	}
}

// remoteOrder orders one action against the connection it goes through.
type remoteOrder struct {
	c    *cluster
	a    *action
	conn *Resource
}

// afterStart lets the action wait for the connection.
func (o remoteOrder) afterStart(extra relation) {
	o.c.order(op(o.conn, "start"), act(o.a), guestAllowed|unrunnableFirstBlocks|extra)
}

// beforeStop lets the connection's end wait for the action.
func (o remoteOrder) beforeStop(extra relation) {
	o.c.order(act(o.a), op(o.conn, "stop"), guestAllowed|extra)
}

// taskAsStop is an action's task, a migration counting as a stop.
func (o remoteOrder) taskAsStop() string {
	switch o.a.task {
	case "migrate_to", "migrate_from":
		return "stop"
	}
	return o.a.task
}

func (o remoteOrder) remote(state connectionState) {
	switch o.taskAsStop() {
	case "start", "promote":
		if state == connectionFailed {
			o.afterStart(firstImpliesThen)
		} else {
			o.afterStart(noRelation)
		}
	case "stop":
		switch {
		case state == connectionAlive:
			o.beforeStop(thenImpliesFirst)
		case state == connectionFailed:
			o.c.fence(o.a.node, "resources are active but connection is unrecoverable", false)
		case o.conn.NextRole == RoleStopped:
			o.beforeStop(thenImpliesFirst)
		default:
			o.afterStart(noRelation)
		}
	case "demote":
		if state == connectionResting || state == connectionUnknown {
			o.afterStart(noRelation)
		}
	default:
		o.remoteOther(state)
	}
}

func (o remoteOrder) remoteOther(state connectionState) {
	if o.a.recurring() {
		o.afterStart(firstImpliesThen)
		return
	}
	if o.a.task == "monitor" && state == connectionFailed {
		o.c.fence(o.a.node, "resources are in unknown state and connection is unrecoverable", false)
	}
	if o.conn.currentNode() != nil && state == connectionStopped {
		o.beforeStop(unrunnableFirstBlocks)
	} else {
		o.afterStart(noRelation)
	}
}

func (o remoteOrder) guest() {
	launcher := o.conn.Launcher
	if launcher.Failed() {
		o.c.noteFence(o.a.node, groundFailed, launcher, nil)
		o.c.fence(o.a.node, "container failed", false)
	}
	switch o.taskAsStop() {
	case "start", "promote":
		o.c.order(op(launcher, "start"), act(o.a), guestAllowed|unrunnableFirstBlocks|firstImpliesThen)
		o.afterStart(noRelation)
	case "stop", "demote":
		if !launcher.Failed() {
			o.beforeStop(noRelation)
		}
	default:
		if o.a.recurring() {
			if o.a.task != "cancel" {
				o.afterStart(firstImpliesThen)
			}
			return
		}
		o.afterStart(noRelation)
	}
}

// router is the cluster node through which an action on a remote node goes;
// nil when it needs none.
func (c *cluster) router(a *action) *Node {
	n := a.node
	if n == nil || !n.Remote || a.task == "stonith" || n.connection == nil {
		return nil
	}
	conn := n.connection
	began, ended := conn.currentNode(), conn.Assigned
	if began == nil || began == ended {
		return ended
	}
	if ended == nil {
		return began
	}
	task := a.task
	if task == "notify" {
		task = a.meta.get("notify_operation")
	}
	switch task {
	case "cancel", "stop", "demote", "migrate_from", "migrate_to":
		if conn.PartialTarget == nil || conn.Launcher != nil {
			return began
		}
	}
	return ended
}
