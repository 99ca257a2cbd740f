package haresources

import (
	"slices"
	"time"

	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/wire"
)

// Config is what a Machine is made from.
type Config struct {
	Self     string
	Nodes    []string // of ha.cf, in its order
	Groups   []haconf.Group
	Failback haconf.Failback
}

// EventKind tells events apart.
type EventKind byte

// The kinds of events.
const (
	Elapsed  EventKind = iota // Deadline was reached
	Node                      // Name, this member too, is now in State
	Heard                     // Message of Name was delivered by the ring
	Ended                     // the script of Job has ended: OK or not
	Standby                   // give Set away
	Takeover                  // make the others give Set
	Stop                      // stop everything, then leave
)

// Event is something that happened. Fields that a kind does not name are empty.
type Event struct {
	Kind     EventKind
	Name     string
	State    ring.State
	Returned bool // of Node: it was taken for dead but had gone on
	Anew     bool // of Node: its process was started anew before anybody missed it
	Message  *wire.Message
	Job      Job
	OK       bool // of Ended; of a status: it runs
	Set      string
}

// Job is one call of a script.
type Job struct {
	Group    int // index in Config.Groups
	Resource int // index in the group
	Action   string
}

// EffectKind tells effects apart.
type EffectKind byte

// The kinds of effects.
const (
	Say      EffectKind = iota // Message, to all
	Run                        // the script of Job; its end is told by Ended
	Announce                   // the addresses of Job's group, to the neighbours: another may have answered for them
	Note                       // Text for the log
	Refuse                     // a wish of the administrator, or of a peer: Text says why
	Leave                      // all has stopped: the ring may say goodbye
	Reboot                     // a resource cannot be stopped: only the end of this machine frees it
)

// Effect is something the caller must do.
type Effect struct {
	Kind    EffectKind
	Message *wire.Message
	Job     Job
	Level   ring.Level
	Text    string
}

// The waits of heartbeat 3 (heartbeat(8), ResourceManager).
const (
	requestDelay = 10 * time.Second // for a heartbeat that is as new as this one
	answerDelay  = 10 * time.Second // for the answer to a standby
	moveDelay    = time.Hour        // for the scripts of a standby
	stopAgain    = time.Second
	stopTries    = 10
	announceEach = 500 * time.Millisecond // while a member that was cut off may still hold the same
	announceFor  = time.Minute
	lingerFor    = 5 * time.Second // a heartbeat goes two seconds after its return
)

// Machine is one member. It belongs to one goroutine.
type Machine struct {
	cfg    Config
	now    time.Time
	out    []Effect
	groups []*group
	peers  []*peer // all nodes but this one, in the order of ha.cf

	begun    bool      // the groups were looked at
	active   bool      // the ring has been joined
	ready    bool      // both: "starting" was said
	knows    bool      // what the others hold; from then on they tell
	waitEnd  time.Time // of requestDelay
	announce time.Time // the next one, zero when nobody has returned
	stable   bool
	told     string // the groups that were said last
	move     *move  // the standby under way
	stopping bool
	left     bool
}

// peer is what is known of another node.
type peer struct {
	name   string
	state  ring.State
	told   bool // it has said what it holds, since it was asked
	owed   bool // it has asked before this member could tell
	ours   bool // it speaks of single groups
	stable bool
	held   []bool    // by group
	back   time.Time // until when it may hold what it held before it was cut off
	asked  bool      // what it holds, because it lingers
	deaf   bool      // it did not answer when its groups were offered
	gave   bool      // it gave groups by a standby: they do not fail back before it starts again
}

// New makes a member's machine. Groups of other names than Nodes are nobody's.
func New(cfg Config) *Machine {
	m := &Machine{cfg: cfg}
	for i, g := range cfg.Groups {
		if len(g.Resources) > 0 {
			m.groups = append(m.groups, &group{index: i, Group: g})
		}
	}
	for _, name := range cfg.Nodes {
		if name != cfg.Self {
			m.peers = append(m.peers, &peer{name: name, state: ring.Init, held: make([]bool, len(m.groups))})
		}
	}
	return m
}

// Step takes one event and returns what must be done about it, in order.
func (m *Machine) Step(now time.Time, ev Event) []Effect {
	m.now, m.out = now, nil
	if !m.begun {
		m.look()
	}
	switch ev.Kind {
	case Node:
		m.node(ev)
	case Heard:
		if p := m.peer(ev.Name); p != nil {
			m.heard(p, ev.Message)
		}
	case Ended:
		m.ended(ev.Job, ev.OK)
	case Standby:
		m.standby(ev.Set)
	case Takeover:
		m.takeover(ev.Set)
	case Stop:
		m.stop()
	}
	m.settle()
	return m.out
}

// Deadline is when Step with Elapsed is due at the latest; zero means never.
func (m *Machine) Deadline() time.Time {
	var next time.Time
	soonest := func(t time.Time) {
		if !t.IsZero() && t.After(m.now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	soonest(m.waitEnd)
	soonest(m.announce)
	if m.move != nil {
		soonest(m.move.until)
	}
	for _, g := range m.groups {
		soonest(g.again)
		soonest(g.asked)
	}
	return next
}

// Holds is what this member holds, in heartbeat's word: none, local, foreign,
// all, or transition while that changes.
func (m *Machine) Holds() string {
	if !m.stable || m.move != nil || !m.settled() {
		return "transition"
	}
	return m.word(m.choose((*group).held))
}

// View is what is told of a group.
type View struct {
	Key    string
	Node   string // that it belongs to
	State  string // started, starting, stopping, stopped or failed here; elsewhere
	Holder string // "" when nobody has it
}

// Groups tells of all groups.
func (m *Machine) Groups() []View {
	var all []View
	for i, g := range m.groups {
		v := View{Key: g.key(), Node: g.Node, State: "stopped"}
		for _, p := range m.peers {
			if p.state != ring.Dead && p.held[i] {
				v.State, v.Holder = "elsewhere", p.name
			}
		}
		if g.failed && v.Holder == "" {
			v.State = "failed"
		}
		switch {
		case m.keeps(g):
			v.State, v.Holder = "started", m.cfg.Self
		case g.want:
			v.State, v.Holder = "starting", m.cfg.Self
		case g.at > 0:
			v.State, v.Holder = "stopping", m.cfg.Self
		}
		all = append(all, v)
	}
	return all
}

// node takes a change of a node's state.
func (m *Machine) node(ev Event) {
	if ev.Name == m.cfg.Self {
		m.active = m.active || ev.State == ring.Active
		return
	}
	p := m.peer(ev.Name)
	if p == nil {
		return
	}
	was := p.state
	p.state = ev.State
	switch {
	case ev.State == ring.Dead:
		if !p.back.IsZero() { // it held the same until now
			for _, g := range m.groups {
				m.announceGroup(g)
			}
		}
		p.forget()
		m.abandon(p)
		if was != ring.Dead && m.active && !m.stopping {
			m.note(ring.Warn, "node "+p.name+" is gone: its groups go to "+m.first())
		}
	case ev.Returned && m.active:
		m.reunite(p)
	case ev.Anew: // its scripts may have outlived it: it says so when it has joined
		m.abandon(p)
		p.told, p.stable, p.deaf, p.gave = false, false, false, false
	case was == ring.Dead:
		p.forget()
	}
}

// forget makes a peer one that has just started.
func (p *peer) forget() {
	p.told, p.owed, p.stable, p.deaf, p.gave, p.back = false, false, false, false, false, time.Time{}
	clear(p.held)
}

// first is the first living node of ha.cf.
func (m *Machine) first() string {
	for _, name := range m.cfg.Nodes {
		if m.lives(name) {
			return name
		}
	}
	return m.cfg.Self
}

// lives tells whether a node may hold something; one never heard of may.
func (m *Machine) lives(name string) bool {
	if name == m.cfg.Self {
		return true
	}
	p := m.peer(name)
	return p != nil && p.state != ring.Dead
}

func (m *Machine) peer(name string) *peer {
	if i := slices.IndexFunc(m.peers, func(p *peer) bool { return p.name == name }); i >= 0 {
		return m.peers[i]
	}
	return nil
}

func (m *Machine) note(level ring.Level, text string) {
	m.out = append(m.out, Effect{Kind: Note, Level: level, Text: text})
}

func (m *Machine) say(message *wire.Message) {
	m.out = append(m.out, Effect{Kind: Say, Message: message})
}
