package engine

import (
	"fmt"
	"strings"
	"time"
)

// groundKind is what kind of thing outside the engine makes an action what it
// is.
type groundKind int8

const (
	groundNone        groundKind = iota
	groundRole                   // the role, and the place, that a resource is to have
	groundMove                   // it has a better place than the present one
	groundNoPlace                // it has none
	groundNoMember               // nothing in it has one
	groundAlone                  // the other clone has no instance for it
	groundFailed                 // an operation failed, or its node is lost
	groundBlocked                // a failure that nobody has looked at
	groundUnmanaged              // the cluster may not touch it
	groundMultiple               // it is active on several nodes
	groundMigration              // a live migration was not finished
	groundAgent                  // the history is that of another agent, or of no resource
	groundParameters             // other parameters than those in the history
	groundOperation              // an operation is configured otherwise
	groundRemoved                // it is not configured any more
	groundExpired                // a failure is older than failure-timeout
	groundReconnect              // a connection is tried again after its reconnect interval
	groundUnseen                 // it is not known whether it runs on a node
	groundPending                // a start that was not seen to end
	groundMonitor                // a recurring operation that does not run yet
	groundCancel                 // one that runs and should not
	groundLock                   // a shutdown lock that has lasted long enough
	groundNode                   // the state of a node
	groundHost                   // of the nodes that a guest's host is on
	groundFence                  // a node has to be fenced
	groundUnfence                // or unfenced
	groundShutdown               // or wants to leave
	groundQuorum                 // there is none
	groundTicket                 // it is not granted
	groundLoad                   // capacities count
	groundMaintenance            // maintenance of remote nodes began or ended
)

// ground is something outside the engine that makes an action what it is.
type ground struct {
	kind  groundKind
	rsc   *Resource
	other *Resource
	node  *Node
	entry *opEntry
	op    opKey // of the action
}

// said is a cause in words, what it comes from, and the commands that would
// change it.
type said struct {
	text     string
	root     Root
	remedies []string
	with     *Resource // with which a resource must be; nil for any other cause
}

func say(text string, root Root, remedies ...string) said {
	return said{text: text, root: root, remedies: remedies}
}

// tell puts a ground into words.
func (c *cluster) tell(g ground) said {
	r := g.rsc
	switch g.kind {
	case groundRole:
		return c.whyRole(r)
	case groundMove:
		return c.whyMoved(r, g.node)
	case groundNoPlace:
		return c.whyStopped(r)
	case groundNoMember:
		return c.whyNoMember(r)
	case groundAlone:
		return say(fmt.Sprintf("%s has no instance that %s could be with", g.other.ID, r.shownName()), c.rootOf(g.other))
	case groundFailed:
		return c.whyFailed(g)
	case groundBlocked, groundUnmanaged:
		return c.whyUnmanaged(r)
	case groundMultiple:
		return c.whyMultiple(r)
	case groundMigration:
		return c.whyMigration(r)
	case groundUnseen:
		return say(fmt.Sprintf("%s has not told yet whether %s runs there", g.node.Name, r.shownName()), Root{Kind: RootHistory, Node: g.node.Name})
	case groundMonitor:
		return c.whyMonitor(g)
	case groundCancel:
		return c.whyCancelled(g)
	}
	return c.tellChange(g)
}

// tellChange is tell for what has changed since the history was written.
func (c *cluster) tellChange(g ground) said {
	r := g.rsc
	switch g.kind {
	case groundAgent:
		return c.whyForgotten(r, g.node)
	case groundParameters:
		return c.whyParameters(g)
	case groundOperation:
		return say("the failed operation of "+r.shownName()+" is configured otherwise now", c.rootOf(r))
	case groundRemoved:
		return c.whyRemoved(r)
	case groundExpired:
		return say(fmt.Sprintf("the failure of %s on %s is older than its failure-timeout", r.shownName(), g.node.Name), c.rootOfMeta(r, "failure-timeout"))
	case groundReconnect:
		return say("the connection "+r.shownName()+" is tried again after its reconnect_interval", c.rootOf(r))
	case groundPending:
		if e, n := c.lastAnywhere(r); e != nil {
			return say(fmt.Sprintf("the %s of %s on %s was not seen to end", e.task, r.shownName(), n.Name), rootOfEntry(e, n))
		}
		return say("a start of "+r.shownName()+" was not seen to end", c.rootOf(r))
	case groundLock:
		return say(fmt.Sprintf("the shutdown lock of %s on %s is older than shutdown-lock-limit", r.shownName(), g.node.Name),
			Root{Kind: RootOption, ID: "shutdown-lock-limit"})
	}
	return c.tellNode(g)
}

// tellNode is tell for what nodes and the cluster as a whole are like.
func (c *cluster) tellNode(g ground) said {
	n := g.node
	switch g.kind {
	case groundNode:
		return c.stateOf(n)
	case groundHost:
		return say("the host of the guest "+n.Name+" is lost and cannot be fenced", c.rootOf(n.host()))
	case groundFence:
		return c.whyFenced(n)
	case groundUnfence:
		return c.whyUnfenced(n)
	case groundShutdown:
		return c.stateOf(n)
	case groundQuorum:
		return c.noQuorum()
	case groundTicket:
		return c.whyTicket(g.rsc)
	case groundLoad:
		return say("capacities count ("+c.optionText("placement-strategy", "default")+")", Root{Kind: RootOption, ID: "placement-strategy"})
	case groundMaintenance:
		return c.whyMaintenance()
	}
	return said{}
}

// noQuorum is the want of quorum.
func (c *cluster) noQuorum() said {
	return say("the cluster has no quorum, and "+c.optionText("no-quorum-policy", "stop"),
		Root{Kind: RootOption, ID: "no-quorum-policy"}, "bring a majority of the nodes back")
}

// failureText tells of one operation of the history that failed or got lost.
func failureText(e *opEntry, r *Resource, n *Node) string {
	what := e.task
	if e.ms > 0 {
		what = fmt.Sprintf("%s every %v", e.task, every(e.ms))
	}
	text := fmt.Sprintf("the %s of %s on %s", what, r.shownName(), n.Name)
	if e.status == statusPending {
		return text + " was not seen to end"
	}
	switch {
	case e.status == statusTimeout:
		text += " timed out"
	case (e.rc == rcOK || e.rc == rcPromoted) && e.expected != e.rc && e.task == "monitor":
		text += fmt.Sprintf(" found it %s, which it should not be", map[bool]string{true: "running", false: "promoted"}[e.rc == rcOK])
	default:
		text += fmt.Sprintf(" failed: %s (%d)", exitText(e.rc), e.rc)
	}
	if e.hasTime {
		text += " at " + time.Unix(e.changed, 0).UTC().Format("2006-01-02 15:04:05Z")
	}
	return text
}

// every is an interval as people write it in an operation.
func every(ms int64) string {
	if ms%1000 != 0 {
		return fmt.Sprintf("%dms", ms)
	}
	return fmt.Sprintf("%ds", ms/1000)
}

// sayFailure tells of an operation of the history that failed or got lost.
func sayFailure(e *opEntry, r *Resource, n *Node) said {
	return say(failureText(e, r, n), rootOfEntry(e, n), fmt.Sprintf("crm resource cleanup %s %s, when the cause is mended", r.shownName(), n.Name))
}

// whyFailed tells of a failure, or of what else made a resource count as
// failed.
func (c *cluster) whyFailed(g ground) said {
	r := g.rsc
	if g.entry != nil {
		n := g.node
		if f := c.failureOfEntry(g.entry); f != nil {
			n = f.node
		}
		return sayFailure(g.entry, r, n)
	}
	f := c.failureFor(r, g.node, "")
	if f == nil {
		f = c.failureFor(r, nil, "")
	}
	if f != nil {
		return sayFailure(f.entry, f.rsc, f.node)
	}
	return c.whyLost(r, g.node)
}

// failureOfEntry finds the listed failure of an entry.
func (c *cluster) failureOfEntry(e *opEntry) *failure {
	for _, f := range c.failures {
		if f.entry == e {
			return f
		}
	}
	return nil
}

// whyLost tells why a resource counts as failed though no operation of its own
// has failed: what it is on, or in, is gone.
func (c *cluster) whyLost(r *Resource, n *Node) said {
	for _, inside := range r.Launched {
		if f := c.failureFor(inside, nil, ""); f != nil {
			return sayFailure(f.entry, f.rsc, f.node)
		}
	}
	for _, on := range append([]*Node{n}, r.Active...) {
		if on != nil && on != r.remote && on.host() != r && (on.Unclean || !on.Online) {
			return say(fmt.Sprintf("%s was on %s: %s", r.shownName(), on.Name, c.stateOf(on).text), c.stateOf(on).root)
		}
	}
	if r.remote != nil {
		for _, inside := range r.remote.running {
			if f := c.failureFor(inside, r.remote, ""); f != nil {
				return sayFailure(f.entry, f.rsc, f.node)
			}
		}
	}
	if l := r.Launcher; l != nil && l.Failed() {
		return c.whyFailed(ground{rsc: l, node: l.currentNode()})
	}
	if e, at := c.lastAnywhere(r); e != nil {
		return say(fmt.Sprintf("the history of %s on %s ends with a %s that leaves it in doubt", r.shownName(), at.Name, e.task), rootOfEntry(e, at))
	}
	return say(r.shownName()+" counts as failed", c.rootOf(r))
}

// whyMultiple tells of a resource on several nodes.
func (c *cluster) whyMultiple(r *Resource) said {
	var on []string
	for _, n := range r.Active {
		on = append(on, n.Name)
	}
	policy := r.meta.get("multiple-active")
	if policy == "" {
		policy = "stop_start"
	}
	s := say(fmt.Sprintf("%s is active on %s at once, and its multiple-active is %s", r.shownName(), strings.Join(on, " and "), policy), c.rootOfMeta(r, "multiple-active"))
	if e := lastEntry(r, r.Active[len(r.Active)-1]); e != nil && c.metaPair(r, "multiple-active") == nil {
		s.root = rootOfEntry(e, r.Active[len(r.Active)-1])
	}
	return s
}

// whyMigration tells of a live migration that was not finished.
func (c *cluster) whyMigration(r *Resource) said {
	for _, n := range c.nodes {
		for _, h := range n.history {
			if h.rsc != r {
				continue
			}
			for _, e := range h.entries {
				if e.task == "migrate_to" || e.task == "migrate_from" {
					return say(fmt.Sprintf("a live migration of %s from %s to %s was not finished", r.shownName(),
						e.attr("migrate_source"), e.attr("migrate_target")), rootOfEntry(e, n))
				}
			}
		}
	}
	return say("a live migration of "+r.shownName()+" was not finished", c.rootOf(r))
}

// whyMonitor tells of a recurring operation that begins.
func (c *cluster) whyMonitor(g ground) said {
	r := g.rsc
	for _, o := range r.operations(c) {
		if o.name == g.op.op && o.ms == g.op.ms {
			interval := every(o.ms)
			if !c.inDocument(o.element) {
				return say(fmt.Sprintf("%s is to be watched every %v on %s", r.shownName(), interval, g.node.Name), c.rootOf(r))
			}
			id := o.element.SelectAttrValue("id", "")
			return say(fmt.Sprintf("%s has a %s every %v (%s), which does not run on %s yet", r.shownName(), o.name, interval, id, g.node.Name),
				Root{Kind: RootConfiguration, ID: id})
		}
	}
	return say(r.shownName()+" is to be watched on "+g.node.Name, c.rootOf(r))
}

// whyCancelled tells of a recurring operation that ends.
func (c *cluster) whyCancelled(g ground) said {
	r := g.rsc
	interval := every(g.op.ms)
	if e := g.entry; e != nil {
		if !c.configured(r, e) {
			return say(fmt.Sprintf("a %s of %s every %v runs on %s and is not configured any more", e.task, r.shownName(), interval, g.node.Name), rootOfEntry(e, g.node))
		}
		s := c.whyUnmanaged(r)
		return say(fmt.Sprintf("what is left alone is not watched: %s", s.text), s.root)
	}
	for _, o := range r.operations(c) {
		if o.name == g.op.op && o.ms == g.op.ms && c.inDocument(o.element) {
			id := o.element.SelectAttrValue("id", "")
			return say(fmt.Sprintf("the %s of %s every %v (%s) is for another role than %s", o.name, r.shownName(), interval, id, r.NextRole),
				Root{Kind: RootConfiguration, ID: id})
		}
	}
	return say(fmt.Sprintf("a %s of %s is for another role than %s", g.op.op, r.shownName(), r.NextRole), c.rootOf(r))
}

// whyForgotten tells why a history is deleted.
func (c *cluster) whyForgotten(r *Resource, n *Node) said {
	if r.Removed() && r.Parent == nil {
		return say(fmt.Sprintf("%s is in the history of %s and not configured any more", r.shownName(), n.Name), c.rootOf(r))
	}
	for _, h := range n.history {
		if id := h.element.SelectAttrValue("id", ""); (id == r.ID || id == r.HistoryID || h.rsc == r) && h.agentChanged(r) {
			was := strings.Trim(h.element.SelectAttrValue("class", "")+":"+h.element.SelectAttrValue("provider", "")+":"+h.element.SelectAttrValue("type", ""), ":")
			return say(fmt.Sprintf("the agent of %s was %s on %s and is another now", r.shownName(), strings.ReplaceAll(was, "::", ":"), n.Name),
				Root{Kind: RootHistory, ID: id, Node: n.Name})
		}
	}
	return say("the agent of "+r.shownName()+" is another now", c.rootOf(r))
}

// whyRemoved tells that a resource should not be there: that nothing
// configures it, or that it is one instance too many.
func (c *cluster) whyRemoved(r *Resource) said {
	if r.Parent != nil {
		return say(r.ID+" is an instance more than "+r.Root().ID+" shall have", c.rootOfMeta(r.Root(), "clone-max"))
	}
	return say(r.shownName()+" is not configured any more", c.rootOf(r))
}

// whyParameters tells that something runs with other parameters than are
// configured.
func (c *cluster) whyParameters(g ground) said {
	r := g.rsc
	if g.entry == nil {
		return say("the parameters of "+r.shownName()+" were changed since it failed", c.rootOf(r))
	}
	if g.entry.expired {
		return say(fmt.Sprintf("%s, which is older than failure-timeout: it is asked for again", failureText(g.entry, r, g.node)), rootOfEntry(g.entry, g.node))
	}
	return say(fmt.Sprintf("the parameters of %s were changed after its %s on %s", r.shownName(), g.entry.task, g.node.Name), rootOfEntry(g.entry, g.node))
}
