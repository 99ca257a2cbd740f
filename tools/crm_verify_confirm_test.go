package tools

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// verifyFloor is how many of a hundred scheduler inputs crm_verify must judge
// as Pacemaker's does. What is left are schemas that 2.1.5 does not know.
const verifyFloor = 99

// TestVerifyEndsAsPacemakers gives the scheduler's inputs to both crm_verify:
// the exit codes are to be the same.
func TestVerifyEndsAsPacemakers(t *testing.T) {
	path := peer(t, "crm_verify")
	dir := corpus(t)
	inputs, err := filepath.Glob(filepath.Join(dir, "xml", "*.xml"))
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs", err)
	}
	if os.Getenv("CRM_CONFIRM") != "all" {
		inputs = inputs[:len(inputs)/16]
	}
	same := 0
	for _, file := range inputs {
		text := read(t, file)
		for _, r := range renamed {
			text = regexp.MustCompile(r.now).ReplaceAll(text, []byte(r.then))
		}
		in := filepath.Join(t.TempDir(), "in.xml")
		if err := os.WriteFile(in, text, 0o600); err != nil {
			t.Fatal(err)
		}
		ours := Verify([]string{"-q", "-x", in}, Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
		if theirs, ended := verdict(t, path, in); !ended || ours == theirs {
			same++
		} else {
			t.Logf("%s: ours ends with %d, theirs with %d", filepath.Base(file), ours, theirs)
		}
	}
	t.Logf("%d of %d end alike", same, len(inputs))
	if same*100 < verifyFloor*len(inputs) {
		t.Errorf("%d of %d inputs end alike, expected %d %%", same, len(inputs), verifyFloor)
	}
}

// verdict is the exit code of a crm_verify, if it comes to an end: a resource
// set that refers to itself keeps 2.1.5 busy for ever.
func verdict(t *testing.T, path, in string) (code int, ended bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "timeout", "30", path, "-x", in)
	cmd.WaitDelay = time.Minute
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	code = cmd.ProcessState.ExitCode()
	return code, code != 124
}
