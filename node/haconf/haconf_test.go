package haconf

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"crm/node/wire"
)

// base is a whole ha.cf that cases add a line to.
const base = "logfile /var/log/ha-log\nkeepalive 1\ndeadtime 10\nbcast eth0\nauto_failback off\nnode hbn2 hbn3\n"

// TestFiles runs testdata: the text of a file, a line of dashes, what is made
// of it.
func TestFiles(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "ha.cf":
				c, warnings, err := ParseConfig("ha.cf", []byte(d.Input))
				return answer(warnings, err, func() string { return show(c) })
			case "authkeys":
				mode := "600"
				d.MaybeScanArgs(t, "mode", &mode)
				n, err := strconv.ParseUint(mode, 8, 32)
				if err != nil {
					t.Fatal(err)
				}
				ring, warnings, err := ParseAuthkeys("authkeys", []byte(d.Input), fs.FileMode(n))
				return answer(warnings, err, func() string {
					return fmt.Sprintf("signs with %v of %v\n", ring.Signing(), ring.Keys())
				})
			case "haresources":
				groups, warnings, err := ParseHaresources("haresources", []byte(d.Input), []string{"alice", "bob"})
				return answer(warnings, err, func() string { return showGroups(groups) })
			}
			t.Fatalf("unknown command %q", d.Cmd)
			return ""
		})
	})
}

func answer(warnings []Problem, err error, good func() string) string {
	var b strings.Builder
	for _, w := range warnings {
		fmt.Fprintf(&b, "warning: %v\n", w)
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(err.Error(), "\n", "\nerror: "))
		return b.String()
	}
	return b.String() + good()
}

func show(c *Config) string {
	var b strings.Builder
	fmt.Fprintf(&b, "nodes %v\n", c.Nodes)
	for _, m := range c.Media {
		fmt.Fprintf(&b, "medium %v port %d ttl %d loop %v\n", m, m.Port, m.TTL, m.Loop)
	}
	fmt.Fprintf(&b, "keepalive %v deadtime %v warntime %v initdead %v\n", c.KeepAlive, c.DeadTime, c.WarnTime, c.InitDead)
	fmt.Fprintf(&b, "auto_failback %s crm %v log %q %q %q\n", c.Failback, c.CRM, c.LogFile, c.DebugFile, c.LogFacility)
	if c.Bind.IsValid() {
		fmt.Fprintf(&b, "bind %v\n", c.Bind)
	}
	for _, p := range c.Respawn {
		fmt.Fprintf(&b, "respawn %d as %s: %q\n", p.Line, p.User, p.Argv)
	}
	for _, p := range c.Pings {
		fmt.Fprintf(&b, "ping node %d %s: %v group %v\n", p.Line, p.Name, p.Hosts, p.Group)
	}
	for _, a := range c.APIAuth {
		fmt.Fprintf(&b, "client %d %s: users %v groups %v\n", a.Line, a.Client, a.Users, a.Groups)
	}
	for _, f := range c.Fences {
		fmt.Fprintf(&b, "fence %d from %s: %s %v %s\n", f.Line, f.From, f.Type, f.Params, f.File)
	}
	for _, d := range c.Kept {
		fmt.Fprintf(&b, "kept %d %s: %s\n", d.Line, d.Name, d.Rest)
	}
	return b.String()
}

func showGroups(groups []Group) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "%d %s:", g.Line, g.Node)
		for _, r := range g.Resources {
			fmt.Fprintf(&b, " %s%q", r.Script, r.Args)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestEveryDirectiveWorksOrSaysWhatToUse goes through all directives that
// heartbeat knows (ha.cf(5)): each changes what the daemon reads, or is named in
// a warning with what to use instead. The second word of a line is its effect.
func TestEveryDirectiveWorksOrSaysWhatToUse(t *testing.T) {
	tried := map[string]bool{"node": true, "bcast": true} // in each case below
	for line := range strings.Lines(everyDirective) {
		line = strings.TrimSpace(line)
		name, _, _ := strings.Cut(line, " ")
		tried[name] = true
		without, _, err := ParseConfig("ha.cf", []byte(base+"crm on\n"))
		if err != nil {
			t.Fatal(err)
		}
		with, warnings, err := ParseConfig("ha.cf", []byte(base+"crm on\n"+line+"\n"))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		advised := false
		for _, w := range warnings {
			advised = advised || strings.Contains(w.Text, name) && len(w.Text) > len(name)+20
		}
		for _, c := range []*Config{without, with} {
			c.given, c.written, c.seen, c.Kept = nil, nil, nil, nil
		}
		works := fmt.Sprintf("%+v", *without) != fmt.Sprintf("%+v", *with)
		if !works && !advised {
			t.Errorf("%s changes nothing and says nothing: %v", line, warnings)
		}
		if works && notDone[name] != "" {
			t.Errorf("%s works and is said not to", name)
		}
	}
	for _, name := range directiveNames() {
		if !tried[name] {
			t.Errorf("%s was not tried", name)
		}
	}
}

// everyDirective has one line for each directive, with a value that is not its
// default.
const everyDirective = `keepalive 2
deadtime 20
warntime 7
initdead 99
deadping 21
hopfudge 3
udpport 1694
baud 9600
udp eth1
ucast eth0 10.0.0.2
mcast eth0 225.0.0.1 694 1 0
ucast6 eth0 fe80::1
mcast6 eth0 ff02::1 694 1 0
serial /dev/ttyS0
ping 10.0.0.254
ping6 fe80::254
ping_group routers 10.0.0.254 10.0.0.253
hbaping fc0
auto_failback on
nice_failback on
stonith null /etc/null
stonith_host * null alice bob
watchdog /dev/watchdog
respawn root /bin/true
failfast root /bin/true
apiauth test uid=root
crm off
pacemaker off
crm_daemon_dir /usr/lib/heartbeat
crmd_spawns_pengine off
autojoin any
uuidfrom nodename
hbgenmethod time
cluster shop
quorum_server qs
msgfmt netstring
compression zlib
compression_threshold 4
traditional_compression on
max_rexmit_delay 100
realtime off
rtprio 5
memreserve 100
debug 1
logfacility daemon
logfile /var/log/other
debugfile /var/log/debug
use_logd on
conn_logd_time 60
syslogmsgfmt off
log_badpack off
coredumps off
coreroot /var/cores
use_apphbd on
normalpoll on
opt x
env A=b
record_config_changes on
record_pengine_inputs on
enable_config_writes on
bind 127.0.0.1
replay_window 5
`

func FuzzHaCf(f *testing.F) {
	f.Add(base)
	f.Add("node a,b\nmcast eth0 225.0.0.1 694 1 0\nkeepalive 500ms\ndeadtime 2.5\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, _, err := ParseConfig("ha.cf", []byte(text))
		if (c == nil) == (err == nil) {
			t.Fatalf("%v and %v", c, err)
		}
		if c != nil && (c.KeepAlive <= 0 || c.DeadTime <= 2*c.KeepAlive) {
			t.Fatalf("accepted keepalive %v deadtime %v", c.KeepAlive, c.DeadTime)
		}
	})
}

func FuzzAuthkeys(f *testing.F) {
	f.Add("auth 1\n1 sha1 secret\n2 crc\n")
	f.Add("auth 1\n\u0085 ") // a blank that only Unicode knows
	f.Fuzz(func(t *testing.T, text string) {
		ring, _, err := ParseAuthkeys("authkeys", []byte(text), 0o600)
		if err != nil {
			return
		}
		var m wire.Message
		if _, err := ring.Open(&m, ring.Append(nil, wire.New("status"), wire.Netstring)); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzHaresources(f *testing.F) {
	f.Add("alice 10.0.0.1/24/eth0 httpd::x \\\n  y\n")
	f.Fuzz(func(t *testing.T, text string) {
		groups, _, err := ParseHaresources("haresources", []byte(text), []string{"alice", "bob"})
		if err != nil && groups != nil {
			t.Fatal("groups beside an error")
		}
	})
}
