package haresources

import (
	"strings"
	"testing"
	"time"

	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/wire"
)

// TestAHeartbeatThatLingers: after a cut a heartbeat starts anew, except when
// this member was only late in its eyes. Then both hold everything, and
// somebody must end that.
func TestAHeartbeatThatLingers(t *testing.T) {
	groups, _, err := haconf.ParseHaresources("haresources", []byte("a x\nb y\n"), []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	m := New(Config{Self: "a", Nodes: []string{"a", "b"}, Groups: groups, Failback: haconf.FailbackOff})
	now := time.Unix(1700000000, 0)
	var said []string
	var step func(Event)
	step = func(ev Event) {
		for _, e := range m.Step(now, ev) {
			switch e.Kind {
			case Say:
				said = append(said, e.Message.Type()+" "+e.Message.Get(hold))
			case Run:
				step(Event{Kind: Ended, Job: e.Job, OK: e.Job.Action != "status"})
			}
		}
	}
	pass := func(d time.Duration) (text string) {
		said = nil
		for end := now.Add(d); now.Before(end); now = now.Add(100 * time.Millisecond) {
			step(Event{Kind: Elapsed})
		}
		return strings.Join(said, ", ")
	}
	step(Event{Kind: Node, Name: "b", State: ring.Dead})
	step(Event{Kind: Node, Name: "a", State: ring.Active})
	pass(time.Second)
	if m.Holds() != "all" {
		t.Fatalf("alone it holds %s", m.Holds())
	}
	step(Event{Kind: Node, Name: "b", State: ring.Active, Returned: true})
	if text := pass(lingerFor - time.Second); text != "" {
		t.Errorf("before the heartbeat had time to start anew: %s", text)
	}
	if text := pass(2 * time.Second); text != "starting " {
		t.Errorf("to a heartbeat that lingers: %s", text)
	}
	all := wire.New("resource").Add(hold, "all").Add(kind, "full").Add(isStable, "1")
	step(Event{Kind: Heard, Name: "b", Message: all})
	if text := strings.Join(said, ", "); text != "starting , hb_takeover local" && text != "starting , hb_takeover local, resource local" {
		t.Errorf("when both hold all: %s", text)
	}
	if pass(time.Second); m.Holds() != "local" {
		t.Errorf("in the end it holds %s", m.Holds())
	}
}
