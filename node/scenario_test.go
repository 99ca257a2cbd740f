package node_test

import (
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"crm/node/sim"
)

// TestScenarios plays the files in testdata: each a story of a small cluster
// in a made-up world. Rewrite them with -rewrite after a change, and read the
// difference.
func TestScenarios(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := new(sim.Script)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var args []string
			for _, a := range d.CmdArgs {
				word := a.Key
				if len(a.Vals) > 0 {
					word += "=" + strings.Join(a.Vals, ",")
				}
				args = append(args, word)
			}
			return s.Do(d.Cmd, args, d.Input) + "\n"
		})
	})
}
