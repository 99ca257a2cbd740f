package haresources

import (
	"crm/node/haconf"
	"crm/node/ring"
)

// settle does what the new situation asks for.
func (m *Machine) settle() {
	if m.left {
		return
	}
	if m.active && !m.stopping && m.known() {
		m.resolve()
		m.fill()
		m.moving()
	}
	for _, g := range m.groups {
		m.advance(g)
	}
	m.given()
	switch {
	case m.stopping && m.settled():
		m.left = true
		m.out = append(m.out, Effect{Kind: Leave})
	case m.active && !m.stopping && m.known() && m.settled() && m.move == nil:
		m.announce()
		m.offer()
	}
}

// known tells whether every living node has said what it holds, or has had
// the time to. A heartbeat that is not stable itself is given that time.
func (m *Machine) known() bool {
	if m.stable || !m.now.Before(m.waitEnd) || m.legacy() {
		return true
	}
	for _, p := range m.peers {
		if p.state == ring.Active && !(p.told && (p.ours || p.stable)) {
			return false
		}
	}
	return true
}

// legacy is auto_failback legacy: no word is said of what is held.
func (m *Machine) legacy() bool { return m.cfg.Failback == haconf.FailbackLegacy }

// owner is who should take a group that nobody holds.
func (m *Machine) owner(g *group) string {
	if m.lives(g.Node) {
		return g.Node
	}
	return m.first()
}

// fill takes the groups that nobody holds and that are this member's.
func (m *Machine) fill() {
	for i, g := range m.groups {
		if g.want || g.failed || m.owner(g) != m.cfg.Self || m.heldElsewhere(i) || m.move != nil && m.move.has(g) {
			continue
		}
		if m.legacy() && g.Node == m.cfg.Self && m.request(g) {
			continue
		}
		m.take(g)
	}
}

func (m *Machine) heldElsewhere(i int) bool {
	for _, p := range m.peers {
		if p.state != ring.Dead && p.held[i] {
			return true
		}
	}
	return false
}

// resolve ends a double life after a partition: of two members that hold a
// group the preferred one keeps it, else the first of ha.cf. A heartbeat gives
// up everything by itself then.
func (m *Machine) resolve() {
	for i, g := range m.groups {
		for _, p := range m.peers {
			if g.want && p.state != ring.Dead && p.ours && p.stable && p.held[i] && !m.precedes(g, p.name) {
				m.note(ring.Warn, g.key()+" runs on "+p.name+" too: it stays there")
				m.release(g)
			}
		}
	}
}

// reunite says what is held to a node that comes back from a partition. With
// auto_failback legacy nobody says so: what it must have taken is given up.
func (m *Machine) reunite(p *peer) {
	m.sayHeld("")
	for _, g := range m.groups {
		if m.legacy() && g.want && !m.precedes(g, p.name) {
			m.note(ring.Warn, g.key()+" runs on "+p.name+" too: it stays there")
			m.release(g)
		}
	}
}

func (m *Machine) precedes(g *group, other string) bool {
	for _, name := range append([]string{g.Node}, m.cfg.Nodes...) {
		if name == m.cfg.Self || name == other {
			return name == m.cfg.Self
		}
	}
	return false
}

// announce says what is held when that has changed.
func (m *Machine) announce() {
	if held := m.heldKeys(); !m.stable || held != m.told {
		m.stable = true
		m.sayHeld("")
	}
}

// offer moves groups that are better off elsewhere: what failed here, and with
// auto_failback on what belongs to a node that is back.
func (m *Machine) offer() {
	if m.legacy() {
		return
	}
	for _, p := range m.peers {
		if p.state != ring.Active || !p.stable || p.deaf {
			continue
		}
		var lame, theirs []*group
		for _, g := range m.groups {
			if g.give && m.owner(g) == m.cfg.Self { // another owner takes it without being asked
				lame = append(lame, g)
			}
			if m.cfg.Failback == haconf.FailbackOn && !p.gave && g.want && g.Node == p.name {
				theirs = append(theirs, g)
			}
		}
		switch {
		case len(lame) > 0:
			for _, g := range lame {
				g.give = false
			}
			m.begin(p, m.setOf(lame), lame)
			return
		case len(theirs) > 0:
			m.begin(p, "foreign", theirs)
			return
		}
	}
}

// stop gives up everything before leaving.
func (m *Machine) stop() {
	if m.stopping {
		return
	}
	m.stopping, m.move = true, nil
	for _, g := range m.groups {
		m.release(g)
	}
	m.stable = false
	if !m.legacy() {
		m.sayHeld("shutdown")
	}
}
