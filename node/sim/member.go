package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"crm/node"
)

// Member is one machine: its daemon (perhaps), its disk, what runs on it.
type Member struct {
	w        *World
	name     string
	m        *node.Machine // nil while the daemon is not running
	life     int           // counts daemons
	boot     int           // counts power cuts
	began    time.Time     // when the daemon was started
	off      bool          // no power
	disk     *disk
	freeAt   time.Time // when the disk is done with what it was given
	timer    uint64
	ring     map[string]*ringPeer
	running  map[string]bool // what truly runs on this machine
	promoted map[string]bool
	ops      map[string]bool // agents at work, by key
	work     map[string]work // what was begun last, by resource; it outlives the daemon
	exited   string
	slow     time.Duration // added to every agent
	broken   map[string]int
	stamp    string   // of the machine, carried by its beats
	nodes    []string // that its configuration names; nil: all
}

// ringPeer is the ring's view of a peer.
type ringPeer struct {
	heard time.Time
	up    bool
	told  bool
	stamp string // heard last
}

// disk is what survives: what was synced, and what was not yet.
type disk struct {
	synced    node.Stored
	unsynced  []node.Store
	revisions []node.Revision
	written   bool
	conflicts []node.Conflict
}

func (d *disk) write(s node.Store) {
	d.unsynced = append(d.unsynced, s)
	if !s.Sync {
		return
	}
	for _, s := range d.unsynced {
		d.take(s)
	}
	d.unsynced = nil
}

func (d *disk) take(s node.Store) {
	st := &d.synced
	d.written = true
	if s.Reset {
		st.Snapshot, st.Entries, st.HardState = nil, nil, nil
	}
	if s.Conflict != nil {
		d.conflicts = append(d.conflicts, *s.Conflict)
		st.Conflicts++
	}
	if s.Acknowledged {
		st.Conflicts = 0
	}
	if s.Snapshot != nil {
		st.Snapshot = s.Snapshot
		st.Entries = slices.DeleteFunc(slices.Clone(st.Entries), func(e node.LogEntry) bool { return e.Index <= s.Compact })
	}
	if len(s.Entries) > 0 {
		st.Entries = slices.DeleteFunc(slices.Clone(st.Entries), func(e node.LogEntry) bool { return e.Index >= s.Entries[0].Index })
		st.Entries = append(st.Entries, s.Entries...)
	}
	if s.HardState != nil {
		st.HardState = s.HardState
	}
	if s.Lineage != nil {
		st.Lineage = s.Lineage
	}
	d.revisions = append(d.revisions, s.Revisions...)
}

// Start starts the daemon of a member with what its disk holds.
func (m *Member) Start() {
	if m.m != nil || m.off {
		return
	}
	w := m.w
	m.life++
	m.began = w.now
	m.exited = ""
	m.ring, m.ops = map[string]*ringPeer{}, map[string]bool{}
	m.freeAt, m.stamp = w.now, ""
	m.disk.unsynced = nil
	cfg := node.Config{Name: m.name, Members: m.knows(), Seed: w.opt.Seed*131 + uint64(m.life)*17 + uint64(slices.Index(w.members, m)),
		Process: fmt.Sprintf("%04x%04x-0000-4000-8000-%012d", slices.Index(w.members, m), m.life, m.life), Beat: 500 * time.Millisecond}
	if m.disk.written {
		st := m.disk.synced
		cfg.Stored = &st
	}
	mach, err := node.New(cfg, w.now)
	if err != nil {
		w.fail("%s does not start: %v", m.name, err)
		return
	}
	m.m = mach
	for _, p := range w.members {
		if p != m && slices.Contains(m.knows(), p.name) {
			m.ring[p.name] = &ringPeer{heard: w.now.Add(w.opt.Deadtime)} // initdead is twice deadtime
		}
	}
	w.say(m.name, "started")
	m.beat(m.life)
	m.step(node.Elapsed{})
}

// knows are the nodes that its configuration names.
func (m *Member) knows() []string {
	if m.nodes != nil {
		return m.nodes
	}
	return m.w.opt.Members
}

// alive schedules something for this daemon only.
func (m *Member) alive(t time.Time, do func()) {
	life := m.life
	m.w.at(t, func() {
		if m.m != nil && m.life == life {
			do()
		}
	})
}

// beat is the ring: a heartbeat to all, and a look at who was silent.
func (m *Member) beat(life int) {
	w, stamp := m.w, m.stamp
	for _, p := range w.members {
		if p != m {
			w.deliver(m, p, func() { p.hearBeat(m.name, stamp) })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.ring)) {
		if p := m.ring[name]; (p.up || !p.told) && w.now.Sub(p.heard) > w.opt.Deadtime {
			p.up, p.told = false, true
			m.step(node.PeerState{Peer: name})
		}
	}
	m.alive(w.now.Add(w.opt.Keepalive), func() { m.beat(life) })
}

func (m *Member) hearBeat(from, stamp string) {
	p := m.ring[from]
	if p == nil {
		return // not a node of its configuration
	}
	p.heard = m.w.now
	if !p.up {
		p.up, p.told = true, true
		m.step(node.PeerState{Peer: from, Up: true})
	}
	if stamp != p.stamp {
		p.stamp = stamp
		m.step(node.Stamped{Peer: from, Text: stamp})
	}
}

// step feeds the machine and does what it says.
func (m *Member) step(ev node.Event) {
	if m.m == nil {
		return
	}
	effects := m.m.Step(m.w.now, ev)
	m.w.lastStep = fmt.Sprintf("%s %T %d effects", m.name, ev, len(effects))
	for _, e := range effects {
		m.perform(e)
	}
	if m.m == nil {
		return
	}
	m.w.checkLeader(m)
	m.timer++
	if at := m.m.Deadline(); !at.IsZero() {
		n := m.timer
		if at.Before(m.w.now) {
			at = m.w.now
		}
		m.alive(at, func() {
			if m.timer == n {
				m.w.alarms++
				m.step(node.Elapsed{})
			}
		})
	}
}

// perform puts an effect behind what the disk has to do first.
func (m *Member) perform(e node.Effect) {
	w := m.w
	if m.freeAt.Before(w.now) {
		m.freeAt = w.now
	}
	if n, ok := e.(node.Note); ok {
		if n.Level > node.Debug || w.opt.Verbose {
			w.say(m.name, "%s", n.Text)
		}
		return
	}
	if s, ok := e.(node.Store); ok && s.Sync {
		m.freeAt = m.freeAt.Add(w.random(w.opt.Disk))
	}
	if _, ok := e.(node.Exit); ok {
		m.exiting(e.(node.Exit))
		return
	}
	if m.freeAt.Equal(w.now) {
		m.act(e)
		return
	}
	m.alive(m.freeAt, func() { m.act(e) })
}

func (m *Member) act(e node.Effect) {
	switch e := e.(type) {
	case node.Store:
		m.disk.write(e)
	case node.Send:
		m.send(e)
	case node.Stamp:
		m.stamp = e.Text
	case node.RunEngine:
		m.think(e)
	case node.RunAction:
		m.run(e.Operation)
	case node.CancelAction:
		m.cancel(e.Key)
	case node.Fence:
		m.fence(e)
	case node.Answer:
		m.w.answered(m, e)
	}
}

func (m *Member) send(e node.Send) {
	w := m.w
	w.sends++
	to := w.Member(e.To)
	msg := e.Message
	if w.opt.Seed%4 == 1 { // the codec is tried in some worlds; in all it would take half the time
		decoded, err := node.DecodeMessage(msg.Encode())
		if err != nil {
			w.fail("message of %s: %v", m.name, err)
			return
		}
		msg = decoded
	}
	w.deliver(m, to, func() { to.step(node.Heard{From: m.name, Message: msg}) })
}

func (m *Member) think(e node.RunEngine) {
	out, err := m.w.opt.Engine(e.Input)
	m.alive(m.w.now.Add(20*time.Millisecond), func() { m.step(node.EngineAnswered{ID: e.ID, Output: out, Err: err}) })
}

func (m *Member) exiting(e node.Exit) {
	w := m.w
	w.say(m.name, "exit clean=%v: %s", e.Clean, e.Reason)
	m.exited = e.Reason
	if e.Clean && !e.Silent && len(m.running) > 0 {
		w.fail("%s stopped cleanly while %v runs there", m.name, slices.Sorted(maps.Keys(m.running)))
	}
	// The last messages are on their way; then the ring says goodbye, if the
	// end was a clean one.
	life := m.life
	w.at(m.freeAt.Add(time.Millisecond), func() {
		if m.life != life || m.m == nil {
			return
		}
		m.m = nil
		for _, p := range w.members {
			if p != m && e.Clean && !e.Silent {
				w.deliver(m, p, func() { p.goodbye(m.name) })
			}
		}
	})
}

func (m *Member) goodbye(from string) {
	if p := m.ring[from]; p != nil && p.up {
		p.up, p.told = false, true
		m.step(node.PeerState{Peer: from, Left: true})
	}
}

// Kill ends the daemon only: what it runs goes on.
func (m *Member) Kill() {
	m.w.say(m.name, "killed")
	m.m = nil
}

// PowerOff ends everything on the machine.
func (m *Member) PowerOff() {
	m.w.say(m.name, "power off")
	m.m, m.off = nil, true
	m.boot++
	clear(m.running)
	clear(m.promoted)
	clear(m.work)
	m.disk.unsynced = nil
}

// PowerOn gives the machine power and starts its daemon.
func (m *Member) PowerOn() {
	m.off = false
	m.Start()
}
