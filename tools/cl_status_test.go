package tools

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/node"
	"crm/node/control"
)

// ringDaemon is a daemon that only knows its ring.
type ringDaemon struct{ info control.Info }

func (d ringDaemon) Ask(context.Context, string, node.Request) (node.Reply, error) {
	return node.Reply{}, nil
}
func (d ringDaemon) History(context.Context) ([]node.Revision, error) { return nil, nil }
func (d ringDaemon) Info(context.Context) (control.Info, error)       { return d.info, nil }
func (d ringDaemon) Watch(context.Context) (<-chan control.Event, error) {
	return nil, nil
}

// Move refuses what is not "local" or "all".
func (d ringDaemon) Move(_ context.Context, m control.Move) error {
	if m.Set != "local" && m.Set != "all" {
		return errors.New(m.Action + " is refused")
	}
	return nil
}

// serveRing makes a daemon with a ring the one that tools ask.
func serveRing(t *testing.T, ring control.Ring) {
	t.Helper()
	dir, err := os.MkdirTemp("", "ring") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	s, err := control.Listen(socket, ringDaemon{control.Info{Node: "hbn1", Version: "1.2", Ring: ring}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		os.RemoveAll(dir)
	})
	t.Setenv(control.SocketVar, socket)
}

var testRing = control.Ring{
	Nodes: []control.RingNode{
		{Name: "hbn1", State: "active", Type: "normal", Links: []control.RingLink{{Name: "eth0", Up: true}, {Name: "eth1", Up: true}}},
		{Name: "hbn2", State: "dead", Type: "normal", Links: []control.RingLink{{Name: "eth0", Up: true}, {Name: "eth1"}}},
		{Name: "grp1", State: "ping", Type: "ping", Links: []control.RingLink{{Name: "grp1", Up: true}}},
	},
	Parameters: map[string]string{"deadtime": "3"},
	Hold:       "local",
}

type clStep struct {
	args     string
	code     int
	out, err string // err: a part of it
}

func tellStatus(t *testing.T, story []clStep) {
	t.Helper()
	for _, s := range story {
		var out, errs bytes.Buffer
		code := ClStatus(strings.Fields(s.args), Streams{Out: &out, Err: &errs})
		if code != s.code || out.String() != s.out || !strings.Contains(errs.String(), s.err) || s.err == "" && errs.Len() > 0 {
			t.Errorf("%s: code %d, want %d\nout %q, want %q\nerr %q, want %q", s.args, code, s.code, out.String(), s.out, errs.String(), s.err)
		}
	}
}

const verboseNodes = "\ngrp1\tping\t(nodetype: ping)\n\tgrp1\tup\n" +
	"\nhbn2\tdead\t(nodetype: normal)\n\teth1\tdead\n\teth0\tup\n" +
	"\nhbn1\tactive\t(nodetype: normal)\n\teth1\tup\n\teth0\tup\n"

func TestClStatusTellsOfTheRing(t *testing.T) {
	serveRing(t, testRing)
	const noNode = "Error. May be due to incorrect node name\n"
	tellStatus(t, []clStep{
		{"hbstatus", 0, "Heartbeat is running on this machine.\n", ""},
		{"hbstatus -v", 0, "version:\t1.2\nmanaged by:\t\"haresources\"\n" + verboseNodes, ""},
		{"listnodes", 0, "grp1\nhbn2\nhbn1\n", ""},
		{"listnodes -v", 0, verboseNodes, ""},
		{"listnodes -n", 0, "hbn2\nhbn1\n", ""},
		{"listnodes -p", 0, "grp1\n", ""},
		{"listnodes -p -n", 0, "grp1\nhbn2\nhbn1\n", ""},
		{"listnodes -m", 0, "The nodes are as follow:\ngrp1\nhbn2\nhbn1\n", ""},
		{"listnodes -x", 11, "", "unknown option -x"},
		{"nodestatus hbn1", 0, "active\n", ""},
		{"nodestatus HBN1 -m", 0, "The cluster node hbn1 is active\n", ""},
		{"nodestatus hbn2", 1, "dead\n", ""},
		{"nodestatus grp1", 0, "ping\n", ""},
		{"nodestatus nope", 11, "", noNode},
		{"nodestatus", 11, "", "Not enough parameters."},
		{"nodetype grp1", 0, "ping\n", ""},
		{"nodetype nope", 11, "", noNode},
		{"nodeweight hbn1", 0, "100\n", ""},
		{"nodesite hbn1", 0, "\n", ""},
		{"listhblinks hbn1", 0, "\teth1\n\teth0\n", ""},
		{"listhblinks -v hbn2", 0, "\teth1\tdead\n\teth0\tup\n", ""},
		{"listhblinks nope", 13, "", "Cannot start heartbeat link interface walk."},
		{"hblinkstatus hbn2 eth0", 0, "up\n", ""},
		{"hblinkstatus hbn2 eth1", 1, "dead\n", ""},
		{"hblinkstatus hbn2 eth9", 13, "", "Cannot get heartbeat link status"},
		{"hblinkstatus hbn2", 11, "", "Not enough parameters."},
		{"clientstatus hbn2 ipfail", 13, "", "Cannot get heartbeat client ipfail's status"},
		{"rscstatus", 0, "local\n", ""},
		{"rscstatus -m", 0, "This node is holding local resources.\n", ""},
		{"hbparameter -p deadtime", 0, "3\n", ""},
		{"hbparameter -p nope", 1, "", "Cannot get parameter nope's value"},
		{"hbparameter -p hbversion", 0, "1.2\n", ""},
		{"hbparameter deadtime", 11, "", "parameter name required"},
		{"bogus", 11, "", "cl_status: ["},
		{"bogus", 11, "", "ERROR: bogus: invalid sub-command."},
	})
}

func TestClStatusOfAManagedCluster(t *testing.T) {
	ring := testRing
	ring.Hold, ring.Nodes = "", ring.Nodes[:1]
	serveRing(t, ring)
	tellStatus(t, []clStep{
		{"hbstatus -v", 0, "version:\t1.2\nmanaged by:\tpacemaker\t(true)\n\nhbn1\tactive\t(nodetype: normal)\n\teth1\tup\n\teth0\tup\n", ""},
		{"rscstatus", 1, "", "try crm_mon"},
	})
}

func TestClStatusWithoutADaemon(t *testing.T) {
	t.Setenv(control.SocketVar, filepath.Join(t.TempDir(), "s"))
	tellStatus(t, []clStep{
		{"hbstatus", 1, "Heartbeat is stopped on this machine.\n", ""},
		{"listnodes", 1, "", "Cannot signon with heartbeat"},
		{"nodestatus", 1, "", "Cannot signon with heartbeat"},
		{"bogus", 11, "", "invalid sub-command"},
	})
}
