package stonith

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crm/node/agent"
)

// Providers is nil: fence agents have none.
func (f *Fencer) Providers() []string { return nil }

// Types lists the fence agents and plugins.
func (f *Fencer) Types(string) []string {
	var names []string
	for _, dir := range f.r.Roots.Fence {
		for _, name := range agent.Executables(dir) {
			if strings.HasPrefix(name, "fence_") {
				names = append(names, name)
			}
		}
	}
	for _, dir := range f.r.Roots.Stonith {
		for _, name := range agent.Executables(filepath.Join(dir, "external")) {
			names = append(names, "external/"+name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Metadata asks the agent. A plugin only gives its parameters; the rest is put
// around them.
func (f *Fencer) Metadata(ctx context.Context, ref agent.Ref) ([]byte, error) {
	d := Device{ID: ref.Type, Type: ref.Type}
	if f.path(ref.Type) == "" {
		return nil, fmt.Errorf("no fence agent %s in %s", ref.Type, strings.Join(append(slices.Clone(f.r.Roots.Fence), f.r.Roots.Stonith...), ", "))
	}
	if !isExternal(ref.Type) {
		out := f.call(ctx, d, "metadata", "", 0)
		return out.Stdout, failure(out)
	}
	texts := map[string]string{}
	for _, what := range []string{"getinfo-xml", "getinfo-devid", "getinfo-devdescr"} {
		out := f.call(ctx, d, Action(what), "", 0)
		if err := failure(out); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		texts[what] = string(out.Stdout)
	}
	return pluginMetadata(ref.Type, texts), nil
}

func pluginMetadata(name string, texts map[string]string) []byte {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	return []byte("<?xml version=\"1.0\"?>\n<resource-agent name=\"" + name + "\">\n<version>1.0</version>\n<longdesc lang=\"en\">\n" +
		escape(texts["getinfo-devdescr"]) + "</longdesc>\n<shortdesc lang=\"en\">" + escape(strings.TrimSpace(texts["getinfo-devid"])) + "</shortdesc>\n" +
		texts["getinfo-xml"] + `<actions>
<action name="start" timeout="20"/>
<action name="stop" timeout="15"/>
<action name="status" timeout="20"/>
<action name="monitor" timeout="20" interval="3600"/>
<action name="meta-data" timeout="15"/>
</actions>
</resource-agent>
`)
}

// Run starts, stops and monitors a fence resource. Starting it means asking the
// device once whether it is well; the node that has it started watches it. A
// device that was not started here does not run, whatever it answers.
func (f *Fencer) Run(ctx context.Context, op agent.Op) agent.Result {
	if ctx.Err() != nil {
		return agent.Result{Status: agent.Cancelled, RC: agent.GenericError}
	}
	d := Device{ID: op.Resource, Type: op.Ref.Type, Params: op.Params}
	switch op.Action {
	case "start":
		res := f.watch(ctx, d, op.Timeout)
		f.mark(op.Resource, res.RC == agent.OK && res.Status == agent.Done)
		return res
	case "stop":
		f.mark(op.Resource, false)
		return agent.Result{}
	case "monitor", "status":
		if !f.isStarted(op.Resource) {
			return agent.Result{RC: agent.NotRunning}
		}
		return f.watch(ctx, d, op.Timeout)
	}
	return agent.Result{RC: agent.Unimplemented, ExitReason: "a fence device has no action " + op.Action}
}

// watch asks a device whether it is well.
func (f *Fencer) watch(ctx context.Context, d Device, otherwise time.Duration) agent.Result {
	if f.path(d.Type) == "" {
		return agent.Result{Status: agent.NotInstalled, RC: agent.CodeNotInstalled, ExitReason: "no fence agent " + d.Type}
	}
	limit, err := d.timeout(Watch, otherwise)
	if err != nil {
		return agent.Result{RC: agent.NotConfigured, ExitReason: err.Error()}
	}
	out := f.call(ctx, d, Watch, "", limit)
	res := agent.Result{Stdout: string(out.Stdout), Stderr: string(out.Stderr)}
	switch err := failure(out); {
	case out.Killed && ctx.Err() == nil: // the device's own timeout
		res.Status, res.RC, res.ExitReason = agent.TimedOut, agent.GenericError, err.Error()
	case out.Killed:
		res.Status, res.RC = agent.Cancelled, agent.GenericError
	case out.Err != nil:
		res.Status, res.RC, res.ExitReason = agent.Failed, agent.GenericError, err.Error()
	case err != nil:
		res.RC, res.ExitReason = agent.GenericError, err.Error()
	}
	return res
}

func (f *Fencer) mark(id string, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started[id] = on
}

func (f *Fencer) isStarted(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.started[id]
}

// ParamNames are the parameters that a plugin of class external needs, in its
// own order; a fence agent's have no order.
func (f *Fencer) ParamNames(ctx context.Context, typ string) []string {
	if !isExternal(typ) || f.path(typ) == "" {
		return nil
	}
	return strings.Fields(string(f.call(ctx, Device{ID: typ, Type: typ}, "getconfignames", "", 0).Stdout))
}
