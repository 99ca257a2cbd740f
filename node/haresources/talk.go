package haresources

import (
	"slices"
	"strings"
	"time"

	"crm/node/ring"
	"crm/node/wire"
)

// The fields of the messages about resources.
const (
	hold      = "rsc_hold"
	kind      = "rtype"
	isStable  = "isstable"
	groupKeys = "groups" // ours
	answerTo  = "to"     // ours: whom an answer is for that all shall hear
	address   = "ipaddr"
)

// unsaid is no list of keys: what is held is said again in any case.
const unsaid = "\x00"

// sayHeld says what this member holds.
func (m *Machine) sayHeld(info string) {
	if !m.legacy() {
		m.say(m.holding(info))
	}
}

func (m *Machine) holding(info string) *wire.Message {
	stable := "0"
	if m.stable && info == "" {
		stable = "1"
	}
	word := m.choose((*group).held)
	held := m.heldKeys() // with what still stops
	m.told = held
	if info != "" {
		word = m.choose(func(g *group) bool { return g.want }) // heartbeat says what will be held
		m.told = unsaid
	}
	msg := wire.New("resource").Add(hold, m.word(word)).Add(kind, "full").Add(isStable, stable).Add(groupKeys, held)
	if info != "" {
		msg.Add(wire.Info, info)
	}
	return msg
}

// answer tells a peer that has asked. Only an answer counts: what was on its
// way when the peer asked may be old.
func (m *Machine) answer(p *peer) {
	p.owed = false
	if !m.legacy() {
		m.say(m.holding("").Add(answerTo, p.name))
	}
}

// heard takes a message of a peer.
func (m *Machine) heard(p *peer, msg *wire.Message) {
	switch msg.Type() {
	case "starting":
		p.forget()
		m.abandon(p)
		_, p.ours = msg.Lookup(groupKeys)
		m.mark(p, m.named(p, msg), p.ours)
		if p.owed = !m.ready; m.ready {
			m.answer(p)
		}
	case "resource":
		m.heardHeld(p, msg)
	case "ask_resources":
		m.heardAsk(p, msg)
	case "hb_takeover":
		m.standby(mirror(msg.Get(hold)))
	case "ip-request":
		m.heardRequest(p, msg)
	case "ip-request-resp":
		m.heardResponse(p, msg)
	}
}

// heardHeld takes what a peer says it holds. What an unstable one no longer
// names may still be stopping: it stays the peer's until that says more.
func (m *Machine) heardHeld(p *peer, msg *wire.Message) {
	_, ours := msg.Lookup(groupKeys)
	p.ours = ours
	stable, known := msg.Lookup(isStable)
	if known {
		p.stable = stable == "1"
	}
	p.deaf = false
	if p.stable && ours {
		p.back = time.Time{}
	}
	named := m.named(p, msg)
	full := msg.Get(kind) == "full" || msg.Get(hold) == "none"
	for i := range m.groups {
		if slices.Contains(named, m.groups[i]) {
			p.held[i] = true
		} else if full && p.stable {
			if p.held[i] {
				m.announceGroup(m.groups[i])
			}
			p.held[i] = false
		}
	}
	p.told = p.told || !ours || msg.Get(answerTo) == m.cfg.Self
	if p.stable && !p.ours && !m.stable {
		m.waitEnd = m.now // a stable heartbeat has told all there is
	}
}

// named are the groups a message means: those it lists, else its word from
// the sender's point of view.
func (m *Machine) named(p *peer, msg *wire.Message) []*group {
	list, listed := msg.Lookup(groupKeys)
	words := strings.Fields(list)
	return m.choose(func(g *group) bool {
		if listed {
			return slices.Contains(words, g.key())
		}
		return inSet(msg.Get(hold), g.Node == p.name)
	})
}

func (m *Machine) choose(which func(*group) bool) []*group {
	var chosen []*group
	for _, g := range m.groups {
		if which(g) {
			chosen = append(chosen, g)
		}
	}
	return chosen
}

// inSet tells whether a set has a group that is local, or not, to its speaker.
func inSet(set string, local bool) bool {
	return set == "all" || set == "local" && local || (set == "foreign" || set == "failback") && !local
}

// setOf is the smallest word for some groups.
func (m *Machine) setOf(groups []*group) string {
	local := slices.ContainsFunc(groups, func(g *group) bool { return g.Node == m.cfg.Self })
	foreign := slices.ContainsFunc(groups, func(g *group) bool { return g.Node != m.cfg.Self })
	switch {
	case local && foreign:
		return "all"
	case local:
		return "local"
	}
	return "foreign"
}

// mirror is a set from the other side.
func mirror(set string) string {
	switch set {
	case "local":
		return "foreign"
	case "foreign", "failback":
		return "local"
	}
	return set
}

// takeover asks the others to give a set of this member's view.
func (m *Machine) takeover(set string) {
	if !validSet(set) {
		m.refuse("takeover of " + set + ": expected all, local, foreign or failback")
		return
	}
	if m.legacy() {
		m.refuse("takeover is refused: auto_failback legacy has none")
		return
	}
	if !slices.ContainsFunc(m.peers, func(p *peer) bool { return p.state == ring.Active }) {
		m.refuse("takeover is refused: no other node is there")
		return
	}
	if set == "failback" {
		set = "foreign"
	}
	for _, g := range m.groups { // who asks by hand has mended it
		g.failed, g.give = false, false
	}
	m.say(wire.New("hb_takeover").Add(hold, set))
}

func validSet(set string) bool {
	return set == "all" || set == "local" || set == "foreign" || set == "failback"
}
