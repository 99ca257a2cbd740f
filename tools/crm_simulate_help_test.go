package tools

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	listedOption = regexp.MustCompile(`(?m)^  (?:-(.), )?--([a-z-]+)(=[A-Z]+)?(?: |$)`)
	helpTitle    = regexp.MustCompile(`(?m)^[A-Z][A-Za-z ]+:$`)
)

// TestSimulateHelpAndParserAgree reads the options off the page --help-all:
// the parser takes each as it is written there, short, long and with its
// value, and takes no other but -? and the old --pending.
func TestSimulateHelpAndParserAgree(t *testing.T) {
	page := askSimulate(t, "--help-all")
	listed := []flag{{'j', "pending", false}, {'?', "help", false}}
	for _, m := range listedOption.FindAllStringSubmatch(page, -1) {
		f := flag{0, m[2], m[3] != ""}
		if m[1] != "" {
			f.short = m[1][0]
		}
		listed = append(listed, f)
	}
	order := func(a, b flag) int { return strings.Compare(a.long+string(a.short), b.long+string(b.short)) }
	taken := simulateFlags()
	slices.SortFunc(listed, order)
	slices.SortFunc(taken, order)
	if diff := cmp.Diff(taken, listed, cmp.AllowUnexported(flag{})); diff != "" {
		t.Errorf("taken (-) and listed (+): %s", diff)
	}
	for _, f := range listed {
		checkTaken(t, f)
	}
}

// checkTaken gives an option to the parser in every way it may be written,
// and sees that it changes the simulation or shows a page.
func checkTaken(t *testing.T, f flag) {
	t.Helper()
	value := map[string]string{"repeat": "2", "op-fail": "a_start_0@n=1"}[f.long]
	if value == "" {
		value = "true"
	}
	lines := [][]string{{"--" + f.long}}
	if f.value {
		lines = [][]string{{"--" + f.long, value}, {"--" + f.long + "=" + value}}
	}
	if f.short != 0 {
		lines = append(lines, append([]string{"-" + string(f.short)}, lines[0][1:]...))
	}
	for _, line := range lines {
		var out bytes.Buffer
		s, before := &simulation{std: Streams{Out: &out}}, &simulation{std: Streams{Out: &out}}
		_, err := getopt(simulateFlags(), line, s.set)
		if strings.HasPrefix(f.long, "help") {
			if err != errHelp || out.Len() == 0 {
				t.Errorf("%q: %v, expected a page of help", line, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if reflect.DeepEqual(s, before) {
			t.Errorf("%q has no effect", line)
		}
	}
}

// TestSimulateHelpPages compares the sections on each page with those that
// crm_simulate 2.1.5 has there, and asks in the ways that it understands.
func TestSimulateHelpPages(t *testing.T) {
	const end = " Operation Specification: Examples:"
	for line, want := range map[string]string{ // order: independent cases
		"--help":                          "Usage: Help Options: Application Options:" + end,
		"-h":                              "Usage: Help Options: Application Options:" + end,
		"-?":                              "Usage: Help Options: Application Options:" + end,
		"-sh":                             "Usage: Help Options: Application Options:" + end,
		"--version --help":                "Usage: Help Options: Application Options:" + end,
		"word --output-as=foo --help -Z":  "Usage: Help Options: Application Options:" + end,
		"--help-output --help-all --nono": "Usage: Output Options:" + end,
		"--help-operations":               "Usage: Operations:" + end,
		"--help-synthetic -N x":           "Usage: Synthetic Cluster Events:" + end,
		"--help-artifact":                 "Usage: Artifact Options:" + end,
		"--help-source":                   "Usage: Data Source:" + end,
		"--help-all": "Usage: Help Options: Output Options: Operations: Synthetic Cluster Events: " +
			"Artifact Options: Data Source: Application Options:" + end,
	} {
		page := askSimulate(t, strings.Fields(line)...)
		if diff := cmp.Diff(want, strings.Join(helpTitle.FindAllString(page, -1), " ")); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
}

// TestSimulateHelpRefused asks for pages that are none.
func TestSimulateHelpRefused(t *testing.T) {
	for _, line := range []string{"--help-foo", "--help-application", "--help-short", "--help=1", "--help-all=1", "-Zh", "-N x -h"} {
		var out, errs bytes.Buffer
		code := Simulate(strings.Fields(line), Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
		if code != exitUsage || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%s: exit code %d, %q and %q, expected 64 and an error", line, code, out.String(), errs.String())
		}
	}
}

func askSimulate(t *testing.T, words ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := Simulate(words, Streams{In: strings.NewReader(""), Out: &out, Err: &errs}); code != exitOK || errs.Len() > 0 {
		t.Fatalf("%q: exit code %d, %s", words, code, errs.String())
	}
	return out.String()
}
