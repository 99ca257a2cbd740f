package daemon

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"crm/node"
	"crm/node/ring"
	"crm/node/transport"
	"crm/node/wire"
)

// patience is how late the ring's clock may be while packets wait.
const patience = 10 * time.Millisecond

// beater owns the ring.
type beater struct {
	self    string
	ring    *ring.Ring
	form    wire.Form
	keys    *wire.Keyring
	media   transport.Media
	sealed  transport.Sealed
	rekey   chan *wire.Keyring
	packets chan transport.Packet
	leave   chan struct{}
	gone    chan struct{} // closed when the goodbye has been said
	events  *queue[node.Event]
	notice  func(node.Level, string)
	packed  []byte // reused for each packet sent
	failing string // what the media said last, so that it is told once

	mu    sync.Mutex
	up    map[string]bool // what the machine was told
	peers map[string]string
	links map[string]map[string]bool // by node and link: whether it is up
}

func newBeater(self string, r *ring.Ring, s settings, events *queue[node.Event], notice func(node.Level, string)) *beater {
	form := wire.Netstring
	if s.ring.PlainForm {
		form = wire.Plain
	}
	return &beater{self: self, ring: r, form: form, keys: s.keys, rekey: make(chan *wire.Keyring, 1), packets: make(chan transport.Packet, 256),
		leave: make(chan struct{}), gone: make(chan struct{}), events: events, notice: notice,
		up: map[string]bool{}, peers: map[string]string{}, links: map[string]map[string]bool{}}
}

// run beats until ctx ends or goodbye has been said.
func (b *beater) run(ctx context.Context) {
	defer close(b.gone)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.leave:
			b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Leave}))
			return
		case p := <-b.packets:
			if src := strings.ToLower(p.Message.Get(wire.Src)); src != b.self {
				b.sealed.Learn(src, p.From)
			}
			b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Heard, Link: p.Link, Message: p.Message}))
		case b.keys = <-b.rekey:
		case <-timer.C:
		}
		// What has come in is looked at before anybody is taken for dead, but
		// not for ever.
		if late := time.Since(b.ring.Deadline()); late >= 0 && (len(b.packets) == 0 || late > patience) {
			b.perform(b.ring.Step(time.Now(), ring.Event{Kind: ring.Elapsed}))
		}
		timer.Reset(max(0, time.Until(b.ring.Deadline())))
	}
}

// take gives the ring a packet. A flood fills the channel and then loses
// packets, as a network would.
func (b *beater) take(p transport.Packet) {
	select {
	case b.packets <- p:
	default:
	}
}

// broadcast signs a message and gives it to every medium.
func (b *beater) broadcast(m *wire.Message) {
	b.packed = b.keys.Append(b.packed[:0], m, b.form)
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
	for i := range effects {
		switch e := &effects[i]; e.Kind {
		case ring.Send:
			b.broadcast(e.Message)
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
		case ring.Deliver: // nothing of ours travels so; heartbeat's clients will
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
