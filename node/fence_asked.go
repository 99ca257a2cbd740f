package node

import (
	"fmt"
	"slices"

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
	case m.fenceAnswered(to, q):
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
	c := m.dc
	done := func(bool) {
		if m.dc == c { // else the next DC is asked, and knows of the shot
			delete(c.asked, to.id)
			m.think(q.Node + " was fenced")
			m.fenceAnswered(to, q)
		}
	}
	f := fencing{node: q.Node, action: q.Value, request: to.id, timeout: m.options().fencingTimeout, delay: q.Wait, why: q.Note + " on " + to.member + " asks for it",
		client: q.Note, origin: to.member, done: done}
	if other := m.otherMember(); q.Node == m.cfg.Name && q.Value != "on" && other != "" {
		a := &graph.Action{Node: q.Node, Operation: "stonith", Attrs: []graph.Attr{
			{Name: "CRM_meta_stonith_action", Value: q.Value}, {Name: "client", Value: q.Note}, {Name: "origin", Value: to.member}}}
		m.give(&given{key: to.id + asksFence, node: other, action: a, deadline: m.now.Add(2 * f.timeout), done: func(ok bool, _ *Update) { done(ok) }})
		return
	}
	m.fence(f)
}

// fenceAnswered answers a request to fence that has been carried out.
func (m *Machine) fenceAnswered(to asker, q Request) bool {
	i := slices.IndexFunc(m.shots, func(s Shot) bool { return s.Request == to.id })
	if i < 0 || m.shots[i].Ended == 0 {
		return false
	}
	r := Reply{Version: m.log.reg.version}
	if !m.shots[i].OK {
		r.Refused, r.Text = RefusedFailed, fmt.Sprintf("%s could not be fenced (%s): %s", q.Node, q.Value, m.shots[i].Reason)
	}
	m.reply(to, r)
	return true
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
