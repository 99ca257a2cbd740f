package stonith

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"crm/node/agent"
)

// isExternal tells cluster-glue's plugins from RHCS style agents.
func isExternal(typ string) bool { return strings.HasPrefix(typ, "external/") }

// path finds an agent, "" when it is not installed.
func (f *Fencer) path(typ string) string {
	dirs := f.r.Roots.Fence
	if isExternal(typ) {
		dirs = f.r.Roots.Stonith
	} else if strings.Contains(typ, "/") || !strings.HasPrefix(typ, "fence_") {
		return ""
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, typ)
		for _, name := range agent.Executables(filepath.Dir(path)) {
			if name == filepath.Base(path) {
				return path
			}
		}
	}
	return ""
}

func (f *Fencer) call(ctx context.Context, d Device, a Action, plug string, limit time.Duration) agent.Outcome {
	return f.callFor(ctx, d, a, plug, Request{Target: plug}, limit)
}

// callFor runs the agent once.
func (f *Fencer) callFor(ctx context.Context, d Device, a Action, plug string, req Request, limit time.Duration) agent.Outcome {
	path := f.path(d.Type)
	if path == "" {
		return agent.Outcome{Err: &fs.PathError{Op: "find", Path: d.Type, Err: fs.ErrNotExist}}
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	s := agent.Script{Path: path, Dir: f.r.Dir}
	if isExternal(d.Type) {
		s.Env = f.r.Environ(append(d.arguments(), "ST_DEV_RESOURCE="+d.ID))
		s.Args = []string{externalAction(d.action(a))}
		if plug != "" {
			s.Args = append(s.Args, plug)
		}
		return s.Run(ctx)
	}
	s.Env = f.r.Environ(nil)
	s.Stdin = []byte(strings.Join(f.lines(d, a, plug, req), "\n") + "\n")
	return s.Run(ctx)
}

// lines are what an RHCS style agent reads. The node is named by nodename, its
// plug by the parameter that pcmk_host_argument names, unless the device is
// configured with one.
func (f *Fencer) lines(d Device, a Action, plug string, req Request) []string {
	lines := append([]string{"action=" + d.action(a)}, d.arguments()...)
	if plug == "" {
		return lines
	}
	lines = append(lines, "nodename="+req.Target)
	if req.TargetID != "" {
		lines = append(lines, "nodeid="+req.TargetID)
	}
	name := d.Params["pcmk_host_argument"]
	if name == "" {
		name = "port"
	}
	if _, fixed := d.Params[name]; name != "none" && !fixed {
		lines = append(lines, name+"="+plug)
	}
	return lines
}

// externalAction is a plugin's word for an action.
func externalAction(action string) string {
	switch action {
	case string(Reboot):
		return "reset"
	case string(List):
		return "gethosts"
	case string(Watch):
		return "status"
	}
	return action
}
