package daemon

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"crm/node"
	"crm/node/control"
	"crm/node/realtime"
	"crm/node/ring"
	"crm/node/stonith"
	"crm/node/store"
	"crm/node/transport"
)

// Daemon is a running member.
type Daemon struct {
	opts     Options
	settings settings
	started  time.Time

	store    *store.Store
	beater   *beater
	clerk    *clerk        // of the beater
	machine  *node.Machine // nil with crm off
	holder   *holder       // nil with crm on
	agents   *agentRoom
	engine   *engineRoom
	events   *queue[node.Event]
	effects  *queue[job]
	answers  *answers
	watchers *watchers
	media    transport.Media
	sealed   transport.Sealed
	server   *control.Server
	beside   beside
	logs     logs
	ended    chan struct{}
}

// Run is a member's life: it returns when the member has stopped (ctx ends:
// its resources move away first; now ends: at once) or cannot go on.
func Run(ctx, now context.Context, opts Options) error {
	d, err := Start(opts)
	if err != nil {
		return err
	}
	if d.settings.ring.Realtime {
		d.hurry()
	}
	return d.Wait(ctx, now)
}

// hurry lets the member be in time on a machine that is busy or swaps.
func (d *Daemon) hurry() {
	const off = " (realtime off in ha.cf ends this warning)"
	priority := min(d.settings.ring.RTPriority, realtime.Highest)
	if err := realtime.Process(priority); err != nil {
		d.notice(node.Warn, err.Error()+": when the machine is busy, this member may be taken for dead"+off)
		return
	}
	if urgent(d.settings.ring) {
		d.beater.priority = priority
	}
	if err := realtime.LockMemory(); err != nil {
		d.notice(node.Warn, err.Error()+": when the machine swaps, this member may be taken for dead"+off)
	}
}

// Start brings a member up. The caller must Wait.
func Start(opts Options) (*Daemon, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := readSettings(opts)
	if err != nil {
		return nil, &NotConfigured{err}
	}
	var l logs
	opts.Log, l = openLogs(opts.Log, s.ring)
	d := &Daemon{opts: opts, logs: l, settings: s, started: time.Now(), events: newQueue[node.Event](), effects: newQueue[job](),
		answers: &answers{waiting: map[string][]chan node.Reply{}}, watchers: &watchers{all: map[chan control.Event]bool{}},
		ended: make(chan struct{}), beside: beside{known: newQueue[ring.Effect](), reached: make(chan int, 1), alive: map[string]bool{},
			joined: make(chan struct{})}}
	d.clerk = &clerk{lines: newQueue[line](), write: d.write}
	if err := d.open(); err != nil {
		d.logs.epitaph(err)
		return nil, errors.Join(err, d.close(), d.logs.close())
	}
	return d, nil
}

// open takes what the member needs of the system.
func (d *Daemon) open() (err error) {
	if d.store, err = store.Open(d.opts.StateDir); err != nil {
		return err
	}
	if err = d.makeMachines(); err != nil {
		return err
	}
	if d.holder == nil {
		d.engine = newEngineRoom(d.events)
		d.agents = newAgentRoom(d.opts.Agents, stonith.New(d.opts.Agents), d.events, d.opts.Name, d.notice)
	}
	if d.server, err = control.Listen(d.opts.Socket, door{d}); err != nil {
		return err
	}
	if d.media, d.sealed, err = d.opts.Network(d.networkConfig()); err != nil {
		return err
	}
	d.beater.media, d.beater.sealed = d.media, d.sealed
	d.openBeside()
	return nil
}

// makeMachines makes the ring and the member from what the disk holds.
func (d *Daemon) makeMachines() error {
	rc, err := d.ringConfig()
	if err != nil {
		return err
	}
	cf, id := d.settings.ring, rc.UUID
	r := ring.New(rc, d.started)
	d.beater = newBeater(d.opts.Name, r, d.settings, d.events, d.clerk.notice)
	d.beater.alongside = d.alongside
	d.beater.uuids[d.opts.Name] = string(id[:])
	if !cf.CRM {
		d.holder = newHolder(d.opts, d.settings, d.beater.say, d.clerk.notice)
		d.beater.above = d.holder.hear
		return nil
	}
	stored, err := d.store.Load()
	if err != nil {
		return err
	}
	process, err := processName()
	if err != nil {
		return err
	}
	// The log's leader must be heard of several times within deadtime, but
	// seldom: that it lives is what the ring tells, and a new one is elected
	// when the ring gives up the old one.
	// At rest the leader is heard of with the beats of the ring, and asked when
	// a beat is missing.
	election := min(max(2*time.Second, 3*cf.KeepAlive/2), max(cf.DeadTime, 300*time.Millisecond))
	d.machine, err = node.New(node.Config{Name: d.opts.Name, Members: cf.Nodes, Seed: binary.BigEndian.Uint64(id[8:]), Process: process,
		Stored: stored, Jobs: 2 * runtime.NumCPU(), Election: election, Beat: election / 4, JoinWait: min(20*time.Second, cf.InitDead)}, d.started)
	return err
}

// processName is a name that no process ever had: a random UUID (RFC 4122).
func processName() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

func (d *Daemon) networkConfig() NetworkConfig {
	bind := d.opts.Bind
	if !bind.IsValid() {
		bind = d.settings.ring.Bind
	}
	return NetworkConfig{Name: d.opts.Name, Ring: d.settings.ring, Keys: d.settings.keys, Bind: bind,
		Receive: d.receive, Notice: d.clerk.notice}
}

// mostUnheard bounds what waits for the machine.
const mostUnheard = 10000

// receive takes a large message of a peer. It was authenticated, but a peer
// of another version may say what is not understood.
func (d *Daemon) receive(peer string, text []byte) {
	if packet, is := forRing(text); is {
		d.beater.arrived(peer, packet)
		return
	}
	if d.machine == nil {
		return
	}
	if d.events.size() > mostUnheard {
		return // the machine does not keep up; peers repeat what matters
	}
	m, err := node.DecodeMessage(text)
	if err != nil {
		d.notice(node.Warn, "message from "+peer+": "+err.Error())
		return
	}
	d.events.push(node.Heard{From: peer, Message: m})
}

// Wait lets the member live. When stop ends it leaves cleanly; when now ends,
// or when it cannot go on, it ends at once.
func (d *Daemon) Wait(stop, now context.Context) error {
	work, end := context.WithCancel(context.Background())
	defer end()
	defer context.AfterFunc(now, end)()
	defer context.AfterFunc(stop, d.shutdown)()
	d.notice(node.Info, fmt.Sprintf("member %s of %v starts, pid %d", d.opts.Name, d.settings.ring.Nodes, os.Getpid()))

	var rooms sync.WaitGroup
	rooms.Go(func() { d.beater.run(work) })
	rooms.Go(func() { d.clerk.run(work) })
	if d.holder != nil {
		rooms.Go(func() { d.holder.run(work) })
	} else {
		rooms.Go(func() { think(work, d.machine, d.events, d.effects) })
		go d.engine.run(work) // nobody waits for it: a long decision must not hold up the end
	}
	rooms.Go(func() { d.reloads(work) })
	rooms.Go(func() { d.keepChildren(work) })
	rooms.Go(func() { d.keepKnown(work) })
	if d.holder == nil && len(d.settings.ring.Pings) > 0 {
		rooms.Go(func() { d.keepReached(work) })
	}
	exit, err := d.live(work)

	if err == nil && exit.Clean && !exit.Silent {
		d.goodbye()
	}
	if err == nil && exit.Clean {
		d.beside.watchdog.disarm()
	}
	close(d.ended)
	end()
	rooms.Wait()
	if d.agents != nil {
		d.agents.working.Wait()
	}
	err = errors.Join(err, d.close())
	if err == nil && !exit.Clean && now.Err() == nil {
		err = fmt.Errorf("this member ended: %s", exit.Reason)
	}
	if err == nil {
		d.notice(node.Info, "member "+d.opts.Name+" has ended: "+exit.Reason)
	}
	d.logs.epitaph(err)
	return errors.Join(err, d.logs.close())
}

// live performs what is decided until the member ends.
func (d *Daemon) live(ctx context.Context) (node.Exit, error) {
	if d.holder != nil {
		return d.holder.wait(ctx)
	}
	do := &doer{store: d.store, tell: d.tell, stamp: func(text string) { d.beater.stamp.Store(&text) }, engine: d.engine, agents: d.agents, answers: d.answers, notice: d.notice}
	return do.run(ctx, d.effects)
}

// shutdown asks the cluster to let this member go.
func (d *Daemon) shutdown() {
	d.notice(node.Info, "asked to stop: the resources of this member move away first")
	if d.holder != nil {
		d.holder.stop()
		return
	}
	d.events.push(node.Asked{ID: rand.Text(), Request: node.Request{Verb: node.VerbShutdown}})
}

// goodbye tells the others that this member is gone, so that they need not
// wait for deadtime.
func (d *Daemon) goodbye() {
	d.beater.leave()
	select {
	case <-d.beater.ended:
	case <-time.After(time.Second):
	}
}

func (d *Daemon) tell(peer string, message []byte) {
	if !d.sealed.Send(peer, message) {
		d.notice(node.Debug, "no room for a message to "+peer+": it is dropped, as if the network had lost it")
	}
}

// close gives back what Start took, in the other order.
func (d *Daemon) close() error {
	var errs []error
	errs = append(errs, d.beside.close())
	if d.server != nil {
		errs = append(errs, d.server.Close())
	}
	if d.media != nil {
		errs = append(errs, d.media.Close())
	}
	if d.sealed != nil {
		errs = append(errs, d.sealed.Close())
	}
	if d.store != nil {
		errs = append(errs, d.store.Close())
	}
	return errors.Join(errs...)
}
