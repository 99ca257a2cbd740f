package daemon

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crm/node/control"
	"crm/node/wire"
)

var registerInfo = control.Info{Node: "hbn1", Version: "1.2", Ring: control.Ring{
	Nodes: []control.RingNode{
		{Name: "hbn1", State: "active", Type: "normal", Links: []control.RingLink{{Name: "eth0", Up: true}}},
		{Name: "hbn2", State: "dead", Type: "normal", Links: []control.RingLink{{Name: "eth0"}}},
	},
	Parameters: map[string]string{"deadtime": "3"}, KeepAlive: 500 * time.Millisecond, DeadTime: 3 * time.Second,
}}

// serveClients opens a socket for clients and connects to it.
func serveClients(t *testing.T) (path string, dial func() net.Conn) {
	t.Helper()
	dir, err := os.MkdirTemp("", "reg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "register")
	g, err := openRegister(path, func(context.Context) (control.Info, error) { return registerInfo, nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
		os.RemoveAll(dir)
	})
	return path, func() net.Conn {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

// TestHeartbeatsClientsAreAnswered: one conversation, as cl_status has it.
func TestHeartbeatsClientsAreAnswered(t *testing.T) {
	_, dial := serveClients(t)
	conn := dial()
	for _, step := range []struct {
		asked string
		want  []string // a part of each answer
	}{
		{"signon", []string{"result=OK deadtime=bb8 keepalive=1f4 node=hbn1 hbversion=1.2 pacemaker=true logfacility=-1"}},
		{"nodelist", []string{"node=hbn1 nodetype=normal st=active result=ok/more", "node=hbn2 nodetype=normal st=dead result=OK"}},
		{"nodestatus node=HBN2", []string{"st=dead result=OK"}},
		{"nodestatus node=zoe", []string{"result=badreq"}},
		{"iflist node=hbn1", []string{"ifname=eth0 result=OK"}},
		{"ifstatus node=hbn1 ifname=eth0", []string{"st=up result=OK"}},
		{"ifstatus node=hbn1 ifname=eth9", []string{"result=badreq"}},
		{"getparm pname=deadtime", []string{"pvalue=3 result=OK"}},
		{"getparm pname=nope", []string{"result=badreq"}},
		{"numnodes", []string{"numnodes=2"}},
		{"whatever", []string{"result=badreq"}},
	} {
		words := strings.Fields(step.asked)
		m := wire.New("hbapi-req").Add("reqtype", words[0])
		for _, w := range words[1:] {
			name, value, _ := strings.Cut(w, "=")
			m.Add(name, value)
		}
		if _, err := conn.Write(appendFrame(nil, m)); err != nil {
			t.Fatal(err)
		}
		for _, want := range step.want {
			got, err := readFrame(conn)
			if err != nil {
				t.Fatal(step.asked, err)
			}
			text := strings.ReplaceAll(string(wire.AppendClassic(nil, got)), "\n", " ")
			if !strings.Contains(text, want) || !strings.Contains(text, "t=hbapi-resp reqtype="+words[0]) {
				t.Errorf("%s: %s, want %s", step.asked, text, want)
			}
		}
	}
}

// TestBadFramesEndTheConversation, and only that one.
func TestBadFramesEndTheConversation(t *testing.T) {
	_, dial := serveClients(t)
	for _, bad := range []string{"\xff\xff\xff\xff\xcd\xab\x00\x00", "\x04\x00\x00\x00\x00\x00\x00\x00abcd", "\x05\x00\x00\x00\xcd\xab\x00\x00nope\x00"} {
		conn := dial()
		if _, err := conn.Write([]byte(bad)); err != nil {
			t.Fatal(err)
		}
		if rest, _ := io.ReadAll(conn); len(rest) > 0 {
			t.Errorf("%q was answered with %q", bad, rest)
		}
	}
	conn := dial()
	if _, err := conn.Write(appendFrame(nil, wire.New("hbapi-req").Add("reqtype", "numnodes"))); err != nil {
		t.Fatal(err)
	}
	if _, err := readFrame(conn); err != nil {
		t.Error(err)
	}
}

// TestAForeignListenerIsLeftAlone, and a folder that is not there is no error.
func TestAForeignListenerIsLeftAlone(t *testing.T) {
	path, _ := serveClients(t)
	if _, err := openRegister(path, nil); err == nil || !strings.Contains(err.Error(), "listens on") {
		t.Errorf("error %v, want one of who listens", err)
	}
	if g, err := openRegister(filepath.Join(t.TempDir(), "nosuch", "register"), nil); g != nil || err != nil {
		t.Errorf("%v, %v, want nothing", g, err)
	}
}
