package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
	Nodes    []NodeView // what it thinks of each node
	Causes   []string   // what will be done with it, and the chain of reasons
}

// NodeView is what a resource thinks of a node, and why.
type NodeView struct {
	Node    string
	Score   score.Score
	Allowed bool   // there is a score at all
	State   string // why the node cannot be used now, "" if it can
	Parts   []Part
}

// Part is one thing that a score is made of.
type Part struct {
	Amount score.Score
	Cause  string // what kind of rule, with the id of a constraint
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
	if ch, known := o.c.trace.choices[r]; known {
		x.Reason = ch.reason
	}
	for _, n := range o.c.nodes {
		x.Nodes = append(x.Nodes, o.c.nodeView(r, n))
	}
	if x.Next == "" && x.Reason == "" {
		x.Reason = o.c.whyNowhere(r, x.Nodes)
	}
	x.Failed = o.c.failedOps(r)
	x.Promote = o.c.whyPromoted(r)
	x.Causes = append(o.causes(r.ID), o.fencesOf(r)...)
	return x
}

// failedOps are the failed operations of a resource.
func (c *cluster) failedOps(r *Resource) []string {
	var list []string
	for _, f := range c.failures {
		if f.rsc != r {
			continue
		}
		what := f.entry.task
		if f.entry.ms > 0 {
			what += fmt.Sprintf("=%d", f.entry.ms)
		}
		text := fmt.Sprintf("%s on %s: %s (%d)", what, f.node.Name, exitText(f.entry.rc), f.entry.rc)
		if f.entry.hasTime {
			text += " at " + time.Unix(f.entry.changed, 0).UTC().Format("2006-01-02 15:04:05Z")
		}
		list = append(list, text)
	}
	return list
}

// whyPromoted tells of an instance of a promotable clone what its wish to be
// promoted is worth.
func (c *cluster) whyPromoted(r *Resource) string {
	i := r
	for i.Parent != nil && i.Parent.Kind != KindClone {
		i = i.Parent
	}
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

// fencesOf is the fencing of nodes that a resource is on.
func (o *Output) fencesOf(r *Resource) []string {
	var lines []string
	for _, p := range o.Planned() {
		for _, n := range r.Active {
			if p.Resource == "" && strings.Fields(p.Node)[0] == n.Name {
				lines = append(lines, p.Verb+" "+p.Node+" "+p.Reason)
			}
		}
	}
	return lines
}

// whyNowhere is why nothing was even tried for a resource: what bans it from
// every node.
func (c *cluster) whyNowhere(r *Resource, nodes []NodeView) string {
	if !r.Managed() {
		return "it is not managed, and is nowhere now"
	}
	bans, allowed := map[string]int{}, 0
	for _, v := range nodes {
		if !v.Allowed {
			continue
		}
		allowed++
		for _, p := range v.Parts {
			if p.Amount <= ban {
				bans[p.Cause]++
			}
		}
	}
	if allowed == 0 {
		return "no constraint names a node for it, and the cluster is opt-in"
	}
	common := ""
	for cause, n := range bans { // order: the smallest is taken
		if n >= allowed && (common == "" || cause < common) {
			common = cause
		}
	}
	if common != "" {
		return common
	}
	return "no node can run it"
}

func (c *cluster) nodeView(r *Resource, n *Node) NodeView {
	v := NodeView{Node: n.Name, State: unusableBecause(n)}
	e := r.allowed.at(n)
	if e == nil {
		v.State = strings.TrimPrefix(v.State+", not among the nodes it may run on", ", ")
		return v
	}
	v.Allowed, v.Score = true, e.score
	first := true
	for _, s := range c.trace.steps {
		if s.rsc != r || s.node != n {
			continue
		}
		if base := s.result - s.amount; first && base != 0 && base > ban && base < must {
			v.Parts = append(v.Parts, Part{base, "to begin with"})
		}
		first = false
		v.Parts = append(v.Parts, Part{s.amount, s.cause.String()})
	}
	if first && e.score != 0 {
		v.Parts = append(v.Parts, Part{e.score, "to begin with"})
	}
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

// causes follows the reasons of what will be done with a resource: an action
// that another one makes necessary or impossible names that one.
func (o *Output) causes(id string) []string {
	var lines []string
	seen := map[string]bool{}
	for id != "" && !seen[id] {
		seen[id] = true
		next := ""
		for _, p := range o.Planned() {
			if p.Resource != id {
				continue
			}
			lines = append(lines, strings.TrimSpace(p.Verb+" "+p.Resource+" ("+strings.TrimSpace(p.Details)+") "+p.Reason))
			next = blamed(p.Reason)
		}
		id = next
	}
	return lines
}

// blamed is the resource that a reason of the form "due to required X start"
// names.
func blamed(reason string) string {
	words := strings.Fields(strings.TrimPrefix(reason, "due to "))
	if len(words) >= 3 && slices.Contains([]string{"required", "unrunnable", "unmigrateable"}, words[0]) {
		return words[1]
	}
	if len(words) >= 3 && words[0] == "colocation" && words[1] == "with" {
		return words[2]
	}
	return ""
}

// Lines tell an explanation in words; of one node only, if one is named.
func (x *Explanation) Lines(node string) []string {
	var lines []string
	switch {
	case x.Next != "" && len(x.Now) == 1 && x.Now[0] == x.Next:
		lines = append(lines, fmt.Sprintf("%s stays on %s (%s): %s", x.Resource, x.Next, x.NextRole, orElse(x.Reason, "nothing speaks against it")))
	case x.Next != "":
		lines = append(lines, fmt.Sprintf("%s goes to %s (%s): %s", x.Resource, x.Next, x.NextRole, orElse(x.Reason, "it was placed with others")))
	default:
		lines = append(lines, fmt.Sprintf("%s runs nowhere: %s", x.Resource, orElse(x.Reason, "it was given no place")))
	}
	if len(x.Now) > 0 && !slices.Equal(x.Now, []string{x.Next}) {
		lines = append(lines, "  now on "+strings.Join(x.Now, ", ")+" ("+x.Role+")")
	}
	for _, f := range x.Failed {
		lines = append(lines, "  failed: "+f)
	}
	if x.Promote != "" {
		lines = append(lines, "  "+x.Promote)
	}
	for _, v := range x.Nodes {
		if node == "" || strings.EqualFold(node, v.Node) {
			lines = append(lines, v.lines()...)
		}
	}
	for _, cause := range x.Causes {
		lines = append(lines, "  planned: "+cause)
	}
	return lines
}

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
	lines := []string{head}
	for _, p := range v.Parts {
		amount := p.Amount.String()
		if p.Amount > 0 {
			amount = "+" + amount
		}
		lines = append(lines, fmt.Sprintf("    %10s  %s", amount, p.Cause))
	}
	return lines
}
