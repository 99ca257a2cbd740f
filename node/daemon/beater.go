package daemon

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"crm/node"
	"crm/node/realtime"
	"crm/node/ring"
	"crm/node/transport"
	"crm/node/wire"
)

// patience is how late the ring's clock may be while packets wait.
const patience = 10 * time.Millisecond

// beater owns the ring.
type beater struct {
	self   string
	ring   *ring.Ring
	plain  bool // msgfmt netstring
	form   wire.Form
	keys   *wire.Keyring
	media  transport.Media
	sealed transport.Sealed
	ended  chan struct{} // closed when the goodbye has been said
	events *queue[node.Event]
	notice func(node.Level, string)
	// priority of the whole member, see realtime; 0: an ordinary one.
	priority int
	packed   []byte              // reused for each packet sent
	above    func([]ring.Effect) // who decides without a CIB: hears all that the ring tells; else nil
	// alongside does what an effect means for those beside the ring.
	alongside func(*ring.Effect)
	// overheard is shown every message and what became of it; nil: nobody cares.
	overheard func(ring.Verdict, *wire.Message)
	member    func(name string) bool // whether a node is of ha.cf's node lines
	squeeze   int                    // bytes above which a message is compressed; 0: none is
	failing   string                 // what the media said last, so that it is told once
	stamp     atomic.Pointer[string] // what the beats carry for the others' machines

	mu    sync.Mutex
	asked []func() // what others want done by the beater's goroutine
	left  bool
	up    map[string]bool // what the machine was told
	peers map[string]string
	links map[string]map[string]bool // by node and link: whether it is up
	gone  map[string]bool            // deleted from the ring
	uuids map[string]string          // 16 raw bytes each
	// traits are weights and sites, of the nodes that were given any.
	traits map[string]trait
}

func newBeater(self string, r *ring.Ring, s settings, events *queue[node.Event], notice func(node.Level, string)) *beater {
	squeeze := 0
	switch {
	case s.ring.Traditional && s.ring.Compression != "":
		squeeze = s.ring.Threshold
	case s.ring.Compression != "":
		squeeze = wire.MaxPacket // the last resort
	}
	return &beater{self: self, member: s.ring.HasNode, squeeze: squeeze, ring: r, plain: s.ring.PlainForm, form: formOf(s.keys, s.ring.PlainForm), keys: s.keys, ended: make(chan struct{}),
		events: events, notice: notice,
		up: map[string]bool{}, peers: map[string]string{}, links: map[string]map[string]bool{}, gone: map[string]bool{}, uuids: map[string]string{},
		traits: map[string]trait{}}
}

// run beats until ctx ends or goodbye has been said. It keeps its thread for
// itself, with the priority that ha.cf asks for.
func (b *beater) run(ctx context.Context) {
	defer close(b.ended)
	defer context.AfterFunc(ctx, b.media.Wake)()
	if b.priority > 0 {
		if err := realtime.Thread(b.priority); err != nil {
			b.notice(node.Warn, err.Error())
		}
	}
	for ctx.Err() == nil && !b.left {
		p, heard := b.media.Next(b.ring.Deadline())
		if heard {
			if src := strings.ToLower(p.Message.Get(wire.Src)); src != b.self && p.From.IsValid() { // a serial line has no addresses
				b.sealed.Learn(src, p.From)
			}
			b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Heard, Link: p.Link, Message: p.Message}))
			if b.overheard != nil {
				b.overheard(b.ring.Verdict(), p.Message)
			}
		}
		b.oblige()
		// What has come in is looked at before anybody is taken for dead, but
		// not for ever.
		if late := time.Since(b.ring.Deadline()); late >= 0 && (!heard || late > patience) {
			if s := b.stamp.Load(); s != nil {
				b.ring.Carry(*s)
			}
			b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Elapsed}))
		}
	}
}

// ask has something done by the beater's goroutine, which owns the ring.
func (b *beater) ask(work func()) {
	b.mu.Lock()
	b.asked = append(b.asked, work)
	b.mu.Unlock()
	b.media.Wake()
}

// oblige does what was asked for.
func (b *beater) oblige() {
	b.mu.Lock()
	asked := b.asked
	b.asked = nil
	b.mu.Unlock()
	for _, work := range asked {
		work()
	}
}

// leave says goodbye; then ended is closed.
func (b *beater) leave() {
	b.ask(func() {
		b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Leave}))
		b.left = true
	})
}

// say sends a message to all.
func (b *beater) say(m *wire.Message) {
	b.ask(func() { b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Say, Message: m})) })
}

// answered notes that a ping node has answered.
func (b *beater) answered(name string) {
	b.ask(func() { b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Answered, Node: name})) })
}

// rekey changes the keys that packets are signed with.
func (b *beater) rekey(keys *wire.Keyring) {
	b.ask(func() { b.keys, b.form = keys, formOf(keys, b.plain) })
}

// formOf is how packets are written. While authkeys has several keys they are
// being changed: a heartbeat 3.0.x then believes other numbers than its own in
// classic form only.
func formOf(keys *wire.Keyring, plain bool) wire.Form {
	switch {
	case len(keys.Keys()) > 1 && !keys.Signing().Method.Ours():
		return wire.Classic
	case plain:
		return wire.Plain
	}
	return wire.Netstring
}

// broadcast signs a message and gives it to every medium; asker is who missed
// it the first time.
func (b *beater) broadcast(m *wire.Message, asker string) {
	b.packed = b.keys.Append(b.packed[:0], m, b.form)
	if b.squeeze > 0 && len(b.packed) > b.squeeze {
		b.packed = b.keys.Append(b.packed[:0], b.keys.Pack(m), b.form)
	}
	if len(b.packed) > oneDatagram && b.large(m, asker) {
		return
	}
	said := ""
	if err := b.media.Send(b.packed); err != nil {
		said = err.Error()
	}
	if said == b.failing {
		return
	}
	b.failing = said
	if said == "" {
		b.notice(node.Info, "all media take packets again")
		return
	}
	b.notice(node.Warn, "not every medium took the heartbeat: "+said)
}

func (b *beater) perform(effects []ring.Effect) {
	if b.above != nil {
		b.above(effects)
	}
	for i := range effects {
		if b.alongside != nil {
			b.alongside(&effects[i])
		}
		switch e := &effects[i]; e.Kind {
		case ring.Send:
			b.broadcast(e.Message, e.Node)
		case ring.StateChange:
			b.stateChange(e)
		case ring.LinkChange:
			b.linkChange(e)
			if e.Up {
				b.notice(node.Info, "link "+e.Link+" to "+e.Node+" is up")
			} else {
				b.notice(node.Warn, "link "+e.Link+" to "+e.Node+" is dead")
			}
		case ring.Note:
			b.notice(node.Level(e.Level), e.Text)
		case ring.Stamp:
			b.stamped(e)
		case ring.Gone:
			b.forget(e.Node)
		case ring.Remember:
			b.mu.Lock()
			b.uuids[e.Node] = e.Known.UUID
			b.mu.Unlock()
		case ring.Deliver, ring.Echo, ring.Expelled: // heard above, or alongside
		}
	}
}

// stateChange tells the machine who takes part: only active nodes do. A node
// that starts over without having been dead is a new process: it was away.
func (b *beater) stateChange(e *ring.Effect) {
	if e.State == ring.Dead {
		b.sealed.Drop(e.Node)
	}
	b.mu.Lock()
	b.peers[e.Node] = string(e.State)
	delete(b.gone, e.Node)
	if e.Node != b.self && !b.member(e.Node) { // a ping node, or one that has joined
		b.mu.Unlock()
		return
	}
	was, told := b.up[e.Node]
	is := e.State == ring.Active
	if is || e.State == ring.Dead || was {
		b.up[e.Node] = is
	}
	b.mu.Unlock()
	if e.Node == b.self || is == was && (told || is || e.State != ring.Dead) {
		return
	}
	b.events.push(node.PeerState{Peer: e.Node, Up: is, Left: !is && e.State == ring.Dead && e.Left})
}

// stamped tells the machine, if there is one and it keeps up: the next stamp
// says as much.
func (b *beater) stamped(e *ring.Effect) {
	if b.above == nil && b.events.size() <= mostUnheard {
		b.events.push(node.Stamped{Peer: e.Node, Text: e.Text})
	}
}

// forget drops what is told of a node that was deleted.
func (b *beater) forget(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.peers, name)
	delete(b.links, name)
	delete(b.traits, name)
	b.gone[name] = true
}

func (b *beater) isGone(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone[name]
}

// renode adds nodes to the ring or deletes them, on all members; an error says
// why not.
func (b *beater) renode(ctx context.Context, kind string, names []string) error {
	told := make(chan string, 1)
	b.ask(func() {
		why := b.ring.Refuses(kind, names)
		if why == "" {
			b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Say, Message: wire.New(kind).Add(wire.NodeList, strings.Join(names, " ")+" ")}))
		}
		told <- why
	})
	select {
	case why := <-told:
		if why != "" {
			return errors.New(why)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// linkChange keeps what is told of links.
func (b *beater) linkChange(e *ring.Effect) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.links[e.Node] == nil {
		b.links[e.Node] = map[string]bool{}
	}
	b.links[e.Node][e.Link] = e.Up
}

// linkUp tells whether a node is heard on a link. A member is not told of its
// own packets: its links are up while it runs.
func (b *beater) linkUp(node, link string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return node == b.self || b.links[node][link]
}

// uuid is what identifies a node, zeros when it is not known.
func (b *beater) uuid(name string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u := b.uuids[name]; u != "" {
		return u
	}
	return ring.NoUUID
}

// states are the nodes' states for people.
func (b *beater) states() map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.peers)
}

// logLevel is a note's level for slog.
func logLevel(l node.Level) slog.Level {
	switch l {
	case node.Debug:
		return slog.LevelDebug
	case node.Warn:
		return slog.LevelWarn
	case node.Error:
		return slog.LevelError
	}
	return slog.LevelInfo
}
