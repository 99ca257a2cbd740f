package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The lines of this file are what crm_mon and "crm status" show, section by
// section (Pacemaker's crm_mon(8)).

// Counts are how many nodes and resource instances are configured, and how
// many of the instances are disabled or blocked.
func (s *Situation) Counts() (nodes, instances, disabled, blocked int) {
	return len(s.c.nodes), s.c.leaves, s.c.disabled, s.c.blocked
}

// NodeLines tell how the nodes are.
func (s *Situation) NodeLines() []string {
	t := &statusText{c: s.c, shift: 1}
	t.nodes()
	return t.lines
}

// ResourceLines tell where the resources are; those that do not run only when
// asked for.
func (s *Situation) ResourceLines(inactive bool) []string {
	t := &statusText{c: s.c, shift: 1, activeOnly: !inactive, pending: true}
	for _, r := range s.c.resources {
		if r.Removed() && !r.active(true) {
			continue
		}
		t.resource(2, r)
	}
	return t.lines
}

// ResourceLinesByNode tell what runs on each node.
func (s *Situation) ResourceLinesByNode() []string {
	t := &statusText{c: s.c, pending: true}
	for _, n := range s.c.nodes {
		t.item(1, nodeKind(n)+" "+n.Name+": "+nodeStatus(n)+":")
		before := len(t.lines)
		t.item(2, "Resources:")
		s.c.eachResource(func(r *Resource) {
			if r.Kind == KindPrimitive && slices.Contains(r.Active, n) && !r.meta.isTrue("internal_rsc") {
				t.item(3, t.primitiveText(r, r.shownName(), nil))
			}
		})
		if len(t.lines) == before+1 {
			t.lines = t.lines[:before]
		}
	}
	return t.lines
}

// InactiveLines tell of the resources that run nowhere.
func (s *Situation) InactiveLines() []string {
	t := &statusText{c: s.c, shift: 1, pending: true}
	for _, r := range s.c.resources {
		if !r.active(false) && !r.Removed() {
			t.resource(2, r)
		}
	}
	if len(t.lines) == 0 {
		t.item(2, "No inactive resources")
	}
	return t.lines
}

// longTime is a moment as ctime(3) writes it, where the caller's clock is.
func (s *Situation) longTime(epoch int64) string {
	return time.Unix(epoch, 0).In(s.c.now.Location()).Format(time.ANSIC)
}

// FailCountLines tell how often what failed where.
func (s *Situation) FailCountLines() []string {
	var lines []string
	for _, n := range s.c.nodes {
		x := s.c.indexFailures(n)
		var names []string
		for name := range x.base { // order: sorted below
			names = append(names, name)
		}
		slices.Sort(names)
		if len(names) > 0 {
			lines = append(lines, "  * Node: "+n.Name+":")
		}
		for _, name := range names {
			f := x.base[name]
			text := "    * " + name + ":"
			if r := s.c.byID[name]; r != nil {
				text += fmt.Sprintf(" migration-threshold=%d", r.threshold)
			}
			text += " fail-count=" + strconv.Itoa(int(f.count))
			if f.last > 0 {
				text += " last-failure='" + s.longTime(f.last) + "'"
			}
			lines = append(lines, text)
		}
	}
	return lines
}

// AttributeLines tell the nodes' attributes that people set or wait for.
func (s *Situation) AttributeLines() []string {
	var lines []string
	for _, n := range s.c.nodes {
		var shown []attribute
		for _, a := range n.attrs.list {
			if interesting(a.name) {
				shown = append(shown, a)
			}
		}
		slices.SortFunc(shown, func(a, b attribute) int { return strings.Compare(a.name, b.name) })
		if len(shown) > 0 && n.Online {
			lines = append(lines, "  * Node: "+n.Name+":")
			for _, a := range shown {
				lines = append(lines, fmt.Sprintf("    * %-32s\t: %-10s", a.name, a.value))
			}
		}
	}
	return lines
}

// interesting leaves out the attributes that the cluster keeps for itself.
func interesting(name string) bool {
	for _, prefix := range []string{"fail-count-", "last-failure-", "#"} {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	return !slices.Contains([]string{"probe_complete", "shutdown", "terminate", "standby", "uname"}, name)
}
