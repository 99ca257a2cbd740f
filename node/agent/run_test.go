package agent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crm/node/agent"
)

// script writes an executable shell script.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// house is a runner with folders of its own.
func house(t *testing.T) (*agent.Runner, string) {
	t.Helper()
	dir := t.TempDir()
	return &agent.Runner{State: filepath.Join(dir, "state"), Dir: dir, Roots: agent.Roots{OCF: filepath.Join(dir, "ocf"),
		Init: []string{filepath.Join(dir, "init.d")}, Heartbeat: []string{filepath.Join(dir, "ha.d")}}}, dir
}

func ocfOp(action string, params map[string]string) agent.Op {
	return agent.Op{Ref: agent.Ref{Class: "ocf", Provider: "test", Type: "Say"}, Resource: "r1", Action: action, Params: params}
}

func TestScriptsGetTheOCFEnvironment(t *testing.T) {
	r, dir := house(t)
	script(t, filepath.Join(dir, "ocf/resource.d/test/Say"),
		`echo "$1|$OCF_ROOT|$OCF_RA_VERSION_MAJOR.$OCF_RA_VERSION_MINOR|$OCF_RESOURCE_INSTANCE|$OCF_RESOURCE_TYPE|$OCF_RESOURCE_PROVIDER"
echo "$OCF_EXIT_REASON_PREFIX|$OCF_OUTPUT_FORMAT|$LC_ALL|$OCF_RESKEY_word|$OCF_RESKEY_CRM_meta_timeout|$(umask)|$(pwd)|$(ps -o pgid= -p $$ | tr -d ' ')=$$"
cat`)
	res := r.Run(t.Context(), ocfOp("start", map[string]string{"word": "a b", "CRM_meta_timeout": "20000"}))
	want := "start|" + dir + "/ocf|1.1|r1|Say|test\nocf-exit-reason:|text|C|a b|20000|0026|" + dir + "|"
	if res.RC != agent.OK || !strings.HasPrefix(res.Stdout, want) {
		t.Fatalf("got %+v\nwant %s", res, want)
	}
	pid, self, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(res.Stdout, want)), "=")
	if pid != self {
		t.Errorf("process group %s, own pid %s", pid, self)
	}
}

func TestTheLastExitReasonCounts(t *testing.T) {
	r, dir := house(t)
	script(t, filepath.Join(dir, "ocf/resource.d/test/Say"), `echo "ocf-exit-reason:first" >&2; echo "noise" >&2; echo "ocf-exit-reason:no disk" >&2; exit 5`)
	res := r.Run(t.Context(), ocfOp("start", nil))
	if res.Status != agent.Done || res.RC != agent.CodeNotInstalled || res.ExitReason != "no disk" {
		t.Errorf("got %+v", res)
	}
}

func TestTimeoutKillsTheWholeGroup(t *testing.T) {
	r, dir := house(t)
	alive := filepath.Join(dir, "alive")
	script(t, filepath.Join(dir, "ocf/resource.d/test/Say"), `(sleep 60; echo x) & echo $! > `+alive+`; sleep 60`)
	op := ocfOp("start", nil)
	op.Timeout = 300 * time.Millisecond
	res := r.Run(t.Context(), op)
	if res.Status != agent.TimedOut || res.RC != agent.GenericError || res.ExitReason != "Resource agent did not complete within 300ms" {
		t.Errorf("got %+v", res)
	}
	pid, err := os.ReadFile(alive)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); ; { // a killed process takes a moment to go
		state, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("a child of the agent is still there: %s", state)
		}
	}
}

func TestADaemonLeftBehindIsNotWaitedFor(t *testing.T) {
	r, dir := house(t)
	script(t, filepath.Join(dir, "ocf/resource.d/test/Say"), `sleep 5 & echo started`)
	res := r.Run(t.Context(), ocfOp("start", nil))
	if res.RC != agent.OK || res.Stdout != "started\n" || res.Duration > 3*time.Second {
		t.Errorf("got %+v", res)
	}
}

func TestMissingAgentIsNotInstalled(t *testing.T) {
	r, _ := house(t)
	res := r.Run(t.Context(), ocfOp("monitor", nil))
	if res.Status != agent.NotInstalled || res.RC != agent.CodeNotInstalled {
		t.Errorf("got %+v", res)
	}
}

func TestNamesThatLeadElsewhereNameNoAgent(t *testing.T) {
	r, dir := house(t)
	script(t, filepath.Join(dir, "ocf/evil"), "exit 0")
	for _, ref := range []agent.Ref{{Class: "ocf", Provider: "..", Type: "evil"}, {Class: "ocf", Provider: "test", Type: "../../evil"}, {Class: "ocf", Provider: "test"},
		{Class: "lsb", Type: "../ocf/evil"}, {Class: "heartbeat", Type: "../ocf/evil"}} {
		if res := r.Run(t.Context(), agent.Op{Ref: ref, Action: "start"}); res.Status != agent.NotInstalled {
			t.Errorf("%s: %+v", ref, res)
		}
	}
}
