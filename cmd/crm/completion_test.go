package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"crm/shell"
)

// leftOut says what crmsh offers and this shell does not, and why. The
// patterns are for the level, the line and the candidate.
var leftOut = []struct{ level, line, candidate, reason string }{
	{"", "", "^(report|rsctest|ssh)$", "not built"},
	{"", "", "^exportsettings$", "crmsh dies of it: there are no settings of its graphs to export"},
	{"^(script|corosync|history)$", "", "", "not part of this shell, or something else here"},
	{"^cluster$", "^$", "^(copy|crash_test|diff|disable|enable|geo_.*|health|init|join|remove|rename|restart|run|start|stop)$",
		"the daemon is started by the service manager; the words say so when they are given"},
	{"^cluster$", "^remove ", "", "as above"},
	{"", "^history |^rsctest ", "", "logs are not collected here: history lists what was committed"},
	{"^resource$", "", "^tmpl-vm$", "a template does not run"},
	{"^(resource|maintenance)$", "^(failcount|param|action) ", "^(grp|cln|prom)$", "only primitives have failures, parameters and an agent"},
	{"^configure$", "^monitor ", "^grp$", "only primitives have operations"},
	{"", "^(migrate|unmigrate|get-property|rm|meta) ", "", "crmsh does not know what follows its own old words"},
	{"^configure$", "^delete vip ", "^vip$", "it is given already"},
	{"", "^help configure ", "", "crmsh offers what may follow help alone; here it is what the level has"},
	{"^cib$", "^(use|reset) ", "", "files of other programs that lay there"},
	{"^cibstatus$", "^op monitor vip success done ", "", "a node stands there, not its state"},
	{"^options$", "", `^(color\.(attr|error|help|id|info|keyword|ok|res|score|ticket|warn|ident|style).*|path\..*|report\..*)$`, "colours, folders and reports are not chosen by options here"},
	{"^options$", "", `^core\.(OCF_1_1_SUPPORT|debug|dot|dotty|force|ignore_missing_metadata|lock_timeout|ptest|report_tool_options)$`,
		"not built, or an option of the command line"},
}

// TestCompletionHoldsWhatCrmshOffers runs the recorded completions of crmsh
// 4.4.1: each candidate it offers must be among ours.
func TestCompletionHoldsWhatCrmshOffers(t *testing.T) {
	dir := sharedDir(t, "conformance/crmsh/completion")
	env := &shell.Env{Cluster: &fileCluster{path: filepath.Join(dir, "cib.xml"), now: time.Now}, Agents: &agents{}, Shadows: shadows{dir: t.TempDir()}}
	if !slices.Contains(env.Agents.Types("ocf", "heartbeat"), "IPaddr2") {
		t.Skip("the agents that the completions were recorded with are not installed")
	}
	f, err := os.Open(filepath.Join(dir, "completions-deb.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row struct {
			Level, Buffer string
			Readline      []string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		line := row.Buffer
		if row.Level != "root" {
			line = row.Level + " " + line
		}
		var got []string
		for _, c := range shell.NewSession(env, shell.Options{}).Complete(t.Context(), line) {
			got = append(got, c.Text)
		}
		for _, want := range row.Readline {
			want = strings.TrimSpace(want)
			if !slices.Contains(got, want) && !isLeftOut(row.Level, row.Buffer, want) {
				t.Errorf("%s# %s: %s is not offered", row.Level, row.Buffer, want)
			}
		}
	}
}

func isLeftOut(level, line, candidate string) bool {
	for _, l := range leftOut {
		if regexp.MustCompile(l.level).MatchString(level) && regexp.MustCompile(l.line).MatchString(line) &&
			regexp.MustCompile(l.candidate).MatchString(candidate) {
			return true
		}
	}
	return false
}

// sharedDir is a folder of the given data, or the test is skipped.
func sharedDir(t *testing.T, name string) string {
	t.Helper()
	for _, root := range []string{os.Getenv("CRM_SHARED"), filepath.Join("..", "..", "..", "shared")} {
		if dir := filepath.Join(root, name); root != "" {
			if _, err := os.Stat(dir); err == nil {
				return dir
			}
		}
	}
	t.Skip("neither CRM_SHARED nor ../shared has " + name)
	return ""
}
