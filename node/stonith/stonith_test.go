package stonith_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crm/node/agent"
	"crm/node/agent/agenttest"
	"crm/node/stonith"
)

// rhcs is a fence agent that keeps a log of what it was told, with each node's
// power in a file of its own.
const rhcs = `
while read -r line; do case "$line" in
action=*) action=${line#action=};;
port=*) port=${line#port=};;
dir=*) dir=${line#dir=};;
fail=*) fail=${line#fail=};;
esac; printf '%s ' "$line" >> "$dir/log.new"; done
[ -n "$dir" ] && { cat "$dir/log.new" >> "$dir/log"; echo >> "$dir/log"; rm -f "$dir/log.new"; }
[ "$action" = "$fail" ] && { echo "the plug is stuck" >&2; exit 1; }
case "$action" in
metadata) cat <<EOT
<?xml version="1.0"?>
<resource-agent name="fence_say" shortdesc="says">
<parameters><parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
<parameter name="port"><content type="string"/></parameter></parameters>
<actions><action name="on" automatic="0"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/>
<action name="monitor"/><action name="meta-data"/><action name="start"/><action name="stop"/></actions></resource-agent>
EOT
;;
list) echo "p1,alice"; echo "bob";;
monitor) ;;
status) case "$port" in carol) exit 2;; *) exit 1;; esac;;
hang) sleep 60;;
esac`

func fencer(t *testing.T) (*stonith.Fencer, *agent.Runner, string) {
	t.Helper()
	dir := t.TempDir()
	put := func(path, body string) {
		t.Helper()
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put("sbin/fence_say", strings.ReplaceAll(rhcs, `$dir/log.new`, dir+`/log.new`))
	put("plugins/external/say", `echo "$1 $2 host=$hostlist" >> `+dir+`/log
case "$1" in
gethosts) for h in $hostlist; do echo $h; done;;
getinfo-devid) echo says;;
getinfo-devdescr) echo "it says <a> & b";;
getinfo-xml) echo '<parameters><parameter name="hostlist" unique="1" required="1"><content type="string"/><shortdesc lang="en">hosts</shortdesc></parameter></parameters>';;
esac`)
	r := &agent.Runner{Dir: dir, Roots: agent.Roots{Fence: []string{filepath.Join(dir, "sbin")}, Stonith: []string{filepath.Join(dir, "plugins")}}}
	return stonith.New(r), r, dir
}

func log(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}

func device(dir string, params ...string) stonith.Device {
	d := stonith.Device{ID: "st", Type: "fence_say", Params: map[string]string{"dir": dir, "pcmk_reboot_retries": "1"}}
	for i := 0; i < len(params); i += 2 {
		d.Params[params[i]] = params[i+1]
	}
	return d
}

func TestFenceDevicesObeyTheContractOfAgents(t *testing.T) {
	_, r, dir := fencer(t)
	agenttest.Run(t, agenttest.Subject{Runner: r, Ref: agent.Ref{Class: "stonith", Type: "fence_say"}, Params: map[string]string{"dir": dir}})
	agenttest.Run(t, agenttest.Subject{Runner: r, Ref: agent.Ref{Class: "stonith", Type: "external/say"}, Params: map[string]string{"hostlist": "alice"}})
}

func TestWhichDeviceReachesANode(t *testing.T) {
	f, _, dir := fencer(t)
	for _, c := range []struct {
		name, target string
		params       []string
		want         string // the port the agent is given, "" when none
	}{
		{"asked, by alias", "alice", nil, "port=p1"},
		{"asked", "bob", nil, "port=bob"},
		{"asked, not there", "carol", nil, ""},
		{"listed", "dave", []string{"pcmk_host_list", "carol, dave"}, "port=dave"},
		{"not listed", "alice", []string{"pcmk_host_list", "carol dave"}, ""},
		{"mapped", "alice", []string{"pcmk_host_map", "alice:7;bob:8"}, "port=7"},
		{"no check", "zoe", []string{"pcmk_host_check", "none"}, "port=zoe"},
		{"by status", "carol", []string{"pcmk_host_check", "status"}, "port=carol"},
		{"by status, unknown", "alice", []string{"pcmk_host_check", "status"}, ""},
		{"other argument", "alice", []string{"pcmk_host_list", "alice", "pcmk_host_argument", "plug"}, "plug=alice"},
		{"other action", "alice", []string{"pcmk_host_list", "alice", "pcmk_reboot_action", "off"}, "action=off"},
		{"nonsense", "alice", []string{"pcmk_host_check", "maybe"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_ = os.Remove(filepath.Join(dir, "log"))
			rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{device(dir, c.params...)}), stonith.Request{Target: c.target, Action: stonith.Reboot, Timeout: 10 * time.Second})
			if c.want == "" {
				if rep.Status != stonith.NoDevice || rep.Err == nil {
					t.Errorf("got %+v", rep)
				}
				return
			}
			lines := strings.Split(strings.TrimSpace(log(t, dir)), "\n")
			last := " " + lines[len(lines)-1] + " "
			if rep.Err != nil || rep.Device != "st" || !strings.Contains(last, " "+c.want+" ") || !strings.Contains(last, "nodename="+c.target) ||
				strings.Contains(last, "pcmk_") {
				t.Errorf("got %+v, told%q, expected %s", rep, last, c.want)
			}
		})
	}
}

func TestOnlyTheAgentsSuccessIsBelieved(t *testing.T) {
	f, _, dir := fencer(t)
	stuck := device(dir, "pcmk_host_list", "alice", "fail", "reboot")
	stuck.ID = "stuck"
	req := stonith.Request{Target: "alice", Action: stonith.Reboot, Timeout: 10 * time.Second}
	rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{stuck}), req)
	if rep.Err == nil || rep.Status != agent.Failed || !strings.Contains(rep.Err.Error(), "the plug is stuck") {
		t.Errorf("got %+v", rep)
	}
	if rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{stuck, device(dir)}), req); rep.Err != nil || rep.Device != "st" {
		t.Errorf("the second device is not used: %+v", rep)
	}
	slow := device(dir, "pcmk_host_list", "alice", "pcmk_reboot_action", "hang")
	req.Timeout = 200 * time.Millisecond
	if rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{slow}), req); rep.Err == nil || rep.Status != agent.TimedOut {
		t.Errorf("got %+v", rep)
	}
	if rep := f.Fence(t.Context(), nil, req); rep.Status != stonith.NoDevice {
		t.Errorf("got %+v", rep)
	}
}

func TestExternalPluginIsToldByTheEnvironment(t *testing.T) {
	f, r, dir := fencer(t)
	d := stonith.Device{ID: "st", Type: "external/say", Params: map[string]string{"hostlist": "alice bob"}}
	rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{d}), stonith.Request{Target: "bob", Action: stonith.Reboot, Timeout: 10 * time.Second})
	if rep.Err != nil || !strings.HasSuffix(log(t, dir), "reset bob host=alice bob\n") {
		t.Errorf("got %+v, told\n%s", rep, log(t, dir))
	}
	meta, err := r.Metadata(t.Context(), agent.Ref{Class: "stonith", Type: "external/say"})
	if err != nil || meta.Parameter("hostlist") == nil || meta.Long != "it says <a> & b" {
		t.Errorf("meta-data %+v (%v)", meta, err)
	}
}

func TestAllDevicesOfALevelHaveToSucceed(t *testing.T) {
	f, _, dir := fencer(t)
	supply := func(id string, params ...string) stonith.Device {
		d := device(dir, append([]string{"pcmk_host_list", "alice", "supply", id}, params...)...)
		d.ID = id
		return d
	}
	for _, c := range []struct {
		name   string
		action stonith.Action
		levels [][]stonith.Device
		want   string // what was done, action and device
		by     string // "" when it failed
	}{
		{"off everywhere before on", stonith.Reboot, [][]stonith.Device{{supply("a"), supply("b")}}, "off a, off b, on a, on b", "a and b"},
		{"one stays on", stonith.Reboot, [][]stonith.Device{{supply("a"), supply("b", "fail", "off")}}, "off a, off b, off b", ""},
		{"the next level", stonith.Reboot, [][]stonith.Device{{supply("a"), supply("b", "fail", "off")}, {supply("c")}},
			"off a, off b, off b, reboot c", "c"},
		{"on fails, it was off", stonith.Reboot, [][]stonith.Device{{supply("a", "fail", "on", "pcmk_on_retries", "1"), supply("b")}},
			"off a, off b, on a, on b", "a and b"},
		{"off", stonith.Off, [][]stonith.Device{{supply("a"), supply("b")}}, "off a, off b", "a and b"},
		{"a device does not reach it", stonith.Reboot, [][]stonith.Device{{supply("a"), supply("b", "pcmk_host_list", "bob")}, {supply("c")}},
			"reboot c", "c"},
		{"let in by one of two", stonith.On, [][]stonith.Device{{supply("a"), supply("b", "pcmk_host_list", "bob")}}, "on a", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_ = os.Remove(filepath.Join(dir, "log"))
			rep := f.Fence(t.Context(), c.levels, stonith.Request{Target: "alice", Action: c.action, Timeout: 10 * time.Second})
			var did []string
			for line := range strings.Lines(log(t, dir)) {
				words := map[string]string{}
				for _, w := range strings.Fields(line) {
					name, value, _ := strings.Cut(w, "=")
					words[name] = value
				}
				if words["supply"] != "" {
					did = append(did, words["action"]+" "+words["supply"])
				}
			}
			if got := strings.Join(did, ", "); got != c.want || rep.Device != c.by || (rep.Err == nil) != (c.by != "") {
				t.Errorf("did %q by %q (%v), expected %q by %q", got, rep.Device, rep.Err, c.want, c.by)
			}
		})
	}
}

func TestADeviceThatHangsLeavesTheNextItsTime(t *testing.T) {
	f, _, dir := fencer(t)
	slow := device(dir, "pcmk_host_list", "alice", "pcmk_reboot_action", "hang", "pcmk_reboot_timeout", "200ms")
	slow.ID = "slow"
	rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{slow, device(dir)}), stonith.Request{Target: "alice", Action: stonith.Reboot, Timeout: 10 * time.Second})
	if rep.Err != nil || rep.Device != "st" {
		t.Errorf("got %+v", rep)
	}
}

func TestADeviceWaitsAsLongAsItsTargetSays(t *testing.T) {
	f, _, dir := fencer(t)
	for base, want := range map[string]time.Duration{"alice:300ms;bob:0s": 300 * time.Millisecond, "bob:9s": 0, "300ms": 300 * time.Millisecond, "": 0} {
		rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{device(dir, "pcmk_host_list", "alice", "pcmk_delay_base", base)}),
			stonith.Request{Target: "alice", Action: stonith.Reboot, Timeout: 10 * time.Second})
		if rep.Err != nil || rep.Duration < want || want == 0 && rep.Duration > 8*time.Second {
			t.Errorf("%q: got %+v, expected %s and more", base, rep, want)
		}
	}
	rep := f.Fence(t.Context(), stonith.Alternatives([]stonith.Device{device(dir, "pcmk_host_list", "alice", "pcmk_delay_base", "soon")}),
		stonith.Request{Target: "alice", Action: stonith.Reboot, Timeout: 10 * time.Second})
	if rep.Err == nil || !strings.Contains(rep.Err.Error(), `pcmk_delay_base="soon": expected a time`) {
		t.Errorf("got %+v", rep)
	}
}
