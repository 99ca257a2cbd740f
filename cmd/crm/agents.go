package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"crm/completions"
	"crm/node/agent"
	"crm/node/stonith"
)

// agentPatience is how long an agent may take to describe itself.
const agentPatience = 5 * time.Second

// agents asks the agents of this machine, each question once.
type agents struct {
	runner   *agent.Runner
	classes  []string
	types    map[string][]string
	metadata map[string]*completions.Metadata
}

func (a *agents) ask() *agent.Runner {
	if a.runner == nil {
		a.runner = agent.Configured(os.Environ())
		if dir, err := os.UserCacheDir(); err == nil {
			a.runner.Kept = filepath.Join(dir, "crm", "agents")
		}
		stonith.New(a.runner) // enters the class stonith
		a.types = map[string][]string{}
		a.metadata = map[string]*completions.Metadata{}
	}
	return a.runner
}

// Classes lists the classes of agents.
func (a *agents) Classes() []string {
	if a.classes == nil {
		a.classes = a.ask().Classes()
	}
	return a.classes
}

// Providers lists the providers of a class.
func (a *agents) Providers(class string) []string { return a.ask().Providers(class) }

// Types lists the agents of a provider.
func (a *agents) Types(class, provider string) []string {
	r, key := a.ask(), class+":"+provider
	if list, known := a.types[key]; known {
		return list
	}
	list := r.Types(class, provider)
	if class == agent.Stonith {
		list = append(list, gluePlugins()...)
		slices.Sort(list)
	}
	a.types[key] = list
	return list
}

// Metadata asks an agent about itself.
func (a *agents) Metadata(class, provider, typ string) *completions.Metadata {
	r, key := a.ask(), class+":"+provider+":"+typ
	if m, known := a.metadata[key]; known {
		return m
	}
	ctx, stop := context.WithTimeout(context.Background(), agentPatience)
	defer stop()
	m, err := r.Metadata(ctx, agent.Ref{Class: class, Provider: provider, Type: typ})
	if err == nil && class == agent.Stonith {
		givenByTheCluster(m)
	}
	if err != nil && class == agent.Stonith {
		m, err = glueMetadata(ctx, typ)
	}
	if err != nil {
		a.metadata[key] = nil
		return nil
	}
	a.metadata[key] = described(m)
	return a.metadata[key]
}

// gluePlugins are the fence plugins of cluster-glue that are no programs but
// libraries: only glue's own "stonith" can speak with them.
func gluePlugins() []string {
	found, _ := filepath.Glob("/usr/lib*/stonith/plugins/stonith2/*.so")
	names := make([]string, 0, len(found))
	for _, path := range found {
		if name := strings.TrimSuffix(filepath.Base(path), ".so"); name != "external" && name != "rhcs" {
			names = append(names, name)
		}
	}
	return names
}

// glueMetadata asks such a plugin to describe itself.
func glueMetadata(ctx context.Context, typ string) (*agent.Metadata, error) {
	if !slices.Contains(gluePlugins(), typ) {
		return nil, fmt.Errorf("no fence plugin %s", typ)
	}
	text, err := exec.CommandContext(ctx, "stonith", "-t", typ, "-m").Output()
	if err != nil { // it is there, that is all there is to know
		return nil, err
	}
	return agent.ParseMetadata(text)
}

// givenByTheCluster: what a fence agent is told with each call need not be
// configured, whatever its description says.
func givenByTheCluster(m *agent.Metadata) {
	for _, name := range []string{"action", "port", "plug", "nodename", "nodeid"} {
		if p := m.Parameter(name); p != nil {
			p.Required = false
		}
	}
}

// described is what the shell wants to know of an agent.
func described(m *agent.Metadata) *completions.Metadata {
	out := &completions.Metadata{Name: m.Name, Version: m.Version, Short: m.Short, Long: m.Long}
	for _, p := range m.Parameters {
		out.Parameters = append(out.Parameters, completions.Parameter{Name: p.Name, Type: p.Type, Default: p.Default, Short: p.Short,
			Long: p.Long, Required: p.Required, Unique: p.Unique, Deprecated: p.Deprecated, Values: p.Values})
	}
	for _, x := range m.Actions {
		out.Actions = append(out.Actions, completions.Action{Name: x.Name, Timeout: x.Timeout, Interval: x.Interval, Depth: x.Depth,
			Role: x.Role, StartDelay: x.StartDelay})
		out.Promotable = out.Promotable || x.Name == "promote"
	}
	return out
}

// Validate lets an agent check parameters.
func (a *agents) Validate(ctx context.Context, spec string, params map[string]string) (string, error) {
	ref, err := agent.ParseRef(spec)
	if err != nil {
		return "", err
	}
	r := a.ask().Run(ctx, agent.Op{Resource: "validate", Ref: ref, Action: "validate-all", Params: params, Timeout: 20 * time.Second})
	text := strings.TrimSpace(r.Stdout + r.Stderr)
	if r.RC != agent.OK {
		return text, fmt.Errorf("%s refuses the parameters: %s", spec, strings.TrimSuffix(fmt.Sprintf("%s: %s", r.RC, r.ExitReason), ": "))
	}
	return text, nil
}
