package tools

import (
	"fmt"
	"html"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// leaves are all resources without members, in the order in which they are
// shown.
func (m *monitor) leaves() []*engine.Resource {
	var list []*engine.Resource
	var walk func(r *engine.Resource)
	walk = func(r *engine.Resource) {
		if len(r.Children) == 0 {
			list = append(list, r)
		}
		for _, c := range r.Children {
			walk(c)
		}
	}
	for _, r := range m.sit.Resources() {
		walk(r)
	}
	return list
}

// hidden attributes are not for people, or shown elsewhere.
func hidden(name string) bool {
	for _, prefix := range []string{"fail-count-", "last-failure-", "#", "shutdown", "terminate", "standby"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// nodeAttributes are the attributes of a node that are shown, by name.
func (m *monitor) nodeAttributes(n *engine.Node) (names []string, values map[string]string) {
	values = map[string]string{}
	for _, holder := range []*etree.Element{m.doc.Node(n.Name), cib.Child(m.doc.NodeState(n.Name), "transient_attributes")} {
		for nv := range cib.NVPairs(holder, cib.InstanceAttributes) {
			if name := cib.Attr(nv, "name"); !hidden(name) {
				values[name] = cib.Attr(nv, "value")
			}
		}
	}
	for name := range values { // order: sorted below
		names = append(names, name)
	}
	sort.Strings(names)
	return names, values
}

func (m *monitor) attributes() []string {
	var lines []string
	for _, n := range m.sit.Nodes() {
		names, values := m.nodeAttributes(n)
		if !n.Online || len(names) == 0 || !m.isNode(n) {
			continue
		}
		lines = append(lines, "  * Node: "+m.nodeName(n)+":")
		for _, name := range names {
			line := fmt.Sprintf("    * %-32s\t: %-10s", name, values[name])
			if expected, ok := m.sit.ExpectedPing(n, name); ok {
				if remark := engine.Connectivity(values[name], expected); remark != "" {
					line += "\t: " + remark
				}
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// record is what one node remembers of one resource.
type record struct {
	id, threshold string
	name          string // as people know it
	orphan        bool
	failCount     int
	lastFailure   int64
	entries       []*etree.Element // what is shown, by call number
}

// records lists the history of a node, with what failed.
func (m *monitor) records(state *etree.Element) []record {
	var list []record
	lrm := cib.Child(cib.Child(state, "lrm"), "lrm_resources")
	at := m.nodeOf(state)
	for e := range cib.Children(lrm, "lrm_resource") {
		r := record{id: cib.ID(e), name: cib.ID(e), threshold: "1000000"}
		r.orphan = true
		if !m.knows(r.id) {
			continue
		}
		if leaf := m.withHistory(r.id); leaf != nil {
			r.name, r.orphan = leaf.ShownName(), false
			r.failCount, r.lastFailure = m.sit.Failures(leaf, at)
			if t := leaf.Meta("migration-threshold"); t != "" {
				r.threshold = strings.Replace(t, "INFINITY", "1000000", 1)
			}
		}
		for op := range cib.Children(e, "lrm_rsc_op") {
			if isProbe(op) && cib.Attr(op, "rc-code") == "7" || cib.Attr(op, "operation") == "notify" {
				continue
			}
			r.entries = append(r.entries, op)
		}
		slices.SortStableFunc(r.entries, func(a, b *etree.Element) int { return callID(a) - callID(b) })
		list = append(list, r)
	}
	return list
}

// knows tells whether the history of a resource is among what is shown.
func (m *monitor) knows(id string) bool {
	if m.resources == nil {
		return true
	}
	v := m.view()
	return slices.ContainsFunc(m.leaves(), func(r *engine.Resource) bool {
		whole := r.Root().Kind == engine.KindClone && r.Root().Unique()
		return hasHistory(r, id) && (v.Names(r) || whole && v.Names(r.Root()))
	})
}

// withHistory is the resource that a history is of: one that is configured, if
// there is such an instance.
func (m *monitor) withHistory(id string) *engine.Resource {
	var found *engine.Resource
	for _, r := range m.leaves() {
		if hasHistory(r, id) && (found == nil || found.Removed() && !r.Removed()) {
			found = r
		}
	}
	return found
}

// hasHistory tells whether a history may call a resource so.
func hasHistory(r *engine.Resource, id string) bool {
	return r.ID == id || r.ConfigID == id || r.HistoryID == id
}

func isProbe(op *etree.Element) bool {
	return cib.Attr(op, "operation") == "monitor" && orElse(cib.Attr(op, "interval"), "0") == "0"
}

// codeTexts are crm_mon's words for what agents return.
var codeTexts = map[int]string{0: "ok", 1: "error", 2: "invalid parameter", 3: "unimplemented feature", 4: "insufficient privileges",
	5: "not installed", 6: "not configured", 7: "not running", 8: "promoted", 9: "promoted (failed)", 190: "OCF_DEGRADED", 191: "promoted (degraded)"}

func codeText(rc int) string { return orElse(codeTexts[rc], "unknown") }

func callID(op *etree.Element) int {
	n, _ := strconv.Atoi(cib.Attr(op, "call-id"))
	return n
}

func when(epoch int64) string { return time.Unix(epoch, 0).Format(stamp) }

// online yields the states of nodes that are there, in the order of the
// status section.
func (m *monitor) online() []*etree.Element {
	var list []*etree.Element
	for state := range cib.Children(m.doc.Status(), "node_state") {
		if n := m.nodeOf(state); n != nil && n.Online && m.isNode(n) {
			list = append(list, state)
		}
	}
	return list
}

// nodeOf is the node that a state is about, nil when nobody knows it.
func (m *monitor) nodeOf(state *etree.Element) *engine.Node {
	for _, n := range m.sit.Nodes() {
		if n.ID == cib.ID(state) {
			return n
		}
	}
	return nil
}

// nodeName is a node's name, with its id when all is told.
func (m *monitor) nodeName(n *engine.Node) string {
	if m.set["show-detail"] {
		return n.FullName()
	}
	return n.Name
}

func (m *monitor) failcounts() []string {
	var lines []string
	for _, state := range m.online() {
		title := "  * Node: " + m.nodeName(m.nodeOf(state)) + ":"
		for _, r := range m.records(state) {
			if r.failCount == 0 {
				continue
			}
			if title != "" {
				lines, title = append(lines, title), ""
			}
			lines = append(lines, "    * "+r.name+": "+r.failText())
		}
	}
	return lines
}

func (r *record) failText() string {
	text := "migration-threshold=" + r.threshold
	if r.failCount > 0 {
		text += " fail-count=" + strconv.Itoa(r.failCount)
	}
	if r.lastFailure > 0 {
		text += " last-failure='" + when(r.lastFailure) + "'"
	}
	return text
}

func (m *monitor) operations() []string {
	var lines []string
	for _, state := range m.online() {
		title := "  * Node: " + m.nodeName(m.nodeOf(state)) + ":"
		for _, r := range m.records(state) {
			if len(r.entries) == 0 {
				continue
			}
			if title != "" {
				lines, title = append(lines, title), ""
			}
			lines = append(lines, "    * "+r.name+": "+r.failText()+":")
			for _, op := range r.entries {
				lines = append(lines, "      * "+m.operation(op))
			}
		}
	}
	return lines
}

func (m *monitor) operation(op *etree.Element) string {
	rc, _ := strconv.Atoi(cib.Attr(op, "rc-code"))
	var more []string
	if interval := orElse(cib.Attr(op, "interval"), "0"); interval != "0" {
		more = append(more, "interval=\""+interval+"ms\"")
	}
	if m.set["timing-details"] {
		if changed, err := strconv.ParseInt(cib.Attr(op, "last-rc-change"), 10, 64); err == nil && changed > 0 {
			more = append(more, "last-rc-change=\""+when(changed)+"\"")
		}
		for _, name := range []string{"exec-time", "queue-time"} {
			if value := cib.Attr(op, name); value != "" {
				more = append(more, name+"=\""+value+"ms\"")
			}
		}
	}
	if m.set["timing-details"] {
		more = append(more, "rc="+strconv.Itoa(rc)+" ("+codeText(rc)+")")
	}
	task := cib.Attr(op, "operation")
	if isProbe(op) {
		task = "probe"
	}
	text := "(" + cib.Attr(op, "call-id") + ") " + task
	if len(more) > 0 {
		text += ": " + strings.Join(more, " ")
	}
	return text
}

// failedActions are the operations whose failure counts, each once, with the
// code that the agent gave. A probe that only found no agent is not shown, nor
// what failed on a node that is not there.
func (m *monitor) failedActions() []engine.FailedAction {
	var list []engine.FailedAction
	seen := map[string]bool{}
	for _, f := range m.sit.FailedActions() {
		code, err := strconv.Atoi(cib.Attr(f.Entry, "rc-code"))
		key := f.Node.ID + " " + orElse(cib.Attr(f.Entry, "operation_key"), cib.ID(f.Entry))
		if !m.isNode(f.Node) || m.resources != nil && !m.resources[failedID(f)] {
			continue
		}
		if seen[key] || !f.Node.Online || err == nil && code != f.Code && f.Code == 7 && f.Task == "monitor" {
			continue
		}
		if err == nil {
			f.Code = code
		}
		seen[key] = true
		list = append(list, f)
	}
	return list
}

// failures tells of the failed actions, one a line.
func (m *monitor) failures() []string {
	var lines []string
	for _, f := range m.failedActions() {
		name := failedID(f)
		task := f.Task
		switch {
		case f.Task == "monitor" && f.Interval == 0:
			task = "probe"
		case f.Interval > 0:
			task = readable(f.Interval) + "-interval " + f.Task
		}
		line := "  * " + name + " " + task + " on " + f.Node.Name
		status, _ := strconv.Atoi(cib.Attr(f.Entry, "op-status"))
		reason := cib.Attr(f.Entry, "exit-reason")
		if status == 0 {
			line += " returned '" + codeText(f.Code) + "'"
			if reason != "" {
				line += " (" + reason + ")"
			}
		} else {
			line += " could not be executed (" + statusText(status)
			if reason != "" {
				line += ": " + reason
			}
			line += ")"
		}
		if changed, err := strconv.ParseInt(cib.Attr(f.Entry, "last-rc-change"), 10, 64); err == nil && changed > 0 {
			line += " at " + when(changed)
		}
		if ms, err := strconv.ParseInt(cib.Attr(f.Entry, "exec-time"), 10, 64); err == nil && ms > 0 {
			line += " after " + readable(ms)
		}
		lines = append(lines, line)
	}
	return lines
}

// failuresInFull tells of the failed actions with all that is known of them.
func (m *monitor) failuresInFull() []string {
	var lines []string
	for _, f := range m.failedActions() {
		status, _ := strconv.Atoi(cib.Attr(f.Entry, "op-status"))
		line := fmt.Sprintf("  * %s on %s '%s' (%d): call=%s, status='%s'", orElse(cib.Attr(f.Entry, "operation_key"), cib.ID(f.Entry)),
			f.Node.Name, codeText(f.Code), f.Code, cib.Attr(f.Entry, "call-id"), statusText(status))
		if reason := cib.Attr(f.Entry, "exit-reason"); reason != "" {
			line += ", exitreason='" + reason + "'"
		}
		if changed, err := strconv.ParseInt(cib.Attr(f.Entry, "last-rc-change"), 10, 64); err == nil && changed > 0 {
			line += ", last-rc-change='" + when(changed) + "'"
			if f.Entry.SelectAttr("exec-time") != nil {
				line += ", queued=" + orElse(cib.Attr(f.Entry, "queue-time"), "0") + "ms, exec=" + cib.Attr(f.Entry, "exec-time") + "ms"
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// failedID is the name of what failed, as the history has it.
func failedID(f engine.FailedAction) string {
	key := orElse(cib.Attr(f.Entry, "operation_key"), cib.ID(f.Entry))
	if name, found := strings.CutSuffix(key, fmt.Sprintf("_%s_%d", f.Task, f.Interval)); found {
		return name
	}
	if f.Resource != nil {
		return f.Resource.ShownName()
	}
	return cib.ID(f.Entry.Parent())
}

// statusText is the words for the status of an operation that was not done.
func statusText(status int) string {
	switch status {
	case -1:
		return "pending"
	case 1:
		return "Cancelled"
	case 2:
		return "Timed Out"
	case 3:
		return "NOT SUPPORTED"
	case 4:
		return "Error"
	case 5:
		return "Hard error"
	case 6:
		return "Fatal error"
	case 7:
		return "Not installed"
	case 8:
		return "Internal communication failure"
	case 9:
		return "Invalid"
	case 10:
		return "No fence device"
	case 11:
		return "CIB secrets unavailable"
	}
	return "complete"
}

// readable writes milliseconds as Pacemaker's tools do: 1m30s, 2s, 1.500s,
// 152ms; one of a unit is written in the next smaller one: 60s, 1000ms.
func readable(ms int64) string {
	text := ""
	for _, unit := range []struct {
		name string
		size int64
	}{{"d", 86400000}, {"h", 3600000}, {"m", 60000}} {
		if ms > unit.size {
			text += strconv.FormatInt(ms/unit.size, 10) + unit.name
			ms %= unit.size
		}
	}
	switch {
	case ms > 1000 && ms%1000 != 0:
		text += fmt.Sprintf("%d.%03ds", ms/1000, ms%1000)
	case ms > 1000:
		text += strconv.FormatInt(ms/1000, 10) + "s"
	case ms > 0 || text == "":
		text += strconv.FormatInt(ms, 10) + "ms"
	}
	return text
}

// allTickets are the tickets that the status knows or a constraint asks for,
// with what the status says of them.
func (m *monitor) allTickets() (names []string, states map[string]*etree.Element) {
	states = map[string]*etree.Element{}
	add := func(name string, state *etree.Element) {
		if _, known := states[name]; !known && name != "" {
			names, states[name] = append(names, name), state
		}
	}
	for t := range cib.Children(cib.Child(m.doc.Status(), "tickets"), "ticket_state") {
		add(cib.ID(t), t)
	}
	for c := range cib.Children(cib.Child(m.doc.Configuration(), "constraints"), "rsc_ticket") {
		add(cib.Attr(c, "ticket"), etree.NewElement("ticket_state"))
	}
	return names, states
}

func (m *monitor) tickets() []string {
	var lines []string
	names, states := m.allTickets()
	for _, name := range names {
		t, line := states[name], "  * "+name+": revoked"
		if cib.IsTrue(cib.Attr(t, "granted")) {
			line = "  * " + name + ": granted"
		}
		if cib.IsTrue(cib.Attr(t, "standby")) {
			line += " [standby]"
		}
		if last, err := strconv.ParseInt(cib.Attr(t, "last-granted"), 10, 64); err == nil {
			line += " last-granted=\"" + when(last) + "\""
		}
		lines = append(lines, line)
	}
	return lines
}

func (m *monitor) asHTML() string {
	return "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Cluster status</title></head>\n<body><pre>\n" +
		html.EscapeString(m.asText()) + "</pre></body></html>\n"
}
