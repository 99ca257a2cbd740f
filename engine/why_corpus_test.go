package engine

import (
	"slices"
	"strings"
	"testing"

	"crm/cib"
	"crm/engine/score"
)

// TestEveryCaseIsExplained explains every resource of every case: the parts of
// a score give the score, and whatever is done has a cause in the end.
func TestEveryCaseIsExplained(t *testing.T) {
	dir := corpus(t)
	explained, chains := 0, 0
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
		problems, n := rootless(o)
		chains += n
		for _, problem := range problems {
			t.Errorf("%s: %s", c.name, problem)
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
	t.Log(explained, "explanations,", chains, "chains")
}

// rootless is what is wrong with the chains of causes of a decision: one that
// ends in nothing, in something that the input does not have, or comes by the
// same step twice. It tells how many there were.
func rootless(o *Output) (problems []string, chains int) {
	judge := func(what string, chain Chain) {
		chains++
		if problem := badChain(o.c, chain); problem != "" {
			problems = append(problems, what+": "+problem+": "+strings.Join(chain.Steps, " < "))
		}
	}
	for _, s := range o.Graph.Synapses {
		a := o.c.actions[s.Action.ID-1]
		is := mustHappen
		if !a.required() {
			is = isShown
		}
		judge(s.Action.Key, o.c.chainOf(a, is))
	}
	for _, p := range o.Planned() {
		if p.Resource != "" {
			judge(p.Verb+" "+p.Resource, o.c.whyPlanned(o.c.byResource(p.Resource), p))
		} else {
			judge(p.Verb+" "+p.Node, o.c.chainOf(p.action, mustHappen))
		}
	}
	return problems, chains
}

func (c *cluster) byResource(id string) (found *Resource) {
	c.eachResource(func(r *Resource) {
		if r.ID == id {
			found = r
		}
	})
	return found
}

func badChain(c *cluster, chain Chain) string {
	if len(chain.Steps) == 0 {
		return "no cause at all"
	}
	seen := map[string]bool{}
	for _, step := range chain.Steps {
		for _, word := range []string{"unknown", "nothing that", "%!", "  ", "()", "{"} {
			if strings.Contains(strings.ToLower(step), word) {
				return "it says " + word
			}
		}
		if seen[step] {
			return "it circles"
		}
		seen[step] = true
	}
	return badRoot(c, chain.Root)
}

// badRoot is what is wrong with a root: that the input does not have it.
func badRoot(c *cluster, root Root) string {
	missing := string(root.Kind) + " " + root.ID + " of " + root.Node + " is not in the input"
	node := c.nodeNamed(root.Node)
	has := func(tags ...string) bool {
		for e := range cib.Walk(c.root) {
			if cib.ID(e) == root.ID && slices.Contains(tags, e.Tag) {
				return true
			}
		}
		return false
	}
	switch root.Kind {
	case RootConfiguration:
		for e := range cib.Walk(c.config) {
			if root.ID != "" && cib.ID(e) == root.ID {
				return ""
			}
		}
	case RootOption:
		if strings.Contains(root.ID, "-") {
			return ""
		}
	case RootHistory:
		if node != nil && (root.ID == "" || has("lrm_rsc_op", "lrm_resource")) {
			return ""
		}
	case RootState:
		if node != nil {
			return ""
		}
	case RootAttribute, RootFailCount:
		if node != nil {
			if _, set := node.attrs.Lookup(root.ID); set {
				return ""
			}
		}
	case RootTicket:
		if c.tickets[root.ID] != nil {
			return ""
		}
	default:
		return "it ends in the void"
	}
	return missing
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
	if x.Promote != "" {
		sum := score.Score(0)
		for _, p := range x.Score {
			sum = score.Add(sum, p.Amount)
		}
		if i := r.asInstance(); sum != i.promotion {
			return "the parts of the promotion score give " + sum.String() + ", it is " + i.promotion.String()
		}
	}
	if x.Next == "" && x.Reason == "" {
		return "nothing says why " + r.ID + " has no place"
	}
	for _, v := range x.Nodes {
		for _, p := range v.Parts {
			if problem := badRoot(o.c, p.Root); problem != "" {
				return "a part of the score on " + v.Node + ", " + p.Cause + ": " + problem
			}
		}
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
		o.c.explain(r, n, 1, 1, cause{kind: causeLocation, id: "l1"})
		o.c.explainChange(r, before, cause{kind: causeLocation, id: "l1"})
		o.c.explainBest(r, n, n)
		o.c.explainPreferred(r, n, n)
		o.c.undo(r, 0)
		a := r.actions[0]
		why := byAction(a, mustHappen)
		o.c.note(a, mustHappen, why)
		o.c.ground(a, cannotHappen, groundNode)
		o.c.groundEntry(a, groundFailed, r, n, nil)
		o.c.noteFence(n, groundFailed, r, nil)
		o.c.noteMember(a, actRunnable, cannotHappen, a)
		o.c.noteTasks("start", o.c.resources, a)
		o.c.noteOrder()
		o.c.noteLink(a, a)
		o.c.begin(o.c.begin("c1"))
	})
	if allocations != 0 {
		t.Errorf("%v allocations though nobody asked why", allocations)
	}
}
