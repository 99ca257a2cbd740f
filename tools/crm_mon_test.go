package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// monitorFloor is how many of the captured outputs of a real cluster must be
// told alike: the rest differ where newer releases changed their words
// (maintenance for unmanaged, a start of a probe that is under way).
const monitorFloor = 113

// The words for the exit codes of probes changed after the outputs were captured.
var newerWords = strings.NewReplacer("(invalid parameter)", "(Invalid parameter)", "(not installed)", "(Not installed)")

var volatile = regexp.MustCompile(`(Last updated: |last_update time=|request=).*`)

func comparable(text string) string {
	return strings.ToLower(strings.TrimRight(volatile.ReplaceAllString(newerWords.Replace(text), "$1"), "\n"))
}

func TestCrmMonTellsWhatPacemakerTold(t *testing.T) {
	root := os.Getenv("CRM_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	cibs, err := filepath.Glob(filepath.Join(root, "conformance", "live", "cibs", "*.xml"))
	if err != nil || len(cibs) == 0 {
		t.Skip("no captured CIBs of a real cluster: set CRM_SHARED")
	}
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	right, all := 0, 0
	for _, path := range cibs {
		expected := filepath.Join(filepath.Dir(path), "expected", strings.TrimSuffix(filepath.Base(path), ".xml"))
		for ending, args := range map[string][]string{".crm_mon.txt": {"-1rfA"}, ".crm_mon.xml": {"-1rfAo", "--output-as=xml"}} { // order: each alone
			want, err := os.ReadFile(expected + ending)
			if err != nil {
				continue
			}
			t.Setenv("CIB_file", path)
			var out, errs bytes.Buffer
			if code := Monitor(args, Streams{Out: &out, Err: &errs}); code != 0 || errs.Len() > 0 {
				t.Errorf("%s: code %d, %s", path, code, errs.String())
			}
			all++
			if diff := cmp.Diff(comparable(string(want)), comparable(out.String())); diff == "" {
				right++
			} else {
				t.Logf("%s%s\n%s", filepath.Base(expected), ending, diff)
			}
		}
	}
	if right < monitorFloor {
		t.Errorf("%d of %d outputs are alike, at least %d were before", right, all, monitorFloor)
	}
}

func TestCrmMon(t *testing.T) {
	_, out, _, _ := onFile(t, Monitor, "", "-1")
	for _, want := range []string{"Cluster Summary:\n  * Stack: unknown\n  * Current DC: alice", "  * 2 nodes configured\n  * 2 resource instances configured\n",
		"Active Resources:\n  * No active resources\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("missing %q in\n%s", want, out)
		}
	}
	_, out, _, _ = onFile(t, Monitor, "", "-1rD")
	if !strings.HasPrefix(out, "Node List:") || !strings.Contains(out, "Full List of Resources:\n  * p\t(ocf:heartbeat:Dummy):\t Stopped\n  * Resource Group: g:\n    * s\t") {
		t.Error(out)
	}
	for _, args := range [][]string{{"-X"}, {"-r", "--as-xml"}, {"-1", "--output-as=xml"}} {
		_, out, _, _ = onFile(t, Monitor, "", args...)
		begins, status := "<crm_mon version=", false // the older form
		if len(args) > 1 && args[1] == "--output-as=xml" {
			begins, status = "<pacemaker-result", true
		}
		if !strings.HasPrefix(out, begins) || !strings.Contains(out, `<node name="alice" id="1"`) || strings.Contains(out, `<status code="0" message="OK"/>`) != status {
			t.Error(args, out)
		}
	}
	page := filepath.Join(t.TempDir(), "status.html")
	if code, _, errs, _ := onFile(t, Monitor, "", "-1", "-h", page); code != 0 {
		t.Error(errs)
	}
	if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "<pre>\nCluster Summary:") {
		t.Error(string(text), err)
	}
	tell(t, []step{
		{Monitor, "-s", 1, "CLUSTER WARN: offline node: bob\n", "", "", ""},
		{Monitor, "--output-as=pdf", 64, "", `output format "pdf"`, "", ""},
		{Monitor, "-1 -i soon", 64, "", `interval "soon"`, "", ""},
	})
}

func TestSectionsAreChosen(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  []string // titles, in order
	}{
		{[]string{"-1"}, []string{"Cluster Summary", "Node List", "Active Resources"}},
		{[]string{"-1D", "-A"}, []string{"Node List", "Active Resources"}},
		{[]string{"-1", "-I", "none,nodes"}, []string{"Node List"}},
		{[]string{"-1", "-U", "summary", "-I", "operations"}, []string{"Node List", "Active Resources", "Operations"}},
		{[]string{"-1", "-f", "-U", "nodes,resources"}, []string{"Cluster Summary", "Migration Summary"}},
		{[]string{"-1", "-U", "all", "-I", "default"}, []string{"Cluster Summary", "Node List", "Active Resources"}},
		{[]string{"-1nr", "-U", "summary"}, []string{"Node List", "Inactive Resources"}},
	} {
		code, out, errs, _ := onFile(t, Monitor, "", c.words...)
		var titles []string
		for line := range strings.Lines(out) {
			if strings.HasSuffix(line, ":\n") && line[0] != ' ' {
				titles = append(titles, strings.TrimSuffix(line, ":\n"))
			}
		}
		if diff := cmp.Diff(c.want, titles); diff != "" || code != 0 {
			t.Errorf("%v: exit %d, %s\n%s", c.words, code, errs, diff)
		}
	}
	for _, words := range [][]string{{"-1", "-I", "everything"}, {"-1", "-U", "default"}, {"-1", "-m", "4"}} {
		if code, _, errs, _ := onFile(t, Monitor, "", words...); code != exitUsage || !strings.Contains(errs, "expected") {
			t.Errorf("%v: exit %d, %s", words, code, errs)
		}
	}
}
