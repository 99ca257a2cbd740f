package tools

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

// The confirming tests give the same words and files to one of our tools and
// to Pacemaker's own, and compare what they say, write and return.

// peer finds one of Pacemaker's tools, or skips.
func peer(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("/usr/sbin", name)
	if _, err := os.Stat(path); err != nil {
		t.Skip(path + " is not installed")
	}
	return path
}

// trial is one call of a tool: words in which {in} is the input file and {dir}
// a folder for what the tool writes.
type trial struct {
	name  string
	words []string
	stdin bool // the input comes from standard input
}

// outcome is what came of a trial.
type outcome struct {
	Out   string
	Code  int
	Files map[string]string
}

// confirmed is a tool of Pacemaker and the CIBs that it is asked about, when
// CRM_CONFIRM is "all": some of those of a real cluster, and some of the
// scheduler's cases.
func confirmed(t *testing.T, tool string, everyLive, everyCase int) (path string, files []string) {
	t.Helper()
	if os.Getenv("CRM_CONFIRM") != "all" {
		t.Skip("asked by make confirm")
	}
	path = peer(t, tool)
	inUTC(t)
	dir := corpus(t)
	live, _ := filepath.Glob(filepath.Join(dir, "..", "live", "cibs", "*.xml"))
	cases, _ := filepath.Glob(filepath.Join(dir, "xml", "*.xml"))
	return path, append(everyNth(live, everyLive), everyNth(cases, everyCase)...)
}

func everyNth(list []string, n int) []string {
	var out []string
	for i := 0; i < len(list); i += n {
		out = append(out, list[i])
	}
	return out
}

// fill puts the paths into a trial's words, with a copy of the input.
func (c trial) fill(t *testing.T, input []byte) (words []string, dir string) {
	t.Helper()
	dir = t.TempDir()
	in := filepath.Join(dir, "in.xml")
	if err := os.WriteFile(in, input, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, w := range c.words {
		words = append(words, strings.NewReplacer("{in}", in, "{dir}", dir).Replace(w))
	}
	return words, dir
}

func (c trial) ours(t *testing.T, tool Tool, input []byte) outcome {
	words, dir := c.fill(t, input)
	var out, errs bytes.Buffer
	std := Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
	if c.stdin {
		std.In = bytes.NewReader(input)
	}
	code := tool(words, std)
	return collect(t, dir, input, out.String(), code)
}

func (c trial) theirs(t *testing.T, path string, input []byte, env ...string) outcome {
	words, dir := c.fill(t, input)
	cmd := exec.CommandContext(t.Context(), path, words...)
	cmd.Env = append(append(os.Environ(), "TZ=UTC"), env...)
	cmd.WaitDelay = 20 * time.Second
	if c.stdin {
		cmd.Stdin = bytes.NewReader(input)
	}
	out, err := cmd.Output()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return collect(t, dir, input, string(out), cmd.ProcessState.ExitCode())
}

// collect takes the folder's files along, but for an input that is as it was.
func collect(t *testing.T, dir string, input []byte, out string, code int) outcome {
	t.Helper()
	o := outcome{Out: strings.ReplaceAll(out, dir, "{dir}"), Code: code, Files: map[string]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text := read(t, filepath.Join(dir, e.Name()))
		if e.Name() != "in.xml" || !bytes.Equal(text, input) {
			o.Files[e.Name()] = strings.ReplaceAll(string(text), dir, "{dir}")
		}
	}
	return o
}

// plain makes outcomes comparable: XML without its order of attributes and
// blanks, what no two runs share taken out.
func (o outcome) plain() outcome {
	o.Out = plainText(o.Out)
	for name, text := range o.Files { // order: each by itself
		o.Files[name] = plainText(text)
	}
	return o
}

var (
	timeOfDay = regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] [ 0-9]\d \d\d:\d\d:\d\d( \d{4})?( ?Z| [+-]\d{4})?`)
	recently  = regexp.MustCompile(`\b17[5-9]\d{7}\b|\b1[89]\d{8}\b`)
)

func plainText(text string) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "<") {
		if strings.HasPrefix(text, " digraph") {
			lines := strings.Split(text, "\n")
			slices.Sort(lines)
			return strings.Join(slices.Compact(lines), "\n")
		}
		return timeOfDay.ReplaceAllString(recently.ReplaceAllString(text, "NOW"), "THEN")
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromString(text); err != nil || doc.Root() == nil {
		return text
	}
	for _, e := range doc.FindElements("//*") {
		slices.SortFunc(e.Attr, func(a, b etree.Attr) int { return strings.Compare(a.Key, b.Key) })
		for _, name := range []string{"crm_feature_set", "api-version", "request"} {
			e.RemoveAttr(name)
		}
		for i := range e.Attr {
			e.Attr[i].Value = timeOfDay.ReplaceAllString(recently.ReplaceAllString(e.Attr[i].Value, "NOW"), "THEN")
		}
	}
	for _, e := range doc.FindElements("//capacity") { // in no order
		children := e.ChildElements()
		slices.SortFunc(children, func(a, b *etree.Element) int { return strings.Compare(a.Tag, b.Tag) })
		for _, child := range children {
			e.AddChild(e.RemoveChild(child))
		}
	}
	doc.Indent(1)
	out, err := doc.WriteToString()
	if err != nil {
		return text
	}
	return out
}

// compare fails when the outcomes are not the same.
func (o outcome) compare(t *testing.T, theirs outcome) {
	t.Helper()
	if diff := cmp.Diff(theirs, o); diff != "" {
		t.Errorf("theirs (-) is not ours (+):\n%s", diff)
	}
}
