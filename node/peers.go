package node

import (
	"slices"
	"time"
)

// peer is another configured member as seen from here.
type peer struct {
	name  string
	known bool // the ring has spoken about it
	up    bool // by the ring
	// harmless: it left cleanly or was fenced, and joined nobody since; so it
	// runs nothing, whether the ring hears it or not.
	harmless bool
	dead     bool // fenced; until another process of it is heard
	hello    *Hello
	lineage  lineage   // of the hello
	heard    time.Time // of the hello, or of a stamp that confirmed it
	count    uint64    // of the hello or stamp heard last
	wants    int       // times it was asked for
	wanted   time.Time // since when its newest hello is missing, or was asked for
	killed   string    // the process that was fenced: nothing it says counts
	behind   int       // hellos in a row that showed a log shorter than it had confirmed
}

// upMembers are the members of this partition by the ring, sorted, this one
// included.
func (m *Machine) upMembers() []string {
	up := []string{m.cfg.Name}
	for _, p := range m.peers { // order: sorted below
		if p.up {
			up = append(up, p.name)
		}
	}
	slices.Sort(up)
	return up
}

func (m *Machine) sortedPeers() []*peer {
	if len(m.ranked) != len(m.peers) { // the configured ones: they do not change
		m.ranked = m.ranked[:0]
		for _, name := range sortedKeys(m.peers) {
			m.ranked = append(m.ranked, m.peers[name])
		}
	}
	return m.ranked
}

// peerState takes the ring's word.
func (m *Machine) peerState(ev PeerState) {
	p := m.peers[ev.Peer]
	if p == nil {
		m.note(Debug, "the ring speaks of %s, which is not a configured node", ev.Peer)
		return
	}
	was := p.up
	p.known, p.up = true, ev.Up
	if ev.Up {
		m.pairFailed, m.pairSince = 0, time.Time{}
		m.sooner(alarmHello, 0)
	} else {
		p.harmless = p.harmless || ev.Left
		p.hello, p.wanted = nil, time.Time{}
		m.leaderDied(ev.Peer)
		m.sooner(alarmPair, 0)
	}
	if was != ev.Up {
		m.note(Info, "%s is %s", ev.Peer, map[bool]string{true: "up", false: "dead"}[ev.Up])
		m.memberChanged(p)
	}
}

// standSoon stands for election at once when a majority of the voters is up
// and all of them say that nobody leads; the first of them first.
func (m *Machine) standSoon() {
	if m.leader() != "" || !m.votes() || m.isLeader() {
		return
	}
	votes, rank := 1, 0
	for _, p := range m.sortedPeers() {
		if !p.up {
			continue
		}
		if p.hello == nil || p.hello.Follows != "" || p.lineage != m.log.lineage {
			return
		}
		if slices.Contains(m.log.conf.Voters, memberID(p.name)) {
			votes++
			if p.name < m.cfg.Name {
				rank++
			}
		}
	}
	if 2*votes > len(m.log.conf.Voters) {
		m.sooner(alarmElection, m.turn(rank))
	}
}

// chooseDC finds out who coordinates: the leader of the log, or without one,
// by rule, the longest running member of the partition, then the one whose
// name sorts first.
func (m *Machine) chooseDC() {
	boss := m.leader()
	if boss == "" {
		boss = m.bossByRule()
	}
	if boss == m.boss {
		return
	}
	m.boss = boss
	if boss == "" {
		return
	}
	m.sooner(alarmHello, 0)
	m.repeatAsks()
	if p := m.peers[boss]; p != nil {
		m.obey(p)
	}
}

// obey joins the reign of the DC, as its newest hello tells it.
func (m *Machine) obey(p *peer) {
	if p.hello == nil || p.hello.Reign == "" || p.name != m.boss || p.lineage != m.log.lineage {
		return
	}
	m.keepTable(p.hello.Table)
	if slices.Contains(p.hello.Joined, m.cfg.Process) { // else it is still to hear what is known here
		m.takeFenceEvents(p.hello.FenceEvents)
	}
	m.joinReign(p.name, p.hello.Reign, p.hello.Joined)
}

// bossByRule chooses among the live members when the live voters are no
// majority; a majority elects a leader, and nobody may come before that.
func (m *Machine) bossByRule() string {
	votes := 0
	if m.votes() {
		votes++
	}
	best, born := m.cfg.Name, m.born.UnixMilli()
	for _, p := range m.sortedPeers() {
		if !p.up {
			continue
		}
		if slices.Contains(m.log.conf.Voters, memberID(p.name)) {
			votes++
		}
		if p.hello == nil {
			return "" // not known yet who it is
		}
		if p.hello.Follows != "" {
			return "" // somebody leads; we shall hear of it
		}
		if p.hello.Born < born || p.hello.Born == born && p.name < best {
			best, born = p.name, p.hello.Born
		}
	}
	if 2*votes > len(m.log.conf.Voters) && votes > 0 {
		return ""
	}
	if len(m.log.conf.Voters) == 0 || m.now.Sub(m.born) < m.cfg.Election {
		return ""
	}
	if m.pairing() || len(m.upMembers()) == 1 && !m.allKnown() {
		return "" // the ring, or this member, has not made up its mind about the others
	}
	return best
}

func (m *Machine) allKnown() bool {
	for _, p := range m.peers { // order: any unknown one will do
		if !p.known {
			return false
		}
	}
	return true
}

// helpVoter brings a live peer of the same log into the vote, and starts the
// log anew when a voter lost its disk.
func (m *Machine) helpVoter(p *peer) {
	if !m.log.leads {
		return
	}
	id := memberID(p.name)
	if !slices.Contains(m.log.conf.Voters, id) {
		m.addVoter(id)
		return
	}
	if pr, ok := m.log.raw.Status().Progress[id]; ok && pr.Match > p.hello.Last {
		p.behind++
		if p.behind < 3 { // not just an old hello
			return
		}
		m.note(Warn, "%s lost log entries that it had confirmed; the log is sent again", p.name)
		m.must(m.startRaft(m.log.mem))
		m.set(alarmElection, 0)
	}
	p.behind = 0
}
