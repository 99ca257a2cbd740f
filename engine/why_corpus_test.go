package engine

import (
	"strings"
	"testing"

	"crm/engine/score"
)

// TestEveryCaseIsExplained explains every resource of every case: the parts of
// a score give the score, and whatever is done has a cause in the end.
func TestEveryCaseIsExplained(t *testing.T) {
	dir := corpus(t)
	explained := 0
	for _, c := range corpusCases(t, dir) {
		in := corpusInput(t, dir, c)
		in.Explain = true
		o, err := Run(in)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := Run(corpusInput(t, dir, c))
		if err != nil {
			t.Fatal(err)
		}
		if string(plain.Graph.XML()) != string(o.Graph.XML()) {
			t.Errorf("%s: asking why changes the decision", c.name)
		}
		o.c.eachResource(func(r *Resource) {
			if !r.leaf() {
				return
			}
			x := o.explain(r)
			explained++
			if problem := unsound(o, r, x); problem != "" {
				t.Errorf("%s: %s\n%s", c.name, problem, strings.Join(x.Lines(""), "\n"))
			}
		})
	}
	t.Log(explained, "explanations")
}

// unsound is what is wrong with an explanation, "" for nothing.
func unsound(o *Output, r *Resource, x *Explanation) string {
	for _, v := range x.Nodes {
		sum := score.Score(0)
		for _, p := range v.Parts {
			sum = score.Add(sum, p.Amount)
		}
		if v.Allowed && sum != v.Score {
			return "the parts on " + v.Node + " give " + sum.String() + ", the score is " + v.Score.String()
		}
	}
	if x.Next == "" && x.Reason == "" {
		return "nothing says why " + r.ID + " has no place"
	}
	planned := false
	for _, p := range o.Planned() {
		planned = planned || p.Resource == r.ID
	}
	if planned && len(x.Causes) == 0 {
		return "nothing says why something is done with " + r.ID
	}
	return ""
}

// TestNotAskingCostsNothing: without a trace, explaining allocates nothing.
func TestNotAskingCostsNothing(t *testing.T) {
	o := decided(t, []string{"node alice", "node bob", "primitive a", "location l1 a bob 10"})
	r, n := o.c.byID["a"], o.c.nodes[0]
	before := r.allowed.copy()
	before[0].score++
	allocations := testing.AllocsPerRun(100, func() {
		o.c.explain(r, n, 1, 1, cause{"location", "l1"})
		o.c.explainChange(r, before, cause{"location", "l1"})
		o.c.explainBest(r, n, n)
		o.c.explainPreferred(r, n, n)
		o.c.undo(r, 0)
	})
	if allocations != 0 {
		t.Errorf("%v allocations though nobody asked why", allocations)
	}
}
