package ring

import (
	"slices"
	"strconv"
	"time"

	"crm/node/wire"
)

// Known is what a member remembers of another over its own restart, so that
// recorded packets of before are refused.
type Known struct {
	Name       string
	UUID       string // 16 raw bytes
	Generation uint64
	Seq        uint64 // a number of that generation that was heard
	Added      bool   // it is a node though ha.cf does not have it
}

const (
	// rememberEvery is how often the number last heard is remembered.
	rememberEvery = 5 * time.Minute
	mostNodes     = 100
	longestName   = 99
)

// recall takes what was remembered.
func (r *Ring) recall() {
	for _, k := range r.cfg.Known {
		p := r.byName[k.Name]
		switch {
		case p != nil || k.Name == r.cfg.Self:
		case k.Added:
			p = r.add(k.Name)
		default:
			p = r.admit(k.Name)
		}
		if p != nil && !p.ping {
			p.added = k.Added
			p.uuid, p.gen, p.known = k.UUID, k.Generation, k
		}
	}
}

// admit lets a node in that is not configured, if that is allowed; nil else.
func (r *Ring) admit(name string) *peer {
	if !r.cfg.AutoJoin || len(r.peers)+1 >= mostNodes || !nodeName(name) {
		return nil
	}
	return r.add(name)
}

// stranger is a node that is not known: it joins where that is allowed.
func (r *Ring) stranger(name string) *peer {
	p := r.admit(name)
	if p == nil {
		r.complain(Warn, "message from "+strconv.Quote(name)+", which is not a configured node: dropped")
		return nil
	}
	r.note(Info, "node "+name+" is new in the ring (autojoin)")
	r.countHops()
	return p
}

// names are all nodes that are members.
func (r *Ring) names() []string {
	all := slices.Clone(r.cfg.Nodes)
	for _, p := range r.peers {
		if !p.ping && !slices.Contains(all, p.name) {
			all = append(all, p.name)
		}
	}
	return all
}

// remember has what is known of a peer kept.
func (r *Ring) remember(p *peer) {
	k := Known{p.name, p.uuid, p.gen, p.last, p.added}
	if k == p.known {
		return
	}
	p.known, p.rememberAt = k, r.now.Add(rememberEvery)
	r.out = append(r.out, Effect{Kind: Remember, Node: p.name, Known: k})
}

// recorded tells whether the first message of a life is one that was heard
// before this member started, or said at another time than now.
func (r *Ring) recorded(p *peer, gen uint64, m *wire.Message) bool {
	if seq, err := strconv.ParseUint(m.Get(wire.Seq), 16, 64); err == nil && gen == p.known.Generation && seq <= p.known.Seq {
		r.complain(Warn, "message "+hex(seq)+" of generation "+hex(gen)+" from "+p.name+
			", which was heard before this member was started: a replay; dropped")
		return true
	}
	if r.cfg.ReplayWindow <= 0 {
		return false
	}
	ts, err := strconv.ParseInt(m.Get(wire.TS), 16, 64)
	off := r.now.Sub(time.Unix(ts, 0))
	if err != nil || off.Abs() <= r.cfg.ReplayWindow {
		return false
	}
	// Whoever it is, it is there: this member must not act as if it were
	// alone, which is what it would do if the node were given up.
	if p.state == Init {
		p.deadline = r.now.Add(r.cfg.InitDead)
	}
	r.complain(Error, "node "+p.name+" appears with a clock that is "+off.Abs().Round(time.Second).String()+
		" from this member's: a replay, or set the clocks (replay_window); dropped")
	return true
}
