package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Roots are the folders that agents are looked for in.
type Roots struct {
	OCF       string   // OCF_ROOT; agents are in resource.d/PROVIDER/TYPE
	Init      []string // init scripts (class lsb)
	Heartbeat []string // heartbeat's resource.d (class heartbeat)
	Fence     []string // fence_* agents
	Stonith   []string // folders of external/TYPE fence plugins
	Systemd   bool     // whether to ask systemd
}

// SystemRoots are the folders of an installed system.
func SystemRoots() Roots {
	return Roots{OCF: "/usr/lib/ocf", Init: []string{"/etc/init.d"}, Heartbeat: []string{"/etc/ha.d/resource.d"},
		Fence: []string{"/usr/sbin"}, Stonith: []string{"/usr/lib/stonith/plugins"}, Systemd: true}
}

// Class is one way of running agents.
type Class interface {
	// Providers lists the providers, nil where the class has none.
	Providers() []string
	// Types lists the agents, sorted; provider is "" where there is none.
	Types(provider string) []string
	// Metadata is the agent's description as XML.
	Metadata(ctx context.Context, ref Ref) ([]byte, error)
	// Run calls the agent. It returns at the latest when ctx ends.
	Run(ctx context.Context, op Op) Result
}

// Runner runs and lists agents. The zero value of each field is usable; a
// Runner may be used by many goroutines at once and must not be changed then.
type Runner struct {
	Roots Roots
	Env   []string // beside what every agent gets, as NAME=value; wins over it
	Dir   string   // working directory of agents, default "/"
	State string   // folder for the built-in agents' notes (HA_RSCTMP), default /run/resource-agents
	// Kept is a folder for what OCF scripts said of themselves, so that they
	// need not be run again; "" asks them each time.
	Kept string
	// Secrets is the Vault's folder, default SecretsDir.
	Secrets string
	// Orphans is a folder for notes of what runs. An operation first waits for
	// one of its resource that a process before this one left behind; "" notes
	// nothing and waits for nothing.
	Orphans string
	// More are classes from outside, e.g. "stonith".
	More map[string]Class
}

// New returns a runner for an installed system.
func New() *Runner { return &Runner{Roots: SystemRoots()} }

// class finds the class by name.
func (r *Runner) class(name string) (Class, error) {
	if c, ok := r.More[name]; ok {
		return c, nil
	}
	switch name {
	case OCF:
		return &ocf{r}, nil
	case LSB:
		return &lsb{r}, nil
	case Heartbeat:
		return &heartbeat{r}, nil
	case Systemd:
		return &systemd{r}, nil
	case Service:
		return &service{r}, nil
	}
	return nil, fmt.Errorf("unknown agent class %q: expected one of %s", name, strings.Join(r.Classes(), ", "))
}

// Classes lists the classes that this machine can run, sorted.
func (r *Runner) Classes() []string {
	names := []string{Heartbeat, LSB, OCF, Service}
	if r.Roots.Systemd {
		names = append(names, Systemd)
	}
	for name := range r.More { // order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Providers lists the providers of a class, sorted; nil where it has none.
func (r *Runner) Providers(class string) []string {
	c, err := r.class(class)
	if err != nil {
		return nil
	}
	return c.Providers()
}

// Types lists the agents of a class and provider, sorted. An empty provider
// stands for all of them.
func (r *Runner) Types(class, provider string) []string {
	c, err := r.class(class)
	if err != nil {
		return nil
	}
	if provider != "" || c.Providers() == nil {
		return c.Types(provider)
	}
	var all []string
	for _, p := range c.Providers() {
		all = append(all, c.Types(p)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ProvidersOf lists the OCF providers that have an agent of this type.
func (r *Runner) ProvidersOf(typ string) []string {
	var found []string
	for _, p := range r.Providers(OCF) {
		if slices.Contains(r.Types(OCF, p), typ) {
			found = append(found, p)
		}
	}
	return found
}

// metadataTimeout is how long an agent may think about its own description.
const metadataTimeout = 30 * time.Second

// MetadataXML is the agent's description as it gives it.
func (r *Runner) MetadataXML(ctx context.Context, ref Ref) ([]byte, error) {
	c, err := r.class(ref.Class)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, metadataTimeout)
	defer cancel()
	text, err := c.Metadata(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("meta-data of %s: %w", ref, err)
	}
	return text, nil
}

// Metadata is the agent's description, read.
func (r *Runner) Metadata(ctx context.Context, ref Ref) (*Metadata, error) {
	text, err := r.MetadataXML(ctx, ref)
	if err != nil {
		return nil, err
	}
	meta, err := ParseMetadata(text)
	if err != nil {
		return nil, fmt.Errorf("meta-data of %s: %w", ref, err)
	}
	return meta, nil
}

// Run calls an agent and waits for it. A call that outlives op.Timeout is
// killed with its whole process group and gives TimedOut; one whose ctx ends
// first gives Cancelled.
func (r *Runner) Run(ctx context.Context, op Op) Result {
	r.adopt(ctx, op.Resource)
	start := time.Now()
	res := r.run(ctx, op)
	res.Start, res.Duration = start, time.Since(start)
	return res
}

func (r *Runner) run(ctx context.Context, op Op) Result {
	c, err := r.class(op.Ref.Class)
	if err != nil {
		return fail(NotInstalled, CodeNotInstalled, "%v", err)
	}
	params, err := r.Reveal(op.Resource, op.Params)
	if err != nil && op.Action != "stop" { // a stop tries without: what runs must end
		return fail(Done, NotConfigured, "%v", err)
	}
	op.Params = params
	outer := ctx
	if op.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, op.Timeout)
		defer cancel()
	}
	res := c.Run(ctx, op)
	if res.Status != Cancelled {
		return res
	}
	if outer.Err() == nil && ctx.Err() != nil {
		late := fail(TimedOut, GenericError, "Resource agent did not complete within %s", readable(op.Timeout))
		late.Stdout, late.Stderr = res.Stdout, res.Stderr
		return late
	}
	return res
}

// readable writes a timeout as Pacemaker does: 2s, 500ms, 1m30s.
func readable(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	text := d.String()
	if strings.Contains(text, "m") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.Contains(text, "h") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// state is the folder for notes of built-in agents.
func (r *Runner) state() string {
	if r.State != "" {
		return r.State
	}
	return "/run/resource-agents"
}

// Executables lists the files in a folder that somebody may run, sorted.
func Executables(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if isExecutable(filepath.Join(dir, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
