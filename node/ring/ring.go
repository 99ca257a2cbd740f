package ring

import (
	"strconv"
	"strings"
	"time"

	"crm/node/wire"
)

// State is the state of a node, in heartbeat's words.
type State string

// The states of nodes.
const (
	Init   State = "init"
	Up     State = "up"
	Active State = "active"
	Dead   State = "dead"
	Ping   State = "ping" // a ping node that answers
)

// Config is what a Ring is made from.
type Config struct {
	Self       string
	Nodes      []string // all configured nodes, in lower case
	UUID       [16]byte
	Generation uint64 // higher at every start
	Seed       uint64 // spreads acknowledgements and requests; differs between members

	KeepAlive, DeadTime, WarnTime, InitDead time.Duration
	RexmitDelay                             time.Duration // 250 ms when 0
	HopFudge                                int

	Pings    []string      // ping nodes, in lower case
	DeadPing time.Duration // DeadTime when 0

	// AutoJoin lets nodes in that are not configured but have the key
	// (autojoin other, any).
	AutoJoin bool
	// Known is what was remembered of other nodes before this start.
	Known []Known
	// ReplayWindow is how far the clock of a node may be from ours when it
	// appears; 0: it is not looked at.
	ReplayWindow time.Duration
}

// EventKind tells events apart.
type EventKind byte

// The kinds of events.
const (
	Elapsed  EventKind = iota // Deadline was reached
	Heard                     // Message came in over Link, verified
	Say                       // send Message to all
	Leave                     // say goodbye: this member is about to end
	Answered                  // the ping node Node has answered, verified
	Refuse                    // what Node asked for again, Message, cannot reach it
)

// Event is something that happened. Fields that a kind does not name are
// empty. A message that is Heard on no Link came another way than the ring's:
// it says nothing of the media.
type Event struct {
	Kind    EventKind
	Link    string
	Node    string
	Message *wire.Message // of Heard: may be reused by the caller after the Step
}

// EffectKind tells effects apart.
type EffectKind byte

// The kinds of effects.
const (
	Send        EffectKind = iota // Message to all, on every medium; again, when Node asked for it
	StateChange                   // Node is now in State
	LinkChange                    // Link to Node is now Up or not
	Deliver                       // Message from Node is for somebody above
	Note                          // Text for the log
	Echo                          // ask all ping nodes, whose answers are Answered
	Remember                      // keep Known of Node over a restart of this member
	Stamp                         // the beats of Node carry another Text than before
	Gone                          // Node is no node of the ring any more, also after a restart of this member
	Expelled                      // others have deleted this member: it must stop
)

// Level is the weight of a Note.
type Level byte

// The levels of notes, lightest first.
const (
	Debug Level = iota
	Info
	Warn
	Error
)

// Effect is something the caller must do, valid until the next Step.
type Effect struct {
	Kind    EffectKind
	Node    string
	Link    string
	State   State
	Left    bool // with State Dead: it said goodbye; with another: it returns after a partition
	Up      bool
	Level   Level
	Text    string
	Message *wire.Message
	Known   Known
}

// Ring is one member's view of the ring. It belongs to one goroutine.
type Ring struct {
	cfg   Config
	began time.Time
	now   time.Time
	out   []Effect
	// verdict is about the last message heard.
	verdict Verdict
	peers   []*peer // all nodes but this one, in the order of the configuration
	byName  map[string]*peer
	// deleted are the nodes that were deleted since this member started.
	deleted []string
	random  uint64

	state    State
	left     bool
	seq      uint64
	history  history
	seqs     numerals // of seq
	second   numerals // of the time in seconds
	nextBeat time.Time
	beats    int
	askAt    time.Time // next reqnodes, while joining
	asked    int
	uuid     string
	ackEvery uint64

	nextComplaint time.Time
	unsaid        int
	stamp         string // carried by every beat
	gen           string // this generation, as it is written
	ttl           string
	dt            string
	dtEarly       string
}

// earlyBeats is how long after the start a member announces a longer dead
// time, because it may be slow while it starts.
const (
	earlyBeats = 5 * time.Second
	earlyExtra = 2 * time.Second
	askAgain   = time.Second
	askSoonest = 20 * time.Millisecond
	longestDT  = time.Hour

	complainEvery = 10 * time.Second
	mostUnacked   = 100 // heartbeat holds its clients up after 250
)

// New makes a member's ring at the moment now. The first effects come from
// the first Step with Elapsed, which is due at once.
func New(cfg Config, now time.Time) *Ring {
	if cfg.RexmitDelay == 0 {
		cfg.RexmitDelay = 250 * time.Millisecond
	}
	if cfg.DeadPing == 0 {
		cfg.DeadPing = cfg.DeadTime
	}
	r := &Ring{cfg: cfg, began: now, now: now, byName: map[string]*peer{}, random: cfg.Seed, state: Init, nextBeat: now,
		uuid: string(cfg.UUID[:]), gen: hex(cfg.Generation),
		dt: hex(uint64(cfg.DeadTime.Milliseconds())), dtEarly: hex(uint64((cfg.DeadTime + earlyExtra).Milliseconds()))}
	r.ackEvery = uint64(min(10*max(1, len(cfg.Nodes)-1), mostUnacked))
	for _, name := range cfg.Nodes {
		if name != cfg.Self {
			r.add(name)
		}
	}
	for _, name := range cfg.Pings {
		r.add(name).ping = true
	}
	r.recall()
	r.countHops()
	return r
}

// add makes a node known to the ring.
func (r *Ring) add(name string) *peer {
	p := &peer{name: name, state: Init, deadline: r.now.Add(r.cfg.InitDead), ackTurn: r.chance() % r.ackEvery}
	r.peers, r.byName[name] = append(r.peers, p), p
	return p
}

// countHops makes the ttl, which only serial rings use: every node can pass a
// packet on once.
func (r *Ring) countHops() { r.ttl = strconv.Itoa(r.cfg.HopFudge + len(r.peers) + 1) }

// State is this member's own state.
func (r *Ring) State() State { return r.state }

// Verdict is what became of a message that was heard, in the terms of the
// filter of heartbeat's clients.
type Verdict byte

// The verdicts.
const (
	Told      Verdict = iota // it is in the effects: a change, or for somebody above
	Unchanged                // a status that says what was known
	Dropped                  // for another node, not to be believed, or for the ring alone
	Duplicate                // heard before, or our own
	Protocol                 // about the ring's nodes
)

// Verdict is about the last message that was Heard.
func (r *Ring) Verdict() Verdict { return r.verdict }

// Step takes one event and returns what must be done about it, in order.
func (r *Ring) Step(now time.Time, ev Event) []Effect {
	clear(r.out)
	r.out = r.out[:0]
	asleep := now.Sub(r.now)
	r.now = now
	if r.left {
		return nil
	}
	if asleep > 2*r.cfg.KeepAlive && asleep > r.cfg.DeadTime/2 {
		r.wakeUp(asleep)
	}
	switch ev.Kind {
	case Elapsed:
		r.elapsed()
	case Heard:
		r.heard(ev.Link, ev.Message)
	case Say:
		kind := ev.Message.Type()
		if kind != wire.AddNode && kind != wire.DelNode || r.renode(r.cfg.Self, kind, ev.Message) {
			r.say(ev.Message.Clone())
		}
	case Leave:
		r.leave()
	case Answered:
		r.answered(ev.Node)
	case Refuse:
		r.refuse(ev.Node, ev.Message.Get(wire.Seq), "too long")
	}
	return r.out
}

// Deadline is when Step with Elapsed is due at the latest.
func (r *Ring) Deadline() time.Time {
	if r.left {
		return r.now.Add(time.Hour)
	}
	next := r.nextBeat
	if !r.askAt.IsZero() && r.askAt.Before(next) {
		next = r.askAt
	}
	if until := r.waitsUntil(); r.state == Up && until.After(r.now) && until.Before(next) {
		next = until
	}
	for _, p := range r.peers {
		if at := p.due(); !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next
}

// wakeUp gives the others time to be heard when this process did not run for
// so long that it could not hear them.
func (r *Ring) wakeUp(asleep time.Duration) {
	r.note(Warn, "this member did not run for "+asleep.Round(time.Millisecond).String()+
		": too little processor time, or the machine was suspended")
	for _, p := range r.peers {
		if p.state == Dead {
			continue
		}
		if grace := r.now.Add(min(r.patience(p), 3*r.cfg.KeepAlive)); p.deadline.Before(grace) {
			p.deadline = grace
		}
		for i := range p.links {
			if l := &p.links[i]; l.up && l.deadline.Before(p.deadline) {
				l.deadline = p.deadline
			}
		}
	}
}

func (r *Ring) elapsed() {
	for _, p := range r.peers {
		r.expire(p)
		r.requestMissing(p)
	}
	r.join()
	if !r.now.Before(r.nextBeat) {
		r.beat()
	}
}

// beat says how this member is.
func (r *Ring) beat() {
	r.beats++
	r.status()
	if len(r.cfg.Pings) > 0 {
		r.out = append(r.out, Effect{Kind: Echo})
	}
	if r.state == Init { // the media are open: nothing more to wait for
		r.state = Up
		r.status()
	}
	r.nextBeat = r.nextBeat.Add(r.cfg.KeepAlive)
	if !r.nextBeat.After(r.now) { // late: no burst to catch up
		r.nextBeat = r.now.Add(r.cfg.KeepAlive)
	}
}

func (r *Ring) status() {
	dt := r.dt
	if r.now.Sub(r.began) < earlyBeats {
		dt = r.dtEarly
	}
	m := r.history.slot(r.seq + 1)
	m.Fields = append(m.Fields[:0], wire.Field{Name: wire.Type, Value: "status"},
		wire.Field{Name: wire.State, Value: string(r.state)}, wire.Field{Name: wire.DeadTime, Value: dt},
		wire.Field{Name: wire.Protocol, Value: "1"})
	if r.stamp != "" {
		m.Add(wire.Stamp, r.stamp)
	}
	r.complete(m)
}

// Carry has every beat from now on carry a text for the members' machines.
// heartbeat does not know that field, and ignores it.
func (r *Ring) Carry(text string) { r.stamp = text }

// join goes from up to active: when every configured node was heard or is
// dead, or when somebody is active already, so that the ring has formed without
// the missing ones. One of the living is asked for the list of nodes.
func (r *Ring) join() {
	if r.state != Up {
		return
	}
	var alive, active []*peer
	unheard := false
	for _, p := range r.peers {
		unheard = unheard || p.state == Init && !p.heard
		if p.heard && p.state != Dead && !p.ping {
			alive = append(alive, p)
		}
		if p.state == Active {
			active = append(active, p)
		}
	}
	switch {
	case len(active) > 0:
		alive = active
	case unheard, r.now.Before(r.waitsUntil()):
		r.askAt = time.Time{} // one may have appeared since somebody was asked
		return                // not heard and not given up yet
	case len(alive) == 0:
		r.joined()
		return
	}
	if r.askAt.IsZero() || !r.now.Before(r.askAt) {
		r.say(wire.New("reqnodes").Add(wire.Dest, alive[r.asked%len(alive)].name))
		r.asked++
		r.askAt = r.now.Add(min(askAgain, max(r.cfg.KeepAlive, askSoonest)))
	}
}

// waitsUntil is until when nodes may appear that nobody configured.
func (r *Ring) waitsUntil() time.Time {
	if !r.cfg.AutoJoin {
		return time.Time{}
	}
	return r.began.Add(r.cfg.InitDead)
}

func (r *Ring) joined() {
	r.state, r.askAt = Active, time.Time{}
	r.note(Info, "this member has joined the ring")
	r.out = append(r.out, Effect{Kind: StateChange, Node: r.cfg.Self, State: Active})
	r.status()
}

// leave says goodbye twice, because nobody can ask for it again.
func (r *Ring) leave() {
	r.say(wire.New("shutdone").Add(wire.State, string(Dead)))
	r.out = append(r.out, r.out[len(r.out)-1])
	r.left, r.state = true, Dead
}

// say sends m, which from then on belongs to the ring.
func (r *Ring) say(m *wire.Message) {
	if !control(m.Type()) {
		slot := r.history.slot(r.seq + 1)
		slot.Fields = append(slot.Fields[:0], m.Fields...)
		m = slot
	}
	r.complete(m)
}

// complete adds the fields that every message has, and sends it.
func (r *Ring) complete(m *wire.Message) {
	if dest, ok := m.Lookup(wire.Dest); ok {
		uuid := ""
		if p := r.byName[dest]; p != nil {
			uuid = p.uuid
		}
		if uuid == "" {
			uuid = NoUUID
		}
		m.AddBinary(wire.DestUUID, uuid)
	}
	if _, said := m.Lookup(wire.Src); !said { // clients may have said it
		m.Add(wire.Src, r.cfg.Self)
	}
	m.AddBinary(wire.SrcUUID, r.uuid)
	if !control(m.Type()) {
		r.seq++
		m.Add(wire.Seq, r.seqs.hex(r.seq))
		r.history.sent(r.seq, r.now)
	}
	m.Add(wire.HG, r.gen).Add(wire.TS, r.second.hex(uint64(r.now.Unix()))).Add(wire.TTL, r.ttl)
	r.out = append(r.out, Effect{Kind: Send, Message: m})
}

func (r *Ring) note(level Level, text string) {
	r.out = append(r.out, Effect{Kind: Note, Level: level, Text: text})
}

// complain notes what others can cause with every packet they send: one such
// note every ten seconds.
func (r *Ring) complain(level Level, text string) {
	if r.now.Before(r.nextComplaint) {
		r.unsaid++
		return
	}
	if r.unsaid > 0 {
		text += " (and " + strconv.Itoa(r.unsaid) + " more complaints)"
	}
	r.nextComplaint, r.unsaid = r.now.Add(complainEvery), 0
	r.note(level, text)
}

// chance is the next number of a sequence that Seed determines (splitmix64).
func (r *Ring) chance() uint64 {
	r.random += 0x9e3779b97f4a7c15
	z := r.random
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// control tells whether messages of a type have no sequence number.
func control(kind string) bool { return strings.HasPrefix(kind, "NS_") }

// NoUUID is that of a node that has none yet.
const NoUUID = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func hex(n uint64) string { return strconv.FormatUint(n, 16) }
