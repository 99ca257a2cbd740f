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

// Fence carries a request out by the first device that reaches the target and
// succeeds. It returns a confirmation or an error, never a guess.
func (f *Fencer) Fence(ctx context.Context, devices []Device, req Request) Report {
	start := time.Now()
	if req.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, req.Timeout)
		defer cancel()
	}
	var errs []error
	tried := false
	for _, d := range devices {
		plug, err := f.reaches(ctx, d, req.Target)
		if err != nil {
			errs = append(errs, fmt.Errorf("device %s: %w", d.ID, err))
			continue
		}
		if plug == "" {
			continue
		}
		tried = true
		if err := f.use(ctx, d, req, plug); err != nil {
			errs = append(errs, fmt.Errorf("device %s: %w", d.ID, err))
			continue
		}
		return Report{Device: d.ID, Duration: time.Since(start)}
	}
	rep := Report{Duration: time.Since(start), Status: agent.Failed, Err: errors.Join(errs...)}
	switch {
	case ctx.Err() != nil:
		rep.Status = agent.TimedOut
	case !tried:
		rep.Status = NoDevice
		rep.Err = errors.Join(append([]error{fmt.Errorf("no device reaches %s", req.Target)}, errs...)...)
	}
	return rep
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
func (f *Fencer) use(ctx context.Context, d Device, req Request, plug string) error {
	if wait, err := d.span("pcmk_delay_base", 0); err == nil && wait > 0 {
		if !pass(ctx, wait) {
			return ctx.Err()
		}
	}
	if req.Action != Reboot || d.Params["pcmk_reboot_action"] != "" || f.canReboot(ctx, d) {
		return f.attempt(ctx, d, req, req.Action, plug)
	}
	if err := f.attempt(ctx, d, req, Off, plug); err != nil {
		return err
	}
	_ = f.attempt(ctx, d, req, On, plug)
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

// attempt does one action as often as configured.
func (f *Fencer) attempt(ctx context.Context, d Device, req Request, a Action, plug string) error {
	limit, err := d.timeout(a, req.Timeout)
	if err != nil {
		return err
	}
	var last error
	for range d.tries(a) {
		if ctx.Err() != nil {
			return errors.Join(last, ctx.Err())
		}
		if last = failure(f.callFor(ctx, d, a, plug, req, limit)); last == nil {
			return nil
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
