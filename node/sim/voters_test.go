package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"crm/cib"
	"crm/node"
)

// TestTheVoteFollowsTheConfiguration: a node is stopped and taken out of the
// others' files, which start anew one by one; then it votes no more, and they
// need no majority with it. Later it comes back.
func TestTheVoteFollowsTheConfiguration(t *testing.T) {
	for seed := range uint64(40) {
		opt := Options{Seed: seed, Loss: int(seed%3) * 30}
		for i := range 3 + int(seed%3) {
			opt.Members = append(opt.Members, fmt.Sprintf("n%d", i))
		}
		followsConfiguration(t, New(opt))
	}
}

func followsConfiguration(t *testing.T, w *World) {
	t.Helper()
	must := func(what string, d time.Duration, done func() bool) {
		t.Helper()
		if !w.RunUntil(d, done) {
			t.Fatalf("seed %d: %s:\n%s", w.opt.Seed, what, w.state())
		}
	}
	for _, m := range w.members {
		m.Start()
	}
	must("no cluster", time.Minute, w.settled)
	n := len(w.members)
	gone := w.members[w.chance.IntN(n)]
	stay := slices.DeleteFunc(slices.Clone(w.members), func(m *Member) bool { return m == gone })
	gone.Ask("stop", node.Request{Verb: node.VerbShutdown})
	must("it does not stop", time.Minute, func() bool { return gone.m == nil })
	var names []string
	for _, m := range stay {
		names = append(names, m.name)
	}
	voters := func(want int) func() bool {
		return func() bool {
			members := w.members
			if want < n {
				members = stay
			}
			return settled(members) && !slices.ContainsFunc(members, func(m *Member) bool { return m.m.Inspect().Voters != want })
		}
	}
	quiet := func() bool { return settled(stay) }
	for i, m := range stay {
		w.Run(w.random(20 * time.Second))
		if i > 0 && slices.ContainsFunc(stay, func(m *Member) bool { return m.m.Inspect().Voters < n }) {
			t.Fatalf("seed %d: the vote was taken while files differ:\n%s", w.opt.Seed, w.state())
		}
		m.Kill()
		m.nodes = names
		m.Start()
		must("no quorum in between", time.Minute, quiet)
	}
	must("it still votes", time.Minute, voters(n-1))

	stay[0].Ask("commit-1", node.Request{Verb: node.VerbCommit, Base: stay[0].m.Inspect().Version, CIB: config(1, "stonith-enabled=false", names)})
	must("nothing is committed", time.Minute, func() bool { return w.answers["commit-1"].Version != cib.Version{} && quiet() })
	for _, m := range w.members {
		m.Kill()
		m.nodes = nil
		m.Start()
	}
	must("it is not back", 2*time.Minute, voters(n))
	for _, b := range w.Broken() {
		t.Errorf("seed %d: %s", w.opt.Seed, b)
	}
}

// TestARemovedNodeThatRunsOnHasNoSay: it was only taken out of the others'
// files. They go on without it, and it without a majority.
func TestARemovedNodeThatRunsOnHasNoSay(t *testing.T) {
	w := New(Options{Seed: 5, Members: []string{"alice", "bob", "carol"}})
	for _, m := range w.members {
		m.Start()
	}
	if !w.RunUntil(time.Minute, w.settled) {
		t.Fatal(w.state())
	}
	for _, m := range w.members[:2] {
		m.Kill()
		m.nodes = []string{"alice", "bob"}
		m.Start()
		w.Run(10 * time.Second)
	}
	w.Run(30 * time.Second)
	if in := w.members[0].m.Inspect(); in.Voters != 2 || !w.members[0].m.Inspect().IsDC && !w.members[1].m.Inspect().IsDC {
		t.Errorf("the two that stay:\n%s", w.state())
	}
	if in := w.members[2].m.Inspect(); in.Leads || in.Quorum {
		t.Errorf("the one that was removed:\n%s", w.state())
	}
	for _, b := range w.Broken() {
		t.Error(b)
	}
}
