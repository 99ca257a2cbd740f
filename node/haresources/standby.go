package haresources

import (
	"slices"
	"time"

	"crm/node/ring"
	"crm/node/wire"
)

// move is a standby under way: the giver asks ("me"), the taker agrees
// ("other"), the giver stops and says "done", the taker starts and says "done".
type move struct {
	with   *peer
	giving bool
	set    string // from the giver's point of view
	groups []*group
	step   moveStep
	until  time.Time
}

type moveStep byte

const (
	asked    moveStep = iota // giver: nobody has agreed yet
	stopping                 // giver: scripts run; taker: the giver's do
	starting                 // giver: the taker's scripts run; taker: ours do
)

func (v *move) has(g *group) bool { return slices.Contains(v.groups, g) }

// standby gives a set of this member's groups to another member.
func (m *Machine) standby(set string) {
	switch {
	case !validSet(set):
		m.refuse("standby of " + set + ": expected all, local, foreign or failback")
		return
	case m.legacy():
		m.refuse("standby is refused: auto_failback legacy has none")
		return
	case m.stopping:
		m.refuse("standby is refused: this member stops")
		return
	case m.move != nil:
		m.refuse("standby is refused: another one is under way with " + m.move.with.name)
		return
	case !m.stable || !m.settled():
		m.refuse("standby is refused: resources are being started or stopped here")
		return
	}
	if set == "failback" {
		set = "foreign"
	}
	groups := m.choose(func(g *group) bool { return g.want && inSet(set, g.Node == m.cfg.Self) })
	if len(groups) == 0 {
		m.note(ring.Info, "standby: nothing of that is held here")
		return
	}
	for _, p := range m.peers {
		if m.takes(p) {
			m.giveTo(p, set, groups)
			return
		}
	}
	m.refuse("standby is refused: no other node is there and stable")
}

// refuse says why a wish is not carried out.
func (m *Machine) refuse(text string) { m.out = append(m.out, Effect{Kind: Refuse, Text: text}) }

// giveTo offers groups to a peer. A heartbeat takes whole sets only.
func (m *Machine) giveTo(p *peer, set string, groups []*group) {
	if !p.ours {
		groups = m.choose(func(g *group) bool { return inSet(set, g.Node == m.cfg.Self) })
	}
	m.move = &move{with: p, giving: true, set: set, groups: groups, until: m.now.Add(answerDelay)}
	m.ask("me")
}

// ask says one step of the standby.
func (m *Machine) ask(step string) {
	msg := wire.New("ask_resources")
	switch {
	case len(m.peers) < 2:
	case step == "other" && m.move.with.ours: // all shall know who takes, should the giver leave
		msg.Add(answerTo, m.move.with.name)
	default:
		msg.Add(wire.Dest, m.move.with.name)
	}
	m.say(msg.Add(hold, m.move.set).Add(wire.Info, step).Add(groupKeys, keys(m.move.groups)))
}

func (m *Machine) heardAsk(p *peer, msg *wire.Message) {
	info := msg.Get(wire.Info)
	if to, ok := msg.Lookup(answerTo); ok && to != m.cfg.Self {
		m.mark(p, m.named(p, msg), true)
		return
	}
	if info == "me" {
		m.heardOffer(p, msg)
		return
	}
	v := m.move
	if v == nil || v.with != p {
		m.note(ring.Warn, "ask_resources "+info+" of "+p.name+" belongs to no standby: dropped")
		return
	}
	switch {
	case info == "not" && v.giving && v.step == asked:
		m.note(ring.Warn, "the standby is cancelled: "+p.name+" does not take it; its log says why")
		p.deaf, m.move = true, nil
	case info == "other" && v.giving && v.step == asked:
		v.step, v.until = stopping, m.now.Add(moveDelay)
		for _, g := range v.groups {
			m.release(g)
		}
		m.sayHeld("standby")
	case info == "done" && v.giving && v.step == starting:
		m.mark(p, v.groups, true)
		m.move, m.told = nil, unsaid
	case info == "done" && !v.giving && v.step == stopping:
		v.step = starting
		m.mark(p, v.groups, false)
		for i, g := range m.groups {
			if v.has(g) && !g.failed && !m.heldElsewhere(i) {
				m.take(g)
			}
		}
	}
}

// heardOffer answers a peer that wants to give groups away.
func (m *Machine) heardOffer(p *peer, msg *wire.Message) {
	groups := m.named(p, msg)
	refuse := ""
	switch {
	case m.legacy():
		refuse = "auto_failback legacy has no standby"
	case m.stopping:
		refuse = "this member stops"
	case m.move != nil:
		refuse = "another one is under way with " + m.move.with.name
	case !m.stable || !m.settled():
		refuse = "resources are being started or stopped here"
	case len(groups) > 0 && !slices.ContainsFunc(groups, func(g *group) bool { return !g.failed }):
		refuse = "what it offers failed here: mend it and ask for it with hb_takeover"
	}
	if refuse != "" {
		m.note(ring.Warn, "standby of "+p.name+" is not taken: "+refuse)
		if p.ours {
			m.say(wire.New("ask_resources").Add(wire.Dest, p.name).Add(hold, msg.Get(hold)).Add(wire.Info, "not").Add(groupKeys, ""))
		}
		return
	}
	p.gave = p.gave || slices.ContainsFunc(groups, func(g *group) bool { return g.Node == p.name })
	m.move = &move{with: p, set: msg.Get(hold), groups: groups, step: stopping, until: m.now.Add(moveDelay)}
	m.ask("other")
}

// moving goes on with a standby when scripts have ended or time is over.
func (m *Machine) moving() {
	v := m.move
	if v == nil {
		return
	}
	ready := !slices.ContainsFunc(v.groups, func(g *group) bool { return !g.settled() })
	switch {
	case !m.now.Before(v.until):
		m.note(ring.Warn, "no reply of "+v.with.name+" to the standby: cancelled")
		v.with.deaf = true
		m.move = nil
		m.fill()
	case v.giving && v.step == stopping && ready:
		v.step = starting
		m.ask("done")
	case !v.giving && v.step == starting && ready:
		m.ask("done")
		m.move, m.told = nil, unsaid
	}
}

// abandon ends a standby whose other side is gone.
func (m *Machine) abandon(p *peer) {
	if m.move != nil && m.move.with == p {
		m.move = nil
	}
}

func (m *Machine) mark(p *peer, groups []*group, held bool) {
	for i, g := range m.groups {
		if slices.Contains(groups, g) {
			p.held[i] = held
		}
	}
}
