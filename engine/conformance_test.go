package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/cib"
)

// corpus finds the folder with Pacemaker's scheduler cases.
func corpus(t testing.TB) string {
	t.Helper()
	roots := []string{os.Getenv("CRM_SHARED")}
	for dir, up := ".", 0; up < 6; up++ {
		dir = filepath.Join(dir, "..")
		roots = append(roots, filepath.Join(dir, "shared"))
	}
	for _, root := range roots {
		if root == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, "conformance", "scheduler", "tests.tsv")); err == nil {
			return filepath.Join(root, "conformance", "scheduler")
		}
	}
	t.Skip("the scheduler cases are not here; CRM_SHARED can say where they are")
	return ""
}

// corpusCase is one line of the list of cases.
type corpusCase struct {
	name  string
	level int
	args  string
}

func corpusCases(t testing.TB, dir string) []corpusCase {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "tests.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var list []corpusCase
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || len(f) < 6 {
			continue
		}
		level, err := strconv.Atoi(f[3])
		if err != nil {
			t.Fatalf("tests.tsv line %d: %v", i+1, err)
		}
		list = append(list, corpusCase{name: f[0], level: level, args: f[5]})
	}
	return list
}

func corpusInput(t testing.TB, dir string, c corpusCase) Input {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "xml", c.name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := cib.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	now := time.Unix(1750000000, 0).UTC()
	if at, err := strconv.ParseInt(cib.Attr(doc.Root(), "execution-date"), 10, 64); err == nil {
		now = time.Unix(at, 0).UTC()
	}
	if _, at, found := strings.Cut(c.args, "-t "); found {
		if now, err = ParseTime(strings.Trim(at, `"' `), now); err != nil {
			t.Fatal(err)
		}
	}
	return Input{CIB: doc, Now: now, Scores: true}
}

// squeezed are the lines of a text without blank ones, white space not
// counting.
func squeezed(text string) []string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestScoresAreAsPacemakers compares every case's scores. How many must be
// right, by level, is in testdata/floors.txt.
func TestScoresAreAsPacemakers(t *testing.T) {
	dir := corpus(t)
	passed, total := map[int]int{}, map[int]int{}
	for _, c := range corpusCases(t, dir) {
		total[c.level]++
		expected, err := os.ReadFile(filepath.Join(dir, "scores", c.name+".scores"))
		if err != nil {
			t.Fatal(err)
		}
		got := scoresOf(t, dir, c)
		want := squeezed(string(expected))
		slices.Sort(want)
		if slices.Equal(got, want) {
			passed[c.level]++
		} else if testing.Verbose() {
			t.Logf("level %d %s:\n%s", c.level, c.name, firstDifferences(got, want))
		}
	}
	for _, line := range floors(t, "scores") {
		var level, floor int
		if _, err := fmt.Sscanf(line, "%d %d", &level, &floor); err != nil {
			t.Fatalf("testdata/floors.txt: %q: %v", line, err)
		}
		t.Logf("level %d: %d of %d", level, passed[level], total[level])
		if passed[level] < floor {
			t.Errorf("level %d: %d of %d cases have Pacemaker's scores, at least %d had", level, passed[level], total[level], floor)
		}
	}
}

func scoresOf(t *testing.T, dir string, c corpusCase) (lines []string) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v\n%s", c.name, r, debug.Stack())
		}
	}()
	s, err := Read(corpusInput(t, dir, c))
	if err != nil {
		t.Errorf("%s: %v", c.name, err)
		return nil
	}
	s.c.unpackConstraints()
	s.c.applyNodeCriteria()
	s.c.addImpliedConstraints()
	s.c.assignResources()
	lines = squeezed(strings.Join(s.c.scores, "\n"))
	slices.Sort(lines)
	return lines
}

func floors(t *testing.T, kind string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "floors.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, line := range squeezed(string(text)) {
		if rest, found := strings.CutPrefix(line, kind+" "); found {
			list = append(list, rest)
		}
	}
	return list
}

// firstDifferences lists some of the lines that only one side has.
func firstDifferences(got, want []string) string {
	var b strings.Builder
	n := 0
	list := func(mark string, of, others []string) {
		have := map[string]int{}
		for _, line := range others {
			have[line]++
		}
		for _, line := range of {
			if have[line]--; have[line] < 0 {
				if n++; n <= 12 {
					fmt.Fprintf(&b, "%s %s\n", mark, line)
				}
			}
		}
	}
	list("-", want, got)
	list("+", got, want)
	return b.String()
}
