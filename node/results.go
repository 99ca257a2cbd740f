package node

import (
	"strconv"
	"strings"

	"crm/engine/graph"
)

// heardUpdates takes results of a member, each once and in order. One that
// comes before its turn is kept.
func (m *Machine) heardUpdates(from string, u *Updates) {
	if m.dc == nil || u.Reign != m.dc.reign || m.dc.members[from] == nil {
		return
	}
	s := m.dc.members[from]
	if ofAnother(u.Process, s.process) {
		return
	}
	for i := range u.List {
		if n := u.First + uint64(i); n > s.taken && n <= s.taken+mostEarly {
			s.early[n] = &u.List[i]
		}
	}
	for up := s.early[s.taken+1]; up != nil; up = s.early[s.taken+1] {
		s.taken++
		delete(s.early, s.taken)
		m.takeUpdate(s, up)
		if m.dc == nil || m.dc.members[from] != s {
			return
		}
	}
	m.send(from, &Message{Taken: &Taken{Reign: u.Reign, Process: s.process, Upto: s.taken}})
}

// mostEarly is how many results are kept before their turn.
const mostEarly = 4096

func (m *Machine) takeUpdate(s *subject, up *Update) {
	m.updates++
	g := m.dc.given[up.Key]
	delete(m.dc.given, up.Key)
	if up.History != nil {
		m.takeHistory(s, up)
	}
	switch {
	case up.Kind == UpdateFenced:
		m.fencedByPeer(up, g)
	case g != nil && g.done != nil:
		g.done(up.Status == OpDone && up.RC == 0, up)
	case up.Kind != UpdateResult:
		if g != nil {
			m.confirm(g.action, true)
		}
	case up.History == nil || len(up.History.Entries) == 0:
		if g != nil {
			m.confirm(g.action, true) // notifications cannot fail
		}
	default:
		m.judge(s, up, g)
	}
}

func (m *Machine) takeHistory(s *subject, up *Update) {
	id := up.History.ID
	s.hist.dropPending(id, up.Key)
	s.touch(id)
	m.mirrorSoon()
	switch up.Kind {
	case UpdateDeleted:
		s.forget(id)
		m.clearFailures(s.name, id, false)
	case UpdateCancelled, UpdateCleared:
		s.drop(id, up.Drop...)
		if up.Kind == UpdateCleared {
			m.clearFailures(s.name, id, false)
		}
	default:
		s.put(up.History)
	}
}

// judge compares a result with what was expected.
func (m *Machine) judge(s *subject, up *Update, g *given) {
	target := targetRC(up.Key)
	ok := (up.Status == OpDone || up.Status == OpError) && sameResult(up.RC, target)
	e := &up.History.Entries[0]
	if g == nil { // a monitor's later result, or an order of another reign
		if !ok {
			m.countFailure(s.name, up.History.ID, e, nil)
		}
		m.think("a result of " + e.OperationKey + " on " + s.name)
		return
	}
	if ok {
		m.confirm(g.action, true)
		return
	}
	ignored := g.action.Attr("CRM_meta_on_fail") == "ignore"
	m.note(Warn, "%s on %s: exit code %d%s, expected %d", e.OperationKey, s.name, up.RC, statusText(up), target)
	m.countFailure(s.name, up.History.ID, e, g.action)
	m.confirm(g.action, ignored)
	if p := &m.dc.plan; !ignored && p.walk != nil {
		why := e.OperationKey + " failed on " + s.name
		p.walk.Abort(m.priorityOf(g.action)+1, graph.CompletionRestart, why)
		if p.dirty == "" {
			p.dirty = why
		}
	}
}

func statusText(up *Update) string {
	text := ""
	if up.Status == OpTimeout {
		text = " (timed out)"
	}
	if up.Reason != "" {
		text += " (" + up.Reason + ")"
	}
	return text
}

func (m *Machine) priorityOf(a *graph.Action) int {
	for _, s := range m.dc.plan.walk.Transition().Synapses {
		if s.Action == a {
			return s.Priority
		}
	}
	return 0
}

// countFailure raises a failure count: for recurring operations, promote and
// demote by one; for start and stop by what the transition says. Other one-off
// operations, probes among them, are not counted.
func (m *Machine) countFailure(node, resource string, e *Entry, a *graph.Action) {
	s := m.dc.members[node]
	if s == nil {
		return
	}
	value := ""
	switch {
	case e.Interval > 0, e.Operation == "promote", e.Operation == "demote":
		value = "+1"
	case e.Operation == "start":
		value = m.offset("1", func(t *graph.Transition) string { return t.FailedStartOffset })
	case e.Operation == "stop":
		value = m.offset("INFINITY", func(t *graph.Transition) string { return t.FailedStopOffset })
	default:
		return
	}
	suffix := resource + "#" + e.Operation + "_" + strconv.FormatInt(e.Interval, 10)
	if a == nil || a.Attr("CRM_meta_on_fail") != "ignore" {
		m.setAttr(node, "fail-count-"+suffix, raise(s.attrs["fail-count-"+suffix], value))
	}
	m.setAttr(node, "last-failure-"+suffix, strconv.FormatInt(m.now.Unix(), 10))
}

func (m *Machine) offset(otherwise string, of func(*graph.Transition) string) string {
	if w := m.dc.plan.walk; w != nil && of(w.Transition()) != "" {
		otherwise = of(w.Transition())
	}
	if otherwise == "INFINITY" {
		return otherwise
	}
	return "+1"
}

// raise adds one to a failure count, or makes it infinite.
func raise(count, by string) string {
	if by == "INFINITY" || count == "INFINITY" {
		return "INFINITY"
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		n = 0
	}
	if n++; n >= graph.Infinity {
		return "INFINITY"
	}
	return strconv.Itoa(n)
}

// clearFailures forgets the failure counts of a resource on a node ("" for
// all resources).
func (m *Machine) clearFailures(node, resource string, all bool) {
	s := m.dc.members[node]
	if s == nil {
		return
	}
	for _, name := range sortedKeys(s.attrs) {
		for _, prefix := range []string{"fail-count-", "last-failure-"} {
			rest, is := strings.CutPrefix(name, prefix)
			if is && (all || sameResource(rest, resource)) {
				m.setAttr(node, name, "")
			}
		}
	}
}

// sameResource tells whether "RSC#OP_MS" or "RSC:N#OP_MS" is about resource.
func sameResource(suffix, resource string) bool {
	name, _, ok := strings.Cut(suffix, "#")
	if !ok {
		return false
	}
	base, _, _ := strings.Cut(name, ":")
	return name == resource || base == resource
}
