// Package agenttest is one suite that every kind of agent must pass.
package agenttest

import (
	"context"
	"testing"

	"crm/node/agent"
)

// Subject is an agent to be tried.
type Subject struct {
	Runner *agent.Runner
	Ref    agent.Ref
	Params map[string]string
}

func (s Subject) op(action string) agent.Op {
	return agent.Op{Ref: s.Ref, Resource: "subject", Action: action, Params: s.Params}
}

func (s Subject) want(t *testing.T, action string, rc agent.Code) agent.Result {
	t.Helper()
	res := s.Runner.Run(t.Context(), s.op(action))
	if res.Status != agent.Done || res.RC != rc {
		t.Fatalf("%s: got %s, %s (%s)\n%s%s\nexpected %s", action, res.Status, res.RC, res.ExitReason, res.Stdout, res.Stderr, rc)
	}
	if res.Start.IsZero() {
		t.Errorf("%s: no start time", action)
	}
	return res
}

// Run tries what the cluster relies on: an agent can be asked before it ever
// ran, every action may come twice, monitor tells the truth after each, the
// agent describes itself, and a call can be taken back.
func Run(t *testing.T, s Subject) {
	t.Run("probe before the first start", func(t *testing.T) { s.want(t, "monitor", agent.NotRunning) })
	t.Run("stop of what does not run", func(t *testing.T) { s.want(t, "stop", agent.OK) })
	t.Run("start", func(t *testing.T) {
		s.want(t, "start", agent.OK)
		s.want(t, "monitor", agent.OK)
	})
	t.Run("start of what runs", func(t *testing.T) {
		s.want(t, "start", agent.OK)
		s.want(t, "monitor", agent.OK)
	})
	t.Run("stop", func(t *testing.T) {
		s.want(t, "stop", agent.OK)
		s.want(t, "monitor", agent.NotRunning)
	})
	t.Run("start again", func(t *testing.T) {
		s.want(t, "start", agent.OK)
		s.want(t, "stop", agent.OK)
		s.want(t, "stop", agent.OK)
	})
	t.Run("describes itself", func(t *testing.T) {
		meta, err := s.Runner.Metadata(t.Context(), s.Ref)
		if err != nil {
			t.Fatal(err)
		}
		for _, action := range []string{"start", "stop", "monitor", "meta-data"} {
			if !meta.Supports(action) {
				t.Errorf("does not advertise %s", action)
			}
		}
		if meta.Name != s.Ref.Type || meta.Short == "" {
			t.Errorf("named %q, described as %q", meta.Name, meta.Short)
		}
	})
	t.Run("is listed", func(t *testing.T) {
		for _, typ := range s.Runner.Types(s.Ref.Class, s.Ref.Provider) {
			if typ == s.Ref.Type {
				return
			}
		}
		t.Errorf("%s is not among %v", s.Ref.Type, s.Runner.Types(s.Ref.Class, s.Ref.Provider))
	})
	t.Run("a call taken back", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if res := s.Runner.Run(ctx, s.op("monitor")); res.Status != agent.Cancelled {
			t.Errorf("got %s, expected %s", res.Status, agent.Cancelled)
		}
	})
}
