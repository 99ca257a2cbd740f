package daemon

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"crm/node"
	"crm/node/control"
	"crm/node/haconf"
	"crm/node/haresources"
	"crm/node/hbapi"
	"crm/node/ring"
	"crm/node/store"
	"crm/node/transport"
	"crm/node/wire"
)

// PingAttribute is the transient attribute that tells how many ping nodes a
// node reaches, as heartbeat's pingd had it.
const PingAttribute = "pingd"

// beside is what stands beside the ring: ping nodes, heartbeat's clients, the
// watchdog, and what is remembered of the others.
type beside struct {
	pings    *transport.Pings    // nil without ping nodes
	clients  *hbapi.Server       // nil when heartbeat's clients are not served
	watchdog *watchdog           // nil without one
	known    *queue[ring.Effect] // what is to be remembered, or forgotten
	reached  chan int            // how many ping nodes answer
	alive    map[string]bool     // ping nodes
	joined   chan struct{}       // closed when this member has joined
	said     uint64              // the highest number of our own messages that clients were told
}

// ringConfig is what the ring is made of.
func (d *Daemon) ringConfig() (ring.Config, error) {
	cf := d.settings.ring
	id, generation, err := d.identity()
	if err != nil {
		return ring.Config{}, err
	}
	c := ring.Config{Self: d.opts.Name, Nodes: cf.Nodes, UUID: id, Generation: generation, Seed: binary.BigEndian.Uint64(id[:]),
		KeepAlive: cf.KeepAlive, DeadTime: cf.DeadTime, WarnTime: cf.WarnTime, InitDead: cf.InitDead, RexmitDelay: cf.RexmitDelay,
		HopFudge: cf.HopFudge, Pings: cf.PingNames(), DeadPing: cf.DeadPing, AutoJoin: cf.AutoJoin != "none"}
	if cf.Given("replay_window") || d.settings.keys.Signing().Method.Ours() {
		c.ReplayWindow = cf.ReplayWindow
	}
	peers, err := d.store.Peers()
	if err != nil {
		return c, err
	}
	for _, p := range peers {
		if cf.HasNode(p.Name) || c.AutoJoin || p.Added {
			c.Known = append(c.Known, ring.Known{Name: p.Name, UUID: string(p.UUID), Generation: p.Generation, Seq: p.Seq, Added: p.Added})
		}
	}
	return c, nil
}

// identity is who this member is, and its how manieth life this is.
func (d *Daemon) identity() (id [16]byte, generation uint64, err error) {
	cf := d.settings.ring
	if id, err = d.store.UUID(); err != nil {
		return id, 0, err
	}
	if cf.UUIDFrom == "nodename" {
		sum := sha256.Sum256([]byte("heartbeat node " + d.opts.Name))
		copy(id[:], sum[:])
		id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8, RFC 9562
	}
	generation, err = d.store.NextGeneration(uint64(d.started.Unix()))
	if cf.Generations == "time" {
		generation = uint64(d.started.Unix())
	}
	return id, generation, err
}

// openBeside opens what stands beside the ring. A ring without it is worth
// more than none.
func (d *Daemon) openBeside() {
	cf := d.settings.ring
	if cf.Given("coredumps") {
		if err := coreDumps(cf.CoreDumps); err != nil {
			d.notice(node.Warn, err.Error())
		}
	}
	if len(cf.Pings) > 0 {
		var nodes []transport.PingNode
		for _, p := range cf.Pings {
			nodes = append(nodes, transport.PingNode{Name: p.Name, Hosts: p.Hosts, IPv6: p.IPv6, Group: p.Group})
		}
		forged := &refusals{notice: d.clerk.notice, quiet: !cf.LogBad}
		pings, err := transport.OpenPings(transport.PingConfig{Nodes: nodes, Keys: d.settings.keys, Answered: d.beater.answered, Refused: forged.see})
		if err != nil {
			d.notice(node.Error, err.Error()+": the ping nodes will be dead for this member")
		}
		d.beside.pings = pings
	}
	if cf.Watchdog != "" {
		w, err := openWatchdog(cf.Watchdog, cf.DeadTime)
		if err != nil {
			d.notice(node.Error, err.Error()+": this member runs without it")
		}
		d.beside.watchdog = w
	}
	if d.opts.Clients == "" {
		return
	}
	clients, err := hbapi.Listen(d.opts.Clients, hbapi.Config{View: d.clientView, Send: d.clientSays, Rules: rules(cf),
		Notice: func(trouble bool, text string) {
			level := node.Info
			if trouble {
				level = node.Warn
			}
			d.clerk.notice(level, text)
		}})
	if err != nil {
		d.notice(node.Warn, err.Error())
	}
	d.beside.clients = clients
	if clients != nil {
		d.beater.overheard = d.overheard
	}
}

// coreDumps has the system write down what this process was when it crashes,
// or not.
func coreDumps(on bool) error {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &l); err != nil {
		return fmt.Errorf("coredumps: %w", err)
	}
	l.Cur = 0
	if on {
		l.Cur = l.Max
		debug.SetTraceback("crash") // otherwise Go's runtime ends without a core
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &l); err != nil {
		return fmt.Errorf("coredumps: %w", err)
	}
	return nil
}

func rules(cf *haconf.Config) []hbapi.Rule {
	var all []hbapi.Rule
	for _, a := range cf.Auths() {
		all = append(all, hbapi.Rule{Client: a.Client, Users: a.Users, Groups: a.Groups})
	}
	return all
}

func (b *beside) close() error {
	var errs []error
	if b.clients != nil {
		errs = append(errs, b.clients.Close())
	}
	if b.pings != nil {
		errs = append(errs, b.pings.Close())
	}
	return errors.Join(errs...)
}

// alongside does what an effect of the ring means for those beside it, in the
// beater's goroutine.
func (d *Daemon) alongside(e *ring.Effect) {
	b := &d.beside
	switch e.Kind {
	case ring.Echo:
		if b.pings != nil {
			_ = b.pings.Ask(time.Now()) // who can not be reached does not answer
		}
	case ring.Remember, ring.Gone:
		b.known.push(ring.Effect{Kind: e.Kind, Node: e.Node, Known: e.Known})
	case ring.Expelled:
		d.shutdown()
	case ring.StateChange:
		d.pingChange(e)
		if e.Node == d.opts.Name && e.State == ring.Active {
			close(b.joined) // a ring joins once
		}
		if b.clients != nil {
			b.clients.NodeChanged(e.Node, string(e.State), d.nodeType(e.Node))
		}
	case ring.LinkChange:
		if b.clients != nil {
			b.clients.LinkChanged(e.Node, e.Link, e.Up)
		}
	case ring.Deliver:
		if isTrait(e.Message) {
			d.traitSaid(e.Node, e.Message)
		}
		if b.clients != nil {
			b.clients.Heard(e.Message)
		}
	case ring.Send:
		d.spoken(e.Message)
	}
}

// verdictFilter is what clients ask for, to hear what became of so much.
var verdictFilter = map[ring.Verdict]uint64{ring.Unchanged: hbapi.FilterUnchanged, ring.Dropped: hbapi.FilterDropped,
	ring.Duplicate: hbapi.FilterDuplicate, ring.Protocol: hbapi.FilterProtocol}

// overheard shows clients that ask for it what is the ring's own affair.
func (d *Daemon) overheard(v ring.Verdict, m *wire.Message) {
	if class := verdictFilter[v]; class != 0 && d.beside.clients.Curious(class) {
		d.beside.clients.Overheard(class, m)
	}
}

// spoken shows clients what this member says, once, and keeps the watchdog
// quiet.
func (d *Daemon) spoken(m *wire.Message) {
	b := &d.beside
	kind := m.Type()
	if kind == "status" {
		b.watchdog.tickle()
		if b.clients != nil {
			d.overheard(ring.Unchanged, m)
		}
		return
	}
	seq, err := strconv.ParseUint(m.Get(wire.Seq), 16, 64)
	if err != nil || seq <= b.said {
		return // no number, or sent again
	}
	b.said = seq
	if isTrait(m) {
		d.traitSaid(d.opts.Name, m)
	}
	if dest, ok := m.Lookup(wire.Dest); b.clients != nil && (!ok || dest == d.opts.Name) {
		b.clients.Heard(m)
	}
}

func (d *Daemon) nodeType(name string) string {
	if slices.Contains(d.settings.ring.PingNames(), name) {
		return "ping"
	}
	return "normal"
}

// pingChange counts the ping nodes that answer.
func (d *Daemon) pingChange(e *ring.Effect) {
	b := &d.beside
	if d.nodeType(e.Node) != "ping" {
		return
	}
	b.alive[e.Node] = e.State == ring.Ping
	n := 0
	for _, alive := range b.alive { // order: counted
		if alive {
			n++
		}
	}
	select {
	case <-b.reached: // one that nobody took
	default:
	}
	b.reached <- n
}

// keepReached keeps the number of ping nodes that answer in an attribute of
// this node, for location rules.
func (d *Daemon) keepReached(ctx context.Context) {
	n, told := -1, true
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case n = <-d.beside.reached:
			told = false
		case <-again.C:
		}
		if told {
			continue
		}
		limit, cancel := context.WithTimeout(ctx, 5*time.Second)
		r, err := door{d}.Ask(limit, rand.Text(), node.Request{Verb: node.VerbAttribute, Node: d.opts.Name, Name: PingAttribute, Value: strconv.Itoa(n),
			Wait: max(time.Second, 2*d.settings.ring.KeepAlive)}) // the others lose a ping node a little sooner or later
		cancel()
		told = err == nil && r.Refused == node.NotRefused
	}
}

// keepKnown writes down what the ring wants remembered.
func (d *Daemon) keepKnown(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.beside.known.more:
		}
		for _, e := range newest(d.beside.known.take()) {
			k := e.Known
			if e.Kind == ring.Gone {
				if err := d.store.Forget(e.Node); err != nil {
					d.notice(node.Warn, err.Error()+": after a restart it is a node of the ring again")
				}
			} else if err := d.store.Remember(store.Peer{Name: k.Name, UUID: []byte(k.UUID), Generation: k.Generation, Seq: k.Seq, Added: k.Added}); err != nil {
				d.notice(node.Warn, err.Error()+": after a restart a recording of its packets could be believed")
			}
		}
	}
}

// newest is the last word about each node, so that a node that restarts again
// and again costs one write and not one each time.
func newest(all []ring.Effect) []ring.Effect {
	last := map[string]int{}
	for i, e := range all {
		last[e.Node] = i
	}
	kept := all[:0]
	for i, e := range all {
		if last[e.Node] == i {
			kept = append(kept, e)
		}
	}
	return kept
}

// clientView is what heartbeat's clients may know.
func (d *Daemon) clientView() hbapi.View {
	info := d.ringInfo()
	v := hbapi.View{Node: d.opts.Name, Version: d.opts.Version, KeepAlive: info.KeepAlive, DeadTime: info.DeadTime,
		Parameters: info.Parameters, Hold: info.Hold}
	for _, n := range info.Nodes {
		one := hbapi.Node{Name: n.Name, Type: n.Type, State: n.State, UUID: d.beater.uuid(n.Name), Weight: n.Weight, Site: n.Site}
		for _, l := range n.Links {
			one.Links = append(one.Links, hbapi.Link{Name: l.Name, Up: l.Up})
		}
		v.Nodes = append(v.Nodes, one)
	}
	return v
}

// clientSays sends what a client says to all members. A wish to give resources
// away is for whoever decides about them here.
func (d *Daemon) clientSays(m *wire.Message) {
	if m.Type() != "ask_resources" && m.Type() != "hb_takeover" {
		d.beater.say(m)
		return
	}
	if d.holder == nil {
		d.clerk.notice(node.Warn, "client "+m.Get("from_id")+" wants resources moved, but the CIB says what runs where: use a location rule on "+PingAttribute)
		return
	}
	kind := haresources.Takeover
	if m.Type() == "ask_resources" {
		if kind = haresources.Standby; m.Get(wire.Info) != "me" {
			return
		}
	}
	d.clerk.notice(node.Info, "client "+m.Get("from_id")+" wants this: "+m.Type()+" "+m.Get("rsc_hold"))
	d.holder.wishes.push(wish{event: haresources.Event{Kind: kind, Set: m.Get("rsc_hold")}})
}

// besideNodes are the nodes of the ring that ha.cf has no node line for: who
// joined, and the ping nodes.
func (d *Daemon) besideNodes(states map[string]string) []control.RingNode {
	cf := d.settings.ring
	var all []control.RingNode
	for name, state := range states { // order: sorted below
		if !cf.HasNode(name) && d.nodeType(name) == "normal" {
			t := d.beater.trait(name)
			n := control.RingNode{Name: name, Type: "normal", State: state, Weight: t.weight, Site: t.site}
			for _, link := range cf.Links() {
				n.Links = append(n.Links, control.RingLink{Name: link, Up: d.beater.linkUp(name, link)})
			}
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b control.RingNode) int { return cmp.Compare(a.Name, b.Name) })
	for _, name := range cf.PingNames() {
		n := control.RingNode{Name: name, Type: "ping", State: string(ring.Init), Weight: usualWeight}
		if state := states[name]; state != "" {
			n.State = state
		}
		n.Links = []control.RingLink{{Name: name, Up: d.beater.linkUp(name, name)}}
		all = append(all, n)
	}
	return all
}
