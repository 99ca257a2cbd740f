package engine

import (
	"fmt"
	"slices"
	"strings"

	"crm/engine/score"
)

// Part is one thing that a score is made of.
type Part struct {
	Amount score.Score
	Cause  string // in words, with the id of what it comes from
	Root   Root
	Remedy string // the command that would change it, "" for none
	with   *Resource
}

func (p Part) remedies() []string {
	if p.Remedy == "" {
		return nil
	}
	return []string{p.Remedy}
}

// partsOf are the things that a resource's score on a node, or with no node an
// instance's promotion score, is made of, in the order of their counting. Added
// one after the other they give it.
func (c *cluster) partsOf(r *Resource, n *Node) []Part {
	var here *entry
	if n != nil {
		if here = r.allowed.at(n); here == nil {
			return nil
		}
	}
	var parts []Part
	first := true
	add := func(p Part) {
		for _, before := range parts {
			if before == p && (p.Amount <= ban || p.Amount >= must) {
				return
			}
		}
		parts = append(parts, p)
	}
	for _, s := range c.trace.steps {
		if s.rsc != r || s.node != n {
			continue
		}
		if base := s.result - s.amount; n != nil && first && base != 0 && base > ban && base < must {
			add(c.basePart(n, base))
		}
		first = false
		add(c.partOf(s))
	}
	if n != nil && first && here.score != 0 {
		add(c.basePart(n, here.score))
	}
	return parts
}

// part is what is said of a part of a score.
func (s said) part(amount score.Score) Part {
	p := Part{Amount: amount, Cause: s.text, Root: s.root, with: s.with}
	if len(s.remedies) > 0 {
		p.Remedy = s.remedies[0]
	}
	return p
}

// basePart is what a node is worth for everybody.
func (c *cluster) basePart(n *Node, s score.Score) Part {
	if s > ban {
		return Part{Amount: s, Cause: "the node's own score", Root: Root{Kind: RootConfiguration, ID: n.ID}}
	}
	return c.stateOf(n).part(s)
}

// partOf puts one contribution into words.
func (c *cluster) partOf(s contribution) Part {
	return c.causeOf(s).part(s.amount)
}

func (c *cluster) causeOf(s contribution) said {
	r, n := s.rsc, s.node
	meta := func(text, name string) said {
		root := c.rootOfMeta(r, name)
		return say(text+named(root), root)
	}
	switch s.cause.kind {
	case causeLocation:
		return c.locationText(r, n, s.cause.id)
	case causeColocation, causeDependents:
		return c.colocationText(s)
	case causeStickiness:
		if c.metaPair(r, "resource-stickiness") == nil {
			return say("stickiness, as instances of a clone have by default", c.rootOf(r))
		}
		return meta("stickiness", "resource-stickiness")
	case causeStopped:
		return c.whyStoppedFirst(r)
	case causeUnmanaged:
		return c.whyUnmanaged(r)
	case causeThreshold:
		return c.thresholdText(r, n)
	case causeRemoved:
		return c.whyRemoved(r)
	case causeMultiple:
		return meta("it is active on several nodes, and multiple-active is stop_only", "multiple-active")
	case causeCapacity:
		return say("not enough capacity is left for"+r.util.text()+" and what must be with it", c.rootOf(r),
			"see what uses the capacity: crm configure simulate nograph utilization")
	case causePromotion:
		return c.promotionText(r, n)
	case causeLock:
		return say("shutdown-lock keeps it for "+s.cause.id+", which was shut down", Root{Kind: RootOption, ID: "shutdown-lock"})
	case causeTicket:
		if u := ticketNamed(r, s.cause.id); u != nil {
			return c.ticketText(u)
		}
	}
	return c.instanceCause(s, meta)
}

// instanceCause is causeOf for what concerns instances, and what lives in
// other resources.
func (c *cluster) instanceCause(s contribution, meta func(text, name string) said) said {
	r, n := s.rsc, s.node
	switch s.cause.kind {
	case causeMax:
		return meta("clone-max is reached", "clone-max")
	case causeRoom:
		return meta("as many instances as clone-node-max allows are on the node", "clone-node-max")
	case causeNode:
		return c.stateOf(n)
	case causeParent:
		return c.parentText(r, n)
	case causeContainer:
		return say("it lives in "+s.cause.with.ID, c.rootOf(r))
	case causeGuest:
		return say("it lives in the guest "+s.cause.with.ID, c.rootOf(r))
	case causeNotRemote:
		return say("it may not run on a remote node", c.rootOf(r))
	case causeNoNesting:
		return say("the host of a guest may not run on a remote node", c.rootOf(r))
	case causeDiscovery:
		return c.discoveryText(r)
	case causeAttribute:
		if s.amount == -1 {
			return say("no promotion score is set for it on "+s.cause.at.Name, c.rootOf(r))
		}
		return c.promotionText(r, s.cause.at)
	case causeRole:
		return c.roleText(r)
	case causeClone:
		return say("what "+s.cause.with.ID+", and what depends on its promoted role, think of "+s.cause.at.Name, c.rootOf(s.cause.with))
	}
	return c.failureText(s)
}

// parentText tells why a whole clone may not run on a node.
func (c *cluster) parentText(r *Resource, n *Node) said {
	for up := r.Parent; up != nil; up = up.Parent {
		for _, p := range c.partsOf(up, n) {
			if p.Amount < 0 {
				return say(p.Cause, p.Root, p.remedies()...)
			}
		}
	}
	return say("what it belongs to may not run there", c.rootOf(r))
}

// failureText tells of the failure that a contribution comes from.
func (c *cluster) failureText(s contribution) said {
	f := c.failureFor(s.rsc, s.node, s.cause.id)
	if f == nil {
		f = c.failureFor(s.rsc, nil, s.cause.id)
	}
	if f == nil {
		return say(string(s.cause.kind), c.rootOf(s.rsc))
	}
	told := sayFailure(f.entry, f.rsc, f.node)
	if s.cause.kind != causeFailedStop {
		told.text = string(s.cause.kind) + ": " + told.text
	}
	return told
}

// locationText tells of a location constraint, or of what makes one by itself.
func (c *cluster) locationText(r *Resource, n *Node, id string) said {
	constraint := Root{Kind: RootConfiguration, ID: id}
	switch {
	case n != nil && id == healthLocation+n.Name:
		return c.healthText(n)
	case n != nil && id == pingLocation+n.Name:
		return say("the node is only an address to ping", Root{Kind: RootConfiguration, ID: n.ID})
	case strings.HasPrefix(id, "cli-ban-"), strings.HasPrefix(id, "cli-prefer-"):
		return say("location ("+id+")", constraint, "crm resource clear "+r.Root().shownName())
	}
	return say("location ("+id+c.whyRulePasses(r, n, id)+")", constraint)
}

// healthText tells of all attributes that make a node sick, or fit.
func (c *cluster) healthText(n *Node) said {
	var values, names []string
	for _, a := range n.attrs.list {
		if s, _ := c.opts.health.Parse(a.value); strings.HasPrefix(a.name, "#health") && (s != 0 || c.opts.healthBase != 0) {
			values, names = append(values, a.name+"="+a.value), append(names, a.name)
		}
	}
	if names == nil {
		return say("node health (node-health-base)", Root{Kind: RootOption, ID: "node-health-base"})
	}
	return say(fmt.Sprintf("node health (%s, node-health-strategy=%s)", strings.Join(values, ", "), c.opts.healthStrategy), rootOfAttr(n, names[0]),
		fmt.Sprintf("mend what makes %s sick (%s)", n.Name, strings.Join(names, ", ")))
}

// whyRulePasses is what makes the rule of a constraint count for a node.
func (c *cluster) whyRulePasses(r *Resource, n *Node, id string) string {
	var words []string
	for _, l := range c.locations {
		if l.id != id || l.made.rule == nil || !l.concerns(r, n) {
			continue
		}
		ctx := c.locationContext(l.made)
		ctx.Changes = nil
		c.askOf(ctx, l.made, n)
		for _, word := range ctx.Why(l.made.rule) {
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	if words == nil {
		return ""
	}
	return ": " + strings.Join(words, ", ")
}

// concerns tells whether a constraint, made for a resource or what that is in,
// counts for it on a node.
func (l *location) concerns(r *Resource, n *Node) bool {
	on := slices.ContainsFunc(l.nodes, func(s nodeScore) bool { return s.node == n })
	for ; on && r != nil; r = r.Parent {
		if r == l.rsc {
			return true
		}
	}
	return false
}

// colocationText tells of a colocation, or of what keeps resources together by
// itself.
func (c *cluster) colocationText(s contribution) said {
	id, other := s.cause.id, s.cause.with.ID
	if s.cause.role != RoleUnknown {
		other = s.cause.role.String() + " " + other
	}
	root := Root{Kind: RootConfiguration, ID: id}
	text := "colocation with " + other
	if s.cause.apart {
		text = "kept apart from " + other
	}
	wish := other + " wants to be here"
	if (s.amount < 0) != s.cause.apart {
		wish = other + " is kept from here"
	}
	switch {
	case s.cause.kind == causeColocation:
	case s.cause.apart:
		text = wish + ", and they are kept apart"
	default:
		text = wish + ", and goes where this goes"
	}
	switch {
	case id == groupColocation:
		root = c.rootOf(s.rsc)
		if s.rsc.Parent != nil {
			root = c.rootOf(s.rsc.Parent)
		}
		text = "in one group with " + other
		if s.cause.kind == causeDependents {
			text = wish + ", in one group"
		}
	case strings.HasPrefix(id, "#"):
		return say("it lives with "+other+where(s.cause.with), c.rootOf(s.rsc))
	}
	text += named(root)
	told := say(text, root)
	if s.cause.kind == causeColocation {
		told.text += where(s.cause.with)
	}
	if s.cause.kind == causeColocation && !s.cause.apart {
		told.with = s.cause.with
	}
	return told
}

// where tells where a resource that another goes with will be.
func where(r *Resource) string {
	switch {
	case !r.leaf() || r.Kind != KindPrimitive:
		return ""
	case r.Assigned == nil:
		return ", which runs nowhere"
	}
	return ", which is on " + r.Assigned.Name
}

// thresholdText tells how often a resource has failed on a node.
func (c *cluster) thresholdText(r *Resource, n *Node) said {
	failed := r
	for _, up := range append([]*Resource{r}, r.Launched...) {
		up.each(func(m *Resource) {
			if failed == r && m != r && c.failuresOf(m, n, nil, true, false).count > 0 {
				failed = m
			}
		})
	}
	root := c.rootOfCount(failed, n)
	remedy := fmt.Sprintf("crm resource cleanup %s %s, when the cause is mended", failed.shownName(), n.Name)
	if c.failuresOf(failed, n, nil, true, true).count >= must {
		return say("a failure that is final ("+root.ID+" is INFINITY), as that of a start is by default", root, remedy)
	}
	return say(fmt.Sprintf("failed here %s (%s), and migration-threshold is %v", times(c.failuresOf(failed, n, nil, true, true).count), root.ID, r.threshold),
		root, remedy)
}

// times is a number of failures in words.
func times(n score.Score) string {
	if n == 1 {
		return "once"
	}
	return n.String() + " times"
}

// promotionText tells of the attribute that makes an instance prefer a node.
func (c *cluster) promotionText(r *Resource, n *Node) said {
	found := ""
	r.each(func(m *Resource) {
		for _, name := range []string{m.historyName(), baseName(m.historyName())} {
			if _, set := n.attrs.Lookup("master-" + name); set && found == "" {
				found = "master-" + name
			}
		}
	})
	if found == "" {
		return say("promotion score", c.rootOf(r))
	}
	return say("promotion score ("+found+")", rootOfAttr(n, found))
}

// roleText tells that an instance's role is laid down.
func (c *cluster) roleText(r *Resource) said {
	if role := r.targetRole(); role != RoleUnknown {
		root := c.rootOfMeta(r, "target-role")
		return say("its target-role is "+role.String()+named(root), root)
	}
	return say("its role follows from what happens to it", c.rootOf(r))
}

// discoveryText names the constraint that lets a resource run only where it is
// looked for.
func (c *cluster) discoveryText(r *Resource) said {
	for a := r; a != nil; a = a.Parent {
		for _, l := range a.locations {
			if l.probe == probeExclusive {
				return say("resource-discovery is exclusive elsewhere ("+l.id+")", Root{Kind: RootConfiguration, ID: l.id})
			}
		}
	}
	return say("resource-discovery is exclusive elsewhere", c.rootOf(r))
}

// ticketNamed is the use of a ticket by its constraint's id.
func ticketNamed(r *Resource, id string) *ticketUse {
	for a := r; a != nil; a = a.Parent {
		for _, u := range a.tickets {
			if u.id == id {
				return u
			}
		}
	}
	return nil
}
