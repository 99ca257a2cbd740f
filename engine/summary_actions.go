package engine

import (
	"fmt"
	"slices"
	"strings"
)

// Planned is one line of the transition summary: what will become of a
// resource or a node.
type Planned struct {
	Verb     string // Start, Stop, Move, Fence (reboot), ...
	Resource string // "" for a node
	Node     string // for a node action
	Details  string // for a resource: where from, where to, which roles
	Reason   string // with "due to" and "(blocked)", "" when there is none

	From, To       string // nodes of a resource; "" for none
	Role, NextRole Role
	Because        string // the reason alone
	Blocked        bool   // wanted, but not possible

	action, source *action // that the line is made from, for Why
}

// Planned lists what will become of resources and nodes, in the order of the
// transition summary.
func (o *Output) Planned() []Planned { return o.c.planned }

// summarize finds out what will become of resources and nodes. It comes
// before the graph, since looking for an action of a node gives the node to
// an action that has none.
func (c *cluster) summarize() {
	s := &summarizer{c: c}
	for _, a := range slices.Backward(c.actions) {
		s.nodeAction(a)
	}
	for _, r := range c.resources {
		if !r.Removed() || r.fullyActive() {
			s.resource(r)
		}
	}
	c.planned = s.lines
}

// SummaryLines is the transition summary as crm_simulate prints it, without
// heading and bullets.
func (o *Output) SummaryLines() []string {
	planned := o.Planned()
	width, details := 5, 5
	for _, p := range planned {
		if p.Resource == "" {
			continue
		}
		if len(p.Resource) > width {
			width = len(p.Resource) + 2
		}
		details = max(details, len(p.Details))
	}
	var lines []string
	for _, p := range planned {
		if p.Resource == "" {
			lines = append(lines, fmt.Sprintf("%s %s %s", p.Verb, p.Node, p.Reason))
			continue
		}
		line := fmt.Sprintf("%-8s   %-*s   ( %*s )", p.Verb, width, p.Resource, details, p.Details)
		if p.Reason != "" {
			line += "  " + p.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

type summarizer struct {
	c     *cluster
	lines []Planned
}

func (s *summarizer) nodeAction(a *action) {
	if a.rsc != nil || !a.required() || a.node == nil || a.reason == "" {
		return
	}
	name := a.node.Name
	if a.node.IsGuest() {
		name += " (resource: " + a.node.host().ID + ")"
	}
	switch a.task {
	case "do_shutdown":
		s.lines = append(s.lines, Planned{Verb: "Shutdown", Node: name, Because: a.reason, Reason: "'" + a.reason + "'", action: a})
	case "stonith":
		s.lines = append(s.lines, Planned{Verb: "Fence (" + a.fenceHow() + ")", Node: name, Because: a.reason,
			Reason: "'" + a.reason + "'", action: a})
	}
}

func (s *summarizer) resource(r *Resource) {
	switch {
	case r.Kind == KindBundle:
		for _, rep := range r.bundle.replicas {
			for _, part := range []*Resource{rep.ip, rep.container, rep.connection, rep.child} {
				if part != nil {
					s.resource(part)
				}
			}
		}
	case r.Kind != KindPrimitive:
		for _, m := range r.Children {
			s.resource(m)
		}
	default:
		s.primitive(r)
	}
}

// primitiveView is a primitive's actions, as far as its line depends on them.
type primitiveView struct {
	r                            *Resource
	now, next                    *Node
	moving                       bool
	start, stop, promote, demote *action
}

func (s *summarizer) primitive(r *Resource) {
	v := primitiveView{r: r, next: r.Assigned}
	if len(r.Active) > 0 {
		v.now = r.currentNode()
		if r.Role == RoleStopped {
			r.Role = RoleStarted
		}
	}
	if v.now == nil && v.next == nil || !r.Managed() {
		return
	}
	v.moving = v.now != nil && v.next != nil && v.now != v.next
	v.start = r.oldest(opKey{"start", 0}, v.next)
	stopNode := v.now
	if v.start == nil || !v.start.is(actRunnable) {
		stopNode = nil
	}
	v.stop = r.oldest(opKey{"stop", 0}, stopNode)
	if v.stop == nil && r.is(flagStopUnexpected) {
		v.stop = r.oldest(opKey{"stop", 0}, nil)
	}
	v.promote = r.oldest(opKey{"promote", 0}, v.next)
	v.demote = r.oldest(opKey{"demote", 0}, v.next)
	if r.Role == r.NextRole {
		s.sameRole(v)
	} else {
		s.otherRole(v)
	}
}

func (s *summarizer) sameRole(v primitiveView) {
	r := v.r
	if v.next == nil {
		return
	}
	if from := r.oldest(opKey{"migrate_from", 0}, v.next); from != nil && from.is(actRunnable) && v.now != nil {
		s.add("Migrate", r, v.now, v.next, v.start, nil)
		return
	}
	switch {
	case r.is(flagReload):
		s.add("Reload", r, v.now, v.next, v.start, nil)
	case v.start == nil || !v.start.required():
		if v.demote != nil && v.demote.required() && v.promote != nil && v.promote.required() {
			s.add("Re-promote", r, v.now, v.next, v.promote, v.demote)
		}
	case !v.start.is(actRunnable):
		source := v.start
		if v.stop != nil && v.stop.reason != "" {
			source = v.stop
		}
		s.add("Stop", r, v.now, nil, v.stop, source)
	case v.moving && r.Failed():
		s.add("Recover", r, v.now, v.next, v.stop, nil)
	case v.moving:
		s.add("Move", r, v.now, v.next, v.stop, nil)
	case r.Failed():
		s.add("Recover", r, v.now, nil, v.stop, nil)
	default:
		s.add("Restart", r, v.now, v.next, v.start, nil)
	}
}

func (s *summarizer) otherRole(v primitiveView) {
	r := v.r
	switch {
	case v.stop != nil && (r.NextRole == RoleStopped || v.start != nil && !v.start.is(actRunnable)):
		for _, n := range r.Active {
			stop := r.oldest(opKey{"stop", 0}, n)
			source := v.start
			if stop != nil && stop.reason != "" {
				source = stop
			}
			s.add("Stop", r, n, nil, stop, source)
		}
	case v.stop != nil && r.Failed() && r.is(flagStopIfFailed):
		s.add("Recover", r, v.now, v.next, v.stop, v.start)
	case v.moving:
		s.add("Move", r, v.now, v.next, v.stop, nil)
	case r.is(flagReload):
		s.add("Reload", r, v.now, v.next, v.start, nil)
	case v.stop != nil && v.stop.required():
		s.add("Restart", r, v.now, v.next, v.start, nil)
	case r.Role == RolePromoted:
		s.add("Demote", r, v.now, v.next, v.demote, nil)
	case r.NextRole == RolePromoted:
		s.add("Promote", r, v.now, v.next, v.promote, nil)
	case r.Role == RoleStopped && r.NextRole > RoleStopped:
		s.add("Start", r, v.now, v.next, v.start, nil)
	}
}

func (s *summarizer) add(verb string, r *Resource, from, to *Node, a, source *action) {
	p := Planned{Verb: verb, Resource: r.ID, Details: whereabouts(r, from, to), Role: r.Role, NextRole: r.NextRole,
		action: a, source: source}
	if from != nil {
		p.From = from.Name
	}
	if to != nil {
		p.To = to.Name
	}
	if source == nil {
		source = a
	}
	p.Blocked = a != nil && !a.is(actRunnable)
	switch {
	case source != nil && source.reason != "":
		p.Because = source.reason
		p.Reason = "due to " + source.reason
		if p.Blocked {
			p.Reason += " (blocked)"
		}
	case p.Blocked:
		p.Reason = "blocked"
	}
	s.lines = append(s.lines, p)
}

// whereabouts says where a resource goes from and to, and its roles where
// they matter.
func whereabouts(r *Resource, from, to *Node) string {
	roles := r.Role > RoleStarted || r.NextRole > RoleUnpromoted
	now, next := r.Role.String(), r.NextRole.String()
	words := []string{}
	switch {
	case from == nil:
		if roles {
			words = append(words, now, "->", next)
		}
		words = append(words, to.Name)
	case to == nil:
		if roles {
			words = append(words, now)
		}
		words = append(words, from.Name)
	case r.Role == r.NextRole && from == to:
		if roles {
			words = append(words, now)
		}
		words = append(words, from.Name)
	case r.Role == r.NextRole:
		words = append(words, from.Name, "->", to.Name)
		if roles {
			words = append(words, now)
		}
	case from == to && roles:
		words = append(words, now, "->", next, from.Name)
	case from == to:
		words = append(words, from.Name)
	case roles:
		words = append(words, now, from.Name, "->", next, to.Name)
	default:
		words = append(words, from.Name, "->", to.Name)
	}
	return strings.Join(words, " ")
}
