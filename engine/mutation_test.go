package engine

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/beevik/etree"

	"crm/cib"
)

// mutate changes a CIB at random, as no schema would let it be.
func mutate(rng *rand.Rand, doc *cib.Document) {
	var all []*etree.Element
	for e := range cib.Walk(doc.Root()) {
		all = append(all, e)
	}
	words := []string{"", "-1", "0", "1", "99999999999999999999", "INFINITY", "-INFINITY", "true", "false", "Promoted", "Stopped", "PT", "#default", "x"}
	for range 1 + rng.IntN(6) {
		e := all[rng.IntN(len(all))]
		if e == doc.Root() || e.Tag == "configuration" {
			continue
		}
		other := all[rng.IntN(len(all))]
		switch rng.IntN(6) {
		case 0:
			cib.Remove(e)
		case 1:
			if p := e.Parent(); p != nil {
				p.AddChild(cib.CopyElement(e))
			}
		case 2:
			if len(e.Attr) > 0 {
				e.Attr[rng.IntN(len(e.Attr))].Value = words[rng.IntN(len(words))]
			}
		case 3:
			if len(e.Attr) > 0 && len(other.Attr) > 0 {
				e.Attr[rng.IntN(len(e.Attr))].Value = other.Attr[rng.IntN(len(other.Attr))].Value
			}
		case 4:
			if len(e.Attr) > 0 {
				e.RemoveAttr(e.Attr[rng.IntN(len(e.Attr))].Key)
			}
		case 5:
			e.AddChild(cib.CopyElement(other))
		}
	}
}

// TestNonsenseDoesNotPanic decides mutated cases. CRM_MUTATIONS asks for more
// rounds than one.
func TestNonsenseDoesNotPanic(t *testing.T) {
	dir := corpus(t)
	rounds := 1
	if n, err := strconv.Atoi(os.Getenv("CRM_MUTATIONS")); err == nil {
		rounds = n
	}
	for round := range rounds {
		for i, c := range corpusCases(t, dir) {
			in := corpusInput(t, dir, c)
			mutate(rand.New(rand.NewPCG(uint64(round), uint64(i))), in.CIB)
			if problem := decideSafely(in); problem != "" {
				t.Errorf("%s, round %d: %s", c.name, round, problem)
			}
		}
	}
}

func decideSafely(in Input) (problem string) {
	defer func() {
		if r := recover(); r != nil {
			problem = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	s, err := Read(in)
	if err != nil {
		return ""
	}
	s.StatusLines(true)
	o := s.Decide()
	o.Simulate(nil)
	in.Explain = true
	if o, err = Run(in); err != nil {
		return err.Error()
	}
	leaves := 0
	o.c.eachResource(func(r *Resource) {
		if leaves++; r.leaf() && leaves < 300 { // thousands of instances are much alike
			o.explain(r).Lines("")
		}
	})
	return ""
}
