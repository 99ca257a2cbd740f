package shell

import (
	"errors"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"crm/cib/crmtext"
)

// TestTranscripts runs the sessions of testdata. Commands: "type" types its
// lines one by one, "script" runs them as a file, "strict" as one that must
// go through whole, "editor" gives the texts that the editor leaves behind,
// in turn, "programs" lets filters run, "answers" gives what a person will answer from then on,
// "file" puts a file into the cupboard, "cib" shows the configuration in
// force, "rival" lets somebody else commit.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := newScene(twoNodes, Options{})
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "fresh":
				s = newScene(twoNodes, Options{})
				return ""
			case "live":
				s.cluster.live = true
				return ""
			case "hide": // access lists keep these ids from the reader
				s.cluster.hides = strings.Fields(d.Input)
				return ""
			case "editor":
				s.edits(strings.Split(d.Input, "==\n"))
				return ""
			case "programs":
				s.Filter = programs
				return ""
			case "answers":
				s.converse(strings.Fields(d.Input)...)
				return ""
			case "file":
				s.files[d.CmdArgs[0].Key] = d.Input + "\n"
				return ""
			case "script", "strict":
				return s.script(t, d)
			case "cib":
				return textOf(s.cluster.doc, crmtext.Style4)
			case "rival":
				next := s.cluster.doc.Copy()
				next.SetProperty("cluster-name", "other")
				if _, err := s.cluster.Commit(t.Context(), Change{Base: s.cluster.doc, Next: next}); err != nil {
					t.Fatal(err)
				}
				return ""
			case "type":
				return s.typeLines(t, d.Input)
			}
			t.Fatalf("%s: no such command %s", d.Pos, d.Cmd)
			return ""
		})
	})
}

func (c *scene) typeLines(t *testing.T, input string) string {
	var b strings.Builder
	var j Joiner
	for line := range strings.SplitSeq(input, "\n") {
		text, _, ok := j.Add(line)
		b.WriteString(c.Prompt() + line + "\n")
		if !ok {
			continue
		}
		err := c.Exec(t.Context(), text)
		if err != nil && !errors.Is(err, ErrQuit) {
			c.Report(err)
		}
		if said := c.said(); said != "" {
			b.WriteString(said + "\n")
		}
		if errors.Is(err, ErrQuit) {
			b.WriteString("(quit)\n")
		}
	}
	return b.String()
}

func (c *scene) script(t *testing.T, d *datadriven.TestData) string {
	var err error
	if d.Cmd == "strict" {
		err = c.Strict(t.Context(), "test.crm", d.Input+"\n")
	} else {
		err = c.Batch(t.Context(), "test.crm", strings.NewReader(d.Input+"\n"))
	}
	if err != nil {
		c.Report(err)
		return c.said() + "\n(failed)\n"
	}
	return c.said()
}
