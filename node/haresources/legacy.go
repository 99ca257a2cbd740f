package haresources

import (
	"slices"

	"crm/node/ring"
	"crm/node/wire"
)

// request asks the others to give a group that this member prefers
// (auto_failback legacy). It is false when nobody need be asked any more.
func (m *Machine) request(g *group) bool {
	if !g.asked.IsZero() && m.now.Before(g.asked) {
		return len(m.unanswered(g)) > 0
	}
	var live []string
	for _, p := range m.peers {
		if p.state == ring.Active {
			live = append(live, p.name)
		}
	}
	if len(live) == 0 {
		return false
	}
	g.silent, g.asked = live, m.now.Add(requestDelay)
	m.say(wire.New("ip-request").Add(address, g.key()))
	return true
}

// unanswered are the living nodes that may still hold a group.
func (m *Machine) unanswered(g *group) []string {
	g.silent = slices.DeleteFunc(g.silent, func(name string) bool { return !m.lives(name) })
	return g.silent
}

// heardRequest gives a group to its preferred node, once it has stopped.
func (m *Machine) heardRequest(p *peer, msg *wire.Message) {
	for _, g := range m.groups {
		if g.key() != msg.Get(address) || g.Node != p.name {
			continue
		}
		if !g.held() {
			m.respond(p.name, g, "no")
			return
		}
		m.release(g)
		g.giveTo = p.name
	}
}

func (m *Machine) respond(to string, g *group, owned string) {
	m.say(wire.New("ip-request-resp").Add(wire.Dest, to).Add(address, g.key()).Add("weown", owned).Add("ok", "OK"))
}

func (m *Machine) heardResponse(p *peer, msg *wire.Message) {
	for _, g := range m.groups {
		if g.key() == msg.Get(address) && msg.Get("ok") == "OK" {
			g.silent = slices.DeleteFunc(g.silent, func(name string) bool { return name == p.name })
		}
	}
}

// given answers requests whose groups have stopped.
func (m *Machine) given() {
	for _, g := range m.groups {
		if g.giveTo != "" && !g.held() {
			m.respond(g.giveTo, g, "yes")
			g.giveTo = ""
		}
	}
}
