package node

import (
	"slices"
	"time"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
)

// Two members. Raft alone would stand still when one of two voters dies. The
// survivor begins a new incarnation of the log, with itself as the only
// voter, when the other is known to do no harm: it left cleanly, it was
// fenced, or the administrator accepted the risk (no fencing, and
// no-quorum-policy=ignore).

// pair looks after a dead peer when there are just two voters.
func (m *Machine) pair() {
	p := m.deadPartner()
	if p == nil || m.stopping && m.exited {
		return
	}
	opts := m.options()
	switch {
	case p.harmless, !opts.fencing && opts.quorumPolicy == "ignore":
		m.found()
	case opts.fencing && m.pairFence == "":
		m.fencePartner(p)
	}
}

// pairing tells whether this member is about to go on alone. Until then it
// leaves things as they are: what runs here is not stopped for want of a
// quorum that comes back in a moment.
func (m *Machine) pairing() bool {
	p := m.deadPartner()
	if p == nil {
		return false
	}
	opts := m.options()
	return p.harmless || !opts.fencing && opts.quorumPolicy == "ignore" ||
		opts.fencing && m.pairFailed < fenceTries && len(m.fenceLevels(p.name, "reboot")) > 0
}

// fenceTries is how often the fencing of a partner may fail before
// no-quorum-policy is obeyed.
const fenceTries = 3

// deadPartner is the other of two voters, when it is dead and there is
// therefore no leader.
func (m *Machine) deadPartner() *peer {
	if len(m.log.conf.Voters) != 2 || !m.votes() || m.log.leads {
		return nil
	}
	for _, p := range m.sortedPeers() {
		if slices.Contains(m.log.conf.Voters, memberID(p.name)) && (p.known && !p.up || p.dead) {
			return p
		}
	}
	return nil
}

// fencePartner shoots, the one that was DC first.
func (m *Machine) fencePartner(p *peer) {
	if len(m.fenceLevels(p.name, "reboot")) == 0 {
		if !m.saidNoDevice {
			m.note(Warn, "%s is dead and cannot be fenced (no fence device for it); without it there is no quorum", p.name)
			m.saidNoDevice = true
		}
		return
	}
	if m.pairSince.IsZero() {
		m.pairSince = m.now
	}
	if wait := m.pairSince.Add(m.cfg.FenceHold).Sub(m.now); !m.wasDC && wait > 0 {
		m.set(alarmPair, wait)
		return
	}
	m.pairFence = p.name
	m.fence(fencing{node: p.name, action: "reboot", timeout: m.options().fencingTimeout, why: "it is dead and the cluster has two members",
		done: func(ok bool) {
			m.pairFence = ""
			if !ok {
				m.pairFailed++
				m.set(alarmPair, fenceAgain)
				return
			}
			m.sooner(alarmPair, 0)
		}})
}

// fenceAgain is the pause after a failed fencing.
const fenceAgain = 2 * time.Second

// found begins a new incarnation with this member as the only voter. All
// entries of the log count as committed: with two voters, whatever was
// acknowledged is in both logs.
func (m *Machine) found() {
	r := &m.log
	first, err := r.mem.FirstIndex()
	m.must(err)
	last, err := r.mem.LastIndex()
	m.must(err)
	if last >= first && last > r.applied {
		rest, err := r.mem.Entries(max(first, r.applied+1), last+1, ^uint64(0))
		m.must(err)
		for _, e := range rest {
			if e.Type == pb.EntryNormal && len(e.Data) > 0 {
				m.applyProposal(e)
			}
		}
	}
	term, err := r.mem.Term(last)
	m.must(err)
	hard := pb.HardState{Term: max(term, r.raw.BasicStatus().Term), Commit: last}
	m.log.lineage = m.log.lineage.found(m.cfg.Name, last)
	m.note(Warn, "the log begins a new incarnation %s with this member as its only voter", m.log.lineage)
	var snap pb.Snapshot
	snap.Metadata = pb.SnapshotMetadata{Index: last, Term: term, ConfState: pb.ConfState{Voters: []uint64{memberID(m.cfg.Name)}}}
	snap.Data = r.reg.snapshot()
	m.restartWith(snap, hard, Store{Reset: true, Sync: true})
}

// restartWith replaces the log by a snapshot.
func (m *Machine) restartWith(snap pb.Snapshot, hard pb.HardState, st Store) {
	mem := raft.NewMemoryStorage()
	if snap.Metadata.Index > 0 {
		m.must(mem.ApplySnapshot(snap))
		m.must(mem.SetHardState(hard))
		data, err := hard.Marshal()
		m.must(err)
		st.HardState = data
	}
	data, err := snap.Marshal()
	m.must(err)
	st.Snapshot, st.Lineage = data, []byte(m.log.lineage)
	m.emit(st)
	m.pairFailed, m.pairSince = 0, time.Time{}
	m.endReign("the log was replaced")
	m.must(m.startRaft(mem))
	m.configurationChanged()
}

// meetLineage compares logs with a peer. It gives true when they are the
// same. Of two logs one gives way: the ancestor; or the one with the lower
// CIB version, then fewer members, then the name that sorts later.
func (m *Machine) meetLineage(p *peer, theirs lineage) bool {
	k, base := m.log.lineage.relate(theirs)
	switch k {
	case kinSame:
		return true
	case kinAncestor:
		if m.log.raw.BasicStatus().Commit <= base || p.hello.Digest == m.log.reg.digest {
			m.giveWay(p, theirs, false)
			return false
		}
	case kinDescendant:
		if p.hello.Commit <= base || p.hello.Digest == m.log.reg.digest {
			return false // they will come to us
		}
	}
	if m.loses(p) {
		m.giveWay(p, theirs, p.hello.Digest != m.log.reg.digest)
	}
	return false
}

func (m *Machine) loses(p *peer) bool {
	mine, theirs := m.log.reg.version, p.hello.Version
	if c := mine.Compare(theirs); c != 0 {
		return c < 0
	}
	if p.hello.Members != len(m.log.conf.Voters) {
		return p.hello.Members > len(m.log.conf.Voters)
	}
	return p.name < m.cfg.Name
}

// giveWay drops this member's log and waits to be added to the peer's.
func (m *Machine) giveWay(p *peer, theirs lineage, conflict bool) {
	st := Store{Reset: true, Sync: true}
	if conflict {
		m.conflicts++
		st.Conflict = &Conflict{When: m.now, Version: m.log.reg.version, Winner: p.name, CIB: m.log.reg.text}
		m.note(Error, "both members went on alone and changed the configuration; that of %s (version %s) is taken, "+
			"ours (version %s) is kept under conflicts/", p.name, p.hello.Version, m.log.reg.version)
	}
	m.note(Info, "this member's log gives way to that of %s", p.name)
	m.log.lineage = theirs
	m.restartWith(pb.Snapshot{}, pb.HardState{}, st)
	m.sooner(alarmHello, 0)
}
