package agent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/node/agent"
)

// TestVaultIsThatOfCibsecret: the files that cibsecret makes are read, and
// made as it makes them.
func TestVaultIsThatOfCibsecret(t *testing.T) {
	v := agent.Vault{Dir: t.TempDir()}
	if err := v.Write("vip", "q", "r"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(v.Dir, "vip", "q")
	for name, want := range map[string]string{file: "r\n", file + ".sign": "4b43b0aee35624cd95b910189b3dc231\n"} { // order: each for itself
		text, err := os.ReadFile(name)
		info, err2 := os.Stat(name)
		if err != nil || err2 != nil || string(text) != want || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %q %v %v", name, text, err, info.Mode())
		}
	}
	if got, err := v.Read("vip", "q"); got != "r" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if list, err := v.List(); err != nil || len(list) != 1 || list[0] != [2]string{"vip", "q"} {
		t.Errorf("%v %v", list, err)
	}
	if err := os.WriteFile(file, []byte("other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Read("vip", "q"); err == nil || !strings.Contains(err.Error(), "MD5") {
		t.Errorf("a value that was tampered with: %v", err)
	}
	for _, bad := range []string{"", "..", "a/b", "x.sign"} {
		if err := v.Write("vip", bad, "x"); err == nil {
			t.Errorf("%q was taken for a name", bad)
		}
	}
	if err := v.Delete("vip", "q"); err != nil {
		t.Error(err)
	}
	if err := v.Delete("vip", "q"); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}

// TestSecretsReachTheAgent: what stands for a secret is replaced, and without
// it nothing is started; a stop is tried.
func TestSecretsReachTheAgent(t *testing.T) {
	r := &agent.Runner{Secrets: t.TempDir(), State: t.TempDir()}
	params := map[string]string{"passwd": agent.HiddenValue, "fake": "x"}
	if _, err := r.Reveal("d", params); err == nil || !strings.Contains(err.Error(), "the secret passwd of d") {
		t.Errorf("a secret that is not there: %v", err)
	}
	op := agent.Op{Ref: agent.Ref{Class: agent.OCF, Provider: agent.Builtin, Type: "Dummy"}, Resource: "d:1", Action: "start", Params: params}
	if res := r.Run(t.Context(), op); res.RC != agent.NotConfigured || !strings.Contains(res.ExitReason, "passwd") {
		t.Errorf("a start without its secret: %+v", res)
	}
	op.Action = "stop"
	if res := r.Run(t.Context(), op); res.RC != agent.OK {
		t.Errorf("a stop without its secret: %+v", res)
	}
	if err := (agent.Vault{Dir: r.Secrets}).Write("d", "passwd", "s3"); err != nil {
		t.Fatal(err)
	}
	got, err := r.Reveal("d:1", params)
	if err != nil || got["passwd"] != "s3" || got["fake"] != "x" || params["passwd"] != agent.HiddenValue {
		t.Errorf("%v %v, given %v", got, err, params)
	}
	op.Action = "start"
	if res := r.Run(t.Context(), op); res.RC != agent.OK {
		t.Errorf("a start with its secret: %+v", res)
	}
}
