package engine

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/score"
)

// nodeOfState is the node that a node_state names. It has to have an id; the
// name may be missing, since a node that joins is not known by it at once.
func (c *cluster) nodeOfState(e *etree.Element) *Node {
	id, set := cib.LookupAttr(e, "id")
	if !set {
		return nil
	}
	return c.findNode(id, cib.Attr(e, "uname"))
}

// unpackNodeState reads the membership of a node.
func (c *cluster) unpackNodeState(e *etree.Element) {
	n := c.nodeOfState(e)
	if n == nil {
		c.unknownNodeState(e)
		return
	}
	n.state = e
	if n.Remote {
		if v, _ := score.Integer(cib.Attr(e, "node_fenced")); v != 0 {
			n.fenced = true
		}
		return
	}
	c.readTransient(n, e)
	n.Standby = n.Standby || score.True(n.attrs.get("standby"))
	n.Maintenance = n.Maintenance || score.True(n.attrs.get("maintenance"))
	n.Unclean, n.seen = false, true
	if v, set := n.attrs.Lookup("shutdown"); set && v != "0" {
		n.Shutdown = true
	} else if cib.Attr(e, "expected") == "member" {
		n.ExpectedUp = true
	}
	m := c.readMembership(n, e)
	if c.opts.fencing {
		n.Online = c.onlineWithFencing(n, m)
	} else {
		n.Online = c.onlineWithoutFencing(n, m)
	}
	if !n.Online || n.Shutdown {
		n.Score = ban
	}
	if n.Online && !c.quorate && c.opts.quorumPolicy == quorumFence {
		c.noteFence(n, groundQuorum, nil, nil)
		c.fence(n, "cluster does not have quorum", false)
	}
}

// membership is what the layers of a cluster say of a node.
type membership struct {
	member         int64 // since when in the ring; 0 when not, -1 when never seen
	online         int64 // since when its controller answers; 0 when not
	join, expected string
}

func (c *cluster) readMembership(n *Node, e *etree.Element) membership {
	m := membership{member: -1, expected: "down"}
	if text, set := cib.LookupAttr(e, "join"); set {
		m.join = strings.ToLower(text)
	}
	if text, set := cib.LookupAttr(e, "expected"); set {
		m.expected = strings.ToLower(text)
	}
	if text, set := cib.LookupAttr(e, "in_ccm"); set {
		if yes, ok := score.Boolean(text); ok {
			m.member = 0
			if yes {
				m.member = c.now.Unix()
			}
		}
		if t, ok := score.Integer(text); ok && t > 1 {
			m.member = t
		}
	}
	switch text := cib.Attr(e, "crmd"); text {
	case "", "offline":
	case "online":
		m.online = 1
	default:
		if t, ok := score.Integer(text); ok && t >= 0 {
			m.online = t
		}
	}
	return m
}

// onlineWithoutFencing asks for a full member; anything else is taken to be
// safely away, since nothing could be done about it.
func (c *cluster) onlineWithoutFencing(n *Node, m membership) bool {
	if m.member > 0 && m.online > 0 && m.join == "member" {
		return true
	}
	if m.member > 0 && m.online <= 0 && n.ExpectedUp {
		c.fence(n, "peer is unexpectedly down", false)
	}
	return false
}

// onlineWithFencing has every doubt about a node end in its fencing.
func (c *cluster) onlineWithFencing(n *Node, m membership) bool {
	if n.Shutdown {
		return m.online > 0
	}
	switch {
	case m.member < 0:
		c.fence(n, "peer has not been seen by the cluster", false)
		return false
	case m.join == "banned":
		c.fence(n, "peer failed Pacemaker membership criteria", false)
	case terminating(n.attrs.get("terminate")):
		if m.member > 0 || m.online > 0 || m.join != "down" {
			c.fence(n, "fencing was requested", false)
		}
	case m.expected == "down":
		c.judgeUnexpected(n, m)
	case m.member <= 0:
		c.fence(n, "peer is no longer part of the cluster", true)
	case m.online <= 0:
		c.fence(n, "peer process is no longer available", false)
	case m.join == "member":
	case m.join == "pending" || m.join == "down":
		n.Standby, n.Pending = true, true
	default:
		c.fence(n, "peer was in an unknown state", false)
	}
	return m.member > 0
}

// judgeUnexpected looks at a node that the cluster does not expect: it may be
// joining.
func (c *cluster) judgeUnexpected(n *Node, m membership) {
	if timeout := score.Seconds(c.opts.pendingTimeout); timeout > 0 && m.member > 0 && m.online <= 0 {
		if c.now.Unix() >= m.member+timeout {
			c.fence(n, "peer pending timed out on joining the process group", false)
			return
		}
		c.changesAt(m.member + timeout)
	}
	if m.member > 0 || m.online > 0 {
		n.Standby, n.Pending = true, true
	}
}

// terminating reads the attribute by which an administrator asks for a
// node's fencing.
func terminating(text string) bool {
	if yes, ok := score.Boolean(text); ok {
		return yes
	}
	n, ok := score.Integer(text)
	return ok && n > 0
}
