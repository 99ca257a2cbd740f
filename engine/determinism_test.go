package engine

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/cib"
)

// everything is all that a decision says, as one text.
func everything(in Input) []byte {
	s, err := Read(in)
	if err != nil {
		return []byte(err.Error())
	}
	var b bytes.Buffer
	say := func(lines []string) { b.WriteString(strings.Join(lines, "\n") + "\n") }
	say(s.StatusLines(true))
	o := s.Decide()
	say(o.ScoreLines())
	say(o.SummaryLines())
	b.Write(o.Graph.XML())
	o.c.eachResource(func(r *Resource) {
		if in.Explain && r.leaf() {
			say(o.explain(r).Lines(""))
		}
	})
	done := o.Simulate(nil)
	say(done.Lines)
	b.Write(done.CIB.Bytes())
	return b.Bytes()
}

// repeated decides a text so many times, each time from a document of its own;
// maps have another seed each time.
func repeated(t *testing.T, name string, times int, in func() Input) {
	t.Helper()
	want := everything(in())
	for range times - 1 {
		if got := everything(in()); !bytes.Equal(got, want) {
			t.Fatalf("%s: two decisions differ:\n%s\n%s", name, want, got)
		}
	}
}

func TestAHundredRunsGiveTheSameBytes(t *testing.T) {
	for i, text := range ownClusters(t) {
		repeated(t, strconv.Itoa(i), 100, func() Input {
			doc, err := cib.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return Input{CIB: doc, Now: time.Unix(5000, 0).UTC(), Scores: true, Explain: true}
		})
	}
}

// richCases are decided a hundred times: bundles, remote and guest nodes,
// notifications, tickets, migrations and hundreds of resources are in them.
var richCases = []string{"bundle-order-fencing", "notify-behind-stopping-remote", "colocation-influence", "container-is-remote-node",
	"promoted-partially-demoted-group", "ticket-rsc-sets-14", "migrate-partial-4", "unfence-parameters"}

// TestCasesGiveTheSameBytes decides each case three times, and the rich ones a
// hundred times; CRM_RUNS asks for more of each.
func TestCasesGiveTheSameBytes(t *testing.T) {
	dir := corpus(t)
	runs := 3
	if n, err := strconv.Atoi(os.Getenv("CRM_RUNS")); err == nil {
		runs = n
	}
	for _, c := range corpusCases(t, dir) {
		times := runs
		if slices.Contains(richCases, c.name) {
			times = max(runs, 100)
		}
		repeated(t, c.name, times, func() Input { return corpusInput(t, dir, c) })
	}
}
