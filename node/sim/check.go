package sim

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"crm/node"
)

// watch keeps what the invariants need to know.
type watch struct {
	fencing bool // while fencing works, nothing runs twice
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
	w.say(m.name, "answer %s: %s%s", e.ID, refusal(e.Reply), e.Reply.Text)
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
func (w *World) settled() bool {
	digest, dcs := "", 0
	for _, m := range w.members {
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
			if !in.Quorum || !in.Quiet || len(in.Joined) != len(w.members) {
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
