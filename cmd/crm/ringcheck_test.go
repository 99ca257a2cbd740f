package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// ringCheckDiffers says why we do not do as heartbeat 3.0.6 did with a case.
var ringCheckDiffers = map[string]string{
	"authkeys 622 (write only for others)": "a key file that others can write is refused",
	"authkeys auth 1|1 sha256 k|":          "sha256 is an addition of ours",
	"ha.cf + 'crm yes'":                    "the parts of the cluster are all in this binary",
	"ha.cf + 'crm respawn\\ncrm respawn'":  "the parts of the cluster are all in this binary",
	"ha.cf + 'ucast eth7 10.78.0.12'":      "heartbeat starts and its daemon dies",
}

// TestRingCheckAsHeartbeatRefuses runs the configurations that were tried on a
// real heartbeat 3.0.6 through "crm ring check" and compares who refuses. The
// interface lo stands for the one that those nodes had.
func TestRingCheckAsHeartbeatRefuses(t *testing.T) {
	shared := os.Getenv("CRM_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	text, err := os.ReadFile(filepath.Join(shared, "conformance", "heartbeat", "config-errors.txt"))
	if err != nil {
		t.Skip("heartbeat's own answers are not here: CRM_SHARED is not set and ../shared does not exist")
	}
	head := regexp.MustCompile(`(?m)^=== (.*) -> rc=(\d)`)
	total, same := 0, 0
	for _, m := range head.FindAllStringSubmatch(string(text), -1) {
		dir := t.TempDir()
		configure(t, dir, m[1])
		var out bytes.Buffer
		code := runRing([]string{"check", "--node", "hbn3", dir}, &out, &out)
		total++
		switch {
		case (code == 0) == (m[2] == "0"):
			same++
		case ringCheckDiffers[m[1]] == "":
			t.Errorf("%s: heartbeat exits with %s, we with %d:\n%s", m[1], m[2], code, &out)
		}
	}
	t.Logf("%d of %d as heartbeat; the others are better, see ringCheckDiffers", same, total)
	if total < 110 {
		t.Errorf("only %d cases were tried", total)
	}
}

// configure writes the files of one case.
func configure(t *testing.T, dir, name string) {
	t.Helper()
	conf := "logfile /var/log/ha-log\nkeepalive 1\ndeadtime 10\nbcast lo\nauto_failback off\nnode hbn2 hbn3\n"
	keys, groups, mode := "auth 1\n1 sha1 k\n", "hbn3 hbdummy::x\n", os.FileMode(0o600)
	more, isMore := strings.CutPrefix(name, "ha.cf + '")
	what, isGroups := strings.CutPrefix(name, "haresources ")
	key, isKeys := strings.CutPrefix(name, "authkeys ")
	lines := strings.NewReplacer("|", "\n", `\\`, `\`).Replace
	switch {
	case isMore:
		conf += strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(more, "'"), `\n`, "\n"), "eth0", "lo") + "\n"
	case isGroups:
		groups = lines(what)
	case isKeys:
		if first, _, _ := strings.Cut(key, " "); len(first) == 3 && first > "300" && first < "777" {
			n, err := strconv.ParseUint(first, 8, 32)
			if err != nil {
				t.Fatal(err)
			}
			mode = os.FileMode(n)
		} else {
			keys = lines(key)
		}
	case name == "ha.cf: no media":
		conf = strings.ReplaceAll(conf, "bcast lo\n", "")
	case name == "ha.cf: no node":
		conf = strings.ReplaceAll(conf, "node hbn2 hbn3\n", "")
	case name == "ha.cf: own node missing":
		conf = strings.ReplaceAll(conf, " hbn3\n", "\n")
	case name == "ha.cf: bcast on absent interface":
		conf = strings.ReplaceAll(conf, "bcast lo", "bcast eth7")
	case strings.HasPrefix(name, "ha.cf: minimal"):
		conf = "bcast lo\nnode hbn2 hbn3\n"
	}
	for file, text := range map[string]string{"ha.cf": conf, "authkeys": keys, "haresources": groups} { // order: three files
		if name == "no "+file {
			continue
		}
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if file == "authkeys" {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
}
