package ring

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"crm/node/wire"
)

const (
	mostGap     = 250 // more missing at once: nobody asks for that
	mostMissing = 500
	mostRexmit  = 50 // messages that one request can name
)

// peer is what is known of another node.
type peer struct {
	name  string
	uuid  string
	state State
	heard bool // at least once
	left  bool // said goodbye in this generation
	fresh bool // no status of this generation was taken yet
	ping  bool // answers pings, nothing else
	added bool // by addnode: ha.cf need not have it

	known      Known // what was remembered last
	rememberAt time.Time

	gen       uint64
	last      uint64 // highest sequence number; 0 when none is known
	missing   []missing
	ackTurn   uint64 // acknowledge numbers that end so
	acked     uint64 // our numbers that it acknowledged
	statusSeq uint64
	lastHeard time.Time // last status
	deadTime  time.Duration
	deadline  time.Time // dead when nothing is heard until then
	links     []link
	stamp     string // that its beats carry
}

// missing is a sequence number that was skipped.
type missing struct {
	seq   uint64
	askAt time.Time
}

// link is a medium over which the peer is heard.
type link struct {
	name     string
	up       bool
	deadline time.Time
}

// due is the next moment at which something must be done about the peer.
func (p *peer) due() time.Time {
	var next time.Time
	if p.state != Dead {
		next = p.deadline
	}
	for i := range p.links {
		if l := &p.links[i]; l.up && (next.IsZero() || l.deadline.Before(next)) {
			next = l.deadline
		}
	}
	if p.state == Dead {
		return next
	}
	for i := range p.missing {
		if at := p.missing[i].askAt; at.Before(next) {
			next = at
		}
	}
	return next
}

// expire finds out what has been silent for too long.
func (r *Ring) expire(p *peer) {
	for i := range p.links {
		if l := &p.links[i]; l.up && !r.now.Before(l.deadline) {
			l.up = false
			r.out = append(r.out, Effect{Kind: LinkChange, Node: p.name, Link: l.name})
		}
	}
	if p.state == Dead || r.now.Before(p.deadline) {
		return
	}
	if p.heard {
		r.note(Warn, "node "+p.name+" is dead: nothing heard for "+r.now.Sub(p.lastHeard).Round(time.Millisecond).String())
	} else {
		r.note(Warn, "node "+p.name+" is dead: never heard in "+r.cfg.InitDead.String()+" (initdead)")
	}
	r.enter(p, Dead, false)
	p.missing = p.missing[:0]
	if p.heard && !p.ping {
		r.remember(p)
	}
}

func (r *Ring) enter(p *peer, s State, left bool) {
	if p.state == s && p.heard {
		return
	}
	p.state = s
	r.out = append(r.out, Effect{Kind: StateChange, Node: p.name, State: s, Left: left})
}

// heard takes a verified packet.
func (r *Ring) heard(link string, m *wire.Message) {
	name := strings.ToLower(m.Get(wire.Src))
	r.verdict = Dropped
	if name == r.cfg.Self {
		r.verdict = Duplicate
		if m.Get(wire.SrcUUID) != r.uuid {
			r.complain(Error, "another machine calls itself "+name+" too: every node needs a name of its own")
		}
		return // our own packet, back from a broadcast
	}
	p := r.byName[name]
	if p == nil {
		if p = r.stranger(name); p == nil {
			return
		}
	}
	if p.ping {
		r.complain(Warn, "message from "+name+", which is a ping node: dropped")
		return
	}
	kind, gen, seq, ok := numbers(m)
	if !ok {
		r.complain(Warn, "message from "+name+" without its type, time, generation or number: dropped")
		return
	}
	if !r.generation(p, kind, gen, m) {
		return
	}
	if link != "" {
		r.refresh(p, link)
	}
	if control(kind) {
		r.controlled(p, kind, m)
		return
	}
	if !r.inSequence(p, seq) {
		r.verdict = Duplicate
		return
	}
	r.acknowledge(p, seq)
	r.dispatch(p, kind, seq, m)
}

// numbers reads what every message must have.
func numbers(m *wire.Message) (kind string, gen, seq uint64, ok bool) {
	kind = m.Type()
	gen, err := strconv.ParseUint(m.Get(wire.HG), 16, 64)
	if err != nil || kind == "" {
		return "", 0, 0, false
	}
	if ts, err := strconv.ParseUint(m.Get(wire.TS), 16, 64); err != nil || ts == 0 {
		return "", 0, 0, false
	}
	if control(kind) {
		return kind, gen, 0, true
	}
	seq, err = strconv.ParseUint(m.Get(wire.Seq), 16, 64)
	return kind, gen, seq, err == nil && seq > 0
}

// generation tells whether a message belongs to the peer's present life. A
// status of a higher generation begins a new one.
func (r *Ring) generation(p *peer, kind string, gen uint64, m *wire.Message) bool {
	uuid := m.Get(wire.SrcUUID)
	if (p.heard || p.known.Name != "") && gen < p.gen {
		r.complain(Warn, "message of generation "+hex(gen)+" from "+p.name+", which is at "+hex(p.gen)+
			": a replay, or its generation file was lost; dropped")
		return false
	}
	if p.heard && gen == p.gen {
		return true
	}
	if kind != "status" || r.recorded(p, gen, m) {
		return false // a life begins with a status
	}
	if p.heard && p.state != Dead {
		r.note(Warn, "node "+p.name+" was restarted")
		r.enter(p, Dead, false)
	}
	if p.uuid != "" && p.uuid != uuid {
		r.note(Warn, "node "+p.name+" changed its uuid")
	}
	p.uuid, p.gen, p.last, p.statusSeq, p.acked = uuid, gen, 0, 0, 0
	p.missing, p.left, p.fresh, p.rememberAt = p.missing[:0], false, true, time.Time{}
	return true
}

// refresh notes that the peer was heard on a link.
func (r *Ring) refresh(p *peer, name string) {
	dt := p.deadTime
	if dt == 0 {
		dt = r.cfg.DeadTime
	}
	r.linkHeard(p, name, dt)
}

// linkHeard notes that a link carried something: it is up for dt.
func (r *Ring) linkHeard(p *peer, name string, dt time.Duration) {
	i := slices.IndexFunc(p.links, func(l link) bool { return l.name == name })
	if i < 0 {
		i, p.links = len(p.links), append(p.links, link{name: name})
	}
	l := &p.links[i]
	l.deadline = r.now.Add(dt)
	if !l.up {
		l.up = true
		r.out = append(r.out, Effect{Kind: LinkChange, Node: p.name, Link: name, Up: true})
	}
}

// inSequence tells whether a message is new, and notes which are missing.
func (r *Ring) inSequence(p *peer, seq uint64) bool {
	switch {
	case p.last == 0 || seq == p.last+1:
		p.last = seq
		return true
	case seq > p.last:
		if gap := seq - p.last - 1; gap > mostGap || len(p.missing)+int(gap) > mostMissing {
			r.note(Warn, "lost more than "+strconv.Itoa(mostGap)+" messages of "+p.name+": not asked for again")
			p.missing = p.missing[:0]
			p.last = seq
			return true
		}
		wait := min(50*time.Millisecond, r.cfg.RexmitDelay/2)
		wait += time.Duration(r.chance() % uint64(max(1, r.cfg.RexmitDelay-wait)))
		for n := p.last + 1; n < seq; n++ {
			p.missing = append(p.missing, missing{n, r.now.Add(wait)})
		}
		p.last = seq
		return true
	}
	i := slices.IndexFunc(p.missing, func(m missing) bool { return m.seq == seq })
	if i < 0 {
		return false // a duplicate: every medium carries a copy
	}
	p.missing = slices.Delete(p.missing, i, i+1)
	return true
}

// acknowledge answers every tenth message, when none before it is missing; in
// a ring of more than two fewer of them, so that a member says about as much
// there, because everybody hears what everybody answers to everybody.
func (r *Ring) acknowledge(p *peer, seq uint64) {
	if seq%r.ackEvery == p.ackTurn && len(p.missing) == 0 && seq == p.last {
		r.say(wire.New("NS_ackmsg").Add(wire.Dest, p.name).Add(wire.AckSeq, hex(seq)))
	}
}

// requestMissing asks again for what did not come.
func (r *Ring) requestMissing(p *peer) {
	if p.state == Dead {
		return
	}
	for i := 0; i < len(p.missing); {
		if r.now.Before(p.missing[i].askAt) {
			i++
			continue
		}
		first, n := p.missing[i].seq, 0
		for i < len(p.missing) && n < mostRexmit && p.missing[i].seq == first+uint64(n) && !r.now.Before(p.missing[i].askAt) {
			p.missing[i].askAt = r.now.Add(r.cfg.RexmitDelay)
			i, n = i+1, n+1
		}
		r.say(wire.New("NS_rexmit").Add(wire.Dest, p.name).Add(wire.FirstSeq, strconv.FormatUint(first, 10)).
			Add(wire.LastSeq, strconv.FormatUint(first+uint64(n)-1, 10)))
	}
}
