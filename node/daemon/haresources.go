package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"crm/node"
	"crm/node/agent"
	"crm/node/control"
	"crm/node/haconf"
	"crm/node/haresources"
	"crm/node/ring"
	"crm/node/wire"
)

// noCIB is the answer to whoever asks for the CIB of a cluster without one.
const noCIB = `this cluster has no CIB: ha.cf says "crm off", so what runs where is said by haresources; ask with cl_status rscstatus, ` +
	`move with hb_standby and hb_takeover, or write "crm on" in ha.cf of every member and load haresources with "crm configure load haresources FILE"`

// readHaresources reads what says what runs where when no CIB does. It is nil
// with crm on.
func readHaresources(o Options, cf *haconf.Config) ([]haconf.Group, error) {
	if cf.CRM {
		return nil, nil
	}
	path := filepath.Join(o.ConfigDir, "haresources")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w\nha.cf has no line \"crm on\", which is heartbeat's default \"crm off\"; write \"crm on\" there for resources that are configured with crm",
			missing(path, err, `a line "NODE IP/MASK/INTERFACE SCRIPT..." for each group of resources, the same on every member`))
	}
	groups, warnings, err := haconf.ParseHaresources(path, text, cf.Nodes)
	warn(o.Log, warnings)
	return groups, err
}

// wish is something that happened, and where the answer goes.
type wish struct {
	event haresources.Event
	reply chan<- string // what was refused, or ""; nil when nobody waits
}

// holder owns the machine of haresources: it steps it with what the ring
// tells and what scripts answer, and performs the effects in order.
type holder struct {
	self    string
	nodes   []string
	groups  []haconf.Group
	machine *haresources.Machine
	wishes  *queue[wish]
	scripts *scripts
	shooter *shooter // nil without fence devices
	say     func(*wire.Message)
	reboot  func(why string)
	notice  func(node.Level, string)
	left    chan struct{} // closed when all has stopped
	working sync.WaitGroup

	mu   sync.Mutex
	hold string
	view []control.HeldGroup
}

func newHolder(o Options, s settings, say func(*wire.Message), notice func(node.Level, string)) *holder {
	h := &holder{self: o.Name, nodes: s.ring.Nodes, groups: s.groups, wishes: newQueue[wish](), scripts: newScripts(o, notice), say: say, reboot: o.Reboot,
		notice: notice, left: make(chan struct{}), hold: "transition"}
	h.shooter = newShooter(o, s.ring, say, notice)
	h.machine = haresources.New(haresources.Config{Self: o.Name, Nodes: s.ring.Nodes, Groups: s.groups, Failback: s.ring.Failback})
	return h
}

// hear takes what the ring tells, in the beater's goroutine. A node that died
// and is there in one breath is a new process.
func (h *holder) hear(effects []ring.Effect) {
	for i, e := range effects {
		switch e.Kind {
		case ring.StateChange:
			if !slices.Contains(h.nodes, e.Node) {
				continue // a ping node
			}
			ev := haresources.Event{Kind: haresources.Node, Name: e.Node, State: e.State, Returned: e.Left && e.State != ring.Dead}
			switch follows := lives(effects[i+1:], e.Node); {
			case e.State == ring.Dead && !e.Left && follows:
				continue
			case e.State != ring.Dead && died(effects[:i], e.Node):
				ev.Anew = true
			}
			h.passOn(&e, ev)
		case ring.Deliver:
			if h.wishes.size() > mostUndecided {
				continue // a flood of a member: what was dropped is as if the network had lost it
			}
			h.wishes.push(wish{event: haresources.Event{Kind: haresources.Heard, Name: e.Node, Message: e.Message.Clone()}})
		}
	}
}

// mostUndecided bounds the messages that wait for a decision.
const mostUndecided = 1000

// passOn gives a node's state to the machine: a death when the node is off,
// where ha.cf says how that is done.
func (h *holder) passOn(e *ring.Effect, ev haresources.Event) {
	if h.shooter == nil || e.Node == h.self {
		h.wishes.push(wish{event: ev})
		return
	}
	heldBack := h.shooter.changed(e, func() { h.wishes.push(wish{event: ev}) })
	if e.State == ring.Dead && !e.Left {
		return
	}
	ev.Anew = ev.Anew || heldBack && !ev.Returned && e.State != ring.Dead // the machine has not heard of its death
	h.wishes.push(wish{event: ev})
}

// lives tells whether a node comes up in some effects.
func lives(effects []ring.Effect, name string) bool {
	for _, e := range effects {
		if e.Kind == ring.StateChange && e.Node == name && e.State != ring.Dead {
			return true
		}
	}
	return false
}

// died tells whether a node's process ended in some effects, without a goodbye.
func died(effects []ring.Effect, name string) bool {
	for _, e := range effects {
		if e.Kind == ring.StateChange && e.Node == name && e.State == ring.Dead && !e.Left {
			return true
		}
	}
	return false
}

// run decides and performs until ctx ends.
func (h *holder) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			if h.shooter != nil {
				h.shooter.stop()
			}
			h.working.Wait()
			return
		case <-h.wishes.more:
		case <-timer.C:
			h.step(ctx, wish{event: haresources.Event{Kind: haresources.Elapsed}})
		}
		for _, w := range h.wishes.take() {
			h.step(ctx, w)
		}
		if at := h.machine.Deadline(); !at.IsZero() {
			timer.Reset(max(0, time.Until(at)))
		}
	}
}

func (h *holder) step(ctx context.Context, w wish) {
	refused := ""
	for _, e := range h.machine.Step(time.Now(), w.event) {
		switch e.Kind {
		case haresources.Say:
			h.say(e.Message)
		case haresources.Run:
			h.working.Go(func() {
				ok := h.scripts.run(ctx, h.resource(e.Job), e.Job.Action)
				h.wishes.push(wish{event: haresources.Event{Kind: haresources.Ended, Job: e.Job, OK: ok}})
			})
		case haresources.Announce:
			h.working.Go(func() { h.scripts.announce(ctx, h.groups[e.Job.Group]) })
		case haresources.Note:
			h.notice(node.Level(e.Level), e.Text)
		case haresources.Refuse:
			refused = e.Text
			h.notice(node.Warn, e.Text)
		case haresources.Leave:
			close(h.left)
		case haresources.Reboot:
			h.resets(e.Text)
		}
	}
	if w.reply != nil {
		w.reply <- refused
	}
	h.look()
}

func (h *holder) resource(j haresources.Job) haconf.Resource {
	return h.groups[j.Group].Resources[j.Resource]
}

// resets ends this machine, as heartbeat does, because nobody else can have
// what does not stop here.
func (h *holder) resets(why string) {
	if h.reboot == nil {
		h.notice(node.Error, why+": reset this machine by hand, then the other takes over")
		return
	}
	h.notice(node.Error, why+": this machine is reset now, so that the other can take over")
	h.reboot(why)
}

// look keeps what is told to whoever asks.
func (h *holder) look() {
	var view []control.HeldGroup
	for _, g := range h.machine.Groups() {
		view = append(view, control.HeldGroup{Key: g.Key, Node: g.Node, State: g.State, Holder: g.Holder})
	}
	h.mu.Lock()
	h.hold, h.view = h.machine.Holds(), view
	h.mu.Unlock()
}

// told is what this member holds, in heartbeat's word, and its groups.
func (h *holder) told() (hold string, groups []control.HeldGroup) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hold, h.view
}

// ask wants something of the machine and waits until it has begun or was refused.
func (h *holder) ask(ctx context.Context, kind haresources.EventKind, set string) error {
	reply := make(chan string, 1)
	h.wishes.push(wish{haresources.Event{Kind: kind, Set: set}, reply})
	select {
	case refused := <-reply:
		if refused != "" {
			return errors.New(refused)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop gives up everything; then left is closed.
func (h *holder) stop() { h.wishes.push(wish{event: haresources.Event{Kind: haresources.Stop}}) }

// wait waits until all has stopped, or ctx ends.
func (h *holder) wait(ctx context.Context) (node.Exit, error) {
	select {
	case <-h.left:
		return node.Exit{Reason: "asked to stop", Clean: true}, nil
	case <-ctx.Done():
		return node.Exit{Reason: "told to end at once"}, nil
	}
}

// Move gives resources away or asks for them (hb_standby, hb_takeover), or
// changes the nodes of the ring (hb_addnode, hb_delnode) or what is told of
// them (hb_setweight, hb_setsite).
func (o door) Move(ctx context.Context, m control.Move) error {
	h := o.d.holder
	if m.Action == control.MoveAddNode || m.Action == control.MoveDelNode {
		return o.d.beater.renode(ctx, m.Action, m.Nodes)
	}
	if (m.Action == control.MoveWeight || m.Action == control.MoveSite) && len(m.Nodes) == 1 {
		return o.d.beater.tellTrait(m.Action, m.Nodes[0], m.Set)
	}
	if h == nil {
		return fmt.Errorf(`%s is for haresources, but ha.cf says "crm on": use crm node standby or crm resource move`, m.Action)
	}
	switch m.Action {
	case control.MoveStandby:
		return h.ask(ctx, haresources.Standby, m.Set)
	case control.MoveTakeover:
		return h.ask(ctx, haresources.Takeover, m.Set)
	}
	return fmt.Errorf("unknown move %q: expected %s or %s", m.Action, control.MoveStandby, control.MoveTakeover)
}

// heartbeatRunner is the runner with the scripts beside ha.cf.
func heartbeatRunner(o Options) *agent.Runner {
	r := *o.Agents
	if len(r.Roots.Heartbeat) == 0 || o.ConfigDir != DefaultConfigDir {
		r.Roots.Heartbeat = append([]string{filepath.Join(o.ConfigDir, "resource.d")}, r.Roots.Heartbeat...)
	}
	r.Env = append([]string{"HA_DIR=" + o.ConfigDir, "HA_FUNCS=" + filepath.Join(o.ConfigDir, "shellfuncs"), "HA_CURHOST=" + o.Name,
		"HA_NICEFAILBACK=yes"}, r.Env...)
	return &r
}
