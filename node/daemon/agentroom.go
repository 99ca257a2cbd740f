package daemon

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"crm/engine/graph"
	"crm/node"
	"crm/node/agent"
	"crm/node/stonith"
)

// agentRoom runs resource agents and fence agents, each call in a goroutine.
type agentRoom struct {
	runner *agent.Runner
	fencer *stonith.Fencer
	events *queue[node.Event]
	node   string
	notice func(node.Level, string)

	mu      sync.Mutex
	cancels map[string]context.CancelFunc // by operation key
	facts   map[agent.Ref]*node.AgentFacts
	working sync.WaitGroup
}

func newAgentRoom(runner *agent.Runner, fencer *stonith.Fencer, events *queue[node.Event], name string,
	notice func(node.Level, string)) *agentRoom {
	return &agentRoom{runner: runner, fencer: fencer, events: events, node: name, notice: notice,
		cancels: map[string]context.CancelFunc{}, facts: map[agent.Ref]*node.AgentFacts{}}
}

// run starts an operation.
func (r *agentRoom) run(ctx context.Context, op node.Operation) {
	ctx, cancel := context.WithCancel(ctx)
	r.mu.Lock()
	r.cancels[op.Key] = cancel
	r.mu.Unlock()
	asked := time.Now()
	r.working.Go(func() {
		defer r.cancel(op.Key)
		ref := agent.Ref{Class: op.Resource.Class, Provider: op.Resource.Provider, Type: op.Resource.Type}
		result := r.runner.Run(ctx, agent.Op{Ref: ref, Resource: op.Resource.ID, Action: op.Name, Interval: op.Interval,
			Timeout: op.Timeout, Params: params(op.Params)})
		r.log(op, result)
		for _, a := range result.Attributes {
			r.events.push(r.attribute(a))
		}
		ended := node.ActionEnded{Key: op.Key, RC: int(result.RC), Status: node.OpStatus(result.Status), ExitReason: result.ExitReason,
			Exec: result.Duration, Queued: max(0, result.Start.Sub(asked))}
		if op.Interval == 0 {
			ended.Agent = r.factsOf(ctx, ref)
		}
		r.events.push(ended)
	})
}

// log writes a line about an operation: what changed something, and what
// failed with what the agent said. Monitors that find what is usual are quiet.
func (r *agentRoom) log(op node.Operation, res agent.Result) {
	how := res.RC.String()
	if res.Status != agent.Done {
		how = res.Status.String()
	}
	text := fmt.Sprintf("%s: %s: %s (%s)", op.Resource.ID, op.Name, how, res.Duration.Round(time.Millisecond))
	level := node.Info
	switch res.RC {
	case agent.OK, agent.Promoted, agent.Degraded, agent.DegradedPromoted:
		if op.Name == "monitor" {
			level = node.Debug
		}
	case agent.NotRunning:
		if op.Name == "monitor" && op.Interval == 0 {
			level = node.Debug
		} else {
			level = node.Warn
		}
	default:
		level = node.Warn
	}
	if res.Status == agent.Cancelled {
		level = node.Debug
	}
	if why := cmp.Or(res.ExitReason, lastLine(res.Stderr)); why != "" && level == node.Warn {
		text += ": " + why
	}
	r.notice(level, text)
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// cancel ends an operation that runs; one that has ended is forgotten.
func (r *agentRoom) cancel(key string) {
	r.mu.Lock()
	cancel := r.cancels[key]
	delete(r.cancels, key)
	r.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// attribute is what a built-in agent wants set, as the request that the tool
// of a script would have made.
func (r *agentRoom) attribute(a agent.Attribute) node.Asked {
	return node.Asked{ID: rand.Text(), Request: node.Request{Verb: node.VerbAttribute, Node: r.node, Name: a.Name, Value: a.Value,
		Delete: a.Delete, Wait: a.Dampen}}
}

// factsOf reads an agent's metadata once; nil when it has none.
func (r *agentRoom) factsOf(ctx context.Context, ref agent.Ref) *node.AgentFacts {
	r.mu.Lock()
	facts, known := r.facts[ref]
	r.mu.Unlock()
	if known {
		return facts
	}
	if meta, err := r.runner.Metadata(ctx, ref); err == nil {
		facts = agentFacts(meta)
	}
	r.mu.Lock()
	r.facts[ref] = facts
	r.mu.Unlock()
	return facts
}

// agentFacts picks out what the history needs: which parameters may change
// without a restart, which are secret (OCF resource agent API 1.1).
func agentFacts(meta *agent.Metadata) *node.AgentFacts {
	f := new(node.AgentFacts)
	switch {
	case meta.Supports("reload-agent"):
		f.Reload = node.ReloadAgent
	case meta.Supports("reload"):
		f.Reload = node.ReloadLegacy
	}
	for _, p := range meta.Parameters {
		if f.Reload == node.ReloadAgent && !p.Reloadable || f.Reload == node.ReloadLegacy && p.Unique {
			f.Restart = append(f.Restart, p.Name)
		}
		if p.Private {
			f.Private = append(f.Private, p.Name)
		}
	}
	return f
}

// fence starts a fencing.
func (r *agentRoom) fence(ctx context.Context, e node.Fence) {
	r.working.Go(func() {
		select {
		case <-time.After(e.Delay):
		case <-ctx.Done():
			return
		}
		levels := make([][]stonith.Device, len(e.Levels))
		for i, level := range e.Levels {
			for _, d := range level {
				given, err := r.runner.Reveal(d.ID, params(d.Params))
				if err != nil {
					r.notice(node.Error, err.Error())
				}
				levels[i] = append(levels[i], stonith.Device{ID: d.ID, Type: d.Type, Params: given})
			}
		}
		report := r.fencer.Fence(ctx, levels, stonith.Request{Target: e.Node, Action: stonith.Action(e.Action), Timeout: e.Timeout})
		ended := node.FenceEnded{Key: e.Key, OK: report.Err == nil, Reason: "by " + report.Device}
		if report.Err != nil {
			ended.Reason = report.Err.Error()
		}
		r.events.push(ended)
	})
}

func params(attrs []graph.Attr) map[string]string {
	m := make(map[string]string, len(attrs))
	for _, a := range attrs {
		m[a.Name] = a.Value
	}
	return m
}
