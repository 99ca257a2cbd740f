package sim

import (
	"flag"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"crm/cib"
	"crm/node"
)

func TestOneMemberRunsAPrimitive(t *testing.T) {
	w := New(Options{Members: []string{"alice"}, Seed: 1, Engine: SmallEngine})
	w.log = func(at time.Duration, m, text string) { t.Logf("%8s %s: %s", at, m, text) }
	w.Member("alice").Start()
	w.Run(5 * time.Second)
	w.Member("alice").Ask("commit-1", node.Request{Verb: node.VerbCommit, Base: cib.Version{Epoch: 1}, CIB: config(1, "stonith-enabled=false", w.opt.Members)})
	w.Run(5 * time.Second)
	if got := fmt.Sprint(w.where("r0")); got != "[alice]" {
		t.Errorf("r0 runs on %s", got)
	}
	for _, b := range w.Broken() {
		t.Error(b)
	}
}

func TestThreeMembersTakeOver(t *testing.T) {
	w := New(Options{Members: []string{"alice", "bob", "carol"}, Seed: 1, Engine: SmallEngine, Reboot: 20 * time.Second})
	w.log = func(at time.Duration, m, text string) { t.Logf("%8s %s: %s", at, m, text) }
	w.watch.fencing = true
	for _, m := range w.members {
		m.Start()
	}
	w.Run(8 * time.Second)
	w.Member("bob").Ask("commit-1", node.Request{Verb: node.VerbCommit, Base: cib.Version{Epoch: 1}, CIB: config(3, "stonith-enabled=true", w.opt.Members)})
	w.Run(10 * time.Second)
	w.Member("alice").PowerOff()
	w.Run(60 * time.Second)
	t.Log(w.where("r0"), w.where("r1"), w.where("r2"))
	w.Member("carol").Ask("stop", node.Request{Verb: node.VerbShutdown})
	w.Run(60 * time.Second)
	t.Log(w.where("r0"), w.where("r1"), w.where("r2"))
	for _, b := range w.Broken() {
		t.Error(b)
	}
}

var (
	seeds    = flag.Uint64("seeds", 200, "how many worlds to try")
	from     = flag.Uint64("from", 1, "the first seed")
	useSmall = flag.Bool("small", false, "use the engine of a page")
	most     = flag.Int("members", 0, "how many members; 0: two to five, by the seed")
	show     = flag.Bool("show", false, "show what happens")
)

func TestChaos(t *testing.T) {
	failed := 0
	for seed := *from; seed < *from+*seeds && failed < 5; seed++ {
		opt := Options{Verbose: true}
		if *most > 0 {
			opt.Members = []string{"alice", "bob", "carol", "dave", "eve", "frank", "grace", "heidi"}[:*most]
		}
		if *useSmall {
			opt.Engine = SmallEngine
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
