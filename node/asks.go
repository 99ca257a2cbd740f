package node

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"crm/cib"
)

// ask is a request made at this member that was not answered yet. It is
// handed to the DC, and again to the next one.
type ask struct {
	id       string
	req      Request
	deadline time.Time
	sent     int // how often it was handed to a DC
}

// asker is who waits for an answer of this DC.
type asker struct{ member, id string }

// waiter is an asker of VerbWait.
type waiter = asker

// asked takes a request of this machine.
func (m *Machine) asked(ev Asked) {
	switch ev.Request.Verb {
	case VerbShutdown:
		m.stop()
		m.emit(Answer{ID: ev.ID, Reply: Reply{Text: "stopping"}})
	case VerbMembers:
		m.emit(Answer{ID: ev.ID, Reply: Reply{Version: m.log.reg.version, Members: m.members(), FenceEvents: m.fenceEvents}})
	case VerbForget:
		m.conflicts = 0
		m.emit(Store{Acknowledged: true, Sync: true})
		m.emit(Answer{ID: ev.ID})
	case VerbRead, VerbCommit, VerbStandby, VerbAttribute, VerbAttributes, VerbWriteDamped, VerbForgetFenceEvents, VerbFence, VerbCleanup, VerbRefresh, VerbConfirm, VerbWait:
		m.handOver(ev)
	default:
		m.emit(Answer{ID: ev.ID, Reply: Reply{Refused: RefusedInvalid, Text: fmt.Sprintf("unknown request %q", ev.Request.Verb)}})
	}
}

func (m *Machine) handOver(ev Asked) {
	wait := m.cfg.AskWait
	switch ev.Request.Verb {
	case VerbWait, VerbFence:
		wait = 24 * time.Hour // who asks gives up before
	case VerbRead:
		wait = max(2*m.cfg.Retry, 2*m.cfg.Election) // then the local copy will do
	}
	a := m.asks[ev.ID]
	if a == nil {
		a = &ask{id: ev.ID, req: ev.Request}
		if v := m.log.reg.version; a.req.Verb == VerbCommit && a.req.Base.AdminEpoch == v.AdminEpoch && a.req.Base.Epoch == v.Epoch {
			a.req.Digest = m.log.reg.digest
		}
		m.asks[ev.ID] = a
	}
	a.deadline = m.now.Add(wait)
	m.sendAsk(a)
	m.sooner(alarmAsks, m.cfg.Retry)
}

func (m *Machine) sendAsk(a *ask) {
	if m.boss == "" || m.boss == m.cfg.Name && m.dc == nil {
		return
	}
	a.sent++
	m.send(m.boss, &Message{Ask: &Ask{ID: a.id, From: m.cfg.Name, Request: a.req}})
}

// repeatAsks hands requests over again, and gives up on those whose time is
// over.
func (m *Machine) repeatAsks() {
	for _, id := range sortedKeys(m.asks) {
		a := m.asks[id]
		if m.now.Before(a.deadline) {
			m.sendAsk(a)
			continue
		}
		delete(m.asks, id)
		m.emit(Answer{ID: id, Reply: m.giveUp(a)})
	}
	if len(m.asks) > 0 {
		m.sooner(alarmAsks, m.cfg.Retry)
	}
}

func (m *Machine) giveUp(a *ask) Reply {
	r := Reply{Version: m.log.reg.version}
	switch {
	case a.req.Verb == VerbRead:
		r.CIB, r.Text = m.view().Bytes(), "no DC answered; this is what "+m.cfg.Name+" knows by itself"
	case a.sent > 0:
		r.Refused, r.Text = RefusedUnknown, "the DC did not answer in time: the request may or may not have been carried out"
	default:
		r.Refused, r.Text = RefusedNoDC, "no DC: the members of this partition have not agreed on one; nothing was changed"
	}
	return r
}

func (m *Machine) heardTold(t *Told) {
	a := m.asks[t.ID]
	if a == nil {
		return
	}
	if t.Reply.Refused == RefusedNoQuorum && a.sent > 1 && a.req.Verb == VerbCommit {
		return // an earlier DC may have it in its log; only quorum can tell
	}
	delete(m.asks, t.ID)
	m.emit(Answer(*t))
}

// reply answers an asker, here or on another member.
func (m *Machine) reply(to asker, r Reply) {
	m.send(to.member, &Message{Reply: &Told{ID: to.id, Reply: r}})
}

// heardAsk decides a request as DC.
func (m *Machine) heardAsk(from string, q *Ask) {
	if m.dc == nil {
		return
	}
	to := asker{from, q.ID}
	switch q.Request.Verb {
	case VerbRead:
		m.reply(to, Reply{CIB: m.view().Bytes(), Version: m.log.reg.version})
	case VerbCommit:
		m.decideCommit(to, q.Request)
	case VerbStandby:
		m.decideStandby(to, q.Request)
	case VerbAttribute:
		m.decideAttribute(to, q.Request)
	case VerbAttributes:
		m.reply(to, Reply{Version: m.log.reg.version, Attributes: m.attributeOf(q.Request.Name, q.Request.Node)})
	case VerbFence:
		m.decideFence(to, q.Request)
	case VerbForgetFenceEvents:
		m.forgetFenceEvents(q.Request.Node)
		m.reply(to, Reply{Version: m.log.reg.version})
	case VerbWriteDamped:
		m.writeDampedNow()
		m.reply(to, Reply{Version: m.log.reg.version})
	case VerbCleanup, VerbRefresh:
		m.decideCleanup(to, q.Request)
	case VerbConfirm:
		m.decideConfirm(to, q.Request)
	case VerbWait:
		if !slices.Contains(m.dc.waiters, to) {
			m.dc.waiters = append(m.dc.waiters, to)
		}
		if m.isQuiet() {
			m.answerWaiters()
		}
	}
}

func (m *Machine) answerWaiters() {
	if !m.isQuiet() {
		return
	}
	all := m.dc.waiters
	m.dc.waiters = nil
	for _, w := range all {
		m.reply(w, Reply{Version: m.log.reg.version})
	}
}

// decideCommit puts a new configuration into the log, once.
func (m *Machine) decideCommit(to asker, q Request) {
	if o, done := m.log.reg.find(to.id); done {
		m.reply(to, outcomeReply(o))
		return
	}
	if waiting, under := m.dc.commits[to.id]; under {
		if !slices.Contains(waiting, to) {
			m.dc.commits[to.id] = append(waiting, to)
		}
		return
	}
	if !m.dc.quorum {
		m.reply(to, Reply{Refused: RefusedNoQuorum, Version: m.log.reg.version,
			Text: "this partition has no quorum: the configuration is read-only; nothing was changed"})
		return
	}
	if _, err := parseConfiguration(q.CIB); err != nil {
		m.reply(to, Reply{Refused: RefusedInvalid, Version: m.log.reg.version, Text: err.Error()})
		return
	}
	m.proposeFor(to, &proposal{ID: to.id, Base: q.Base, Digest: q.Digest, When: m.now, Who: q.Who, From: to.member, Note: q.Note, CIB: q.CIB})
}

func (m *Machine) proposeFor(to asker, p *proposal) {
	// Whether Base still holds, the log decides: a leader that was deposed
	// and does not know it yet must not say so.
	if !m.propose(p) {
		m.reply(to, Reply{Refused: RefusedNoQuorum, Version: m.log.reg.version, Text: "the log takes no entry now; nothing was changed"})
		return
	}
	m.dc.commits[p.ID] = append(m.dc.commits[p.ID], to)
}

func outcomeReply(o outcome) Reply {
	r := Reply{Refused: o.Refused, Version: o.Version}
	switch o.Refused {
	case RefusedConflict:
		r.Text = "the configuration was changed meanwhile, it is at version " + o.Version.String()
	case RefusedInvalid:
		r.Text = "the configuration could not be read"
	}
	return r
}

// proposalApplied answers who waits for a proposal.
func (m *Machine) proposalApplied(o outcome) {
	if m.dc == nil {
		return
	}
	for _, to := range m.dc.commits[o.ID] {
		m.reply(to, outcomeReply(o))
	}
	delete(m.dc.commits, o.ID)
	if e := m.dc.edits[o.ID]; e != nil {
		delete(m.dc.edits, o.ID)
		m.editApplied(e, o)
	}
}

// decideAttribute sets a transient attribute.
func (m *Machine) decideAttribute(to asker, q Request) {
	s := m.dc.members[q.Node]
	if s == nil {
		m.reply(to, Reply{Refused: RefusedInvalid, Text: fmt.Sprintf("node %q is not online: its transient attributes cannot be set", q.Node)})
		return
	}
	if q.Name == "" {
		m.reply(to, Reply{Refused: RefusedInvalid, Text: "an attribute needs a name"})
		return
	}
	value := q.Value
	if q.Delete {
		value = ""
	}
	m.putAttr(s, Aside{q.Name, value, q.Wait}, q.Private)
	m.reply(to, Reply{Version: m.log.reg.version})
}

// decideConfirm takes an administrator's word that a node is down.
func (m *Machine) decideConfirm(to asker, q Request) {
	p := m.peers[q.Node]
	switch {
	case p == nil:
		m.reply(to, Reply{Refused: RefusedInvalid, Text: fmt.Sprintf("%q is not another configured node", q.Node)})
	case p.up:
		m.reply(to, Reply{Refused: RefusedInvalid, Text: fmt.Sprintf("node %q is alive: its heartbeat is heard", q.Node)})
	default:
		m.note(Warn, "%s is down on the word of an administrator", q.Node)
		now := m.now.Unix()
		m.keepFenceEvent(FenceEvent{Key: to.id, Target: q.Node, Action: "off", By: Human, Client: cmp.Or(q.Note, "crm"), Origin: to.member, Began: now, Ended: now, OK: true})
		m.markDead(q.Node, m.processOf(q.Node))
		m.think(q.Node + " is confirmed down")
		m.reply(to, Reply{Version: m.log.reg.version})
	}
}

// members is what VerbMembers tells.
func (m *Machine) members() []MemberInfo {
	var all []MemberInfo
	for _, name := range m.cfg.Members {
		info := MemberInfo{Name: name, DC: name == m.boss, Quorum: m.leader() != ""}
		if p := m.peers[name]; p != nil {
			info.Up = p.up
			if p.hello != nil {
				info.Conflicts = p.hello.Conflicts
			}
		} else {
			info.Up, info.Conflicts = true, m.conflicts
		}
		if f := m.table[name]; f != nil {
			info.Joined = f.Join == joinMember
		}
		all = append(all, info)
	}
	return all
}

// edit is a change of the configuration that this DC makes itself. When
// somebody else's commit came between, it is made again.
type edit struct {
	change func(*cib.Document) error
	note   string
	who    string
	to     *asker
}

// apply puts an edit into the log.
func (m *Machine) apply(e *edit) {
	doc := m.log.reg.doc.Copy()
	if err := e.change(doc); err != nil {
		m.editDone(e, Reply{Refused: RefusedInvalid, Text: err.Error()})
		return
	}
	text := doc.Compact()
	if string(text) == string(m.log.reg.text) {
		m.editDone(e, Reply{Version: m.log.reg.version})
		return
	}
	m.editKeys++
	id := fmt.Sprintf("%s.edit.%d", m.cfg.Process, m.editKeys)
	if !m.propose(&proposal{ID: id, Base: m.log.reg.version, Digest: m.log.reg.digest, When: m.now, Who: e.who, From: m.cfg.Name, Note: e.note, CIB: text}) {
		m.editDone(e, Reply{Refused: RefusedNoQuorum, Text: "the log takes no entry now; nothing was changed"})
		return
	}
	m.dc.edits[id] = e
}

func (m *Machine) editApplied(e *edit, o outcome) {
	if o.Refused == RefusedConflict {
		m.apply(e)
		return
	}
	m.editDone(e, outcomeReply(o))
}

func (m *Machine) editDone(e *edit, r Reply) {
	if e.to != nil {
		m.reply(*e.to, r)
	}
	m.answerWaiters()
}
