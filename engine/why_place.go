package engine

import (
	"fmt"
	"strings"

	"crm/engine/score"
)

// whyRole tells why a resource is to have the role, and the place, that it
// will have.
func (c *cluster) whyRole(r *Resource) said {
	switch {
	case r.NextRole == RoleStopped || r.Assigned == nil:
		return c.whyStopped(r)
	case r.NextRole == RolePromoted, r.Role == RolePromoted && r.NextRole == RoleUnpromoted:
		return c.whyPromotion(r)
	}
	choice := c.choiceOf(r)
	return say(fmt.Sprintf("%s is to run on %s: %s", r.shownName(), r.Assigned.Name, choice.text), c.rootOf(r), choice.remedies...)
}

// choiceOf is why a resource got its place, in words.
func (c *cluster) choiceOf(r *Resource) said {
	reason := c.trace.choices[r].reason
	switch {
	case reason == "":
		return say("that is where what it belongs to goes", c.rootOf(r))
	case reason == onlyNode:
		others := c.othersOut(r)
		others.text = reason + others.text + c.whyFollowed(r, others.with)
		return others
	case !r.Managed():
		s := c.whyUnmanaged(r)
		s.text = "it stays as it is, since " + s.text
		return s
	}
	return say(reason, c.rootOf(r))
}

// othersOut tells what keeps a resource from the nodes that it is not to run
// on, in brackets.
func (c *cluster) othersOut(r *Resource) said {
	var out hindrances
	for _, n := range c.nodes {
		s, hindered := c.obstacle(r, n)
		if hindered && n != r.Assigned && (r.inBundle() || !n.inBundle()) && !(n.Remote && r.isConnection()) {
			out.add(n, s)
		}
	}
	if out.texts == nil {
		return say("", c.rootOf(r))
	}
	told := say(" ("+out.String()+")", c.rootOf(r), out.remedies...)
	told.with = out.with
	return told
}

// mostFollowed bounds how far is looked for the first of those that follow each
// other: colocations may go round in a circle.
const mostFollowed = 50

// whyFollowed tells why the resource that another must be with is where it is:
// of the last one, when that follows one, too.
func (c *cluster) whyFollowed(r, leader *Resource) string {
	for range mostFollowed {
		if leader == nil || !leader.leaf() || leader.Assigned == nil || leader.Assigned != r.Assigned || c.trace.choices[leader].reason == "" {
			return ""
		}
		next := c.othersOut(leader).with
		if c.trace.choices[leader].reason != onlyNode || next == nil {
			return "; " + leader.shownName() + " is on " + leader.Assigned.Name + ": " + c.choiceOf(leader).text
		}
		leader = next
	}
	return ""
}

// hindrances are what keeps a resource from nodes, each told once.
type hindrances struct {
	texts, remedies []string
	names           map[string][]string // of the nodes, by the text
	usable          bool                // one of the nodes could run something
	with            *Resource           // what keeps the resource from all that could: it must be with this
}

func (h *hindrances) add(n *Node, s said) {
	if h.names == nil {
		h.names = map[string][]string{}
	}
	switch {
	case unusableBecause(n) != "": // it could not run there anyway
	case !h.usable:
		h.usable, h.with = true, s.with
	case h.with != s.with:
		h.with = nil
	}
	if h.names[s.text] == nil {
		h.texts = append(h.texts, s.text)
		h.remedies = append(h.remedies, s.remedies...)
	}
	h.names[s.text] = append(h.names[s.text], n.Name)
}

// mostTold bounds how many hindrances, and how many nodes of each, are told.
const mostTold = 4

// String tells of the first ones, and how many nodes more there are.
func (h *hindrances) String() string {
	var words []string
	more := 0
	for _, text := range h.texts {
		on := h.names[text]
		if len(words) == mostTold {
			more += len(on)
			continue
		}
		if len(on) > mostTold {
			on = append(on[:mostTold:mostTold], fmt.Sprintf("%d more", len(on)-mostTold))
		}
		words = append(words, about(strings.Join(on, ", "), text))
	}
	if more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, "; ")
}

// about begins a text with the node that it is about, unless it does.
func about(node, text string) string {
	if strings.HasPrefix(text, node+" ") {
		return text
	}
	return node + ": " + text
}

// whyPromotion tells why an instance is to be promoted, or not any more.
func (c *cluster) whyPromotion(r *Resource) said {
	if !c.quorate && c.opts.quorumPolicy == quorumDemote && r.NextRole != RolePromoted {
		return c.noQuorum()
	}
	if r.NextRole != RolePromoted && r.targetRole() == RoleUnpromoted {
		root := c.rootOfMeta(r, "target-role")
		return say("the target-role of "+c.metaOwner(r, "target-role")+" is Unpromoted"+named(root), root, "crm resource promote "+r.Root().shownName())
	}
	if f := c.failureFor(r, nil, ""); f != nil && r.NextRole != RolePromoted && r.Failed() {
		return sayFailure(f.entry, f.rsc, f.node)
	}
	if u := r.lostTicket(RolePromoted); u != nil && r.NextRole != RolePromoted {
		return c.ticketText(u)
	}
	for _, name := range []string{r.historyName(), baseName(r.historyName()), r.ConfigID} {
		if r.Assigned == nil {
			break
		}
		if _, set := r.Assigned.attrs.Lookup("master-" + name); set {
			return say(r.shownName()+" on "+r.Assigned.Name+" is "+c.whyPromoted(r), rootOfAttr(r.Assigned, "master-"+name))
		}
	}
	return say(strings.TrimSpace(r.shownName()+" on "+r.Assigned.Name+" is "+c.whyPromoted(r)), c.rootOf(r))
}

// lostTicket is a ticket without which a resource cannot have a role.
func (r *Resource) lostTicket(role Role) *ticketUse {
	for a := r; a != nil; a = a.Parent {
		for _, u := range a.tickets {
			if (!u.ticket.granted || u.ticket.standby) && (u.role == RoleUnknown || u.role == role) {
				return u
			}
		}
	}
	return nil
}

// ticketText tells of a ticket that is not there.
func (c *cluster) ticketText(u *ticketUse) said {
	state, remedy := "is not granted", "grant"
	if u.ticket.granted && u.ticket.standby {
		state, remedy = "is in standby", "activate"
	}
	return say(fmt.Sprintf("the ticket %s %s (%s)", u.ticket.id, state, u.id), Root{Kind: RootTicket, ID: u.ticket.id}, "crm site ticket "+remedy+" "+u.ticket.id)
}

// whyTicket tells of the ticket that a resource has lost.
func (c *cluster) whyTicket(r *Resource) said {
	for _, role := range []Role{RoleUnknown, RoleStarted, RoleUnpromoted, RolePromoted} {
		if u := r.lostTicket(role); u != nil {
			return c.ticketText(u)
		}
	}
	return say("a ticket of "+r.shownName()+" was lost", c.rootOf(r))
}

// whyStopped tells why a resource is to run nowhere.
func (c *cluster) whyStopped(r *Resource) said {
	if s, off := c.whyOff(r); off {
		return s
	}
	if !r.Managed() {
		return c.whyUnmanaged(r)
	}
	if len(r.Children) > 0 {
		return c.whyNoMember(r)
	}
	return c.whyNowhere(r)
}

// whyOff tells why a resource is to be stopped whatever nodes there are, if
// that is so.
func (c *cluster) whyOff(r *Resource) (s said, off bool) {
	switch {
	case r.targetRole() == RoleStopped:
		root := c.rootOfMeta(r, "target-role")
		owner := c.metaOwner(r, "target-role")
		return say("the target-role of "+owner+" is Stopped"+named(root), root, "crm resource start "+owner), true
	case c.opts.stopAll:
		return say("stop-all-resources is set", Root{Kind: RootOption, ID: "stop-all-resources"}, "crm configure property stop-all-resources=false"), true
	case r.Removed():
		return c.whyRemoved(r), true
	case r.isConnection() && r.remote != nil && r.remote.Shutdown && r.remote.attrs.get("shutdown") != "":
		return c.stateOf(r.remote), true
	}
	if f := c.failureFor(r, nil, ""); f != nil && r.NextRole == RoleStopped {
		if _, after := c.onFail(f.rsc, f.entry.task, f.entry.ms); after == RoleStopped {
			return sayFailure(f.entry, f.rsc, f.node), true
		}
	}
	return said{}, false
}

// whyStoppedFirst tells why a resource was to be stopped before any node was
// looked at.
func (c *cluster) whyStoppedFirst(r *Resource) said {
	if s, off := c.whyOff(r); off {
		return s
	}
	for a := r; a != nil; a = a.Parent {
		for _, k := range c.thisWithList(a) {
			if k.score == must && !strings.HasPrefix(k.id, "#") && k.primary.firstPlace() == nil {
				if k.id == groupColocation {
					return say("in one group with "+k.primary.ID+", which runs nowhere", c.rootOf(r.Parent))
				}
				return say(fmt.Sprintf("colocation with %s (%s), which runs nowhere", k.primary.ID, k.id), Root{Kind: RootConfiguration, ID: k.id})
			}
		}
	}
	return say("it is to be stopped", c.rootOf(r))
}

// firstPlace is where the first part of a resource that has a place is.
func (r *Resource) firstPlace() (found *Node) {
	r.eachLeaf(func(leaf *Resource) {
		if found == nil {
			found = leaf.Assigned
		}
	})
	return found
}

// whyNoMember tells why nothing in a collective has a place: why its first
// member has none.
func (c *cluster) whyNoMember(r *Resource) said {
	var first *Resource
	r.eachLeaf(func(leaf *Resource) {
		if first == nil && leaf.Assigned == nil && leaf != r {
			first = leaf
		}
	})
	if first == nil {
		return say("nothing in "+r.ID+" has to", c.rootOf(r))
	}
	return c.whyStopped(first)
}

// whyNowhere tells what keeps a resource from every node; when that is one that
// it must be with and that runs nowhere, what keeps the first of those.
func (c *cluster) whyNowhere(r *Resource) said {
	s, leader := c.nowhere(r)
	for range mostFollowed {
		if leader == nil || leader == r || !leader.leaf() || leader.Assigned != nil {
			break
		}
		cause, next := c.nowhere(leader)
		if next == nil {
			s.text += "; " + cause.text
			s.remedies = append(s.remedies, cause.remedies...)
		}
		leader = next
	}
	return s
}

// nowhere tells what keeps a resource from every node, and with which one it
// must be if that is all.
func (c *cluster) nowhere(r *Resource) (s said, with *Resource) {
	var out hindrances
	var first *said
	for _, n := range c.nodes {
		if r.isConnection() && n.Remote {
			continue
		}
		s, hindered := c.obstacle(r, n)
		if !hindered || n.inBundle() && !r.inBundle() && s.root.Kind != RootConfiguration {
			continue
		}
		if first == nil {
			first = &s
		}
		out.add(n, s)
	}
	switch {
	case first == nil:
		return say(r.shownName()+" was given no place: "+orElse(strings.TrimPrefix(c.trace.choices[r].reason, noNode), "what it must be with has none"), c.rootOf(r)), nil
	case len(out.texts) == 1 && first.root.Kind != RootState:
		return say("no node can run "+r.shownName()+": "+first.text, first.root, first.remedies...), out.with
	}
	return say("no node can run "+r.shownName()+" ("+out.String()+")", first.root, out.remedies...), out.with
}

// obstacle is what keeps a resource from a node.
func (c *cluster) obstacle(r *Resource, n *Node) (said, bool) {
	if unusableBecause(n) != "" {
		return c.stateOf(n), true
	}
	e := r.allowed.at(n)
	if e == nil {
		return say("no location lets it run there, and symmetric-cluster is false", Root{Kind: RootOption, ID: "symmetric-cluster"}), !c.opts.symmetric
	}
	if e.score >= 0 {
		return said{}, false
	}
	worst := c.heaviest(r, n, func(a, b score.Score) bool { return a < b })
	if worst.Cause == "" {
		return say("its score is "+e.score.String(), c.rootOf(r)), true
	}
	s := say(worst.Cause, worst.Root, worst.remedies()...)
	s.with = worst.with
	return s, true
}

// heaviest is the part of a score that comes before all others by a
// comparison.
func (c *cluster) heaviest(r *Resource, n *Node, before func(a, b score.Score) bool) Part {
	var found Part
	for _, p := range c.partsOf(r, n) {
		if before(p.Amount, found.Amount) {
			found = p
		}
	}
	return found
}

// whyMoved tells why a resource does not stay where it is.
func (c *cluster) whyMoved(r *Resource, from *Node) said {
	if r.Assigned == nil || from == nil {
		return c.whyStopped(r)
	}
	if s, hindered := c.obstacle(r, from); hindered {
		s.text = r.shownName() + " cannot stay where it is: " + about(from.Name, s.text)
		return s
	}
	text := fmt.Sprintf("%s goes from %s to %s: %s", r.shownName(), from.Name, r.Assigned.Name, c.choiceOf(r).text)
	best := c.heaviest(r, r.Assigned, func(a, b score.Score) bool { return a > b })
	if worst := c.heaviest(r, from, func(a, b score.Score) bool { return a < b }); -worst.Amount > best.Amount {
		best = worst
	}
	if best.Cause == "" {
		return say(text, c.rootOf(r))
	}
	return say(text+", by "+best.Cause, best.Root, best.remedies()...)
}

// whyUnmanaged tells why the cluster may not touch a resource.
func (c *cluster) whyUnmanaged(r *Resource) said {
	name := r.shownName()
	if f := c.failureFor(r, nil, ""); f != nil && r.Blocked() {
		s := sayFailure(f.entry, f.rsc, f.node)
		s.text = name + " is blocked: " + s.text
		return s
	}
	if len(r.Active) > 1 && r.multiple == multipleBlock {
		return c.whyMultiple(r)
	}
	if u := r.lostTicket(r.Role); u != nil && r.Blocked() {
		return c.ticketText(u)
	}
	if v, set := r.meta.lookup("is-managed"); set && !score.True(v) {
		root := c.rootOfMeta(r, "is-managed")
		owner := c.metaOwner(r, "is-managed")
		return say(owner+" is not managed"+named(root), root, "crm resource manage "+owner)
	}
	if r.meta.isTrue("maintenance") {
		root := c.rootOfMeta(r, "maintenance")
		owner := c.metaOwner(r, "maintenance")
		return say(owner+" is in maintenance"+named(root), root, "crm resource maintenance "+owner+" off")
	}
	if c.opts.maintenance {
		return say("the cluster is in maintenance-mode", Root{Kind: RootOption, ID: "maintenance-mode"}, "crm configure property maintenance-mode=false")
	}
	for _, n := range r.Active {
		if n.Maintenance {
			return c.stateOf(n)
		}
	}
	if c.opts.fencing && !c.haveFencing {
		return say("nothing is managed without a fencing device", Root{Kind: RootOption, ID: "stonith-enabled"}, "configure a device of class stonith")
	}
	if r.Removed() {
		return say(name+" is not configured any more, and stop-orphan-resources is false", Root{Kind: RootOption, ID: "stop-orphan-resources"})
	}
	if r.Parent != nil {
		for _, sibling := range r.Parent.Children {
			if sibling != r && len(sibling.Active) > 1 {
				return c.whyMultiple(sibling)
			}
		}
	}
	return say(name+" is not managed", c.rootOf(r))
}

// named is a root's id in brackets, for configuration only.
func named(root Root) string {
	if root.Kind != RootConfiguration || root.ID == "" {
		return ""
	}
	return " (" + root.ID + ")"
}
