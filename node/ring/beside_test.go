package ring

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"crm/node/wire"
)

// bench is one ring that is told what to hear.
type bench struct {
	t   *testing.T
	r   *Ring
	now time.Time
}

func newBench(t *testing.T, change func(*Config)) *bench {
	cfg := Config{Self: "alice", Nodes: []string{"alice", "bob"}, KeepAlive: time.Second, DeadTime: 5 * time.Second, InitDead: 10 * time.Second}
	change(&cfg)
	b := &bench{t: t, now: time.Unix(1700000000, 0)}
	b.r = New(cfg, b.now)
	return b
}

func (b *bench) step(ev Event) string {
	var out strings.Builder
	for _, e := range b.r.Step(b.now, ev) {
		switch e.Kind {
		case StateChange:
			fmt.Fprintf(&out, "%s %s;", e.Node, e.State)
		case LinkChange:
			fmt.Fprintf(&out, "%s %s %v;", e.Node, e.Link, e.Up)
		case Echo:
			out.WriteString("echo;")
		case Gone:
			fmt.Fprintf(&out, "gone %s;", e.Node)
		case Expelled:
			out.WriteString("expelled;")
		case Remember:
			fmt.Fprintf(&out, "remember %s %d/%d;", e.Known.Name, e.Known.Generation, e.Known.Seq)
		case Send:
			if kind := e.Message.Type(); kind != "status" {
				fmt.Fprintf(&out, "%s;", kind)
			}
		}
	}
	return out.String()
}

// pass lets time pass in steps of the ring's own deadlines.
func (b *bench) pass(d time.Duration) string {
	var out strings.Builder
	for end := b.now.Add(d); ; {
		at := b.r.Deadline()
		if at.After(end) {
			b.now = end
			return out.String()
		}
		b.now = at
		out.WriteString(b.step(Event{}))
	}
}

func (b *bench) status(src string, gen, seq int, at time.Time) string {
	return b.step(Event{Kind: Heard, Link: "eth0", Message: wire.New("status").Add(wire.State, "active").Add(wire.Src, src).
		Add(wire.HG, strconv.FormatInt(int64(gen), 16)).Add(wire.TS, strconv.FormatInt(at.Unix(), 16)).Add(wire.Seq, strconv.FormatInt(int64(seq), 16))})
}

func (b *bench) expect(what, got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestPingNodesLiveByTheirAnswers: asked with every beat, in state ping while
// they answer, dead after deadping, and back.
func TestPingNodesLiveByTheirAnswers(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Pings, c.DeadPing = []string{"router"}, 3*time.Second })
	b.status("bob", 1, 1, b.now)
	b.expect("a beat", b.step(Event{}), "echo;")
	b.expect("an answer", b.step(Event{Kind: Answered, Node: "router"}), "router router true;router ping;reqnodes;")
	b.expect("another", b.step(Event{Kind: Answered, Node: "router"}), "")
	b.expect("of a node", b.step(Event{Kind: Answered, Node: "bob"}), "")
	b.expect("of nobody", b.step(Event{Kind: Answered, Node: "mallory"}), "")
	b.expect("a message in its name", b.status("router", 1, 1, b.now), "")
	if got := b.pass(3 * time.Second); !strings.Contains(got, "router router false;router dead;") || strings.Contains(got, "bob dead") {
		t.Errorf("no answer for deadping: %q", got)
	}
	b.expect("it answers again", b.step(Event{Kind: Answered, Node: "router"}), "router router true;router ping;")
}

// TestAMemberWaitsForItsPingNodes: it joins when they have answered or are
// given up (initdead), and never asks them for the nodes.
func TestAMemberWaitsForItsPingNodes(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Nodes, c.Pings = []string{"alice"}, []string{"router"} })
	b.step(Event{})
	if b.pass(8 * time.Second); b.r.State() != Up {
		t.Errorf("%s before initdead", b.r.State())
	}
	b.expect("an answer", b.step(Event{Kind: Answered, Node: "router"}), "router router true;router ping;alice active;")
	c := newBench(t, func(c *Config) { c.Nodes, c.Pings = []string{"alice"}, []string{"router"} })
	c.step(Event{})
	if c.pass(10 * time.Second); c.r.State() != Active {
		t.Errorf("%s after initdead", c.r.State())
	}
}

// TestAutoJoin: without it a stranger is dropped; with it he is a node, told to
// others, and still one after a restart.
func TestAutoJoin(t *testing.T) {
	b := newBench(t, func(*Config) {})
	b.expect("none", b.status("carol", 1, 1, b.now), "")
	b = newBench(t, func(c *Config) { c.AutoJoin = true })
	b.expect("any", b.status("carol", 1, 1, b.now), "carol eth0 true;carol active;remember carol 1/1;")
	b.expect("a name that is none", b.status("ca rol", 1, 1, b.now), "")
	b.step(Event{})
	var nodes string
	for _, e := range b.r.Step(b.now, Event{Kind: Heard, Link: "eth0", Message: wire.New("reqnodes").Add(wire.Dest, "alice").Add(wire.Src, "carol").
		Add(wire.HG, "1").Add(wire.TS, "1").Add(wire.Seq, "2")}) {
		if e.Kind == Send && e.Message.Type() == "repnodes" {
			nodes = e.Message.Get(wire.NodeList)
		}
	}
	b.expect("the nodes that carol is told", nodes, "alice bob carol ")
	b = newBench(t, func(c *Config) { c.AutoJoin, c.Known = true, []Known{{"carol", "0123456789abcdef", 1, 1, false}} })
	if got := b.pass(11 * time.Second); !strings.Contains(got, "carol dead") {
		t.Errorf("carol, who was remembered, is not missed: %q", got)
	}
}

// TestAutoJoinWaits: who does not know all nodes does not take himself for
// alone before initdead.
func TestAutoJoinWaits(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Nodes, c.AutoJoin = []string{"alice"}, true })
	b.step(Event{})
	if b.pass(9 * time.Second); b.r.State() != Up {
		t.Errorf("%s after 9 s", b.r.State())
	}
	if b.pass(2 * time.Second); b.r.State() != Active {
		t.Errorf("%s after 11 s", b.r.State())
	}
}

// TestRecordedPacketsAreRefusedAfterARestart of this member: older generations,
// and numbers of the same one that it had heard.
func TestRecordedPacketsAreRefusedAfterARestart(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Known = []Known{{"bob", "0123456789abcdef", 5, 100, false}} })
	b.expect("an older generation", b.status("bob", 4, 1000, b.now), "")
	b.expect("a number that was heard", b.status("bob", 5, 100, b.now), "")
	b.expect("the next number", b.status("bob", 5, 101, b.now), "bob eth0 true;bob active;remember bob 5/101;")
	b.expect("a recording of before", b.status("bob", 5, 7, b.now), "")
	b.expect("a restart", b.status("bob", 6, 1, b.now), "bob dead;bob active;remember bob 6/1;")
}

// TestTheNumberIsRememberedNowAndThen: when a node dies or says goodbye, and
// every five minutes.
func TestTheNumberIsRememberedNowAndThen(t *testing.T) {
	b := newBench(t, func(*Config) {})
	b.status("bob", 5, 1, b.now)
	remembered := ""
	for i := range 301 {
		b.pass(time.Second)
		remembered += b.status("bob", 5, 2+i, b.now)
	}
	b.expect("after 5 minutes", strings.ReplaceAll(remembered, "NS_ackmsg;", ""), "remember bob 5/301;")
	if got := b.pass(6 * time.Second); !strings.Contains(got, "bob dead;remember bob 5/302;") {
		t.Error(got)
	}
}

// TestAStrangeClockIsNeitherBelievedNorGivenUp: outside the window a node that
// appears is refused, but this member does not act as if it were alone; a node
// that is known may set its clock.
func TestAStrangeClockIsNeitherBelievedNorGivenUp(t *testing.T) {
	b := newBench(t, func(c *Config) { c.ReplayWindow = time.Minute })
	b.step(Event{})
	for i := range 15 {
		b.expect("an old recording", b.status("bob", 5, 1+i, b.now.Add(-time.Hour)), "")
		b.pass(time.Second)
	}
	if b.r.State() != Up {
		t.Errorf("alice is %s while somebody whose clock is off is there", b.r.State())
	}
	if got := b.status("bob", 5, 20, b.now.Add(59*time.Second)); !strings.Contains(got, "bob active") {
		t.Errorf("within the window: %q", got)
	}
	if got := b.status("bob", 5, 21, b.now.Add(-time.Hour)); got != "" || b.r.byName["bob"].statusSeq != 21 {
		t.Errorf("a clock that was set: %q, at %d", got, b.r.byName["bob"].statusSeq)
	}
}

// TestBeatsCarryAStamp: what Carry was given goes out with every status from
// then on; of others' beats every change is told, and a beat without one
// (heartbeat's) is none.
func TestBeatsCarryAStamp(t *testing.T) {
	b := newBench(t, func(*Config) {})
	stamps := func(ev Event) (out string) {
		for _, e := range b.r.Step(b.now, ev) {
			switch {
			case e.Kind == Send && e.Message.Type() == "status":
				out += "says " + e.Message.Get(wire.Stamp) + ";"
			case e.Kind == Stamp:
				out += e.Node + " " + e.Text + ";"
			}
		}
		return out
	}
	heard := func(seq, stamp string) Event {
		m := wire.New("status").Add(wire.State, "active").Add(wire.Src, "bob").Add(wire.HG, "1").Add(wire.TS, "1").Add(wire.Seq, seq)
		if stamp != "" {
			m.Add(wire.Stamp, stamp)
		}
		return Event{Kind: Heard, Link: "eth0", Message: m}
	}
	b.expect("before", stamps(Event{}), "says ;says ;")
	b.r.Carry("p.1.1")
	b.now = b.r.Deadline()
	b.expect("a beat", stamps(Event{}), "says p.1.1;")
	b.expect("bob's first", stamps(heard("1", "")), "")
	b.expect("bob's second", stamps(heard("2", "q.1.1")), "bob q.1.1;")
	b.expect("bob's third", stamps(heard("3", "q.1.1")), "")
	b.expect("bob's fourth", stamps(heard("4", "q.1.2")), "bob q.1.2;")
}

// TestNodesAreAddedAndDeleted by what members say: an addition is remembered
// over a restart, only the dead are deleted, and only while all others hear it.
func TestNodesAreAddedAndDeleted(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Nodes = []string{"alice", "bob", "carol"} })
	b.step(Event{})
	seq := 0
	tells := func(kind, names string) string {
		seq++
		return b.step(Event{Kind: Heard, Link: "eth0", Message: wire.New(kind).Add(wire.NodeList, names).Add(wire.Src, "bob").Add(wire.HG, "1").
			Add(wire.TS, "1").Add(wire.Seq, strconv.FormatInt(int64(seq), 16))})
	}
	alive := func(name string, n int) { b.status(name, 1, n, b.now) }
	seq++
	alive("bob", seq)
	alive("carol", 1)
	b.expect("an addition", tells("addnode", "Dave "), "dave init;remember dave 0/0;")
	b.expect("the same again", tells("addnode", "dave "), "")
	b.expect("no name", tells("addnode", "da\x01ve "), "")
	b.expect("dave is heard", b.status("dave", 1, 1, b.now), "dave eth0 true;dave active;remember dave 1/1;")
	b.expect("a live node", tells("delnode", "dave "), "")
	for i := range 6 {
		b.pass(time.Second)
		seq++
		alive("bob", seq)
		alive("carol", 2+i)
	}
	b.expect("a stranger", tells("delnode", "erin "), "")
	b.expect("a dead node", tells("delnode", "dave "), "gone dave;")
	b.expect("what it says then", b.status("dave", 1, 9, b.now), "")
	for range 6 {
		b.pass(time.Second)
		seq++
		alive("bob", seq)
	}
	b.expect("while another is dead too", tells("addnode", "dave "), "dave init;remember dave 0/0;")
	b.pass(11 * time.Second)
	seq++
	alive("bob", seq)
	b.expect("one of two that are dead", tells("delnode", "dave "), "")
	b.expect("both", tells("delnode", "dave carol "), "gone dave;gone carol;")
	b.expect("this member", tells("delnode", "alice "), "expelled;")

	b = newBench(t, func(c *Config) { c.Known = []Known{{"dave", "0123456789abcdef", 1, 5, true}} })
	b.expect("after a restart", b.status("dave", 1, 6, b.now), "dave eth0 true;dave active;remember dave 1/6;")
}

// TestOwnChangesOfNodesAreSaidAndFollowed, or refused with a reason.
func TestOwnChangesOfNodesAreSaidAndFollowed(t *testing.T) {
	b := newBench(t, func(*Config) {})
	b.step(Event{})
	say := func(kind, names string) string {
		return b.step(Event{Kind: Say, Message: wire.New(kind).Add(wire.NodeList, names)})
	}
	b.expect("added", say("addnode", "carol "), "carol init;remember carol 0/0;addnode;")
	b.expect("deleted too early", say("delnode", "carol "), "")
	for kind, names := range map[string][]string{"addnode": nil, "delnode": {"alice"}} { // order: each on its own
		if b.r.Refuses(kind, names) == "" {
			t.Errorf("%s of %v is not refused", kind, names)
		}
	}
}

// TestANewcomerLearnsWhatWasAddedAndDeleted from the answer to its reqnodes.
func TestANewcomerLearnsWhatWasAddedAndDeleted(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Nodes = []string{"alice", "bob", "carol"} })
	b.step(Event{})
	b.status("bob", 1, 1, b.now)
	got := b.step(Event{Kind: Heard, Link: "eth0", Message: wire.New("repnodes").Add(wire.Dest, "alice").Add(wire.NodeList, "alice bob dave ").
		Add(wire.DelNodes, "carol ").Add(wire.Src, "bob").Add(wire.HG, "1").Add(wire.TS, "1").Add(wire.Seq, "2")})
	b.expect("the list", got, "dave init;remember dave 0/0;gone carol;alice active;")
	b.expect("the nodes", strings.Join(b.r.names(), " "), "alice bob dave")
}
