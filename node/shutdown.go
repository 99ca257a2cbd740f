package node

import (
	"strconv"

	"crm/engine/graph"
)

// stop begins a clean stop: the DC hears of it by the hellos, marks the node,
// the policy engine moves everything away, and do_shutdown is the last order.
func (m *Machine) stop() {
	if m.stopping {
		return
	}
	m.stopping = true
	m.note(Info, "stopping: resources move away first")
	m.set(alarmStop, m.cfg.StopWait)
	m.sooner(alarmHello, 0)
}

// stopAlone ends a shutdown that nobody can coordinate: no agent was called by
// this process, and there is no quorum to ask for more. It is a daemon that
// never met the others, stopped again.
func (m *Machine) stopAlone() {
	if !m.stopping || m.leaving || m.exited || len(m.exec.hist) > 0 || len(m.exec.running) > 0 {
		return
	}
	if m.boss == "" && m.exec.reign == "" || m.dc != nil && !m.dc.quorum && len(m.dc.members) <= 1 {
		m.exitSilently("stopped; it never took part in the cluster")
	}
}

// markStopping sets the shutdown attribute of members that want to stop.
func (m *Machine) markStopping() {
	if m.dc == nil {
		return
	}
	for _, name := range sortedKeys(m.dc.members) {
		p := m.peers[name]
		wants := p == nil && m.stopping || p != nil && p.hello != nil && p.hello.Stopping
		if s := m.dc.members[name]; wants && s != nil && s.attrs["shutdown"] == "" {
			m.setAttr(name, "shutdown", strconv.FormatInt(m.now.Unix(), 10))
		}
	}
}

// performShutdown tells a member that it may go. The DC itself goes last,
// when the transition is over.
func (m *Machine) performShutdown(a *graph.Action) {
	if a.Node == m.cfg.Name {
		m.confirm(a, true)
		if m.dc.plan.walk != nil {
			m.dc.plan.walk.Abort(0, graph.CompletionShutdown, "this member stops")
		}
		return
	}
	m.fact(a.Node).Expect = joinDown
	if p := m.peers[a.Node]; p != nil {
		p.harmless = true
	}
	m.sooner(alarmHello, 0)
	m.give(&given{key: m.transitionKey(a), node: a.Node, action: a, done: func(bool, *Update) {}})
	m.confirm(a, true)
}

// told: the DC let this member go; nothing runs here any more.
func (m *Machine) told() {
	m.stopping = true
	m.exit(true, "stopped cleanly")
}

// leave is a DC's own end: the others must know first that it left cleanly.
func (m *Machine) leave() {
	m.setDown(m.cfg.Name)
	m.hello()
	m.leaving = true
	m.set(alarmStop, m.cfg.Retry)
}

// stopTookTooLong ends a shutdown: the last moment of a leaving DC, or the
// limit of patience.
func (m *Machine) stopTookTooLong() {
	if m.leaving {
		m.hello()
		m.exit(true, "stopped cleanly")
		return
	}
	m.note(Error, "the shutdown did not come to its end; leaving with resources that may still run")
	m.exit(false, "stopped without an end of the shutdown")
}

func (m *Machine) exit(clean bool, why string) { m.exitWith(Exit{Clean: clean, Reason: why}) }

func (m *Machine) exitSilently(why string) { m.exitWith(Exit{Clean: true, Silent: true, Reason: why}) }

func (m *Machine) exitWith(e Exit) {
	if m.exited {
		return
	}
	m.exited = true
	m.note(Info, "%s", e.Reason)
	m.emit(e)
}
