package sim

import (
	"fmt"
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
