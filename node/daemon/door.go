package daemon

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"crm/node"
	"crm/node/control"
	"crm/node/ring"
)

// answers are the requests that wait for their Answer.
type answers struct {
	mu      sync.Mutex
	waiting map[string][]chan node.Reply
}

// expect registers a wait; cancel it by calling the returned function.
func (a *answers) expect(id string) (<-chan node.Reply, func()) {
	ch := make(chan node.Reply, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting[id] = append(a.waiting[id], ch)
	return ch, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waiting, id)
	}
}

func (a *answers) give(e node.Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ch := range a.waiting[e.ID] {
		ch <- e.Reply
	}
	delete(a.waiting, e.ID)
}

// door is what the control socket asks.
type door struct {
	d *Daemon
}

var errEnding = errors.New("this member is ending")

// Ask hands a request to the machine, as far as access lists let who asks.
func (o door) Ask(ctx context.Context, id string, req node.Request) (node.Reply, error) {
	if o.d.holder != nil {
		return node.Reply{Refused: node.RefusedInvalid, Text: noCIB}, nil
	}
	if who, restricted := subject(ctx); restricted {
		return o.askFor(ctx, who, id, req)
	}
	return o.machine(ctx, id, req)
}

// machine hands a request to the machine and waits for its answer.
func (o door) machine(ctx context.Context, id string, req node.Request) (node.Reply, error) {
	ch, forget := o.d.answers.expect(id)
	defer forget()
	o.d.events.push(node.Asked{ID: id, Request: req})
	select {
	case r := <-ch:
		return r, nil
	case <-ctx.Done():
		return node.Reply{}, ctx.Err()
	case <-o.d.ended:
		return node.Reply{}, errEnding
	}
}

// History lists the revisions, each as far as who asks may read it.
func (o door) History(ctx context.Context) ([]node.Revision, error) {
	all, err := o.revisions(ctx)
	if who, restricted := subject(ctx); restricted && err == nil {
		return o.revisionsFor(ctx, who, all)
	}
	return all, err
}

// revisions reads the store in the doer's turn, because it is its.
func (o door) revisions(ctx context.Context) (all []node.Revision, err error) {
	if o.d.holder != nil {
		return nil, errors.New(noCIB)
	}
	done := make(chan struct{})
	o.d.effects.push(job{work: func() {
		defer close(done)
		all, err = o.d.store.Revisions()
	}})
	select {
	case <-done:
		return all, err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-o.d.ended:
		return nil, errEnding
	}
}

// Info describes this process.
func (o door) Info(context.Context) (control.Info, error) {
	return control.Info{Node: o.d.opts.Name, Version: o.d.opts.Version, PID: os.Getpid(), Started: o.d.started,
		StateDir: o.d.opts.StateDir, Config: o.d.opts.ConfigDir, Peers: o.d.beater.states(), Ring: o.d.ringInfo()}, nil
}

// ringInfo describes the ring. A node of which nothing was heard yet is in
// state init; so is this member until it has joined.
func (d *Daemon) ringInfo() control.Ring {
	cf := d.settings.ring
	info := control.Ring{Parameters: cf.Parameters(), KeepAlive: cf.KeepAlive, DeadTime: cf.DeadTime}
	if d.holder != nil {
		info.Hold, info.Groups = d.holder.told()
	}
	states, links := d.beater.states(), cf.Links()
	for _, name := range cf.Nodes {
		if d.beater.isGone(name) {
			continue
		}
		t := d.beater.trait(name)
		n := control.RingNode{Name: name, Type: "normal", State: cmp.Or(states[name], string(ring.Init)), Weight: t.weight, Site: t.site}
		for _, link := range links {
			n.Links = append(n.Links, control.RingLink{Name: link, Up: d.beater.linkUp(name, link)})
		}
		info.Nodes = append(info.Nodes, n)
	}
	info.Nodes = append(info.Nodes, d.besideNodes(states)...)
	return info
}

// Watch gives what is noticed, to who may read the whole status.
func (o door) Watch(ctx context.Context) (<-chan control.Event, error) {
	if who, restricted := subject(ctx); restricted && o.d.holder == nil {
		if err := o.mayWatch(ctx, who); err != nil {
			return nil, err
		}
	}
	return o.d.watchers.add(ctx), nil
}

// watchers are those who follow what the member notices.
type watchers struct {
	mu  sync.Mutex
	all map[chan control.Event]bool
}

func (w *watchers) add(ctx context.Context) <-chan control.Event {
	ch := make(chan control.Event, 1024)
	w.mu.Lock()
	w.all[ch] = true
	w.mu.Unlock()
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, ch)
		close(ch)
	})
	return ch
}

// see gives an event to all who keep up.
func (w *watchers) see(level node.Level, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.all {
		select {
		case ch <- control.Event{When: time.Now(), Level: level, Text: text}:
		default:
		}
	}
}
