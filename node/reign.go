package node

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// coordinator is what a member holds while it is DC.
type coordinator struct {
	reign   string
	quorum  bool
	members map[string]*subject
	lost    map[string]*subject
	given   map[string]*given    // orders without a result, by key
	outbox  []*given             // given, not yet sent
	edits   map[string]*edit     // changes of the configuration made here
	damped  map[string]time.Time // attributes whose changes are waited for, and until when
	plan    plan
	waiters []waiter // requests that wait for quiet
	commits map[string][]asker
	asked   map[string]bool // requests of VerbFence under way
}

// subject is a member that joined this reign.
type subject struct {
	name     string
	process  string
	jobs     int                // agents it is willing to run at a time
	taken    uint64             // updates taken
	early    map[uint64]*Update // by number: those that came before their turn
	hist     history
	attrs    map[string]string // transient, as the CIB has them
	asides   map[string]Aside
	attrsVer uint64
	attrsAck uint64

	version uint64            // of hist
	changed map[string]uint64 // by resource: the version of its last change
	mirrors map[string]uint64 // by node: the version of its copy at this member
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// reignNow begins or ends this member's time as DC.
func (m *Machine) reignNow() {
	quorum := m.log.leads && !m.alone()
	want := m.boss == m.cfg.Name && (quorum || !m.isLeader())
	switch {
	case m.dc != nil && (!want || m.dc.quorum != quorum):
		m.endReign(m.whyOver(quorum))
	case m.dc == nil && want && !m.exited:
		m.beginReign(quorum)
	}
}

// alone tells whether this member leads only because it is the only voter,
// and does not know yet who else lives: another incarnation may be at work.
func (m *Machine) alone() bool { return len(m.log.conf.Voters) == 1 && !m.allKnown() }

func (m *Machine) whyOver(quorum bool) string {
	switch {
	case m.boss == m.cfg.Name && quorum:
		return "it has quorum now, and begins anew"
	case m.boss == m.cfg.Name:
		return "it has no quorum any more"
	case m.boss == "":
		return "nobody leads the log"
	}
	return m.boss + " coordinates"
}

func (m *Machine) beginReign(quorum bool) {
	m.reigns++
	m.dc = &coordinator{reign: m.cfg.Process + "/" + strconv.Itoa(m.reigns), quorum: quorum, members: map[string]*subject{}, lost: map[string]*subject{},
		given: map[string]*given{}, edits: map[string]*edit{}, damped: map[string]time.Time{},
		commits: map[string][]asker{}, asked: map[string]bool{}}
	m.note(Info, "this member is DC %s quorum, lineage %q", map[bool]string{true: "with", false: "without"}[quorum], m.log.lineage)
	for _, p := range m.sortedPeers() {
		m.factFor(p)
		if !p.up {
			m.abandonFencings(p.name, nil)
		}
	}
	m.recall()
	m.set(alarmJoin, m.cfg.JoinWait)
	m.joinReign(m.cfg.Name, m.dc.reign, nil)
	m.think("a new DC")
	m.sooner(alarmHello, 0)
	m.registerNodes()
}

// endReign stops coordinating. Orders under way are finished by their
// members, who tell the next DC.
func (m *Machine) endReign(why string) {
	if m.dc == nil {
		return
	}
	m.note(Info, "this member is no longer DC: %s", why)
	m.dc = nil
	for _, a := range []alarm{alarmOrders, alarmJoin, alarmEngine, alarmMirror, alarmDamped} {
		m.clear(a)
	}
	m.sooner(alarmHello, 0)
}

// joined lists the processes that take part.
func (c *coordinator) joined() []string {
	var all []string
	for _, name := range sortedKeys(c.members) {
		all = append(all, c.members[name].process)
	}
	return all
}

// fact is the table's entry for a node, made when missing.
func (m *Machine) fact(name string) *NodeFact {
	f := m.table[name]
	if f == nil {
		f = &NodeFact{Name: name}
		m.table[name] = f
	}
	return f
}

func (m *Machine) tableList() []NodeFact {
	all := make([]NodeFact, 0, len(m.table))
	for _, name := range sortedKeys(m.table) {
		all = append(all, *m.table[name])
	}
	return all
}

// keepTable remembers what the DC holds true, for the case that this member
// is the next DC.
func (m *Machine) keepTable(list []NodeFact) {
	clear(m.table)
	for _, f := range list {
		m.table[f.Name] = &f
		if p := m.peers[f.Name]; p != nil {
			p.harmless = f.Join != joinMember && f.Expect == joinDown
			if f.Join == joinMember && f.Process != p.killed {
				p.dead = false // the DC has met a new process of it
			}
		}
	}
}

// The words of node_state.
const (
	joinMember  = "member"
	joinPending = "pending"
	joinDown    = "down"
)

// factFor brings the table in line with what the ring and the hellos say of
// a peer. It never makes a node that was lost look as if it had left.
func (m *Machine) factFor(p *peer) {
	f := m.table[p.name]
	switch {
	case p.dead:
		m.setDown(p.name)
	case p.up && f == nil, p.up && f.InCCM == 0:
		f = m.fact(p.name)
		f.InCCM, f.Crmd, f.Join = m.now.Unix(), 0, joinPending
		if f.Expect == "" {
			f.Expect = joinDown
		}
	case !p.up && f != nil && !p.harmless && f.Expect != joinMember:
		delete(m.table, p.name) // it never joined here: nobody knows what it runs
	case !p.up && f != nil:
		f.InCCM, f.Crmd, f.Join = 0, 0, joinDown
		if p.harmless {
			f.Expect = joinDown
		}
	}
}

// setDown records that a node is cleanly down or was fenced.
func (m *Machine) setDown(name string) {
	f := m.fact(name)
	f.InCCM, f.Crmd, f.Join, f.Expect = 0, 0, joinDown, joinDown
	if m.dc != nil {
		delete(m.dc.lost, name)
	}
}

// memberChanged follows what the ring or a hello said about a peer.
func (m *Machine) memberChanged(p *peer) {
	if m.dc == nil {
		return
	}
	c := m.dc
	s := c.members[p.name]
	gone := s != nil && (!p.up || p.hello != nil && p.hello.Process != s.process)
	if gone {
		m.lose(p.name, p.name+" is lost")
	}
	m.factFor(p)
	if p.up && c.members[p.name] == nil && m.fact(p.name).Expect == joinMember {
		m.set(alarmJoin, m.cfg.JoinWait)
	}
	m.think(p.name + " changed")
	m.sooner(alarmHello, 0)
}

// lose ends a member's part in this reign: what it was ordered has failed.
func (m *Machine) lose(name, why string) {
	if s := m.dc.members[name]; s != nil {
		m.dc.lost[name] = s // until it is fenced, what ran there counts
		delete(m.dc.members, name)
	}
	f := m.fact(name)
	f.InCCM, f.Crmd, f.Join = 0, 0, joinDown
	m.abandonFencings(name, nil)
	m.failOrdersOf(name, why)
}

// heardJoin takes a member in.
func (m *Machine) heardJoin(from string, j *Join) {
	if m.dc == nil || j.Reign != m.dc.reign {
		return
	}
	if p := m.peers[from]; p != nil && (!p.up || p.dead || p.killed == j.Process) {
		return
	}
	if s := m.dc.members[from]; s != nil {
		if s.process == j.Process {
			m.sooner(alarmHello, 0) // it did not hear that it is in
			return
		}
		m.lose(from, from+" began anew")
	}
	s := &subject{name: from, process: j.Process, jobs: j.Jobs, taken: j.Upto, early: map[uint64]*Update{}, hist: newHistory(j.History), attrs: map[string]string{}, asides: map[string]Aside{},
		attrsVer: j.AttrsVer, attrsAck: j.AttrsVer, version: 1, changed: map[string]uint64{}, mirrors: map[string]uint64{}}
	for _, a := range j.Attrs {
		s.attrs[a.Name] = a.Value
	}
	m.recallAsides(s, j.Asides)
	m.abandonFencings(from, j.FenceEvents)
	for _, e := range j.FenceEvents {
		m.keepFenceEvent(e)
	}
	if p := m.peers[from]; p != nil {
		p.harmless = false
	}
	m.dc.members[from] = s
	delete(m.dc.lost, from)
	for _, other := range m.dc.members { // order: each on its own
		delete(other.mirrors, from)
	}
	m.mirrorSoon()
	f := m.fact(from)
	if f.InCCM == 0 || f.Process != j.Process {
		f.InCCM = m.now.Unix()
	}
	f.Crmd, f.Join, f.Expect, f.Process = m.now.Unix(), joinMember, joinMember, j.Process
	m.note(Info, "%s joined", from)
	m.think(from + " joined")
	m.sooner(alarmHello, 0)
}

// allJoined tells whether every live member takes part, or was waited for.
// Nothing is decided before the ring has spoken about every configured node,
// nor while a live member lives in another log: it may run things that this
// DC knows nothing of. One of the two logs will give way.
func (m *Machine) allJoined() bool {
	if m.dc.members[m.cfg.Name] == nil || !m.allKnown() {
		return false
	}
	for _, p := range m.peers { // order: any one that differs will do
		if p.up && !p.dead && p.hello != nil && p.lineage != m.log.lineage {
			return false
		}
	}
	if !m.isSet(alarmJoin) {
		return true
	}
	for _, p := range m.peers { // order: any one that misses will do
		if p.up && !p.dead && m.dc.members[p.name] == nil {
			return false
		}
	}
	m.clear(alarmJoin)
	return true
}
