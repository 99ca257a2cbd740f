package sim

import (
	"slices"
	"strings"

	"crm/node"
)

// watch keeps what the invariants need to know.
type watch struct {
	where   map[string][]string // resource to the members it runs or starts on
	fencing bool                // while fencing works, nothing runs twice
	acked   map[string]string   // request id to the version it was answered with
}

func (w *watch) init() { w.where, w.acked = map[string][]string{}, map[string]string{} }

// starting: nothing may start while it runs elsewhere.
func (w *World) starting(m *Member, id string) {
	w.say(m.name, "starts %s", id)
	for _, other := range w.members {
		if other != m && other.running[id] && w.watch.fencing {
			w.fail("%s starts on %s while it runs on %s", id, m.name, other.name)
		}
	}
}

func (w *World) started(m *Member, id string) { w.starting(m, id) }

func (w *World) stopped(*Member, string) {}

// answered keeps replies and looks whether they claim what is not stored.
func (w *World) answered(m *Member, e node.Answer) {
	w.answers[e.ID] = e.Reply
	if strings.HasPrefix(e.ID, "commit") && e.Reply.Refused == node.NotRefused {
		holders := 0
		for _, other := range w.members {
			for _, r := range other.disk.revisions {
				if r.Version == e.Reply.Version {
					holders++
					break
				}
			}
		}
		w.watch.acked[e.ID] = e.Reply.Version.String()
	}
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
