package sim

import (
	"flag"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"crm/node"
)

func TestOneMemberRunsAPrimitive(t *testing.T) {
	w := New(Options{Members: []string{"alice"}, Seed: 1})
	alice := w.Member("alice")
	alice.Start()
	w.Run(5 * time.Second)
	alice.Ask("commit-1", node.Request{Verb: node.VerbCommit, Base: alice.m.Inspect().Version,
		CIB: config(1, "stonith-enabled=false", w.opt.Members)})
	w.Run(5 * time.Second)
	if got := fmt.Sprint(w.where("r0")); got != "[alice]" {
		t.Errorf("r0 runs on %s", got)
	}
	for _, b := range w.Broken() {
		t.Error(b)
	}
}

// The same seed gives the same world: this is what makes a failure worth
// reporting.
func TestAWorldFollowsFromItsSeed(t *testing.T) {
	story := func() (all []string) {
		c := NewChaos(3, Options{Verbose: true})
		c.w.log = func(at time.Duration, m, text string) { all = append(all, fmt.Sprint(at, m, text)) }
		c.Run()
		return all
	}
	first, second := story(), story()
	for i := range min(len(first), len(second)) {
		if first[i] != second[i] {
			t.Fatalf("line %d differs:\n%s\n%s", i, first[i], second[i])
		}
	}
	if len(first) != len(second) || len(first) == 0 {
		t.Errorf("%d lines and %d lines", len(first), len(second))
	}
}

var (
	seeds = flag.Uint64("seeds", 200, "how many worlds to try")
	from  = flag.Uint64("from", 1, "the first seed")
	most  = flag.Int("members", 0, "how many members; 0: two to five, by the seed")
	show  = flag.Bool("show", false, "show what happens")
)

func TestChaos(t *testing.T) {
	failed := 0
	for seed := *from; seed < *from+*seeds && failed < 5; seed++ {
		opt := Options{Verbose: true}
		if *most > 0 {
			opt.Members = []string{"alice", "bob", "carol", "dave", "eve", "frank", "grace", "heidi"}[:*most]
		}
		c := NewChaos(seed, opt)
		if *show {
			c.w.log = func(at time.Duration, m, text string) { t.Logf("%8.3f %s: %s", at.Seconds(), m, text) }
		}
		func() {
			defer func() {
				if p := recover(); p != nil {
					failed++
					t.Errorf("seed %d: at %v: panic: %v\n%s", seed, c.w.Since(), p, debug.Stack())
				}
			}()
			if broken := c.Run(); len(broken) > 0 {
				failed++
				t.Errorf("seed %d: %d broken, first: %s", seed, len(broken), broken[0])
			}
		}()
	}
}
