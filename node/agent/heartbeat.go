package agent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// heartbeat runs the scripts of heartbeat 1: resource.d/TYPE [ARG...] start.
type heartbeat struct{ r *Runner }

// folders hold the scripts of this class. Run, as heartbeat does, takes an init
// script where there is none.
func (c *heartbeat) folders() []string {
	own := c.r.Roots.Heartbeat
	if len(own) == 0 {
		own = []string{"/etc/ha.d/resource.d"}
	}
	return own
}

// Providers is nil: these scripts have none.
func (c *heartbeat) Providers() []string { return nil }

// Types are the scripts.
func (c *heartbeat) Types(string) []string {
	var names []string
	for _, dir := range c.folders() {
		names = append(names, Executables(dir)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Metadata is the same for all of them: their parameters are numbered.
func (c *heartbeat) Metadata(_ context.Context, ref Ref) ([]byte, error) {
	if findIn(c.folders(), ref.Type) == "" {
		return nil, fmt.Errorf("no script %s in %s", ref.Type, strings.Join(c.folders(), ", "))
	}
	return plainMetadata(ref.Type, ref.Type, "A heartbeat resource script. Its arguments are the parameters 1, 2, 3, ..."), nil
}

// Run calls the script with the parameters 1, 2, ... in order, then the action.
func (c *heartbeat) Run(ctx context.Context, op Op) Result {
	path := findIn(append(slices.Clone(c.folders()), (&lsb{c.r}).folders()...), op.Ref.Type)
	if path == "" {
		return fail(NotInstalled, CodeNotInstalled, "no script %s in %s", op.Ref.Type, strings.Join(c.folders(), ", "))
	}
	action := op.Action
	if action == "monitor" {
		action = "status"
	}
	out := c.r.call(ctx, op, Script{Path: path, Args: append(positional(op.Params), action), Env: c.r.Environ(nil), Dir: c.r.Dir})
	if action != "status" {
		return out.result(path, lsbCode)
	}
	return out.result(path, func(code int) Code { return heartbeatStatus(code, string(out.Stdout)) })
}

// positional are the parameters named by numbers, in the order of the numbers.
func positional(params map[string]string) []string {
	numbers := map[int]string{}
	for name, value := range params { // order: sorted by number below
		if n, err := strconv.Atoi(name); err == nil && n > 0 {
			numbers[n] = value
		}
	}
	var args []string
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		args = append(args, numbers[n])
	}
	return args
}

// heartbeatStatus reads the answer of "status": these scripts say it in words,
// their exit code is not to be relied on.
func heartbeatStatus(code int, said string) Code {
	said = strings.ToLower(said)
	switch {
	case strings.Contains(said, "not running"), strings.Contains(said, "stopped"):
		return NotRunning
	case strings.Contains(said, "running"), strings.Contains(said, "ok"):
		return OK
	}
	return lsbStatusCode(code)
}
