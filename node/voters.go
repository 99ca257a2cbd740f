package node

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"
)

// The voters of the log follow the configured nodes, one at a time and by
// entries of the log itself (Raft's single-server change): each two majorities
// that follow each other overlap.

// nodesDigest stands for a list of nodes, whatever its order.
func nodesDigest(names []string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strings.ToLower(name)
	}
	slices.Sort(all)
	h := fnv.New64a()
	h.Write([]byte(strings.Join(slices.Compact(all), " ")))
	return fmt.Sprintf("%x", h.Sum64())
}

// addVoter brings a member into the vote.
func (m *Machine) addVoter(id uint64) {
	m.changeVoters(pb.ConfChange{Type: pb.ConfChangeAddNode, NodeID: id})
}

// dropVoter takes the vote from a node that is no longer configured: when all
// members that live say so too, and are a majority of the voters that stay.
// While one of them still has the old list, it would be brought back.
func (m *Machine) dropVoter() {
	if !m.log.leads {
		return
	}
	gone, stay := uint64(0), 0
	for _, id := range m.log.conf.Voters {
		if m.nameOf(id) == "" {
			gone = id
		} else {
			stay++
		}
	}
	if gone == 0 {
		return
	}
	agree := 1                  // this member, which leads, is a voter
	for _, p := range m.peers { // order: counted
		switch {
		case !p.up || p.dead:
		case p.hello == nil || p.lineage != m.log.lineage || p.hello.Nodes != m.nodes:
			return
		case slices.Contains(m.log.conf.Voters, memberID(p.name)):
			agree++
		}
	}
	if 2*agree > stay && m.changeVoters(pb.ConfChange{Type: pb.ConfChangeRemoveNode, NodeID: gone}) {
		m.note(Info, "a node that ha.cf no longer names is taken out of the vote; %d stay", stay)
	}
}

// changeVoters proposes one change when none is under way.
func (m *Machine) changeVoters(change pb.ConfChange) bool {
	last, err := m.log.mem.LastIndex()
	m.must(err)
	if m.log.applied < last {
		return false
	}
	err = m.log.raw.ProposeConfChange(change)
	if err != raft.ErrProposalDropped {
		m.must(err)
	}
	return err == nil
}
