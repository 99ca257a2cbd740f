package tools

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestSimulateReports holds what crm_simulate says and writes against
// testdata/simulate: one file an input, a line of options each, "{in}" for the
// input and "{dir}" for a folder. Of written files only the lines are shown in
// which a file differs from the input.
func TestSimulateReports(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	datadriven.Walk(t, filepath.Join("testdata", "simulate"), func(t *testing.T, path string) {
		var input []byte
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "cib" {
				input = []byte(d.Input + "\n")
				return ""
			}
			c := trial{words: strings.Fields(d.Input), stdin: strings.Contains(d.Input, "-p")}
			return newLines(c.ours(t, Simulate, input), string(input))
		})
	})
}

// newLines shows an outcome, of its files only what is not in the input.
func newLines(o outcome, input string) string {
	text := timeOfDay.ReplaceAllString(recently.ReplaceAllString(o.Out, "NOW"), "THEN")
	if o.Code != 0 {
		text += fmt.Sprintf("exit code %d\n", o.Code)
	}
	known := map[string]bool{}
	for _, l := range strings.Split(input, "\n") {
		known[strings.TrimSpace(l)] = true
	}
	for _, name := range sortedKeys(o.Files) {
		text += "--- " + name + "\n"
		for _, l := range strings.Split(o.Files[name], "\n") {
			if l = strings.TrimSpace(l); !known[l] {
				text += recently.ReplaceAllString(l, "NOW") + "\n"
			}
		}
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(slices.Clip(lines), "\n")
}
