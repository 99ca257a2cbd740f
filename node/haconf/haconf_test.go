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

func TestEveryKeptDirectiveSaysWhatToDoInstead(t *testing.T) {
	for name := range notDone { // order: only reports
		if options[name] == nil && wholeLines[name] == nil {
			t.Errorf("%s has advice but is no directive", name)
		}
	}
	for _, name := range []string{"ping_group", "stonith", "stonith_host", "failfast"} {
		if notDone[name] == "" {
			t.Errorf("%s is only kept and has no advice", name)
		}
	}
}

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
