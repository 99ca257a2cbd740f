package stonith

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"crm/node/agent"
)

// Fencer runs fence agents. It is the class "stonith" of its runner.
type Fencer struct {
	r       *agent.Runner
	mu      sync.Mutex
	started map[string]bool
}

// New makes a fencer and enters it into the runner's classes.
func New(r *agent.Runner) *Fencer {
	f := &Fencer{r: r, started: map[string]bool{}}
	if r.More == nil {
		r.More = map[string]agent.Class{}
	}
	r.More[agent.Stonith] = f
	return f
}

// Request asks for a node to be fenced.
type Request struct {
	Target   string
	TargetID string // what pcmk_host_argument=nodeid style agents are told; may be empty
	Action   Action // Reboot, Off or On
	Timeout  time.Duration
}

// Report is how a request ended: by which device, or why by none.
type Report struct {
	Device   string
	Duration time.Duration
	Err      error // nil: the agent confirmed it
	// Status is the cluster's code for it: agent.Done, agent.TimedOut, agent.Failed or NoDevice.
	Status agent.Status
}

// NoDevice says that no device reaches the target.
const NoDevice agent.Status = 10

// Alternatives makes each device a level of its own.
func Alternatives(devices []Device) [][]Device {
	levels := make([][]Device, len(devices))
	for i, d := range devices {
		levels[i] = []Device{d}
	}
	return levels
}

// Fence carries a request out by the first level of devices that succeeds. It
// returns a confirmation or an error, never a guess. The request's timeout is
// each device's, where the device has none of its own: one that hangs does not
// take the time of the next.
func (f *Fencer) Fence(ctx context.Context, levels [][]Device, req Request) Report {
	start := time.Now()
	rep := Report{Status: NoDevice}
	var errs []error
	for _, level := range levels {
		plugs, err := f.plugs(ctx, level, req)
		if err == nil && len(plugs) == 0 {
			continue
		}
		if err == nil {
			rep.Status = agent.Failed
			err = f.useAll(ctx, plugs, req)
		}
		if err == nil {
			return Report{Device: names(plugs), Duration: time.Since(start)}
		}
		errs = append(errs, err)
	}
	rep.Duration = time.Since(start)
	if rep.Status == NoDevice {
		errs = slices.Insert(errs, 0, fmt.Errorf("no device reaches %s", req.Target))
	}
	rep.Err = errors.Join(errs...)
	if ctx.Err() != nil || errors.Is(rep.Err, context.DeadlineExceeded) {
		rep.Status = agent.TimedOut
	}
	return rep
}

// plugged is a device and where the target hangs on it.
type plugged struct {
	Device
	plug string
}

func names(all []plugged) string {
	ids := make([]string, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	return strings.Join(ids, " and ")
}

// plugs finds the target on the devices of a level: on all of them, or on none
// of a level of one. To be let in a node need not be known to each.
func (f *Fencer) plugs(ctx context.Context, level []Device, req Request) ([]plugged, error) {
	var all []plugged
	for _, d := range level {
		plug, err := f.reaches(ctx, d, req.Target)
		switch {
		case err != nil:
			return nil, fmt.Errorf("device %s: %w", d.ID, err)
		case plug != "":
			all = append(all, plugged{d, plug})
		case len(level) > 1 && req.Action != On:
			return nil, fmt.Errorf("device %s does not reach %s, and its level is %d devices that have to", d.ID, req.Target, len(level))
		}
	}
	return all, nil
}

// useAll fences by all devices of a level. With more than one a reboot is to
// switch off everywhere before anything is switched on again: a node with two
// power supplies would never be without. Once it is off everywhere it is fenced.
func (f *Fencer) useAll(ctx context.Context, all []plugged, req Request) error {
	if len(all) == 1 || req.Action != Reboot {
		for _, p := range all {
			if err := f.use(ctx, p, req); err != nil {
				return fmt.Errorf("device %s: %w", p.ID, err)
			}
		}
		return nil
	}
	off := req
	off.Action = Off
	if err := f.useAll(ctx, all, off); err != nil {
		return err
	}
	for _, p := range all {
		_ = f.attempt(ctx, p, req, On)
	}
	return nil
}

// Devices lists the ids of the devices that reach a node.
func (f *Fencer) Devices(ctx context.Context, devices []Device, target string) []string {
	var ids []string
	for _, d := range devices {
		if plug, err := f.reaches(ctx, d, target); err == nil && plug != "" {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// askTimeout is how long a device may think about what it reaches.
const askTimeout = 60 * time.Second

// reaches gives the plug by which a device reaches a node, "" when it does not.
func (f *Fencer) reaches(ctx context.Context, d Device, target string) (string, error) {
	plugs, _ := d.hosts()
	plug, listed := plugs[target]
	switch how := d.check(); how {
	case "none":
		if !listed {
			plug = target
		}
		return plug, nil
	case "static-list":
		return plug, nil
	case "dynamic-list":
		if listed {
			return plug, nil
		}
		return f.asked(ctx, d, target)
	case "status":
		if !listed {
			plug = target
		}
		limit, err := d.timeout(Status, askTimeout)
		if err != nil {
			return "", err
		}
		out := f.call(ctx, d, Status, plug, limit)
		if out.Killed || out.Err != nil || out.Code != 0 && out.Code != 2 {
			return "", nil
		}
		return plug, nil
	default:
		return "", fmt.Errorf("pcmk_host_check=%q: expected static-list, dynamic-list, status or none", how)
	}
}

// asked takes the list of nodes from the device itself.
func (f *Fencer) asked(ctx context.Context, d Device, target string) (string, error) {
	limit, err := d.timeout(List, askTimeout)
	if err != nil {
		return "", err
	}
	out := f.call(ctx, d, List, "", limit)
	if err := failure(out); err != nil {
		return "", fmt.Errorf("list: %w", err)
	}
	for line := range strings.Lines(string(out.Stdout)) {
		names := split(line) // plug, or plug and alias
		if len(names) == 0 {
			continue
		}
		if slices.ContainsFunc(names[:min(2, len(names))], func(n string) bool { return strings.EqualFold(n, target) }) {
			return names[0], nil
		}
	}
	return "", nil
}

// use fences through one device. A reboot that the device cannot do is an off
// followed by an on; the on may fail, the node is fenced by then.
func (f *Fencer) use(ctx context.Context, p plugged, req Request) error {
	if req.Action != On {
		wait, err := p.delay(req.Target)
		if err != nil {
			return err
		}
		if !pass(ctx, wait) {
			return ctx.Err()
		}
	}
	if req.Action != Reboot || p.Params["pcmk_reboot_action"] != "" || f.canReboot(ctx, p.Device) {
		return f.attempt(ctx, p, req, req.Action)
	}
	if err := f.attempt(ctx, p, req, Off); err != nil {
		return err
	}
	_ = f.attempt(ctx, p, req, On)
	return nil
}

// canReboot believes the description; without one it hopes.
func (f *Fencer) canReboot(ctx context.Context, d Device) bool {
	meta, err := f.r.Metadata(ctx, agent.Ref{Class: agent.Stonith, Type: d.Type})
	if err != nil || isExternal(d.Type) || !meta.Supports("off") {
		return true
	}
	return meta.Supports("reboot")
}

// attempt does one action as often as configured, within the device's timeout.
func (f *Fencer) attempt(ctx context.Context, p plugged, req Request, a Action) error {
	limit, err := p.timeout(a, req.Timeout)
	if err != nil {
		return err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	var last error
	for range p.tries(a) {
		if last = failure(f.callFor(ctx, p.Device, a, p.plug, req, limit)); last == nil {
			return nil
		}
		if ctx.Err() != nil {
			last = errors.Join(last, ctx.Err())
			break
		}
	}
	return fmt.Errorf("%s of %s: %w", a, req.Target, last)
}

// failure is what an outcome has against it, nil for a success.
func failure(out agent.Outcome) error {
	said := strings.TrimSpace(string(out.Stderr))
	if said == "" {
		said = strings.TrimSpace(string(out.Stdout))
	}
	if i := strings.LastIndexByte(said, '\n'); i >= 0 {
		said = said[i+1:]
	}
	switch {
	case out.Killed:
		return errors.New("the agent did not end in time")
	case out.Err != nil:
		return fmt.Errorf("the agent cannot be run: %w", out.Err)
	case out.Signal != 0:
		return fmt.Errorf("the agent was killed by signal %d", int(out.Signal))
	case out.Code != 0:
		return fmt.Errorf("the agent ended with %d: %s", out.Code, said)
	}
	return nil
}

// pass lets time go by; false when ctx ended first.
func pass(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
