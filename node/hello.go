package node

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
)

// Who has nothing new to say is silent. A member's heartbeats carry its
// stamp: its process, the edition of its last hello, and a count that rises
// while its machine runs and is as that hello says. A stamp is worth as much
// as the hello it names; and where the newest hellos of leader and follower
// agree in everything that the log's own heartbeat and its answer would say,
// those are not sent.

// hello tells all live peers how this member is.
func (m *Machine) hello() {
	msg := m.newHello()
	for _, p := range m.sortedPeers() {
		if p.up {
			m.emit(Send{To: p.name, Message: msg})
		}
	}
	m.chooseDC()
}

// helloTo tells one who missed it; all, when it is another by now.
func (m *Machine) helloTo(peer string) {
	switch p := m.peers[peer]; {
	case p == nil:
	case !m.isSaid(m.myHello()):
		m.hello()
	default:
		m.emit(Send{To: peer, Message: m.newHello()})
	}
}

// restate says hello when there is something new, and else that there is not.
func (m *Machine) restate() {
	if m.isSaid(m.myHello()) {
		m.hellos++
		m.stamp()
		return
	}
	if early := m.saidAt.Add(min(helloEvery, m.cfg.Election/2)).Sub(m.now); early > 0 {
		m.set(alarmStamp, early) // more may change; what was said holds no longer, and is not stamped
		return
	}
	m.clear(alarmHello)
	m.hello()
}

// helloEvery is how often a member says what is new, unless it matters at once.
const helloEvery = time.Second

// newHello makes a hello, and the stamp that goes with it.
func (m *Machine) newHello() *Message {
	h := m.myHello()
	if !m.isSaid(h) {
		m.editions++
	}
	m.hellos++
	h.Count, h.Edition = m.hellos, m.editions
	m.saidAt = m.now
	m.said = &Message{Lineage: string(m.log.lineage), Hello: h}
	m.stamp()
	return m.said
}

// isSaid tells whether a hello says what the last one said.
func (m *Machine) isSaid(h *Hello) bool {
	return m.said != nil && m.said.Lineage == string(m.log.lineage) && m.said.Hello.Standing == h.Standing &&
		slices.Equal(m.said.Hello.Joined, h.Joined) && slices.Equal(m.said.Hello.Table, h.Table) && slices.Equal(m.said.Hello.FenceEvents, h.FenceEvents)
}

func (m *Machine) myHello() *Hello {
	last, err := m.log.mem.LastIndex()
	m.must(err)
	st := m.log.raw.BasicStatus()
	h := &Hello{Standing: Standing{Process: m.cfg.Process, Born: m.born.UnixMilli(), Term: st.Term, Version: m.log.reg.version, Last: last,
		Digest: m.log.reg.digest, Commit: st.Commit, Leads: m.log.leads, Follows: m.leader(), Members: len(m.log.conf.Voters), Nodes: m.nodes,
		Stopping: m.stopping, Conflicts: m.conflicts}}
	if m.dc != nil {
		h.Reign, h.Quorum, h.Joined, h.Table, h.FenceEvents = m.dc.reign, m.dc.quorum, m.dc.joined(), m.tableList(), m.fenceEvents
	}
	return h
}

// stamp has the next heartbeats say that the last hello holds.
func (m *Machine) stamp() {
	m.align(alarmStamp, 1)
	m.emit(Stamp{Text: processMark(m.cfg.Process) + "." + strconv.FormatUint(m.editions, 16) + "." + strconv.FormatUint(m.hellos, 16)})
}

// processMark is the part of a process's name that stamps carry. It need only
// differ from the process before it on the same node.
func processMark(process string) string { return process[:min(len(process), 8)] }

func readStamp(text string) (process string, edition, count uint64, ok bool) {
	process, rest, _ := strings.Cut(text, ".")
	first, second, _ := strings.Cut(rest, ".")
	edition, err1 := strconv.ParseUint(first, 16, 64)
	count, err2 := strconv.ParseUint(second, 16, 64)
	return process, edition, count, process != "" && err1 == nil && err2 == nil
}

func (m *Machine) heardHello(from string, msg *Message) {
	p, h := m.peers[from], msg.Hello
	if p.hello != nil && p.hello.Process == h.Process && p.count > h.Count {
		return // overtaken by a later one
	}
	if h.Process == p.killed {
		return // it was shot; this is an echo
	}
	p.killed, p.dead = "", false
	changed := p.hello == nil || p.hello.Process != h.Process
	p.hello, p.lineage, p.count = h, lineage(msg.Lineage), h.Count
	m.met(p, changed)
}

// stamped takes a peer's stamp: its last hello holds, or is missing here.
func (m *Machine) stamped(ev Stamped) {
	p := m.peers[ev.Peer]
	process, edition, count, ok := readStamp(ev.Text)
	if p == nil || !p.up || !ok || p.killed != "" && processMark(p.killed) == process {
		return
	}
	switch h := p.hello; {
	case h == nil, processMark(h.Process) != process, edition > h.Edition:
		m.missHello(p)
	case edition == h.Edition && count > p.count:
		p.count = count
		m.met(p, false)
	}
}

// met follows what a peer has said, or said again.
func (m *Machine) met(p *peer, changed bool) {
	p.heard, p.wanted, p.wants = m.now, time.Time{}, 0
	if m.meetLineage(p, p.lineage) {
		m.helpVoter(p)
		m.vouch(p)
		m.dropVoter()
	}
	if changed {
		m.memberChanged(p)
	}
	m.standSoon()
	m.chooseDC()
	m.obey(p)
}

// missHello asks for a hello that is not here, unless it is on its way: on a
// machine that does not keep up it may be for long, and asking makes it longer.
func (m *Machine) missHello(p *peer) {
	switch {
	case p.wanted.IsZero():
		p.wanted = m.now
	case m.now.Sub(p.wanted) >= m.cfg.Retry<<min(p.wants, mostWants):
		p.wanted = m.now
		p.wants++
		m.want(p.name)
	}
}

// mostWants doublings of the pause between two questions.
const mostWants = 3

// want asks a live peer how it is.
func (m *Machine) want(peer string) {
	if p := m.peers[peer]; p != nil && p.up {
		m.send(peer, &Message{Want: true})
	}
}

// vouch lets a hello count as what the log's heartbeat between leader and
// follower would have said.
func (m *Machine) vouch(p *peer) {
	st := m.log.raw.BasicStatus()
	switch id := memberID(p.name); {
	case p.hello.Term != st.Term:
	case m.rests(p):
		err := m.log.raw.Step(pb.Message{Type: pb.MsgHeartbeatResp, From: id, To: st.ID, Term: st.Term})
		if err != nil && err != raft.ErrStepPeerNotFound {
			m.note(Debug, "the log does not take the hello of %s for an answer: %v", p.name, err)
		}
	case st.Lead == id && p.hello.Follows == p.name:
		m.waitForLeader()
	}
}

// rests tells whether a follower has said lately that it has all of the log,
// committed, and follows this leader: nothing is left to tell it.
func (m *Machine) rests(p *peer) bool {
	h := p.hello
	if !m.log.leads || !p.up || p.dead || h == nil || p.lineage != m.log.lineage || m.now.Sub(p.heard) >= m.doubt() {
		return false
	}
	last, err := m.log.mem.LastIndex()
	m.must(err)
	st := m.log.raw.BasicStatus()
	return h.Term == st.Term && h.Follows == m.cfg.Name && st.Commit == last && h.Commit == last && h.Last == last
}
