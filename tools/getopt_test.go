package tools

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGetopt(t *testing.T) {
	flags := []flag{{'x', "xml-file", true}, {'s', "show-scores", false}, {'S', "simulate", false},
		{'G', "save-graph", true}, {0, "save-output", true}}
	for line, want := range map[string]string{ // order: independent cases
		"-x a.xml -sS":               "xml-file=a.xml show-scores= simulate=",
		"-xa.xml -sSG g.xml rest":    "xml-file=a.xml show-scores= simulate= save-graph=g.xml | rest",
		"--xml-file=a --save-g g -s": "xml-file=a save-graph=g show-scores=",
		"-s -- -S":                   "show-scores= | -S",
		"--save x":                   "error: option --save could be --save-graph or --save-output",
		"-sx":                        "error: option -sx: expected a value after it",
		"-q":                         "error: unknown option -q",
		"--simulate=yes":             `error: option --simulate takes no value, but was given "yes"`,
	} {
		var got []string
		words, err := getopt(flags, strings.Fields(line), func(long, value string) error {
			got = append(got, long+"="+value)
			return nil
		})
		if len(words) > 0 {
			got = append(append(got, "|"), words...)
		}
		text := strings.Join(got, " ")
		if err != nil {
			text = "error: " + err.Error()
		}
		if diff := cmp.Diff(want, text); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
}
