package node

import (
	"fmt"
	"slices"
	"time"
)

// Machine is one member. Make it with New; feed it with Step.
type Machine struct {
	cfg    Config
	born   time.Time
	now    time.Time
	alarms [alarms]time.Time
	chance chance
	out    []Effect
	ranked []*peer    // peers, by name
	inbox  []*Message // from this member to itself

	log         replica
	peers       map[string]*peer // the other configured members
	nodes       string           // digest of all configured members
	boss        string           // who coordinates, "" when not known
	table       map[string]*NodeFact
	fenceEvents []FenceEvent // the last ones, the newest last; replaced, never changed
	exec        *executor
	mirrors     map[string]*mirrored // copies of the other members' histories
	dc          *coordinator         // nil unless this member is DC
	wasDC       bool                 // this member was DC last
	asks        map[string]*ask
	fences      map[string]*fencing
	opts        *options // of the present configuration; nil when not read yet
	conflicts   int

	pairFence    string    // the partner that is being fenced
	pairSince    time.Time // since when a dead partner waits for it
	pairFailed   int       // fencings of it that failed
	saidNoDevice bool

	// Counters of this process.
	reigns, transitions, editKeys, cleanups, updates int
	engines, fenceKeys, hellos, editions             uint64

	said   *Message // the last hello
	saidAt time.Time

	newNodes bool // the <nodes> section must be looked at
	stopping bool // asked to stop
	leaving  bool // a DC that has told the others and goes
	exited   bool
}

// New makes a member at the moment now from its configuration and from what
// its disk held. The first effects come from the first Step.
func New(cfg Config, now time.Time) (*Machine, error) {
	cfg = cfg.withDefaults()
	if !slices.Contains(cfg.Members, cfg.Name) {
		return nil, fmt.Errorf("start member %s: it is not among the configured nodes %v", cfg.Name, cfg.Members)
	}
	m := &Machine{cfg: cfg, born: now, now: now, chance: chance(cfg.Seed), peers: map[string]*peer{}, table: map[string]*NodeFact{},
		exec: newExecutor(), mirrors: map[string]*mirrored{}, asks: map[string]*ask{}, fences: map[string]*fencing{}}
	m.nodes = nodesDigest(cfg.Members)
	for _, name := range cfg.Members {
		if name != cfg.Name {
			m.peers[name] = &peer{name: name}
		}
	}
	if err := m.openReplica(cfg.Stored); err != nil {
		return nil, fmt.Errorf("start member %s: %w", cfg.Name, err)
	}
	m.set(alarmHello, 0)
	return m, nil
}

// Step takes one event and returns what must be done about it, in order.
func (m *Machine) Step(now time.Time, ev Event) []Effect {
	if m.exited {
		return nil
	}
	if now.After(m.now) {
		m.now = now // a clock that goes back is not followed
	}
	m.ringAlarms()
	switch ev := ev.(type) {
	case Elapsed:
	case PeerState:
		m.peerState(ev)
	case Stamped:
		m.stamped(ev)
	case Heard:
		m.heard(ev)
	case Asked:
		m.asked(ev)
	case EngineAnswered:
		m.engineAnswered(ev)
	case ActionEnded:
		m.actionEnded(ev)
	case FenceEnded:
		m.fenceEnded(ev)
	default:
		panic(fmt.Sprintf("unknown event %T", ev))
	}
	m.settle()
	out := m.out
	m.out = nil
	return out
}

// settle goes on until nothing more follows from what happened.
func (m *Machine) settle() {
	for rounds := 0; !m.exited; rounds++ {
		if rounds > 100000 {
			panic("member " + m.cfg.Name + " does not settle")
		}
		moved := m.pumpLog()
		m.chooseDC()
		m.reignNow()
		if m.newNodes {
			m.newNodes = false
			m.registerNodes()
		}
		m.markStopping()
		m.stopAlone()
		if m.leaving {
			return
		}
		for len(m.inbox) > 0 {
			moved = true
			msg := m.inbox[0]
			m.inbox = m.inbox[1:]
			m.dispatch(m.cfg.Name, msg)
		}
		if m.coordinate() {
			moved = true
		}
		if !moved {
			return
		}
	}
}

// heard takes a peer's message.
func (m *Machine) heard(ev Heard) {
	p := m.peers[ev.From]
	if p == nil || ev.Message == nil {
		return
	}
	if p.dead && ev.Message.Hello == nil && !ev.Message.Want {
		return // shot; a new process of it says hello first
	}
	m.dispatch(ev.From, ev.Message)
}

func (m *Machine) dispatch(from string, msg *Message) {
	switch {
	case msg.Raft != nil:
		m.heardRaft(from, msg)
	case msg.Hello != nil:
		m.heardHello(from, msg)
	case msg.Want:
		m.helloTo(from)
	case msg.Join != nil:
		m.heardJoin(from, msg.Join)
	case msg.Orders != nil:
		m.heardOrders(from, msg.Orders)
	case msg.Updates != nil:
		m.heardUpdates(from, msg.Updates)
	case msg.Taken != nil:
		m.heardTaken(msg.Taken)
	case msg.Attrs != nil:
		m.attrsKept(from, msg.Attrs)
		m.heardAttrs(from, msg.Attrs)
	case msg.Mirror != nil:
		m.heardMirror(from, msg.Mirror)
	case msg.Ask != nil:
		m.heardAsk(from, msg.Ask)
	case msg.Reply != nil:
		m.heardTold(msg.Reply)
	}
}

// send gives a message to a member, perhaps this one.
func (m *Machine) send(to string, msg *Message) {
	if to == m.cfg.Name {
		m.inbox = append(m.inbox, msg)
		return
	}
	if to == "" {
		return
	}
	msg.Lineage = string(m.log.lineage)
	m.emit(Send{To: to, Message: msg})
}

// configurationChanged follows a new configuration.
func (m *Machine) configurationChanged() {
	m.opts = nil
	m.updates = 0
	m.newNodes = true
	m.saidNoDevice = false
	m.sooner(alarmPair, 0)
	if m.dc != nil {
		m.dc.plan.notBefore = time.Time{}
	}
	m.think("the configuration changed")
}

func (m *Machine) emit(e Effect) { m.out = append(m.out, e) }

func (m *Machine) note(l Level, format string, args ...any) {
	m.emit(Note{Level: l, Text: fmt.Sprintf(format, args...)})
}

// must ends the process when something that cannot go wrong did: a dead
// member is easier to reason about than a half-alive one.
func (m *Machine) must(err error) {
	if err != nil {
		panic(fmt.Sprintf("member %s: %v", m.cfg.Name, err))
	}
}
