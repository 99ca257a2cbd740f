package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"crm/engine/score"
)

// Explanation tells why a resource is, or will be, where it is.
type Explanation struct {
	Resource string
	Now      []string // nodes it is on
	Role     string   // what it is there
	Next     string   // node it will be on, "" for none
	NextRole string
	Reason   string     // why there
	Failed   []string   // what went wrong with it, where and when
	Promote  string     // whether it is to be promoted, and why
	Score    []Part     // what its promotion score is made of
	Nodes    []NodeView // what it thinks of each node
	Planned  []Doing    // what will be done with it, and why
	Remedies []string   // commands that would change that
}

// NodeView is what a resource thinks of a node, and why.
type NodeView struct {
	Node    string
	Score   score.Score
	Allowed bool   // there is a score at all
	State   string // why the node cannot be used now, "" if it can
	Parts   []Part

	optIn bool // a location constraint could let the resource run there
}

// Doing is something that will be done, and the chain of causes.
type Doing struct {
	What    string
	Why     Chain
	Blocked bool // it is wanted, and cannot be done
}

// Errors of Why.
var (
	ErrNoTrace    = errors.New("the decision was made without keeping the reasons")
	ErrNoResource = errors.New("there is no such resource")
)

// Why explains a resource; of a group, clone or bundle, each of its parts. The
// input must have asked for it by Explain.
func (o *Output) Why(id string) ([]*Explanation, error) {
	c := o.c
	if c.trace == nil {
		return nil, ErrNoTrace
	}
	var found []*Resource
	c.eachResource(func(r *Resource) {
		if r.ID == id || r.ConfigID == id {
			found = append(found, r)
		}
	})
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoResource, id)
	}
	var list []*Explanation
	seen := map[*Resource]bool{}
	for _, r := range found {
		r.eachLeaf(func(leaf *Resource) {
			if !seen[leaf] {
				seen[leaf] = true
				list = append(list, o.explain(leaf))
			}
		})
	}
	return list, nil
}

func (o *Output) explain(r *Resource) *Explanation {
	x := &Explanation{Resource: r.ID, Role: r.Role.String(), NextRole: r.NextRole.String()}
	for _, n := range r.Active {
		x.Now = append(x.Now, n.Name)
	}
	if r.Assigned != nil {
		x.Next = r.Assigned.Name
	}
	for _, n := range o.c.nodes {
		v := o.c.nodeView(r, n)
		x.Nodes = append(x.Nodes, v)
		for _, p := range v.Parts {
			x.remedy(p.remedies()...)
		}
	}
	reason := o.c.choiceOf(r)
	if x.Next == "" {
		reason = o.c.whyStopped(r)
	}
	x.Reason = reason.text
	x.remedy(reason.remedies...)
	x.Failed = o.c.failedOps(r)
	if x.Promote = o.c.whyPromoted(r); x.Promote != "" {
		x.Score = o.c.partsOf(r.asInstance(), nil)
	}
	x.Planned = append(o.doings(r), o.fencesOf(r)...)
	for _, d := range x.Planned {
		x.remedy(d.Why.Remedies...)
	}
	return x
}

// remedy adds commands, each once.
func (x *Explanation) remedy(commands ...string) {
	for _, command := range commands {
		if !slices.Contains(x.Remedies, command) {
			x.Remedies = append(x.Remedies, command)
		}
	}
}

// failedOps are the failed operations of a resource.
func (c *cluster) failedOps(r *Resource) []string {
	var list []string
	for _, f := range c.failures {
		if text := failureText(f.entry, f.rsc, f.node); f.rsc == r && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// whyPromoted tells of an instance of a promotable clone what its wish to be
// promoted is worth.
func (c *cluster) whyPromoted(r *Resource) string {
	i := r.asInstance()
	switch {
	case i.Parent == nil || !i.Parent.is(flagPromotable) || r.Assigned == nil:
		return ""
	case r.NextRole == RolePromoted && i.Parent.clone.promotedMax == 1:
		return fmt.Sprintf("promoted: its promotion score %v is the highest", i.promotion)
	case r.NextRole == RolePromoted:
		return fmt.Sprintf("promoted: its promotion score %v is among the %d highest", i.promotion, i.Parent.clone.promotedMax)
	case i.promotion < 0:
		return fmt.Sprintf("not promoted: its promotion score is %v", i.promotion)
	}
	return fmt.Sprintf("not promoted: its promotion score is %v, and promoted-max %d is reached", i.promotion, i.Parent.clone.promotedMax)
}

// asInstance is the instance of a clone that a resource is, or is in.
func (r *Resource) asInstance() *Resource {
	for r.Parent != nil && r.Parent.Kind != KindClone {
		r = r.Parent
	}
	return r
}

// fencesOf is the fencing of nodes that a resource is on.
func (o *Output) fencesOf(r *Resource) []Doing {
	var list []Doing
	for _, p := range o.Planned() {
		if p.Resource == "" && slices.Contains(r.Active, p.action.node) {
			list = append(list, Doing{What: p.Verb + " " + p.Node, Why: o.c.chainOf(p.action, mustHappen)})
		}
	}
	return list
}

// doings is what will be done with a resource.
func (o *Output) doings(r *Resource) []Doing {
	var list []Doing
	for _, p := range o.Planned() {
		if p.Resource != r.ID {
			continue
		}
		what := p.Verb + " " + p.Resource + " (" + p.Details + ")"
		if p.Blocked {
			what += ", blocked"
		}
		list = append(list, Doing{what, o.c.whyPlanned(r, p), p.Blocked})
	}
	return list
}

// whyPlanned is the chain of causes of a line of the summary: of what is
// blocked, why it cannot happen; else of the first of the line's actions that
// has to happen.
func (c *cluster) whyPlanned(r *Resource, p Planned) Chain {
	if p.Blocked && p.action != nil {
		return c.chainOf(p.action, cannotHappen)
	}
	for _, a := range append([]*action{p.action, p.source}, r.actions...) {
		if a != nil && a.required() && a.is(actRunnable) && !a.recurring() && a.key != probeKey {
			return c.chainOf(a, mustHappen)
		}
	}
	return Chain{}
}

func (c *cluster) nodeView(r *Resource, n *Node) NodeView {
	v := NodeView{Node: n.Name, State: unusableBecause(n), optIn: !c.opts.symmetric && !n.IsGuest()}
	e := r.allowed.at(n)
	if e == nil {
		v.State = strings.TrimPrefix(v.State+", not among the nodes it may run on", ", ")
		return v
	}
	v.Allowed, v.Score = true, e.score
	v.Parts = c.partsOf(r, n)
	return v
}

// unusableBecause says in a word why nothing can be started on a node.
func unusableBecause(n *Node) string {
	switch {
	case n.Unclean:
		return "has to be fenced"
	case !n.Online:
		return "offline"
	case n.Pending:
		return "still joining"
	case n.Shutdown:
		return "shutting down"
	case n.Maintenance:
		return "in maintenance"
	case n.Standby:
		return "in standby"
	}
	return ""
}

// Lines tell an explanation in words; of one node only, if one is named.
func (x *Explanation) Lines(node string) []string {
	var lines []string
	switch {
	case x.Next != "" && slices.ContainsFunc(x.Planned, func(d Doing) bool { return d.Blocked || strings.HasPrefix(d.What, "Stop ") }):
		lines = append(lines, fmt.Sprintf("%s should run on %s (%s), and cannot: see below. Why there: %s", x.Resource, x.Next, x.NextRole, x.Reason))
	case x.Next != "" && len(x.Now) == 1 && x.Now[0] == x.Next:
		lines = append(lines, fmt.Sprintf("%s stays on %s (%s): %s", x.Resource, x.Next, x.NextRole, x.Reason))
	case x.Next != "":
		lines = append(lines, fmt.Sprintf("%s goes to %s (%s): %s", x.Resource, x.Next, x.NextRole, x.Reason))
	default:
		lines = append(lines, fmt.Sprintf("%s runs nowhere: %s", x.Resource, x.Reason))
	}
	if len(x.Now) > 0 && !slices.Equal(x.Now, []string{x.Next}) {
		lines = append(lines, "  now on "+strings.Join(x.Now, ", ")+" ("+x.Role+")")
	}
	for _, f := range x.Failed {
		lines = append(lines, "  failed: "+f)
	}
	if x.Promote != "" {
		lines = append(append(lines, "  "+x.Promote), partLines(x.Score)...)
	}
	for _, v := range x.Nodes {
		if node == "" && (v.Allowed || v.optIn) || strings.EqualFold(node, v.Node) {
			lines = append(lines, v.lines()...)
		}
	}
	for _, d := range x.Planned {
		lines = append(lines, "  planned: "+d.What)
		for _, step := range d.Why.Steps {
			lines = append(lines, "    because "+step)
		}
	}
	for _, command := range x.Remedies {
		lines = append(lines, "  remedy: "+command)
	}
	return lines
}

// notAllowed is said of a node that no location constraint lets a resource run
// on in an opt-in cluster, and of one that is not for such resources.
const notAllowed = "not among the nodes it may run on"

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (v NodeView) lines() []string {
	head := "  " + v.Node + ":"
	if v.Allowed {
		head += " score " + v.Score.String()
	}
	if v.State != "" {
		head += " [" + v.State + "]"
	}
	return append([]string{head}, partLines(v.Parts)...)
}

func partLines(parts []Part) []string {
	var lines []string
	for _, p := range parts {
		amount := p.Amount.String()
		if p.Amount > 0 {
			amount = "+" + amount
		}
		lines = append(lines, fmt.Sprintf("    %10s  %s", amount, p.Cause))
	}
	return lines
}
