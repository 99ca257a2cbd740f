package control

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crm/cib"
	"crm/node"
)

// machine answers as it is told and remembers what it was asked.
type machine struct {
	mu      sync.Mutex
	asked   []string // IDs
	last    node.Request
	replies []node.Reply // one a request; the last one stays
	err     error
	events  chan Event
}

func (m *machine) Ask(_ context.Context, id string, req node.Request) (node.Reply, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked, m.last = append(m.asked, id), req
	reply := m.replies[0]
	if len(m.replies) > 1 {
		m.replies = m.replies[1:]
	}
	return reply, m.err
}

func (m *machine) History(context.Context) ([]node.Revision, error) {
	return []node.Revision{{Version: cib.Version{Epoch: 3}, Who: "root"}}, nil
}

func (m *machine) Move(_ context.Context, move Move) error {
	if move.Set != "all" {
		return errors.New("not " + move.Set)
	}
	return nil
}

func (m *machine) Info(context.Context) (Info, error) { return Info{Node: "alice", PID: 7}, nil }

func (m *machine) Watch(context.Context) (<-chan Event, error) { return m.events, nil }

func serve(t *testing.T, m *machine) *Client {
	t.Helper()
	dir, err := os.MkdirTemp("", "door") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	s, err := Listen(socket, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	return Dial(socket)
}

func TestAskCarriesRequestAndReply(t *testing.T) {
	m := &machine{replies: []node.Reply{{Version: cib.Version{Epoch: 9}, CIB: []byte("<cib/>")}}}
	c := serve(t, m)
	req := node.Request{Verb: node.VerbCommit, Base: cib.Version{AdminEpoch: 1, Epoch: 8}, CIB: []byte("<cib>é</cib>"), Note: "n"}
	reply, err := c.Ask(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.replies[0], reply); diff != "" {
		t.Error(diff)
	}
	if m.last.Who == "" {
		t.Error("the machine was not told who asks")
	}
	m.last.Who = ""
	if diff := cmp.Diff(req, m.last); diff != "" {
		t.Error(diff)
	}
}

func TestLostAnswerIsAskedAgainWithTheSameID(t *testing.T) {
	m := &machine{replies: []node.Reply{{Refused: node.RefusedUnknown}, {Text: "done"}}}
	reply, err := serve(t, m).Ask(t.Context(), node.Request{Verb: node.VerbCommit})
	if err != nil || reply.Text != "done" {
		t.Fatalf("%+v, %v", reply, err)
	}
	if len(m.asked) != 2 || m.asked[0] != m.asked[1] {
		t.Errorf("asked with IDs %v, want the same twice", m.asked)
	}
}

func TestTwoRequestsHaveTwoIDs(t *testing.T) {
	m := &machine{replies: []node.Reply{{}}}
	c := serve(t, m)
	for range 2 {
		if _, err := c.Ask(t.Context(), node.Request{Verb: node.VerbRead}); err != nil {
			t.Fatal(err)
		}
	}
	if m.asked[0] == m.asked[1] {
		t.Error("both have the same ID: the second would not be carried out")
	}
}

func TestEndlessUncertaintyIsSaidSo(t *testing.T) {
	c := serve(t, &machine{replies: []node.Reply{{Refused: node.RefusedUnknown}}})
	ctx, cancel := context.WithTimeout(t.Context(), 2*askAgain)
	defer cancel()
	_, err := c.Ask(ctx, node.Request{Verb: node.VerbCommit})
	if err == nil || !strings.Contains(err.Error(), "may have been carried out") {
		t.Errorf("%v", err)
	}
}

func TestNoDaemonSaysWhatToDo(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "none")
	_, err := Dial(socket).Ask(t.Context(), node.Request{Verb: node.VerbRead})
	var gone *NoDaemon
	if !errors.As(err, &gone) {
		t.Fatalf("%v", err)
	}
	for _, part := range []string{socket, "no such file", "crm daemon", "crm -c FILE"} {
		if !strings.Contains(gone.Error(), part) {
			t.Errorf("%q does not say %q", gone.Error(), part)
		}
	}
}

func TestSocketOfADeadDaemonIsReplacedAndOfALiveOneIsNot(t *testing.T) {
	dir, err := os.MkdirTemp("", "door")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()

	s, err := Listen(socket, &machine{})
	if err != nil {
		t.Fatalf("over a dead daemon's socket: %v", err)
	}
	defer s.Close()
	if _, err := Listen(socket, &machine{}); err == nil || !strings.Contains(err.Error(), "another crm daemon") {
		t.Errorf("over a live daemon's socket: %v", err)
	}
}

func TestHistoryInfoAndEvents(t *testing.T) {
	m := &machine{events: make(chan Event, 2)}
	c := serve(t, m)
	if all, err := c.History(t.Context()); err != nil || len(all) != 1 || all[0].Version.Epoch != 3 {
		t.Errorf("history %+v, %v", all, err)
	}
	if info, err := c.Info(t.Context()); err != nil || info.Node != "alice" {
		t.Errorf("info %+v, %v", info, err)
	}
	m.events <- Event{When: time.Unix(1, 0).UTC(), Level: node.Warn, Text: "bob is dead"}
	close(m.events)
	var seen []Event
	if err := c.Watch(t.Context(), func(e Event) bool { seen = append(seen, e); return true }); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 1 || seen[0].Text != "bob is dead" || seen[0].Level != node.Warn {
		t.Errorf("events %+v", seen)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	c := serve(t, &machine{})
	var reply node.Reply
	err := c.call(t.Context(), "POST", askPath, map[string]int{"ID": 5}, &reply)
	if err == nil || !strings.Contains(err.Error(), "read the request") {
		t.Errorf("%v", err)
	}
	if _, err := c.Ask(t.Context(), node.Request{}); err == nil || !strings.Contains(err.Error(), "verb") {
		t.Errorf("%v", err)
	}
}

func TestMoveSaysWhyNot(t *testing.T) {
	c := serve(t, &machine{})
	if err := c.Move(t.Context(), Move{Action: MoveStandby, Set: "all"}); err != nil {
		t.Error(err)
	}
	if err := c.Move(t.Context(), Move{Action: MoveStandby, Set: "some"}); err == nil || err.Error() != "not some" {
		t.Errorf("refused: %v", err)
	}
}
