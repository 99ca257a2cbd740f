package engine

import (
	"bytes"
	"os"
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
			return Input{CIB: doc, Now: time.Unix(5000, 0).UTC(), Scores: true}
		})
	}
}

// TestCasesGiveTheSameBytes decides each case three times; CRM_RUNS asks for
// more.
func TestCasesGiveTheSameBytes(t *testing.T) {
	dir := corpus(t)
	runs := 3
	if n, err := strconv.Atoi(os.Getenv("CRM_RUNS")); err == nil {
		runs = n
	}
	for _, c := range corpusCases(t, dir) {
		repeated(t, c.name, runs, func() Input { return corpusInput(t, dir, c) })
	}
}
