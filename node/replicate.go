package node

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
)

// replica is this member's part of the replicated log.
//
// The Raft library draws its election timeouts from chance. It never gets the
// occasion: only a leader is ticked. When to stand for election is decided
// here, by the ring's word and by alarms spread by Config.Seed.
type replica struct {
	raw     *raft.RawNode
	mem     *raft.MemoryStorage
	reg     *registry
	lineage lineage
	conf    pb.ConfState
	applied uint64
	leads   bool // leader, and all that was committed before is applied
	voted   bool // the voters changed since the last snapshot
	logged  int  // bytes of entries since the last snapshot
}

// snapshotEvery is how many bytes of entries make a snapshot worth it, if
// they are also more than the configuration itself.
const snapshotEvery = 1 << 20

// memberID is the number Raft knows a member by.
func memberID(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strings.ToLower(name)))
	return h.Sum64() | 1 // never 0
}

func (m *Machine) nameOf(id uint64) string {
	for _, name := range m.cfg.Members {
		if memberID(name) == id {
			return name
		}
	}
	return ""
}

// birth is the snapshot every member of a new cluster begins with: the empty
// configuration, and all configured members as voters.
func birth(members []string) pb.Snapshot {
	var s pb.Snapshot
	s.Metadata.Index, s.Metadata.Term = 1, 1
	for _, name := range members {
		s.Metadata.ConfState.Voters = append(s.Metadata.ConfState.Voters, memberID(name))
	}
	slices.Sort(s.Metadata.ConfState.Voters)
	return s
}

// openReplica takes up the log where the disk left it, or begins one.
func (m *Machine) openReplica(st *Stored) error {
	mem := raft.NewMemoryStorage()
	snap := birth(m.cfg.Members)
	fresh := st == nil || len(st.Snapshot) == 0
	if !fresh {
		snap = pb.Snapshot{}
		if err := snap.Unmarshal(st.Snapshot); err != nil {
			return fmt.Errorf("read the stored snapshot: %w", err)
		}
		m.log.lineage = lineage(st.Lineage)
		m.conflicts = st.Conflicts
	}
	if snap.Metadata.Index > 0 {
		if err := mem.ApplySnapshot(snap); err != nil {
			return fmt.Errorf("take the stored snapshot: %w", err)
		}
	}
	if fresh {
		if err := mem.SetHardState(pb.HardState{Term: 1, Commit: 1}); err != nil {
			return err
		}
		m.storeSnapshot(snap, snap.Metadata.Index)
		return m.startRaft(mem)
	}
	if err := readLog(mem, st, snap.Metadata.Index); err != nil {
		return err
	}
	return m.startRaft(mem)
}

func readLog(mem *raft.MemoryStorage, st *Stored, from uint64) error {
	entries := make([]pb.Entry, 0, len(st.Entries))
	for _, e := range st.Entries {
		if e.Index <= from {
			continue
		}
		var entry pb.Entry
		if err := entry.Unmarshal(e.Data); err != nil {
			return fmt.Errorf("read the stored log entry %d: %w", e.Index, err)
		}
		if want := from + uint64(len(entries)) + 1; entry.Index != want {
			return fmt.Errorf("read the stored log: entry %d stands where %d should", entry.Index, want)
		}
		entries = append(entries, entry)
	}
	if err := mem.Append(entries); err != nil {
		return fmt.Errorf("take the stored log: %w", err)
	}
	var hard pb.HardState
	if err := hard.Unmarshal(st.HardState); err != nil {
		return fmt.Errorf("read the stored hard state: %w", err)
	}
	if last := from + uint64(len(entries)); hard.Commit > last {
		return fmt.Errorf("the stored log ends at entry %d, but %d was committed: the disk lost entries", last, hard.Commit)
	}
	hard.Commit = max(hard.Commit, from)
	return mem.SetHardState(hard)
}

// startRaft makes the library's node on top of mem.
func (m *Machine) startRaft(mem *raft.MemoryStorage) error {
	snap, err := mem.Snapshot()
	if err != nil {
		return err
	}
	r := &m.log
	r.mem, r.reg, r.leads, r.voted, r.logged = mem, new(registry), false, false, 0
	r.conf, r.applied = snap.Metadata.ConfState, snap.Metadata.Index
	if err := r.reg.restore(snap.Data); err != nil {
		return err
	}
	r.raw, err = raft.NewRawNode(&raft.Config{
		ID: memberID(m.cfg.Name), ElectionTick: max(2, int(m.cfg.Election/m.cfg.Beat)), HeartbeatTick: 1, Storage: mem,
		Applied: snap.Metadata.Index, MaxSizePerMsg: 4 << 20, MaxInflightMsgs: 64, MaxUncommittedEntriesSize: 512 << 20,
		CheckQuorum: true, PreVote: true, DisableProposalForwarding: true, Logger: quiet{},
	})
	if err != nil {
		return fmt.Errorf("start the replicated log: %w", err)
	}
	m.waitForLeader()
	return nil
}

// votes tells whether this member votes.
func (m *Machine) votes() bool { return slices.Contains(m.log.conf.Voters, memberID(m.cfg.Name)) }

// leader is the member that leads the log, "" when unknown.
func (m *Machine) leader() string {
	id := m.log.raw.BasicStatus().Lead
	if id == raft.None {
		return ""
	}
	return m.nameOf(id)
}

func (m *Machine) isLeader() bool { return m.log.raw.BasicStatus().RaftState == raft.StateLeader }

// waitForLeader (re)starts the wait for a word of the leader.
func (m *Machine) waitForLeader() {
	m.set(alarmElection, m.cfg.Election+m.chance.below(m.cfg.Election/2))
	m.set(alarmDoubt, m.doubt())
	if len(m.log.conf.Voters) == 1 && m.votes() {
		m.set(alarmElection, 0) // nobody else to wait for
	}
}

// doubt is the silence after which a member that lives must be asked: its
// beats may be lost.
func (m *Machine) doubt() time.Duration { return m.cfg.Election * 3 / 4 }

// leaderSilent stands for election.
func (m *Machine) leaderSilent() {
	if m.isLeader() {
		return
	}
	m.must(m.log.raw.ForgetLeader())
	m.waitForLeader()
	if !m.votes() {
		return
	}
	if len(m.log.conf.Voters) == 1 {
		m.clear(alarmElection)
	}
	m.must(m.log.raw.Campaign())
}

// leaderDied is called when the ring declares a peer dead. Elections are
// spread by rank, so that the first live member usually wins at once.
func (m *Machine) leaderDied(peer string) {
	if m.leader() != peer {
		return
	}
	m.must(m.log.raw.ForgetLeader())
	rank := slices.Index(m.upMembers(), m.cfg.Name)
	m.set(alarmElection, m.turn(rank))
}

// turn is how long a member waits before it stands for election when it knows
// that there is no leader: the first of the living usually wins before the
// second stands.
func (m *Machine) turn(rank int) time.Duration {
	return time.Duration(rank)*m.cfg.Election/20 + m.chance.below(m.cfg.Election/40)
}

// beat ticks the library while this member leads.
func (m *Machine) beat() {
	if !m.isLeader() {
		return
	}
	m.log.raw.Tick()
	m.align(alarmBeat, 1)
}

// heardRaft hands a peer's message to the log.
func (m *Machine) heardRaft(from string, msg *Message) {
	if lineage(msg.Lineage) != m.log.lineage {
		return // the hellos will sort it out
	}
	var rm pb.Message
	if err := rm.Unmarshal(msg.Raft); err != nil {
		m.note(Warn, "dropped an unreadable log message from %s: %v", from, err)
		return
	}
	if rm.From != memberID(from) || rm.To != memberID(m.cfg.Name) {
		m.note(Warn, "dropped a log message from %s that names other members", from)
		return
	}
	last, err := m.log.mem.LastIndex()
	m.must(err)
	if rm.Type == pb.MsgHeartbeat && rm.Commit > last {
		rm.Commit = last // we lost our disk; the leader will see it in our hello
	}
	err = m.log.raw.Step(rm)
	if err != nil && err != raft.ErrStepPeerNotFound && err != raft.ErrProposalDropped {
		m.note(Debug, "log message from %s: %v", from, err)
	}
	if rm.From == m.log.raw.BasicStatus().Lead && fromLeader(rm.Type) {
		m.waitForLeader()
	}
}

func fromLeader(t pb.MessageType) bool {
	return t == pb.MsgApp || t == pb.MsgHeartbeat || t == pb.MsgSnap
}

// propose puts a change of configuration into the log.
func (m *Machine) propose(p *proposal) bool { return m.log.raw.Propose(p.encode()) == nil }

// pumpLog performs what the library has ready.
func (m *Machine) pumpLog() bool {
	moved := false
	for m.log.raw.HasReady() {
		moved = true
		rd := m.log.raw.Ready()
		m.storeReady(rd)
		for _, rm := range rd.Messages {
			m.sendRaft(rm)
		}
		for _, e := range rd.CommittedEntries {
			m.applyEntry(e)
		}
		m.log.raw.Advance(rd)
		m.afterReady()
	}
	return moved
}

func (m *Machine) storeReady(rd raft.Ready) {
	r := &m.log
	if !raft.IsEmptySnap(rd.Snapshot) {
		m.must(r.mem.ApplySnapshot(rd.Snapshot))
		m.must(r.reg.restore(rd.Snapshot.Data))
		r.conf, r.applied, r.logged = rd.Snapshot.Metadata.ConfState, rd.Snapshot.Metadata.Index, 0
		m.storeSnapshot(rd.Snapshot, ^uint64(0))
		m.configurationChanged()
	}
	// That something was committed is worth a sync too: without a leader a
	// restarted member knows no other way that it was.
	st := Store{Sync: rd.MustSync || changesSomething(rd.CommittedEntries)}
	for _, e := range rd.Entries {
		data, err := e.Marshal()
		m.must(err)
		st.Entries = append(st.Entries, LogEntry{Index: e.Index, Data: data})
		r.logged += len(data)
	}
	m.must(r.mem.Append(rd.Entries))
	if !raft.IsEmptyHardState(rd.HardState) {
		m.must(r.mem.SetHardState(rd.HardState))
		data, err := rd.HardState.Marshal()
		m.must(err)
		st.HardState = data
	}
	if st.Entries != nil || st.HardState != nil {
		m.emit(st)
	}
}

func changesSomething(entries []pb.Entry) bool {
	return slices.ContainsFunc(entries, func(e pb.Entry) bool { return len(e.Data) > 0 })
}

func (m *Machine) storeSnapshot(s pb.Snapshot, compact uint64) {
	data, err := s.Marshal()
	m.must(err)
	m.emit(Store{Snapshot: data, Compact: compact, Lineage: []byte(m.log.lineage), Sync: true})
}

func (m *Machine) sendRaft(rm pb.Message) {
	to := m.nameOf(rm.To)
	if to == "" || to == m.cfg.Name {
		return
	}
	if p := m.peers[to]; rm.Type == pb.MsgHeartbeat && p != nil && m.rests(p) {
		return // the ring carries it
	}
	data, err := rm.Marshal()
	m.must(err)
	m.emit(Send{To: to, Message: &Message{Lineage: string(m.log.lineage), Raft: data}})
	if rm.Type == pb.MsgSnap {
		// The transport tells nothing; if it was lost, the next probe shows it.
		m.log.raw.ReportSnapshot(rm.To, raft.SnapshotFinish)
	}
}

func (m *Machine) applyEntry(e pb.Entry) {
	r := &m.log
	r.applied = e.Index
	switch e.Type {
	case pb.EntryNormal:
		if len(e.Data) > 0 {
			m.applyProposal(e)
		}
	case pb.EntryConfChange:
		var cc pb.ConfChange
		m.must(cc.Unmarshal(e.Data))
		r.conf = *r.raw.ApplyConfChange(cc)
		r.voted = true
	case pb.EntryConfChangeV2:
		var cc pb.ConfChangeV2
		m.must(cc.Unmarshal(e.Data))
		r.conf = *r.raw.ApplyConfChange(cc)
		r.voted = true
	}
	if m.isLeader() && e.Term == r.raw.BasicStatus().Term {
		r.leads = true
	}
}

func (m *Machine) applyProposal(e pb.Entry) {
	p, err := decodeProposal(e.Data)
	m.must(err)
	o, rev := m.log.reg.apply(p)
	if rev != nil {
		m.emit(Store{Revisions: []Revision{*rev}})
		m.configurationChanged()
	}
	m.proposalApplied(o)
}

// afterReady follows changes of leadership and keeps the log short.
func (m *Machine) afterReady() {
	if !m.isLeader() {
		m.log.leads = false
		if !m.isSet(alarmElection) {
			m.waitForLeader()
		}
	} else if !m.isSet(alarmBeat) {
		m.align(alarmBeat, m.cfg.Beat)
		m.clear(alarmElection)
		m.clear(alarmDoubt)
	}
	// A new voter takes no snapshot that does not name it.
	if m.log.voted || m.log.logged > snapshotEvery && m.log.logged > 2*len(m.log.reg.text) {
		m.compactLog()
	}
}

func (m *Machine) compactLog() {
	r := &m.log
	snap, err := r.mem.CreateSnapshot(r.applied, &r.conf, r.reg.snapshot())
	if err != nil {
		return // nothing new since the last one
	}
	m.must(r.mem.Compact(r.applied))
	r.logged, r.voted = 0, false
	m.storeSnapshot(snap, r.applied)
}
