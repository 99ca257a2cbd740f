package daemon

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"crm/node"
	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/stonith"
	"crm/node/wire"
)

// How long a fencing may take, and how soon one that failed is tried again.
const (
	fenceLimit = time.Minute
	fenceAgain = 5 * time.Second
)

// shooter fences nodes for haresources, with the devices of ha.cf's stonith
// and stonith_host lines. Nothing hears that a node is dead before it is known
// to be off.
type shooter struct {
	fence  func(ctx context.Context, target string) (device string, err error)
	say    func(*wire.Message)
	notice func(node.Level, string)
	end    context.Context
	stop   context.CancelFunc

	mu  sync.Mutex
	aim map[string]context.CancelFunc // by node
}

// newShooter is nil when ha.cf names no device that this node can use.
func newShooter(o Options, cf *haconf.Config, say func(*wire.Message), notice func(node.Level, string)) *shooter {
	f := stonith.New(o.Agents)
	var devices []stonith.Device
	for _, line := range cf.Fences {
		if line.From != "*" && line.From != o.Name {
			continue
		}
		d, err := device(f, line)
		if err != nil {
			notice(node.Error, fmt.Sprintf("ha.cf:%d: stonith %s is not used: %v", line.Line, line.Type, err))
			continue
		}
		devices = append(devices, d)
	}
	if len(devices) == 0 {
		return nil
	}
	return makeShooter(func(ctx context.Context, target string) (string, error) {
		r := f.Fence(ctx, stonith.Alternatives(devices), stonith.Request{Target: target, Action: stonith.Reboot, Timeout: fenceLimit})
		return r.Device, r.Err
	}, say, notice)
}

func makeShooter(fence func(context.Context, string) (string, error), say func(*wire.Message), notice func(node.Level, string)) *shooter {
	s := &shooter{fence: fence, say: say, notice: notice, aim: map[string]context.CancelFunc{}}
	s.end, s.stop = context.WithCancel(context.Background())
	return s
}

// device makes a line of ha.cf a device of ours: the fence agent or plugin of
// that name, with words NAME=VALUE, or a plugin's parameters in its order.
func device(f *stonith.Fencer, line haconf.Fence) (stonith.Device, error) {
	d := stonith.Device{ID: fmt.Sprintf("%s of line %d", line.Type, line.Line), Type: line.Type, Params: map[string]string{}}
	types := f.Types("")
	if !slices.Contains(types, d.Type) {
		d.Type = "fence_" + line.Type
	}
	if !slices.Contains(types, d.Type) {
		return d, fmt.Errorf("there is no fence agent or plugin of that name: see crm ra list stonith")
	}
	words := line.Params
	if line.File != "" {
		text, err := os.ReadFile(line.File)
		if err != nil {
			return d, err
		}
		for l := range strings.Lines(string(text)) {
			if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
				words = strings.Fields(l)
				break
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), fenceAgain)
	defer cancel()
	names := f.ParamNames(ctx, d.Type)
	for i, w := range words {
		name, value, named := strings.Cut(w, "=")
		switch {
		case named:
			d.Params[name] = value
		case i < len(names):
			d.Params[names[i]] = w
		default:
			return d, fmt.Errorf("parameter %q: expected NAME=VALUE", w)
		}
	}
	return d, nil
}

// changed takes a node's new state. then is called when it may be acted upon:
// at once, or for a node that died without a goodbye when it is off. It tells
// whether a death was still held back, which then nobody hears of.
func (s *shooter) changed(e *ring.Effect, then func()) (heldBack bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.aim[e.Node]; cancel != nil {
		cancel()
		delete(s.aim, e.Node)
		heldBack = true
	}
	if e.State != ring.Dead || e.Left {
		return heldBack
	}
	ctx, cancel := context.WithCancel(s.end)
	s.aim[e.Node] = cancel
	go s.shoot(ctx, e.Node, then)
	return heldBack
}

// shoot fences until it is confirmed, or the node is back.
func (s *shooter) shoot(ctx context.Context, target string, then func()) {
	for {
		s.notice(node.Warn, "fencing "+target+": nothing of it is taken over before it is off")
		by, err := s.fence(ctx, target)
		s.mu.Lock()
		if ctx.Err() != nil {
			s.mu.Unlock()
			return // it is back, or this member ends
		}
		if err == nil {
			delete(s.aim, target)
			then()
			s.mu.Unlock()
			s.notice(node.Info, target+" was fenced by "+by)
			s.say(wire.New("stonith").Add("node", target).Add("result", "OK"))
			return
		}
		s.mu.Unlock()
		s.notice(node.Error, "fencing "+target+" failed, again in "+fenceAgain.String()+": "+strings.ReplaceAll(err.Error(), "\n", "; "))
		s.say(wire.New("stonith").Add("node", target).Add("result", "bad"))
		select {
		case <-ctx.Done():
			return
		case <-time.After(fenceAgain):
		}
	}
}
