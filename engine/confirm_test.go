package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/google/go-cmp/cmp"

	"crm/cib"
)

const peerSimulate = "/usr/sbin/crm_simulate"

// TestScenariosAreAsThePeers asks Pacemaker's crm_simulate 2.1.5 about every
// scenario: its plan, what it does for that, and what actions carry, must be ours. A cluster
// marked "newer" is one that 2.1.5 decides otherwise; the words above it say
// why. That it still does is checked too.
func TestScenariosAreAsThePeers(t *testing.T) {
	if os.Getenv("REQUIRE_ORIGINALS") == "" {
		t.Skip("asks another program many times; make confirm does, and REQUIRE_ORIGINALS=1")
	}
	if _, err := os.Stat(peerSimulate); err != nil {
		t.Fatal(err)
	}
	asked := 0
	datadriven.Walk(t, "testdata/scenarios", func(t *testing.T, path string) {
		var doc *cib.Document
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "attributes" {
				return attributesInGraph(t, d, peersGraph(t, doc.Bytes()))
			}
			if d.Cmd != "cluster" {
				return d.Expected
			}
			asked++
			doc = scenarioDocument(t, d)
			sit, err := Read(Input{CIB: doc, Now: time.Unix(5000, 0).UTC()})
			if err != nil {
				t.Fatal(err)
			}
			o := sit.Decide()
			ours := append(trimmed(o.SummaryLines()), trimmed(o.Simulate(nil).Lines)...)
			difference := cmp.Diff(trimmed(ours), trimmed(peersPlan(t, doc.Bytes())))
			if newer := d.HasArg("newer"); newer == (difference == "") {
				t.Errorf("%s: marked newer: %v, (-ours +peer):\n%s", d.Pos, newer, difference)
			}
			return d.Expected
		})
	})
	t.Log(asked, "clusters")
}

// trimmed are lines without the white space between their words.
func trimmed(lines []string) []string {
	list := []string{}
	for _, line := range lines {
		list = append(list, strings.TrimPrefix(strings.Join(strings.Fields(line), " "), "* "))
	}
	return list
}

// peersGraph is the transition that the peer makes.
func peersGraph(t *testing.T, text []byte) []byte {
	t.Helper()
	folder := t.TempDir()
	file, out := filepath.Join(folder, "cib.xml"), filepath.Join(folder, "graph.xml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peerSimulate, "-S", "-Q", "-t", "1970-01-01T01:23:20Z", "-x", file, "-G", out)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Logf("%v: %s", err, said)
	}
	graph, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

// peersPlan is what the peer would do, and how.
func peersPlan(t *testing.T, text []byte) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), strconv.Itoa(len(text))+".xml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peerSimulate, "-S", "-t", "1970-01-01T01:23:20Z", "-x", file)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "validity error") {
		t.Fatalf("%s\n%s", out, text)
	}
	if err != nil {
		t.Logf("%v", err)
	}
	var list []string
	in := ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if strings.HasSuffix(line, ":") && !strings.HasPrefix(line, "*") {
			in = line
		}
		if item, ok := strings.CutPrefix(line, "* "); ok && slices.Contains([]string{"Transition Summary:", "Executing Cluster Transition:"}, in) {
			list = append(list, item)
		}
	}
	return list
}
