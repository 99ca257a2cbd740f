package tools

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestReports holds what crm_simulate ("run") and crm_mon ("mon") say and write
// against testdata/reports: one file an input, a line of options each, "{in}"
// for the input and "{dir}" for a folder. Of written files only the lines are shown in
// which a file differs from the input.
func TestReports(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	datadriven.Walk(t, filepath.Join("testdata", "reports"), func(t *testing.T, path string) {
		var input []byte
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "cib" {
				input = []byte(d.Input + "\n")
				return ""
			}
			c, tool := trial{words: strings.Fields(d.Input), stdin: strings.Contains(d.Input, "-p")}, Tool(Simulate)
			if d.Cmd == "mon" {
				file := filepath.Join(t.TempDir(), "cib.xml")
				if err := os.WriteFile(file, input, 0o600); err != nil {
					t.Fatal(err)
				}
				t.Setenv("CIB_file", file)
				tool = Monitor
			}
			return newLines(c.ours(t, tool, input), string(input))
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
