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

// monitorForms are the ways of asking that users have.
var monitorForms = [][]string{{"-1"}, {"-1", "-r"}, {"-1fA"}, {"-1no"}, {"-1not"}, {"-1nr"}, {"-1b"}, {"-1rb"}, {"-1nb"}, {"-1R"}, {"-1rR"}, {"-1D"}, {"-1Q"},
	{"-1c"}, {"-1L"}, {"-1rfAoctL"}, {"-1", "-I", "none,resources"}, {"-1", "-I", "options"}, {"-1", "-U", "nodes,failures"}, {"-1", "-I", "all"},
	{"-1", "-I", "bogus"}, {"-1", "-m4"}, {"-1", "--node", "node1"}, {"-1r", "--node", "nobody"}, {"-1r", "--resource", "g_web"}, {"-1fo", "--resource", "d1"},
	{"-1rn", "--node", "node2"}}

// monitorAlike is the share of questions, in percent, that are answered as
// Pacemaker 2.1.5 does. The rest is what newer releases say otherwise: of
// maintenance, of probes that are under way, of nodes that never joined.
const monitorAlike = 93

var volatileLine = regexp.MustCompile(`(?m)(Last updated: ).*| \(version unknown\)|[ \t]+$`)

// TestConfirmMonitor asks crm_mon of Pacemaker and ours about the CIBs of a
// real cluster and some of the scheduler's cases, when CRM_CONFIRM is "all".
func TestConfirmMonitor(t *testing.T) {
	if os.Getenv("CRM_CONFIRM") != "all" {
		t.Skip("asked by make confirm")
	}
	path := peer(t, "crm_mon")
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	scheduler := corpus(t)
	files, _ := filepath.Glob(filepath.Join(scheduler, "..", "live", "cibs", "*.xml"))
	cases, _ := filepath.Glob(filepath.Join(scheduler, "xml", "*.xml"))
	for i := 0; i < len(cases); i += 25 {
		files = append(files, cases[i])
	}
	alike, all := 0, 0
	for _, file := range files {
		in := filepath.Join(t.TempDir(), "in.xml")
		text := strings.NewReplacer("fencing-enabled", "stonith-enabled", "fencing-timeout", "stonith-timeout").Replace(string(read(t, file)))
		if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("CIB_file", in)
		for _, form := range monitorForms {
			all++
			if monitorAnswers(t, path, form) {
				alike++
			} else {
				t.Logf("%s: crm_mon %s differs", filepath.Base(file), strings.Join(form, " "))
			}
		}
	}
	t.Logf("%d of %d answers are those of %s", alike, all, path)
	if alike*100 < monitorAlike*all {
		t.Errorf("%d of %d answers are alike, expected %d %%", alike, all, monitorAlike)
	}
}

func monitorAnswers(t *testing.T, path string, form []string) bool {
	var ours, errs bytes.Buffer
	code := Monitor(form, Streams{Out: &ours, Err: &errs})
	cmd := exec.CommandContext(t.Context(), path, form...)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	theirs, _ := cmd.Output()
	if code != cmd.ProcessState.ExitCode() {
		return false
	}
	plain := func(text string) string {
		return volatileLine.ReplaceAllString(strings.ReplaceAll(text, "unmanaged)", "maintenance)"), "$1")
	}
	return code != 0 || plain(ours.String()) == plain(string(theirs))
}
