package haconf

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// base is the ha.cf that the cases below add a line to.
const base = "logfile /var/log/ha-log\nkeepalive 1\ndeadtime 10\nbcast eth0\nauto_failback off\nnode hbn2 hbn3\n"

// differs says why we do not do as heartbeat 3.0.6 did with a case.
var differs = map[string]string{
	"authkeys 622 (write only for others)":   "a key file that others can write is refused",
	"authkeys auth 1|1 sha256 k|":            "sha256 is an addition of ours",
	"ha.cf + 'crm yes'":                      "the parts of the cluster are all in this binary",
	"ha.cf + 'crm respawn\\ncrm respawn'":    "the parts of the cluster are all in this binary",
	"ha.cf: bcast on absent interface":       "asks the system: the transport says it",
	"ha.cf + 'apiauth foo uid=nosuch'":       "asks the system",
	"ha.cf + 'respawn nosuchuser /bin/true'": "asks the system",
	"ha.cf + 'respawn root /bin/nosuch'":     "asks the system",
	"ha.cf + 'ping nosuch.invalid'":          "asks the system",
	"ha.cf + 'ucast eth0 nosuch.invalid'":    "asks the system: the transport says it",
	"ha.cf + 'mcast eth7 225.0.0.1 694 1 0'": "asks the system: the transport says it",
	"ha.cf + 'ucast eth7 10.78.0.12'":        "asks the system: the transport says it (heartbeat died behind rc 0)",
	"ha.cf + 'serial /dev/nosuch'":           "asks the system",
	"ha.cf + 'stonith nosuch /etc/x'":        "its plugins are not ours: warned of",
	"ha.cf + 'stonith_host * nosuch a b'":    "its plugins are not ours: warned of",
}

// TestAsHeartbeatRefuses runs the configurations that were tried on a real
// heartbeat 3.0.6 and compares who refuses.
func TestAsHeartbeatRefuses(t *testing.T) {
	dir := os.Getenv("CRM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	text, err := os.ReadFile(filepath.Join(dir, "conformance", "heartbeat", "config-errors.txt"))
	if err != nil {
		t.Skip("heartbeat's own answers are not here: CRM_SHARED is not set and ../shared does not exist")
	}
	head := regexp.MustCompile(`(?m)^=== (.*) -> rc=(\d)`)
	tried := 0
	for _, m := range head.FindAllStringSubmatch(string(text), -1) {
		err, known := try(m[1])
		if !known {
			continue
		}
		tried++
		refused := m[2] != "0" || m[1] == "ha.cf + 'ucast eth7 10.78.0.12'"
		if reason := differs[m[1]]; (err != nil) != refused && reason == "" {
			t.Errorf("%s: heartbeat exits with %s, we say: %v", m[1], m[2], err)
		}
	}
	if tried < 100 {
		t.Errorf("only %d cases were tried", tried)
	}
	t.Logf("%d cases", tried)
}

func try(name string) (err error, known bool) {
	if rest, ok := strings.CutPrefix(name, "ha.cf + '"); ok {
		rest = strings.ReplaceAll(strings.TrimSuffix(rest, "'"), `\n`, "\n")
		_, _, err = ParseConfig("ha.cf", []byte(base+rest+"\n"))
		return err, true
	}
	if rest, ok := strings.CutPrefix(name, "haresources "); ok {
		rest = strings.ReplaceAll(strings.ReplaceAll(rest, "|", "\n"), `\\`, `\`)
		_, _, err = ParseHaresources("haresources", []byte(rest), []string{"hbn2", "hbn3"})
		return err, true
	}
	rest, ok := strings.CutPrefix(name, "authkeys ")
	if !ok {
		return nil, false
	}
	keys, mode := "auth 1\n1 sha1 k\n", uint64(0o600)
	if first, _, _ := strings.Cut(rest, " "); len(first) == 3 && first > "300" && first < "777" {
		mode, _ = strconv.ParseUint(first, 8, 32)
	} else {
		keys = strings.ReplaceAll(rest, "|", "\n")
	}
	_, _, err = ParseAuthkeys("authkeys", []byte(keys), fs.FileMode(mode))
	return err, true
}
