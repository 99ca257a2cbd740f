package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/node"
	"crm/node/agent"
	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/stonith"
	"crm/node/wire"
)

// TestADeathIsHeardOfWhenTheNodeIsOff: not before, not after it came back, and
// at once after a goodbye.
func TestADeathIsHeardOfWhenTheNodeIsOff(t *testing.T) {
	shots, result := make(chan string, 8), make(chan error)
	heard := make(chan string, 8)
	said := make(chan string, 8)
	s := makeShooter(func(ctx context.Context, target string) (string, error) {
		shots <- target
		select {
		case err := <-result:
			return "gun", err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}, func(m *wire.Message) { said <- m.String() }, func(node.Level, string) {})
	t.Cleanup(s.stop)
	dead := &ring.Effect{Kind: ring.StateChange, Node: "bob", State: ring.Dead}
	if s.changed(dead, func() { heard <- "dead" }) {
		t.Error("a death was held back before")
	}
	<-shots
	if !s.changed(&ring.Effect{Node: "bob", State: ring.Active}, nil) {
		t.Error("bob is back, and no death was held back")
	}
	s.changed(dead, func() { heard <- "dead" })
	<-shots
	if len(heard) > 0 {
		t.Fatal("heard of a death that is not confirmed")
	}
	result <- nil
	if got := <-heard; got != "dead" {
		t.Error(got)
	}
	if got := <-said; got != "t=stonith node=bob result=OK" {
		t.Error(got)
	}
	if s.changed(&ring.Effect{Node: "bob", State: ring.Dead, Left: true}, nil) || len(shots) > 0 {
		t.Error("one that said goodbye is shot at")
	}
	s.changed(dead, func() { heard <- "dead" })
	<-shots
	result <- errors.New("no power")
	if got := <-said; got != "t=stonith node=bob result=bad" || len(heard) > 0 {
		t.Errorf("%s, heard %d", got, len(heard))
	}
}

// TestLinesOfHaCfAreDevices: by the name of an agent or a plugin, with named
// parameters, or in the plugin's order, or from a file.
func TestLinesOfHaCfAreDevices(t *testing.T) {
	dir := t.TempDir()
	for path, text := range map[string]string{"sbin/fence_gun": "#!/bin/sh\n", "external/rope": "#!/bin/sh\necho hostlist\necho knot\n",
		"file": "# the rope's\nbob bowline\n"} { // order: three files
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r := agent.New()
	r.Roots.Fence, r.Roots.Stonith = []string{filepath.Join(dir, "sbin")}, []string{dir}
	f := stonith.New(r)
	for _, c := range []struct {
		line haconf.Fence
		want string
		fail string
	}{
		{haconf.Fence{Type: "fence_gun", Params: []string{"ip=10.0.0.9", "pcmk_host_list=bob"}}, "fence_gun 10.0.0.9", ""},
		{haconf.Fence{Type: "gun"}, "fence_gun ", ""},
		{haconf.Fence{Type: "gun", Params: []string{"10.0.0.9"}}, "", "expected NAME=VALUE"},
		{haconf.Fence{Type: "external/rope", Params: []string{"bob", "clove"}}, "external/rope clove", ""},
		{haconf.Fence{Type: "external/rope", File: filepath.Join(dir, "file")}, "external/rope bowline", ""},
		{haconf.Fence{Type: "null"}, "", "no fence agent or plugin of that name"},
	} {
		d, err := device(f, c.line)
		if c.fail != "" {
			if err == nil || !strings.Contains(err.Error(), c.fail) {
				t.Errorf("%v: %v, want %q", c.line, err, c.fail)
			}
			continue
		}
		if got := d.Type + " " + d.Params["ip"] + d.Params["knot"]; err != nil || got != c.want {
			t.Errorf("%v: %q, %v; want %q", c.line, got, err, c.want)
		}
	}
}
