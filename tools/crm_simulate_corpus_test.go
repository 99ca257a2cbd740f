package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// corpus finds the folder with Pacemaker's scheduler cases, or skips.
func corpus(t *testing.T) string {
	t.Helper()
	roots := []string{os.Getenv("CRM_SHARED"), filepath.Join("..", "..", "shared")}
	for _, root := range roots {
		dir := filepath.Join(root, "conformance", "scheduler")
		if _, err := os.Stat(filepath.Join(dir, "tests.tsv")); root != "" && err == nil {
			return dir
		}
	}
	t.Skip("the scheduler cases are not here; CRM_SHARED can say where they are")
	return ""
}

// unstable is what differs between versions and does not count.
var unstable = regexp.MustCompile(`(crm_feature_set|batch-limit)="[^"]*"`)

// squeezedLines are the lines of a text without blanks.
func squeezedLines(text []byte) []string {
	var lines []string
	for line := range strings.Lines(string(unstable.ReplaceAll(text, nil))) {
		if line = strings.Join(strings.Fields(line), ""); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestScheduler runs every case of Pacemaker's scheduler suite as the suite
// does, and compares summary, scores, dot file and graph. All of them agree.
func TestScheduler(t *testing.T) {
	dir := corpus(t)
	list, err := os.ReadFile(filepath.Join(dir, "tests.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		f := strings.Split(line, "\t")
		t.Run(f[0], func(t *testing.T) {
			c := schedulerCase{dir: dir, name: f[0], out: t.TempDir()}
			if at, found := strings.CutPrefix(f[5], "-t "); found {
				c.args = []string{"-t", strings.Trim(at, `"'`)}
			}
			c.run(t)
		})
	}
}

type schedulerCase struct {
	dir, name, out string
	args           []string
}

func (c schedulerCase) run(t *testing.T) {
	xml := filepath.Join(c.dir, "xml", c.name+".xml")
	var summary, scores bytes.Buffer
	if code := Simulate(append([]string{"-x", xml, "-S"}, c.args...), Streams{Out: &summary, Err: &summary}); code != 0 {
		t.Errorf("exit code %d", code)
	}
	dot, graph := filepath.Join(c.out, "dot"), filepath.Join(c.out, "graph")
	var errors bytes.Buffer
	if code := Simulate(append([]string{"-x", xml, "-D", dot, "-G", graph, "-sSQ"}, c.args...),
		Streams{Out: &scores, Err: &errors}); code != 0 {
		t.Errorf("exit code %d: %s", code, errors.String())
	}
	c.compare(t, "summary", summary.Bytes(), false)
	c.compare(t, "scores", scores.Bytes(), true)
	c.compare(t, "dot", read(t, dot), true)
	c.compare(t, "exp", read(t, graph), false)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (c schedulerCase) compare(t *testing.T, kind string, got []byte, sorted bool) {
	t.Helper()
	a, b := squeezedLines(read(t, filepath.Join(c.dir, kind, c.name+"."+kind))), squeezedLines(got)
	if sorted {
		slices.Sort(a)
		slices.Sort(b)
		a, b = slices.Compact(a), slices.Compact(b)
	}
	if !slices.Equal(a, b) {
		t.Errorf("%s is not Pacemaker's", kind)
	}
}

// TestSimulateIsDeterministic runs cases with many resources several times.
func TestSimulateIsDeterministic(t *testing.T) {
	dir := corpus(t)
	for _, name := range []string{"bundle-promoted-location-1", "utilization-complex", "remote-recover-all", "bug-lf-2153", "notify-1"} {
		graph := filepath.Join(t.TempDir(), "graph")
		var first []byte
		for i := range 10 {
			var out bytes.Buffer
			Simulate([]string{"-x", filepath.Join(dir, "xml", name+".xml"), "-S", "-s", "-G", graph}, Streams{Out: &out, Err: &out})
			all := append(out.Bytes(), read(t, graph)...)
			if i == 0 {
				first = all
			} else if !bytes.Equal(first, all) {
				t.Fatalf("%s: run %d gave something else", name, i)
			}
		}
	}
}
