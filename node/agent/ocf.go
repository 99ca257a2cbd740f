package agent

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// reasonPrefix begins the line of standard error that says why an agent failed.
const reasonPrefix = "ocf-exit-reason:"

// exitReason is the last reason that the agent gave.
func exitReason(stderr []byte) string {
	i := bytes.LastIndex(stderr, []byte(reasonPrefix))
	if i < 0 {
		return ""
	}
	line, _, _ := bytes.Cut(stderr[i+len(reasonPrefix):], []byte("\n"))
	return strings.TrimSpace(string(line))
}

// ocf runs the scripts under OCF_ROOT/resource.d and the built-in agents.
type ocf struct{ r *Runner }

func (c *ocf) root() string {
	if c.r.Roots.OCF != "" {
		return c.r.Roots.OCF
	}
	return "/usr/lib/ocf"
}

func (c *ocf) folder() string { return filepath.Join(c.root(), "resource.d") }

// Providers are the folders under resource.d, and our own.
func (c *ocf) Providers() []string {
	names := []string{Builtin}
	entries, err := os.ReadDir(c.folder())
	if err != nil {
		return names
	}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(c.folder(), e.Name()))
		if err == nil && info.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Types are the executable files of a provider. A script under the provider
// crm takes the place of the built-in agent of that name.
func (c *ocf) Types(provider string) []string {
	if provider == "" || strings.Contains(provider, "/") {
		return nil
	}
	names := Executables(filepath.Join(c.folder(), provider))
	if provider == Builtin {
		names = append(names, builtinNames()...)
		slices.Sort(names)
		names = slices.Compact(names)
	}
	return names
}

// path is where the agent's script is. A name that leads out of the folder of
// agents names none.
func (c *ocf) path(ref Ref) string {
	for _, name := range []string{ref.Provider, ref.Type} {
		if name == "" || name == "." || name == ".." || strings.Contains(name, "/") {
			return filepath.Join(c.folder(), "no such agent")
		}
	}
	return filepath.Join(c.folder(), ref.Provider, ref.Type)
}

// builtin finds the agent inside this binary, unless a script replaces it.
func (c *ocf) builtin(ref Ref) (*builtin, bool) {
	if ref.Provider != Builtin || isExecutable(c.path(ref)) {
		return nil, false
	}
	return findBuiltin(ref.Type)
}

// Metadata asks the agent.
func (c *ocf) Metadata(ctx context.Context, ref Ref) ([]byte, error) {
	if b, ok := c.builtin(ref); ok {
		return b.xml(), nil
	}
	path := c.path(ref)
	if !isExecutable(path) {
		return nil, fmt.Errorf("no agent at %s", path)
	}
	op := Op{Ref: ref, Resource: ref.Type, Action: "meta-data"}
	env := c.env(op)
	kept := c.r.keptName(path, filepath.Join(c.root(), "lib", "heartbeat"), env)
	if kept != "" {
		if text := keptText(kept); text != nil {
			return text, nil
		}
	}
	out := Script{Path: path, Args: []string{"meta-data"}, Env: env, Dir: c.r.Dir}.Run(ctx)
	text, err := described(ctx, path, out)
	if kept == "" || err != nil {
		return text, err
	}
	if _, err := ParseMetadata(text); err == nil { // what cannot be read is asked for again
		keep(kept, text)
	}
	return text, nil
}

// described takes the description out of a meta-data call.
func described(ctx context.Context, path string, out Outcome) ([]byte, error) {
	switch {
	case out.Killed:
		return nil, fmt.Errorf("%s meta-data did not end: %w", path, ctx.Err())
	case out.Err != nil:
		return nil, out.Err
	case out.Signal != 0 || out.Code != 0:
		return nil, fmt.Errorf("%s meta-data ended with %d: %s", path, out.Code, strings.TrimSpace(string(out.Stderr)))
	}
	return out.Stdout, nil
}

// Run calls the agent with the action as its only argument.
func (c *ocf) Run(ctx context.Context, op Op) Result {
	if op.Ref.Provider == "" {
		return fail(Failed, GenericError, "%s has no provider: expected ocf:PROVIDER:%s", op.Ref, op.Ref.Type)
	}
	if b, ok := c.builtin(op.Ref); ok {
		return c.r.runBuiltin(ctx, b, op)
	}
	path := c.path(op.Ref)
	if !isExecutable(path) {
		return fail(NotInstalled, CodeNotInstalled, "no agent at %s", path)
	}
	out := c.r.call(ctx, op, Script{Path: path, Args: []string{op.Action}, Env: c.env(op), Dir: c.r.Dir})
	return out.result(path, func(code int) Code { return Code(code) })
}

// env is the environment of the OCF resource agent API, 1.1.
func (c *ocf) env(op Op) []string {
	own := []string{
		"OCF_ROOT=" + c.root(), "OCF_RA_VERSION_MAJOR=1", "OCF_RA_VERSION_MINOR=1", "OCF_RESOURCE_INSTANCE=" + op.Resource,
		"OCF_RESOURCE_TYPE=" + op.Ref.Type, "OCF_RESOURCE_PROVIDER=" + op.Ref.Provider, "OCF_EXIT_REASON_PREFIX=" + reasonPrefix,
		"OCF_OUTPUT_FORMAT=text",
	}
	return c.r.Environ(append(own, reskeys(op)...))
}

// reskeys are the parameters of the call, sorted by name. An empty list is
// given as one blank elsewhere (notify sets); here values pass unchanged.
func reskeys(op Op) []string {
	env := make([]string, 0, len(op.Params))
	for name, value := range op.Params { // order: sorted below
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			continue // cannot be an environment variable
		}
		env = append(env, "OCF_RESKEY_"+name+"="+value)
	}
	slices.Sort(env)
	return env
}

// Environ is what every agent gets: little and always the same, then the
// class's own, then what the runner was told to add. Later ones win.
func (r *Runner) Environ(own []string) []string {
	host, _ := os.Hostname()
	base := []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + home(), "LC_ALL=C", "TERM=dumb", "HOSTNAME=" + host}
	if tz, ok := os.LookupEnv("TZ"); ok {
		base = append(base, "TZ="+tz)
	}
	return merged(base, own, r.Env)
}

func home() string {
	if h := os.Getenv("HOME"); h != "" {
		return h
	}
	return "/root"
}

// merged joins lists of NAME=value; of a name given twice the last wins.
func merged(lists ...[]string) []string {
	var all []string
	at := map[string]int{}
	for _, list := range lists {
		for _, kv := range list {
			name, _, _ := strings.Cut(kv, "=")
			if i, seen := at[name]; seen {
				all[i] = kv
				continue
			}
			at[name] = len(all)
			all = append(all, kv)
		}
	}
	return all
}
