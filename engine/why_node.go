package engine

import (
	"fmt"
	"slices"
	"strings"

	"crm/engine/score"
)

// stateOf tells why a node is as it is, and what would change that.
func (c *cluster) stateOf(n *Node) said {
	name := n.Name
	switch {
	case n.Unclean && !c.fencedFor(n):
		return c.hasToBeFenced(n)
	case n.Unclean:
		s := c.tell(c.trace.fences[n][0])
		s.text = name + " has to be fenced: " + s.text
		return s
	case !n.Online && n.IsGuest():
		return say(fmt.Sprintf("the guest %s is not up: it lives in %s", name, n.host().ID), c.rootOf(n.connection))
	case !n.Online && n.Remote && n.connection != nil:
		return say(fmt.Sprintf("the remote node %s cannot be reached through its connection", name), c.rootOf(n.connection))
	case !n.Online:
		return say(name+" is offline", rootOfState(n), "start the cluster on "+name)
	case n.Pending:
		return say(name+" is still joining", rootOfState(n))
	case n.Shutdown && n.Remote && n.attrs.get("shutdown") == "" && n.connection != nil:
		return c.whyConnectionEnds(n)
	case n.Shutdown:
		return say(name+" shuts down", rootOfAttr(n, "shutdown"))
	case n.Maintenance && n.Remote && n.attrs.get("maintenance") == "" && n.connection != nil:
		return say(fmt.Sprintf("%s is in maintenance, since its connection is not managed", name), c.rootOf(n.connection))
	case n.Maintenance:
		return say(name+" is in maintenance", rootOfAttr(n, "maintenance"), "crm node ready "+name)
	case n.FailStandby && !score.True(n.attrs.get("standby")):
		return c.whyFailStandby(n)
	case n.Standby:
		return say(name+" is in standby", rootOfAttr(n, "standby"), "crm node online "+name)
	}
	return say(name+" is online", rootOfState(n))
}

// membershipOf is where the state of a node that has to be fenced comes from.
func (c *cluster) membershipOf(n *Node) Root {
	if n.Remote && n.connection != nil {
		if f := c.failureFor(n.connection, nil, ""); f != nil {
			return rootOfEntry(f.entry, f.node)
		}
		return c.rootOf(n.connection)
	}
	if terminating(n.attrs.get("terminate")) {
		return rootOfAttr(n, "terminate")
	}
	return rootOfState(n)
}

// fenceReasons are the engine's reasons to fence a node, in plainer words.
var fenceReasons = map[string]string{
	"peer is no longer part of the cluster":                          "the other nodes do not hear it any more",
	"peer process is no longer available":                            "its cluster processes do not answer any more",
	"peer has not been seen by the cluster":                          "it has not been seen since the cluster began",
	"peer failed Pacemaker membership criteria":                      "it was refused as a member",
	"fencing was requested":                                          "somebody asked for it by the attribute terminate",
	"peer is unexpectedly down":                                      "it went down without having said so",
	"peer was in an unknown state":                                   "its word for how far it has joined is none",
	"peer pending timed out on joining the process group":            "it took longer to join than node-pending-timeout",
	"the connection is unrecoverable":                                "its connection cannot be had again",
	"remote connection is unrecoverable":                             "its connection cannot be had again",
	"resources are active but connection is unrecoverable":           "resources are active there, and its connection cannot be had again",
	"resources are in unknown state and connection is unrecoverable": "what runs there cannot be asked for, since its connection cannot be had again",
	"stop is unrunnable":                                             "what is active there cannot be stopped",
	"node is unclean":                                                "what happens there cannot be known",
}

// offlineHow is what is wrong with an unclean node.
func (c *cluster) offlineHow(n *Node) string {
	if n.state == nil && !n.Remote {
		return ": " + fenceReasons["peer has not been seen by the cluster"]
	}
	for _, how := range []string{c.opts.fencingAction, "off", "reboot"} {
		if a := c.named[fenceName(n, how)]; a != nil && a.reason != "" {
			return ": " + orElse(fenceReasons[a.reason], a.reason)
		}
	}
	return ""
}

// fencedFor tells whether something other than a node's own state has it
// fenced.
func (c *cluster) fencedFor(n *Node) bool { return len(c.trace.fences[n]) > 0 }

// whyFenced tells why a node is fenced.
func (c *cluster) whyFenced(n *Node) said {
	if c.fencedFor(n) {
		return c.tell(c.trace.fences[n][0])
	}
	if n.IsGuest() {
		if f := c.failureFor(n.host(), nil, ""); f != nil {
			return sayFailure(f.entry, f.rsc, f.node)
		}
		return c.whyLost(n.host(), n.host().currentNode())
	}
	return c.hasToBeFenced(n)
}

// hasToBeFenced tells why a node is fenced for its own state, and what to do
// where no device can.
func (c *cluster) hasToBeFenced(n *Node) said {
	s := say(n.Name+" has to be fenced"+c.offlineHow(n), c.membershipOf(n))
	if !n.Online && !n.Remote {
		if n.state == nil {
			s.remedies = []string{"start the cluster on " + n.Name}
		}
		s.remedies = append(s.remedies, "if "+n.Name+" is certainly off, and no fence device can tell: crm node clearstate "+n.Name)
	}
	return s
}

// whyUnfenced tells why a node is unfenced: for whose sake.
func (c *cluster) whyUnfenced(n *Node) said {
	var needs *Resource
	c.eachResource(func(r *Resource) {
		if needs == nil && r.leaf() && (r.is(flagFenceDevice) || r.is(flagNeedsUnfencing)) &&
			slices.Contains([]string{r.meta.get("provides"), r.meta.get("requires")}, "unfencing") {
			needs = r
		}
	})
	how := ""
	if a := c.named[fenceName(n, "on")]; a != nil && a.reason != "" {
		how = ": " + a.reason
	}
	if needs == nil {
		return say(n.Name+" has to be unfenced before it may be used"+how, rootOfState(n))
	}
	return say(fmt.Sprintf("%s has to be unfenced for %s%s", n.Name, needs.shownName(), how), c.rootOf(needs))
}

// whyConnectionEnds tells why a remote node's connection ends.
func (c *cluster) whyConnectionEnds(n *Node) said {
	s := c.whyStopped(n.connection)
	s.text = n.Name + " is let go: " + s.text
	return s
}

// whyFailStandby tells of the failure that has put a node into standby.
func (c *cluster) whyFailStandby(n *Node) said {
	for _, f := range c.failures {
		if do, _ := c.onFail(f.rsc, f.entry.task, f.entry.ms); f.node == n && do == failStandby {
			s := sayFailure(f.entry, f.rsc, n)
			s.text = n.Name + " is in standby by on-fail: " + s.text
			return s
		}
	}
	return say(n.Name+" is in standby by on-fail", rootOfState(n))
}

// whyMaintenance tells of which remote nodes the maintenance began or ended.
func (c *cluster) whyMaintenance() said {
	var words []string
	var root Root
	for _, n := range c.nodes {
		if !n.Remote || n.Maintenance == n.remoteMaint {
			continue
		}
		word := "has left maintenance"
		if n.Maintenance {
			word = "is in maintenance"
		}
		words = append(words, n.Name+" "+word)
		root = c.stateOf(n).root
		if !n.Maintenance {
			root = rootOfState(n)
		}
	}
	return say(strings.Join(words, ", "), root)
}
