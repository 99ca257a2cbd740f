package tools

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/node/control"
)

// called runs a tool and returns its code and what it wrote.
func called(tool Tool, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = tool(args, Streams{In: strings.NewReader(""), Out: &o, Err: &e})
	return code, o.String(), e.String()
}

func TestStandbyAndTakeoverByTheirNames(t *testing.T) {
	serveRing(t, testRing)
	for _, test := range []struct {
		tool Tool
		args []string
		code int
		errs string
	}{
		{StandbyHeartbeat, nil, 0, ""},
		{StandbyHeartbeat, []string{"local"}, 0, ""},
		{StandbyHeartbeat, []string{"some"}, 1, "wrong resources(some)"},
		{StandbyHeartbeat, []string{"failback"}, 1, "standby is refused"},
		{TakeoverHeartbeat, []string{"all"}, 0, ""},
		{TakeoverHeartbeat, []string{"all", "local"}, 1, "Usage: hb_takeover"},
		{Heartbeat, []string{"standby", "local"}, 0, ""},
		{SetWeight, nil, 1, "Usage: hb_setweight"},
		{SetWeight, []string{"hbn1"}, 1, "Usage: hb_setweight"},
		{SetWeight, []string{"hbn1", "50"}, 1, "setweight is refused"},
		{SetSite, []string{"hbn1", "paris", "rome"}, 1, "Usage: hb_setsite"},
		{SetSite, []string{"hbn1", "all"}, 0, ""},
	} {
		if code, _, errs := called(test.tool, test.args...); code != test.code || !strings.Contains(errs, test.errs) {
			t.Errorf("%v: code %d, %q; want %d and %q", test.args, code, errs, test.code, test.errs)
		}
	}
}

func TestServiceStatus(t *testing.T) {
	t.Setenv(control.SocketVar, filepath.Join(t.TempDir(), "nobody"))
	if code, out, _ := called(Heartbeat, "status"); code != 3 || out != "heartbeat is stopped. No process\n" {
		t.Errorf("stopped: code %d, %q", code, out)
	}
	if code, out, _ := called(Heartbeat, "stop"); code != 0 || !strings.HasSuffix(out, "Done.\n") {
		t.Errorf("stop of what is stopped: code %d, %q", code, out)
	}
	if code, out, _ := called(Heartbeat, "-k"); code != 0 || out != "INFO: Heartbeat already stopped.\n" {
		t.Errorf("-k of what is stopped: code %d, %q", code, out)
	}
	ring := testRing
	ring.Groups = []control.HeldGroup{{Key: "10.0.0.1", Node: "hbn1", State: "started", Holder: "hbn1"},
		{Key: "10.0.0.2", Node: "hbn2", State: "elsewhere", Holder: "hbn2"}, {Key: "10.0.0.3", Node: "hbn2", State: "failed"}}
	serveRing(t, ring)
	code, out, _ := called(Heartbeat, "-s")
	want := "[hbn1]...\nthis node holds: local\n10.0.0.1 (of hbn1): started on hbn1\n10.0.0.2 (of hbn2): on hbn2\n10.0.0.3 (of hbn2): failed\n"
	if code != 0 || !strings.HasPrefix(out, "heartbeat OK [pid ") || !strings.HasSuffix(out, want) {
		t.Errorf("running: code %d, %q", code, out)
	}
	if code, _, errs := called(Heartbeat, "go"); code != 1 || !strings.Contains(errs, "expected start, stop") {
		t.Errorf("unknown word: %d, %q", code, errs)
	}
	if code, _, errs := called(Heartbeat, "-x"); code != 2 || !strings.Contains(errs, "Usage") {
		t.Errorf("unknown option: %d, %q", code, errs)
	}
	if code, out, _ := called(Heartbeat, "-V"); code != 0 || !strings.Contains(out, "3.0.6") {
		t.Errorf("version: %d, %q", code, out)
	}
	if code, _, errs := called(Heartbeat); code != 1 || !strings.Contains(errs, "Usage") {
		t.Errorf("no word: %d, %q", code, errs)
	}
}

// TestPropagate: with programs in the place of scp and systemctl.
func TestPropagate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{ // order: files
		"ha/ha.cf":      "node hbn1 hbn2,hbn3\nbcast eth0\nauto_failback off\n",
		"bin/scp":       "#!/bin/sh\necho scp \"$@\"\n",
		"bin/systemctl": "#!/bin/sh\nexit 1\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	ha := filepath.Join(dir, "ha")
	code, out, errs := called(Propagate, "--config", ha, "--node", "hbn2")
	copied := "scp -p " + ha + "/ha.cf " + ha + "/authkeys " + ha + "/haresources root@"
	want := "Propagating HA configuration files to node hbn1.\n" + copied + "hbn1:" + ha + "/\n" +
		"Propagating HA configuration files to node hbn3.\n" + copied + "hbn3:" + ha + "/\n"
	if code != 0 || out != want {
		t.Errorf("code %d, %q, %s\nwant %q", code, out, errs, want)
	}
	if code, out, errs := called(Propagate, "--config", ha, "--node", "zoe"); code == 0 || out != "" || !strings.Contains(errs, "node zoe") {
		t.Errorf("of a stranger: code %d, %q, %q", code, out, errs)
	}
}
