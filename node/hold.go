package node

import "crm/engine/graph"

// The graph orders a start after all probes of its resource, but neither a
// promotion nor a node's shutdown. A daemon that was killed and is back at
// once may still run what it ran, promoted even, and only the probes will
// show it. So this machine holds those two back until the probes are in; if
// one finds something, the transition is aborted and decided anew.

func isProbe(a *graph.Action) bool {
	return a.Kind == graph.Resource && a.Operation == "monitor" && a.Resource != nil && metaNumber(a, "interval") == 0
}

// letGo performs what was held back and may go now.
func (m *Machine) letGo() bool {
	if m.dc == nil || m.dc.plan.walk == nil {
		return false
	}
	waiting := m.dc.plan.held
	m.dc.plan.held = nil
	moved := false
	for _, a := range waiting {
		_, aborted := m.dc.plan.walk.Aborted()
		switch {
		case aborted:
			m.confirm(a, false)
			moved = true
		case m.mustWait(a):
			m.dc.plan.held = append(m.dc.plan.held, a)
		case a.Operation == "do_shutdown":
			m.performShutdown(a)
			moved = true
		default:
			m.giveInWalk(a)
			moved = true
		}
	}
	return moved
}

// mustWait tells whether results are still out that a held action waits for.
func (m *Machine) mustWait(a *graph.Action) bool {
	if a.Operation == "do_shutdown" {
		return m.busy(a.Node)
	}
	underWay := len(m.dc.given) > 0 || len(m.fences) > 0
	return m.dc.plan.probes[a.Resource.ID] > 0 && underWay
}

// busy tells whether a member was ordered something that has not ended.
func (m *Machine) busy(name string) bool {
	for _, g := range m.dc.given { // order: any one will do
		if g.node == name {
			return true
		}
	}
	return false
}
