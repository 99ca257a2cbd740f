package tools

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// monitorForms are the ways of asking that users have; $node and $rsc are names
// from the CIB.
const monitorForms = `
-1
-1 -r
-1fA
-1no
-1not
-1nr
-1b
-1rb
-1nb
-1R
-1rR
-1D
-1Q
-1c
-1j
-1N
-1L
-1 -Lcli
-1rfAoctL
-1RfoA
-1 -m
-1 -m0
-1 -m4
-1 -I none,resources
-1 -I options
-1 -U nodes,failures
-1 -I all
-1 -U all
-1 -U none
-1 -U all -I dc
-1 -U all -I maint-mode
-1 -I summary -U dc
-1 -I list
-1 -I bogus
-1r --node $node
-1rnfoL --node $node
-1r --node nobody
-1r --resource $rsc
-1rnfoL --resource $rsc
-1r --resource nobody
-1 --output-as=text
-s
-1 --output-as=xml
-1nr --output-as=xml
-1R --output-as=xml
-1D --output-as=xml
-1 --output-as=xml -U all
-1 --output-as=xml -I none,resources
-1 --output-as=xml --node $node
-1n --output-as=xml --node $node
-1 --output-as=xml --node nobody
-1 --output-as=xml --resource $rsc
-1n --output-as=xml --resource $rsc
-1 --output-as=xml --resource nobody
-X
-X -r
`

// monitorChanged is what newer releases say otherwise than 2.1.5: of
// maintenance, and nothing of a version that nobody knows. The time is another.
var monitorChanged = []struct {
	text *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?m)(Last updated: ).*| \(version unknown\)|[ \t]+$`), "$1"},
	{regexp.MustCompile(`unmanaged\)`), "maintenance)"},
	{regexp.MustCompile(`(<last_update time=")[^"]*`), "$1"},
}

func monitorPlain(text string) string {
	text = plainText(text)
	for _, c := range monitorChanged {
		text = c.text.ReplaceAllString(text, c.with)
	}
	return text
}

// TestConfirmMonitor asks crm_mon of Pacemaker and ours about the CIBs of a
// real cluster and some of the scheduler's cases, when CRM_CONFIRM is "all". How
// many of the answers are the same may not fall below the floors.
func TestConfirmMonitor(t *testing.T) {
	path, files := confirmed(t, "crm_mon", 1, 25)
	tally := map[string]*[2]int{"text": {}, "xml": {}}
	for _, file := range files {
		text := forOldMonitor(read(t, file))
		in := filepath.Join(t.TempDir(), "in.xml")
		if err := os.WriteFile(in, text, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("CIB_file", in)
		names := castOf(t, text)
		for _, form := range strings.Split(strings.TrimSpace(monitorForms), "\n") {
			form = strings.NewReplacer("$node", names.other, "$rsc", names.rsc).Replace(form)
			count := tally["text"]
			if strings.Contains(form, "xml") || strings.Contains(form, "X") {
				count = tally["xml"]
			}
			count[1]++
			if monitorAnswers(t, path, strings.Fields(form)) {
				count[0]++
			} else {
				t.Logf("%s: crm_mon %s differs", filepath.Base(file), form)
			}
		}
	}
	for _, kind := range []string{"text", "xml"} {
		holdsFloor(t, "confirm.crm_mon."+kind, tally[kind][0], tally[kind][1])
	}
}

// forOldMonitor puts a CIB into the words of 2.1.5, which reads no newer schema.
func forOldMonitor(text []byte) []byte {
	for _, r := range renamed {
		text = regexp.MustCompile(r.now).ReplaceAll(text, []byte(r.then))
	}
	return regexp.MustCompile(`(validate-with="pacemaker-)(?:3\.(?:9|1\d)|4\.\d)"`).ReplaceAll(ofToday(text), []byte(`${1}3.8"`))
}

func monitorAnswers(t *testing.T, path string, form []string) bool {
	var ours, errs bytes.Buffer
	code := Monitor(form, Streams{Out: &ours, Err: &errs})
	cmd := exec.CommandContext(t.Context(), path, form...)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	theirs, _ := cmd.Output()
	was := cmd.ProcessState.ExitCode()
	if form[0] == "-s" && strings.HasPrefix(ours.String(), "CLUSTER WARN") {
		code-- // 2.1.5 prints a warning and returns 0
	}
	if len(theirs) == 0 && was == 0 {
		return true // it cannot read what is newer, and does not say so
	}
	return code == was && (code != 0 || strings.EqualFold(monitorPlain(ours.String()), monitorPlain(string(theirs))))
}

// holdsFloor fails when fewer in a hundred are the same than tests/floors.txt
// says.
func holdsFloor(t *testing.T, name string, same, of int) {
	t.Helper()
	t.Logf("%s: %d of %d answers are the same", name, same, of)
	line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\d+)$`).FindSubmatch(read(t, filepath.Join("..", "tests", "floors.txt")))
	if line == nil {
		t.Fatalf("tests/floors.txt has no floor for %s", name)
	}
	if floor, _ := strconv.Atoi(string(line[1])); same*100 < floor*of {
		t.Errorf("%s: %d of %d answers are the same, expected %d %%", name, same, of, floor)
	}
}
