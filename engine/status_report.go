package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
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

// FailureLines tell of the operations that failed.
func (s *Situation) FailureLines() []string {
	var lines []string
	for _, f := range s.c.failures {
		e := f.entry
		text := "  * " + f.rsc.shownName() + " " + operationText(e) + " on " + f.node.Name
		if e.status == statusDone || e.status == statusError {
			text += " returned '" + exitText(f.rc) + "'"
		} else {
			text += " could not be executed (" + executionText(e.status) + ")"
		}
		if reason := cib.Attr(e.element, "exit-reason"); reason != "" {
			text += " (" + reason + ")"
		}
		if e.hasTime {
			text += " at " + s.longTime(e.changed)
		}
		if took := cib.Attr(e.element, "exec-time"); took != "" && took != "0" {
			text += " after " + duration(took)
		}
		lines = append(lines, text)
	}
	return lines
}

// operationText is an operation in words: start, probe, 10s-interval monitor.
func operationText(e *opEntry) string {
	switch {
	case e.task == "monitor" && e.ms == 0:
		return "probe"
	case e.ms == 0:
		return e.task
	case e.ms%1000 == 0:
		return strconv.FormatInt(e.ms/1000, 10) + "s-interval " + e.task
	}
	return strconv.FormatInt(e.ms, 10) + "ms-interval " + e.task
}

// executionTexts are the words for the executor's status of an operation.
var executionTexts = map[int]string{
	-1: "Pending", 1: "Cancelled", 2: "Timed Out", 3: "Unsupported", 5: "Not installed", 6: "Not configured", 7: "Not installed",
	8: "No executor connection", 9: "Invalid parameter", 10: "No fence device", 11: "Agent requires a secret",
}

func executionText(status int) string {
	if text, known := executionTexts[status]; known {
		return text
	}
	return "Error"
}

// longTime is a moment as ctime(3) writes it, where the caller's clock is.
func (s *Situation) longTime(epoch int64) string {
	return time.Unix(epoch, 0).In(s.c.now.Location()).Format(time.ANSIC)
}

// duration is a time in milliseconds as people read it.
func duration(ms string) string {
	n, err := strconv.Atoi(ms)
	if err != nil {
		return ms
	}
	if n < 1000 {
		return ms + "ms"
	}
	return (time.Duration(n) * time.Millisecond).String()
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

// OperationLines tell each node's history.
func (s *Situation) OperationLines(timing bool) []string {
	var lines []string
	for _, n := range s.c.nodes {
		head := "  * Node: " + n.Name + ":"
		for rsc := range cib.Children(cib.Child(cib.Child(n.state, "lrm"), "lrm_resources"), "lrm_resource") {
			ops := slices.Collect(cib.Children(rsc, "lrm_rsc_op"))
			slices.SortStableFunc(ops, func(a, b *etree.Element) int { return callID(a) - callID(b) })
			title := "    * " + cib.ID(rsc) + ":"
			if r := s.c.byID[cib.ID(rsc)]; r != nil {
				title += fmt.Sprintf(" migration-threshold=%d:", r.threshold)
			}
			for _, op := range ops {
				if strings.HasSuffix(cib.ID(op), lastFailureSuffix) || cib.Attr(op, "op-status") == "-1" || uninteresting(op) {
					continue
				}
				for _, l := range []*string{&head, &title} {
					if *l != "" {
						lines = append(lines, *l)
						*l = ""
					}
				}
				lines = append(lines, "      * "+s.operationLine(op, timing))
			}
		}
	}
	return lines
}

// uninteresting are probes that found what was expected, and stops.
func uninteresting(op *etree.Element) bool {
	task := cib.Attr(op, "operation")
	return task == "monitor" && cib.Attr(op, "interval") == "0" && cib.Attr(op, "rc-code") == "7"
}

func callID(op *etree.Element) int {
	n, _ := strconv.Atoi(cib.Attr(op, "call-id")) // nonsense sorts first
	return n
}

func (s *Situation) operationLine(op *etree.Element, timing bool) string {
	text := "(" + cib.Attr(op, "call-id") + ") " + cib.Attr(op, "operation")
	colon := ":"
	if ms := cib.Attr(op, "interval"); ms != "" && ms != "0" {
		text += colon + ` interval="` + ms + `ms"`
		colon = ""
	}
	if !timing {
		return text
	}
	if at, err := strconv.ParseInt(cib.Attr(op, "last-rc-change"), 10, 64); err == nil {
		text += colon + ` last-rc-change="` + s.longTime(at) + `"`
		colon = ""
	}
	for _, name := range []string{"exec-time", "queue-time"} {
		if v := cib.Attr(op, name); v != "" {
			text += colon + " " + name + `="` + v + `ms"`
			colon = ""
		}
	}
	rc, err := strconv.Atoi(cib.Attr(op, "rc-code"))
	if err != nil {
		return text
	}
	return text + fmt.Sprintf(" rc=%d (%s)", rc, exitText(rc))
}

// Online are the names of the nodes that are there, and of those that are not.
func (s *Situation) Online() (online, offline []string) {
	for _, n := range s.c.nodes {
		if n.Online {
			online = append(online, n.Name)
		} else {
			offline = append(offline, n.Name)
		}
	}
	return online, offline
}
