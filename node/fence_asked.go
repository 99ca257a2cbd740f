package node

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"crm/engine/graph"
)

// fenceActions are what a node can be fenced with.
var fenceActions = []string{"off", "on", "reboot"}

// asksFence is behind the id of a request in the key of the order to carry it
// out.
const asksFence = ".fence"

// decideFence fences a node because somebody wants it.
func (m *Machine) decideFence(to asker, q Request) {
	refuse := func(text string, args ...any) {
		m.reply(to, Reply{Refused: RefusedInvalid, Text: fmt.Sprintf(text, args...)})
	}
	switch {
	case m.dc.asked[to.id]: // it is under way
		return
	case m.fenceAnswered(to):
		return
	case !slices.Contains(m.cfg.Members, q.Node):
		refuse("%q is no configured node", q.Node)
		return
	case !slices.Contains(fenceActions, q.Value):
		refuse("fencing action %q, expected one of %v", q.Value, fenceActions)
		return
	case len(m.fenceLevels(q.Node, q.Value)) == 0:
		refuse("no fence device can do %q to %s", q.Value, q.Node)
		return
	}
	m.dc.asked[to.id] = true
	c, asked := m.dc, m.now.Unix()
	done := func(bool) {
		if m.dc != c {
			return // the next DC is asked, and knows of it
		}
		delete(c.asked, to.id)
		m.think(q.Node + " was to be fenced")
		e := m.lastFencing(q.Node) // this one, or one under way that it has joined
		if e == nil || e.Ended < asked {
			e = &FenceEvent{Target: q.Node, Action: q.Value, Reason: "the member that was to do it did not answer"}
		}
		m.answerFence(to, *e)
	}
	f := fencing{node: q.Node, action: q.Value, request: to.id, timeout: m.options().fencingTimeout, delay: q.Wait, why: cmp.Or(q.Note, "somebody") + " on " + to.member + " asks for it",
		client: q.Note, origin: to.member, done: done}
	if other := m.otherMember(); q.Node == m.cfg.Name && q.Value != "on" && other != "" {
		m.give(&given{key: to.id + asksFence, node: other, action: askedOf(f), done: func(ok bool, _ *Update) { done(ok) }})
		return
	}
	m.fence(f)
}

// askedOf is a fencing as the order to another member.
func askedOf(f fencing) *graph.Action {
	ms := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	return &graph.Action{Node: f.node, Operation: "stonith", Attrs: []graph.Attr{{Name: "CRM_meta_stonith_action", Value: f.action},
		{Name: "CRM_meta_timeout", Value: ms(f.timeout)}, {Name: "CRM_meta_start_delay", Value: ms(f.delay)},
		{Name: "client", Value: f.client}, {Name: "origin", Value: f.origin}}}
}

// fenceAnswered answers a request that an earlier DC has carried out.
func (m *Machine) fenceAnswered(to asker) bool {
	for _, e := range m.fenceEvents {
		if e.Request == to.id && e.Ended != 0 {
			m.answerFence(to, e)
			return true
		}
	}
	return false
}

// answerFence says how the fencing ended that somebody asked for.
func (m *Machine) answerFence(to asker, e FenceEvent) {
	r := Reply{Version: m.log.reg.version}
	if !e.OK {
		r.Refused, r.Text = RefusedFailed, fmt.Sprintf("%s could not be fenced (%s): %s", e.Target, e.Action, e.Reason)
	}
	m.reply(to, r)
}

// otherMember is one that can shoot this DC, "" if there is none.
func (m *Machine) otherMember() string {
	for _, name := range sortedKeys(m.dc.members) {
		if name != m.cfg.Name {
			return name
		}
	}
	return ""
}
