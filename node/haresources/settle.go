package haresources

import (
	"time"

	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/wire"
)

// settle does what the new situation asks for.
func (m *Machine) settle() {
	if m.left {
		return
	}
	if m.active && !m.ready && !m.stopping && !m.looking() {
		m.begin()
	}
	m.knows = m.knows || m.ready && m.known()
	if m.knows && !m.stopping {
		m.resolve()
		m.fill()
		m.moving()
	}
	for _, g := range m.groups {
		m.advance(g)
	}
	m.given()
	m.announceAgain()
	switch {
	case m.stopping && m.settled():
		m.left = true
		m.out = append(m.out, Effect{Kind: Leave})
	case m.knows && !m.stopping && m.settled() && m.move == nil:
		m.tell()
		m.offer()
	}
}

// begin asks the others what they hold.
func (m *Machine) begin() {
	m.ready, m.waitEnd = true, m.now.Add(requestDelay)
	if !m.legacy() {
		m.say(wire.New("starting").Add(groupKeys, m.heldKeys()))
	}
	for _, p := range m.peers {
		if p.owed {
			m.answer(p)
		}
	}
}

// known tells whether every living node has said what it holds, or has had
// the time to. A heartbeat that is not stable itself is given that time.
func (m *Machine) known() bool {
	if !m.now.Before(m.waitEnd) || m.legacy() {
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
		mine := m.owner(g) == m.cfg.Self
		if elsewhere := m.heldElsewhere(i); g.found && (elsewhere || m.legacy() && !mine) {
			m.note(ring.Warn, g.key()+" ran here already, but is another's: it is stopped here")
			g.found = false
		}
		if g.want || g.failed || !mine && !g.found || m.heldElsewhere(i) || m.move != nil && m.move.has(g) {
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
// up everything by itself then, unless it lingers.
func (m *Machine) resolve() {
	for _, p := range m.peers {
		if p.state == ring.Dead || !p.ours && !m.lingers(p) {
			continue
		}
		if m.legacy() {
			m.part(p)
			continue
		}
		if !p.ours && !p.asked { // what it holds it must say first
			p.asked, p.stable = true, false
			m.say(wire.New("starting").Add(groupKeys, m.heldKeys()))
		}
		if !p.stable {
			continue
		}
		var mine []*group
		for i, g := range m.groups {
			switch {
			case !g.want || !p.held[i]:
			case m.precedes(g, p.name):
				mine = append(mine, g)
			default:
				m.note(ring.Warn, g.key()+" runs on "+p.name+" too: it stays there")
				m.release(g)
			}
		}
		if len(mine) > 0 && !p.ours {
			p.stable = false // until it has answered
			m.say(wire.New("hb_takeover").Add(hold, m.setOf(mine)))
		}
	}
}

// lingers tells whether a heartbeat that returned from a partition has not
// started anew, as it should: it does not when we were only late in its eyes.
func (m *Machine) lingers(p *peer) bool {
	return !p.back.IsZero() && !m.now.Before(p.back.Add(lingerFor-announceFor))
}

// reunite says what is held to a node that comes back from a partition.
func (m *Machine) reunite(p *peer) {
	m.sayHeld("")
	p.back, p.asked, m.announce = m.now.Add(announceFor), false, m.now
}

// part ends a double life with auto_failback legacy, where nobody says what is
// held: what the other must have taken is given up, unless it starts anew.
func (m *Machine) part(p *peer) {
	p.back = time.Time{}
	for _, g := range m.groups {
		if g.want && !m.precedes(g, p.name) {
			m.note(ring.Warn, g.key()+" runs on "+p.name+" too: it stays there")
			m.release(g)
		}
	}
}

// announceAgain goes on telling the neighbours who has the addresses while a
// member that was cut off may answer for them too.
func (m *Machine) announceAgain() {
	if m.announce.IsZero() || m.now.Before(m.announce) {
		return
	}
	m.announce = time.Time{}
	for _, p := range m.peers {
		if p.back.IsZero() || !m.now.Before(p.back) {
			continue
		}
		for _, g := range m.groups {
			if !p.ours && !m.legacy() || m.precedes(g, p.name) {
				m.announceGroup(g)
			}
		}
		m.announce = m.now.Add(announceEach)
	}
}

// announceGroup tells the neighbours who has a group's addresses.
func (m *Machine) announceGroup(g *group) {
	if m.keeps(g) {
		m.out = append(m.out, Effect{Kind: Announce, Job: Job{Group: g.index}})
	}
}

// keeps tells whether a group is all up here and stays.
func (m *Machine) keeps(g *group) bool { return g.want && g.at == len(g.Resources) }

func (m *Machine) precedes(g *group, other string) bool {
	for _, name := range append([]string{g.Node}, m.cfg.Nodes...) {
		if name == m.cfg.Self || name == other {
			return name == m.cfg.Self
		}
	}
	return false
}

// tell says what is held when that has changed.
func (m *Machine) tell() {
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
		if !m.takes(p) || p.deaf {
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
			m.giveTo(p, m.setOf(lame), lame)
			return
		case len(theirs) > 0:
			m.giveTo(p, "foreign", theirs)
			return
		}
	}
}

// takes tells whether a peer can be given something. A heartbeat that returned
// from a partition cannot: it gives up everything and starts anew.
func (m *Machine) takes(p *peer) bool {
	return p.state == ring.Active && p.stable && (p.ours || !m.now.Before(p.back))
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
