package tools

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// resourceQuestions are asked of each CIB about a member, a whole resource and
// ids that nobody has.
const resourceQuestions = `
-L
-l
-O
-O -r $rsc
-O -N $node
-o
-a -r $rsc
-a -r $top
-A -r $top
-Y
-Y -r $rsc
-Y -r $top
-Y -N $node
-Y -r $top -N $node
-W -r $rsc
-W -r $top
-Q -W -r $top
-q -r $top
-w -r $top
-m -g target-role -r $top
-g nothing -r $top
-W -r nobody
-W
-q -r nobody
-a -r nobody
-A -r nobody
-Y -r nobody
-Y -N nobody
-O -N nobody
-g x -r nobody
-p x -v 1 -r nobody
-p x -r $top
-d x -r nobody
-M -r nobody
-M -r $top -N nobody
-B -r nobody
-U -r nobody
-D -r nobody -t primitive
-C -r nobody
-C -r $top
-C
-R
-R -N nobody
--restart -r nobody
`

// TestConfirmResource asks crm_resource of Pacemaker and ours about the CIBs of
// a real cluster and some of the scheduler's cases, when CRM_CONFIRM is "all".
func TestConfirmResource(t *testing.T) {
	path, files := confirmed(t, "crm_resource", 6, 60)
	same, all := 0, 0
	for _, file := range files {
		text := forOldMonitor(read(t, file))
		names := castOf(t, text)
		top := names.top
		for _, line := range strings.Split(strings.TrimSpace(resourceQuestions), "\n") {
			line = strings.NewReplacer("$node", names.node, "$rsc", names.rsc, "$top", top).Replace(line)
			for _, words := range [][]string{strings.Fields(line), append(strings.Fields(line), "--output-as=xml")} {
				all++
				if resourceAnswers(t, path, text, words) {
					same++
				} else {
					t.Logf("%s: crm_resource %s differs", filepath.Base(file), strings.Join(words, " "))
				}
			}
		}
	}
	holdsFloor(t, "confirm.crm_resource", same, all)
}

// resourceAnswers compares what both say, errors included.
func resourceAnswers(t *testing.T, path string, text []byte, words []string) bool {
	in := filepath.Join(t.TempDir(), "in.xml")
	if err := os.WriteFile(in, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CIB_file", in)
	var ours, errs bytes.Buffer
	code := ResourceTool(words, Streams{Out: &ours, Err: &errs})
	if err := os.WriteFile(in, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, words...)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	var said, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &wrong
	_ = cmd.Run() // how it ended is compared
	if cmd.ProcessState.ExitCode() < 0 {
		return true // it aborts itself
	}
	return code == cmd.ProcessState.ExitCode() && strings.EqualFold(monitorPlain(ours.String()), monitorPlain(said.String())) &&
		strings.TrimSpace(errs.String()) == strings.TrimSpace(wrong.String())
}
