package agent_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/node/agent"
)

func run(t *testing.T, r *agent.Runner, typ, action string, params map[string]string) agent.Result {
	t.Helper()
	return r.Run(t.Context(), agent.Op{Ref: builtinRef(typ), Resource: "r1", Action: action, Params: params, Timeout: 20 * time.Second})
}

func TestStatefulAsksForPromotion(t *testing.T) {
	r, _ := house(t)
	for _, step := range []struct {
		action string
		rc     agent.Code
		score  string
	}{
		{"promote", agent.NotRunning, ""}, {"start", agent.OK, "5"}, {"monitor", agent.OK, ""}, {"promote", agent.OK, "10"},
		{"monitor", agent.Promoted, ""}, {"demote", agent.OK, "5"}, {"monitor", agent.OK, ""}, {"notify", agent.OK, ""},
	} {
		res := run(t, r, "Stateful", step.action, nil)
		if res.RC != step.rc {
			t.Fatalf("%s: got %s, expected %s", step.action, res.RC, step.rc)
		}
		got := ""
		if len(res.Attributes) == 1 && res.Attributes[0].Name == "master-r1" {
			got = res.Attributes[0].Value
		}
		if got != step.score {
			t.Errorf("%s: score %q, expected %q", step.action, got, step.score)
		}
	}
	if res := run(t, r, "Stateful", "stop", nil); len(res.Attributes) != 1 || !res.Attributes[0].Delete {
		t.Errorf("stop keeps the score: %+v", res.Attributes)
	}
}

func TestDummyTimesOut(t *testing.T) {
	r, _ := house(t)
	res := r.Run(t.Context(), agent.Op{Ref: builtinRef("Dummy"), Resource: "r1", Action: "start", Timeout: 20 * time.Millisecond,
		Params: map[string]string{"op_sleep": "60"}})
	if res.Status != agent.TimedOut {
		t.Errorf("got %+v", res)
	}
	if res := run(t, r, "Dummy", "monitor", nil); res.RC != agent.NotRunning {
		t.Errorf("the start went on after its end: %+v", res)
	}
}

func TestUnknownActionIsUnimplemented(t *testing.T) {
	r, _ := house(t)
	if res := run(t, r, "Dummy", "dance", nil); res.Status != agent.Done || res.RC != agent.Unimplemented {
		t.Errorf("got %+v", res)
	}
}

func TestProcessThatEndsAtOnceIsAFailedStart(t *testing.T) {
	r, _ := house(t)
	res := run(t, r, "Process", "start", map[string]string{"command": "sh -c 'exit 3'"})
	if res.RC != agent.GenericError || !strings.Contains(res.ExitReason, "exit status 3") {
		t.Errorf("got %+v", res)
	}
	if res := run(t, r, "Process", "start", map[string]string{"command": "no-such-program"}); res.RC != agent.CodeNotInstalled {
		t.Errorf("got %+v", res)
	}
	if res := run(t, r, "Process", "start", nil); res.RC != agent.NotConfigured {
		t.Errorf("got %+v", res)
	}
}

func TestProcessIsAskedWhetherItAnswers(t *testing.T) {
	r, _ := house(t)
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer server.Close()
	params := map[string]string{"command": "sleep 60", "check_url": server.URL}
	t.Cleanup(func() { run(t, r, "Process", "stop", params) })
	if res := run(t, r, "Process", "start", params); res.RC != agent.OK {
		t.Fatalf("start: %+v", res)
	}
	status = http.StatusServiceUnavailable
	if res := run(t, r, "Process", "monitor", params); res.RC != agent.GenericError {
		t.Errorf("a service that answers 503: %+v", res)
	}
	params["check_url"] = "tcp:" + server.Listener.Addr().(*net.TCPAddr).String()
	if res := run(t, r, "Process", "monitor", params); res.RC != agent.OK {
		t.Errorf("a port that is open: %+v", res)
	}
}

func TestProcessThatWasKilledIsSeen(t *testing.T) {
	r, dir := house(t)
	params := map[string]string{"command": "sleep 60", "pidfile": "p.pid"}
	if res := run(t, r, "Process", "start", params); res.RC != agent.OK {
		t.Fatalf("start: %+v", res)
	}
	text, err := os.ReadFile(filepath.Join(dir, "p.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; {
		res := run(t, r, "Process", "monitor", params)
		if res.RC == agent.NotRunning {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the death is not seen: %+v", res)
		}
	}
}

func TestDirectoryKeepsWhatIsInItsWay(t *testing.T) {
	r, dir := house(t)
	params := map[string]string{"source": "data", "directory": "place", "how": "link"}
	if res := run(t, r, "Directory", "start", params); res.RC != agent.CodeNotInstalled {
		t.Errorf("without a source: %+v", res)
	}
	for _, d := range []string{"data", "place/precious"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if res := run(t, r, "Directory", "start", params); res.RC != agent.GenericError {
		t.Errorf("over a full directory: %+v", res)
	}
	if _, err := os.Stat(filepath.Join(dir, "place/precious")); err != nil {
		t.Error(err)
	}
}

func TestPingCountsHosts(t *testing.T) {
	r, _ := house(t)
	params := map[string]string{"host_list": "127.0.0.1 127.0.0.2", "multiplier": "100", "timeout": "2"}
	res := run(t, r, "Ping", "start", params)
	if res.RC == agent.InsufficientPriv {
		t.Skip("echo requests are not permitted here: " + res.ExitReason)
	}
	if res.RC != agent.OK || len(res.Attributes) != 1 || res.Attributes[0].Name != "pingd" || res.Attributes[0].Value != "200" {
		t.Errorf("got %+v", res)
	}
}

func TestCommandRunsABuiltInAsAScript(t *testing.T) {
	_, dir := house(t)
	env := []string{"HA_RSCTMP=" + dir, "OCF_RESOURCE_INSTANCE=x", "OCF_RESKEY_fake=1"}
	var out, errs bytes.Buffer
	for _, step := range []struct {
		args []string
		want int
	}{
		{[]string{"Dummy", "monitor"}, 7}, {[]string{"Dummy", "start"}, 0}, {[]string{"Dummy", "monitor"}, 0}, {[]string{"Dummy", "stop"}, 0},
		{[]string{"Dummy", "meta-data"}, 0}, {[]string{"Dummy", "dance"}, 3}, {[]string{"Nobody", "start"}, 5}, {[]string{"Dummy"}, 2}, {nil, 0},
	} {
		if got := agent.Command(t.Context(), step.args, env, &out, &errs); got != step.want {
			t.Errorf("%v: exit code %d, expected %d\n%s", step.args, got, step.want, errs.String())
		}
	}
	if !strings.Contains(errs.String(), "ocf-exit-reason:ocf:crm:Dummy has no action dance") {
		t.Errorf("no exit reason in %q", errs.String())
	}
}

func TestProcessRunsWithTheUmaskOfAgents(t *testing.T) {
	r, dir := house(t)
	params := map[string]string{"command": "sh -c 'umask > said; exec sleep 60'"}
	t.Cleanup(func() { run(t, r, "Process", "stop", params) })
	if res := run(t, r, "Process", "start", params); res.RC != agent.OK {
		t.Fatalf("start: %+v", res)
	}
	if said, err := os.ReadFile(filepath.Join(dir, "said")); err != nil || strings.TrimSpace(string(said)) != "0026" {
		t.Errorf("umask %q, %v", said, err)
	}
}

func TestMetadataActionOfABuiltIn(t *testing.T) {
	r, _ := house(t)
	if res := run(t, r, "Ping", "meta-data", nil); res.RC != agent.OK || !strings.Contains(res.Stdout, "<resource-agent name=\"Ping\"") {
		t.Errorf("got %+v", res)
	}
}
