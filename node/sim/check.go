package sim

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"crm/node"
)

// watch keeps what the invariants need to know.
type watch struct {
	leaders map[string]string // lineage and term to the member that led then
	fencing bool              // while fencing works, nothing runs twice
}

// starting: nothing may start while it runs elsewhere.
func (w *World) starting(m *Member, id string) {
	w.say(m.name, "starts %s", id)
	w.claim(m, id)
}

func (w *World) claim(m *Member, id string) {
	for _, other := range w.members {
		if other != m && other.running[id] && w.watch.fencing {
			w.fail("%s starts on %s while it runs on %s", id, m.name, other.name)
		}
	}
}

// answered keeps replies and looks whether they claim what is not stored.
func (w *World) answered(m *Member, e node.Answer) {
	w.answers[e.ID] = e.Reply
	if strings.HasPrefix(e.ID, "commit") && e.Reply.Refused == node.NotRefused {
		w.checkStored(m, e.ID)
	}
	text := e.Reply.Text
	for _, a := range e.Reply.Attributes {
		text += " " + a.Node + "=" + a.Value
	}
	for _, s := range e.Reply.FenceEvents {
		text += fmt.Sprintf(" [%s of %s by %s: ended=%t ok=%t %s]", s.Action, s.Target, s.By, s.Ended != 0, s.OK, s.Reason)
	}
	w.say(m.name, "answer %s: %s%s", e.ID, refusal(e.Reply), text)
}

func refusal(r node.Reply) string {
	if r.Refused == node.NotRefused {
		return "ok " + r.Version.String() + " "
	}
	return "refused (" + string(r.Refused) + ") "
}

// Ask asks something of a member.
func (m *Member) Ask(id string, r node.Request) { m.step(node.Asked{ID: id, Request: r}) }

// where lists the members on which a resource truly runs.
func (w *World) where(id string) []string {
	var all []string
	for _, m := range w.members {
		if m.running[id] {
			all = append(all, m.name)
		}
	}
	slices.Sort(all)
	return all
}

// settled tells whether all members run, agree, and have nothing left to do.
func (w *World) settled() bool { return settled(w.members) }

func settled(members []*Member) bool {
	digest, dcs := "", 0
	for _, m := range members {
		if m.m == nil {
			return false
		}
		in := m.m.Inspect()
		if digest == "" {
			digest = in.Digest
		}
		if in.Digest != digest {
			return false
		}
		if in.IsDC {
			dcs++
			if !in.Quorum || !in.Quiet || len(in.Joined) != len(members) {
				return false
			}
		}
	}
	return dcs == 1
}

// state is a line on every member, for reports.
func (w *World) state() string {
	var b strings.Builder
	for _, m := range w.members {
		if m.m == nil {
			fmt.Fprintf(&b, "  %s: down, off=%v exited=%q runs %v\n", m.name, m.off, m.exited, slices.Sorted(maps.Keys(m.running)))
			continue
		}
		fmt.Fprintf(&b, "  %s: %+v runs %v\n", m.name, m.m.Inspect(), slices.Sorted(maps.Keys(m.running)))
	}
	return b.String()
}

// kept tells whether a configuration with this text was put aside as the
// loser of a split of two members: not lost silently.
func (w *World) kept(text string) bool {
	for _, m := range w.members {
		for _, c := range m.disk.conflicts {
			if bytes.Contains(c.CIB, []byte(`"`+text+`"`)) {
				return true
			}
		}
	}
	return false
}

// checkStored: an acknowledged commit is on the disks of a majority of the
// voters, synced.
func (w *World) checkStored(m *Member, id string) {
	holders := 0
	word := []byte(`"ID":"` + id + `"`)
	for _, other := range w.members {
		st := &other.disk.synced
		held := bytes.Contains(st.Snapshot, word)
		for i := range st.Entries {
			held = held || bytes.Contains(st.Entries[i].Data, word)
		}
		if held {
			holders++
		}
	}
	in := m.m.Inspect()
	if in.Voters == 2 && in.Lineage != "" && holders == 1 {
		return // committed while the founder was the only voter; the other was added since
	}
	if 2*holders <= in.Voters {
		w.fail("%s was acknowledged at %s, but only %d of %d voters hold it", id, m.name, holders, in.Voters)
	}
}

// checkLeader: one log has one leader in a term.
func (w *World) checkLeader(m *Member) {
	in := m.m.Inspect()
	if !in.Leads {
		return
	}
	if w.watch.leaders == nil {
		w.watch.leaders = map[string]string{}
	}
	key := fmt.Sprintf("%s#%d", in.Lineage, in.Term)
	if other := w.watch.leaders[key]; other != "" && other != m.name {
		w.fail("%s and %s both lead in term %d of the log %q", other, m.name, in.Term, in.Lineage)
	}
	w.watch.leaders[key] = m.name
}

// checkPartitions: of members that all hear each other, at most one
// coordinates with quorum, and those who have nothing left to do hold the
// same configuration. Only meaningful when nothing was cut or healed lately.
func (w *World) checkPartitions() {
	for _, a := range w.members {
		if a.m == nil || !a.m.Inspect().IsDC || !a.m.Inspect().Quorum {
			continue
		}
		for _, b := range w.members {
			if b == a || b.m == nil || w.now.Sub(a.began) < 8*time.Second || w.now.Sub(b.began) < 8*time.Second || w.cut[pair(a.name, b.name)] {
				continue
			}
			ia, ib := a.m.Inspect(), b.m.Inspect()
			if ib.IsDC && ib.Quorum {
				w.fail("%s and %s hear each other and both coordinate\n%s", a.name, b.name, w.state())
			}
			if ia.Quiet && slices.Contains(ia.Joined, b.name) && ib.DC == a.name && ib.Commit == ia.Commit && ia.Digest != ib.Digest {
				w.fail("%s and %s are quiet and hold different configurations", a.name, b.name)
			}
		}
	}
}
