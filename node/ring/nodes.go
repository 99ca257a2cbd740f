package ring

import (
	"slices"
	"strings"

	"crm/node/wire"
)

// Nodes come and go while the ring runs: addnode and delnode, said by any
// member (hb_addnode, hb_delnode). What was added is a node like those of
// ha.cf, also after a restart; what was deleted is none until it is added
// again or, with autojoin, heard again.

// Refuses says why nodes cannot be added or deleted now, "" when they can.
func (r *Ring) Refuses(kind string, names []string) string {
	if len(names) == 0 {
		return "no node is named"
	}
	for _, name := range names {
		switch p := r.byName[name]; {
		case p != nil && p.ping:
			return name + " is a ping node"
		case kind == wire.AddNode && !nodeName(name):
			return "\"" + name + "\" is no name of a node"
		case kind == wire.AddNode && p == nil && name != r.cfg.Self && len(r.peers)+1 >= mostNodes:
			return "a ring has at most 100 nodes"
		case kind == wire.DelNode && name == r.cfg.Self:
			return name + " is this member: stop it, and delete it from another one"
		case kind == wire.DelNode && p == nil:
			return name + " is not a node of the ring"
		case kind == wire.DelNode && p != nil && p.state != Dead:
			return name + " is " + string(p.state) + ": only a dead node can be deleted"
		}
	}
	if kind != wire.DelNode {
		return ""
	}
	for _, p := range r.peers {
		if p.state == Dead && !p.ping && !slices.Contains(names, p.name) {
			return p.name + " is dead too: it would not hear of this; delete both, or wait for it"
		}
	}
	return ""
}

func nodeName(name string) bool {
	return name != "" && len(name) <= longestName && !strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' })
}

// renode follows an addnode or delnode; it is false when that is refused.
func (r *Ring) renode(from, kind string, m *wire.Message) bool {
	names := nodeList(m.Get(wire.NodeList))
	if kind == wire.DelNode && from != r.cfg.Self && slices.Contains(names, r.cfg.Self) {
		r.note(Warn, from+" deletes this member from the ring: it stops")
		r.out = append(r.out, Effect{Kind: Expelled})
		return true
	}
	if why := r.Refuses(kind, names); why != "" {
		r.complain(Warn, kind+" of "+from+" is not followed: "+why)
		return false
	}
	for _, name := range names {
		switch {
		case name == r.cfg.Self:
		case kind == wire.DelNode:
			r.remove(name)
			r.note(Info, "node "+name+" is deleted from the ring by "+from)
		case r.byName[name] == nil:
			r.note(Info, "node "+name+" is added to the ring by "+from)
			r.install(name)
		}
	}
	r.countHops()
	return true
}

// install adds a node for good.
func (r *Ring) install(name string) {
	p := r.add(name)
	p.added = true
	r.out = append(r.out, Effect{Kind: StateChange, Node: name, State: Init})
	r.remember(p)
}

// remove forgets a node.
func (r *Ring) remove(name string) {
	p := r.byName[name]
	delete(r.byName, name)
	r.peers = slices.DeleteFunc(r.peers, func(other *peer) bool { return other == p })
	r.cfg.Nodes = slices.DeleteFunc(slices.Clone(r.cfg.Nodes), func(n string) bool { return n == name })
	r.deleted = append(r.deleted, name)
	r.out = append(r.out, Effect{Kind: Gone, Node: name})
}

// nodeList reads names as messages have them.
func nodeList(text string) []string { return strings.Fields(strings.ToLower(text)) }

// nodesOf ends the joining: a peer has told its list of nodes. What the
// running ring has added or deleted since ha.cf was written, holds here too.
func (r *Ring) nodesOf(p *peer, m *wire.Message) {
	theirs, gone, mine := nodeList(m.Get(wire.NodeList)), nodeList(m.Get(wire.DelNodes)), r.names()
	for _, name := range theirs {
		if q := r.byName[name]; slices.Contains(mine, name) || q != nil && q.ping {
			continue
		}
		if r.Refuses(wire.AddNode, []string{name}) == "" {
			r.install(name)
			r.note(Warn, p.name+" has a node "+name+" that this member's ha.cf does not have: it is taken in; make the files equal, or use hb_delnode")
		}
	}
	for _, name := range mine {
		switch q := r.byName[name]; {
		case slices.Contains(theirs, name), q == nil, r.cfg.AutoJoin && !slices.Contains(gone, name):
		case slices.Contains(gone, name) && !q.heard:
			r.remove(name)
			r.note(Warn, "node "+name+" of this member's ha.cf was deleted from the ring: make the files equal, or use hb_addnode")
		default:
			tell := r.complain // others may say it as often as they like
			if r.state == Up {
				tell = r.note
			}
			tell(Error, p.name+" does not have the node "+name+" of this member's ha.cf: make the files equal")
		}
	}
	r.countHops()
	if r.state == Up {
		r.joined()
	}
}
