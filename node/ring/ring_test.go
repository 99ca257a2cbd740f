package ring

import (
	"container/heap"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"crm/node/wire"
)

// world is many rings over one made-up network with its own clock.
type world struct {
	begin, now time.Time
	members    map[string]*member
	names      []string
	cut        map[string]bool // "a b": packets from a to b are lost
	loss       uint64          // percent
	random     uint64
	queue      flights
	sent       int
	log        strings.Builder
	quiet      bool // no notes
	oneLink    bool
	cfg        Config
}

type member struct {
	ring       *Ring
	generation uint64
	keys       *wire.Keyring
	delivered  []string
	buf        []byte
	steps      int
	asked      int       // steps when deadline was asked for
	deadline   time.Time // of the ring
}

type flight struct {
	at     time.Time
	n      int
	to     string
	link   string
	packet []byte
}

type flights []flight

func (f flights) Len() int { return len(f) }
func (f flights) Less(i, j int) bool {
	return f[i].at.Before(f[j].at) || f[i].at.Equal(f[j].at) && f[i].n < f[j].n
}
func (f flights) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *flights) Push(x any)   { *f = append(*f, x.(flight)) }
func (f *flights) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

func newWorld(names []string, cfg Config, seed uint64) *world {
	begin := time.Unix(1700000000, 0)
	w := &world{begin: begin, now: begin, members: map[string]*member{}, names: names, cut: map[string]bool{}, random: seed, cfg: cfg}
	w.cfg.Nodes = names
	return w
}

func (w *world) chance(n uint64) uint64 {
	w.random = w.random*6364136223846793005 + 1442695040888963407
	return (w.random >> 33) % n
}

func (w *world) start(name string) {
	gen := uint64(1)
	if old := w.members[name]; old != nil {
		gen = old.generation + 1
	}
	keys, err := wire.NewKeyring(1, wire.Key{Number: 1, Method: wire.CRC})
	if err != nil {
		panic(err)
	}
	cfg := w.cfg
	cfg.Self, cfg.Generation, cfg.Seed = name, gen, w.chance(1<<30)
	copy(cfg.UUID[:], name)
	w.members[name] = &member{ring: New(cfg, w.now), generation: gen, keys: keys, asked: -1}
}

// run lets time pass, event by event.
func (w *world) run(d time.Duration) {
	end := w.now.Add(d)
	for {
		next, who := end, ""
		for _, name := range w.names {
			m := w.members[name]
			if m == nil || m.ring == nil {
				continue
			}
			if m.steps != m.asked { // Deadline looks at every peer
				m.asked, m.deadline = m.steps, m.ring.Deadline()
			}
			if m.deadline.Before(next) {
				next, who = m.deadline, name
			}
		}
		if len(w.queue) > 0 && !w.queue[0].at.After(next) {
			f := heap.Pop(&w.queue).(flight)
			w.now = later(w.now, f.at)
			w.arrive(f)
			continue
		}
		w.now = later(w.now, next)
		if who == "" {
			return
		}
		w.perform(who, w.members[who].ring.Step(w.now, Event{Kind: Elapsed}))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (w *world) arrive(f flight) {
	m := w.members[f.to]
	if m == nil || m.ring == nil {
		return
	}
	var msg wire.Message
	if _, err := m.keys.Open(&msg, f.packet); err != nil {
		panic(err)
	}
	w.perform(f.to, m.ring.Step(w.now, Event{Kind: Heard, Link: f.link, Message: &msg}))
}

func (w *world) perform(who string, effects []Effect) {
	m := w.members[who]
	m.steps++
	for _, e := range effects {
		switch e.Kind {
		case Send:
			m.buf = m.keys.Append(m.buf[:0], e.Message, wire.Netstring)
			w.sent++
			w.send(who, append([]byte(nil), m.buf...))
		case StateChange:
			text := string(e.State)
			if e.Left {
				text += map[bool]string{true: " (left)", false: " (returned)"}[e.State == Dead]
			}
			w.say(who, "%s is %s", e.Node, text)
		case LinkChange:
			w.say(who, "link %s to %s up=%v", e.Link, e.Node, e.Up)
		case Deliver:
			m.delivered = append(m.delivered, e.Message.Get(wire.Info))
		case Note:
			if !w.quiet {
				w.say(who, "note: %s", e.Text)
			}
		}
	}
}

// send carries a packet over two media to everybody, the sender included on
// the first, which is a broadcast.
func (w *world) send(from string, packet []byte) {
	for _, to := range w.names {
		for _, link := range []string{"eth0", "eth1"} {
			if w.oneLink && link != "eth0" {
				continue
			}
			if w.cut[from+" "+to] || w.cut[from+" "+to+" "+link] || from == to && link == "eth1" || w.chance(100) < w.loss {
				continue
			}
			delay := time.Millisecond + time.Duration(w.chance(2000))*time.Microsecond
			w.sent++
			heap.Push(&w.queue, flight{w.now.Add(delay), w.sent, to, link, packet})
		}
	}
}

func (w *world) say(who, format string, args ...any) {
	fmt.Fprintf(&w.log, "%.3f %s: %s\n", w.now.Sub(w.begin).Seconds(), who, fmt.Sprintf(format, args...))
}

// TestScenarios runs testdata: commands over a world of rings.
func TestScenarios(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var w *world
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "world" {
				w = scanWorld(t, d)
				return "ok\n"
			}
			w.log.Reset()
			w.command(t, d)
			if w.log.Len() == 0 {
				return "(nothing)\n"
			}
			return w.log.String()
		})
	})
}

func scanWorld(t *testing.T, d *datadriven.TestData) *world {
	cfg := Config{KeepAlive: time.Second, DeadTime: 10 * time.Second, WarnTime: 5 * time.Second, InitDead: 20 * time.Second, HopFudge: 1}
	var names []string
	for _, arg := range d.CmdArgs {
		at := map[string]*time.Duration{"keepalive": &cfg.KeepAlive, "deadtime": &cfg.DeadTime, "warntime": &cfg.WarnTime, "initdead": &cfg.InitDead}[arg.Key]
		switch {
		case arg.Key == "members":
			names = arg.Vals
		case at != nil:
			v, err := time.ParseDuration(arg.Vals[0])
			if err != nil {
				t.Fatal(err)
			}
			*at = v
		}
	}
	return newWorld(names, cfg, 1)
}

func (w *world) command(t *testing.T, d *datadriven.TestData) {
	var words []string
	for _, a := range d.CmdArgs {
		words = append(words, a.Key)
	}
	switch d.Cmd {
	case "start":
		for _, name := range words {
			w.start(name)
		}
	case "kill":
		w.members[words[0]].ring = nil
	case "leave":
		w.perform(words[0], w.members[words[0]].ring.Step(w.now, Event{Kind: Leave}))
	case "cut", "heal":
		for _, pair := range [][2]string{{words[0], words[1]}, {words[1], words[0]}} {
			w.cut[strings.Join(append(pair[:], words[2:]...), " ")] = d.Cmd == "cut"
		}
	case "freeze": // the member does not run while time passes
		v, err := time.ParseDuration(words[1])
		if err != nil {
			t.Fatal(err)
		}
		m := w.members[words[0]]
		kept := m.ring
		m.ring = nil
		w.run(v)
		m.ring = kept
	case "quiet":
		w.quiet = true
	case "loss":
		w.loss, _ = strconv.ParseUint(words[0], 10, 64)
	case "run":
		v, err := time.ParseDuration(words[0])
		if err != nil {
			t.Fatal(err)
		}
		w.run(v)
	default:
		t.Fatalf("unknown command %s", d.Cmd)
	}
}

// TestEverythingArrivesUnderLoss sends numbered messages through a network
// that loses a third of the packets.
func TestEverythingArrivesUnderLoss(t *testing.T) {
	cfg := Config{KeepAlive: 200 * time.Millisecond, DeadTime: 10 * time.Second, InitDead: 20 * time.Second}
	w := newWorld([]string{"alice", "bob", "carol"}, cfg, 7)
	w.quiet = true
	for _, name := range w.names {
		w.start(name)
	}
	w.run(3 * time.Second)
	w.loss = 58 // of two media: a third of the messages is lost on both
	for i := range 200 {
		alice := w.members["alice"].ring
		w.perform("alice", alice.Step(w.now, Event{Kind: Say, Message: wire.New("x").Add(wire.Info, strconv.Itoa(i))}))
		w.run(50 * time.Millisecond)
	}
	w.run(20 * time.Second)
	for _, name := range w.names[1:] {
		got := w.members[name].delivered
		if len(got) != 200 {
			t.Errorf("%s got %d messages of 200", name, len(got))
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != len(got) {
			t.Errorf("%s got a message twice", name)
		}
	}
}

func TestSameSeedSameHistory(t *testing.T) {
	once := func() (string, int) {
		w := newWorld([]string{"a", "b", "c", "d", "e"}, Config{KeepAlive: time.Second, DeadTime: 5 * time.Second, InitDead: 10 * time.Second}, 3)
		w.loss = 30
		for _, name := range w.names {
			w.start(name)
		}
		w.run(time.Minute)
		w.members["c"].ring = nil
		w.run(time.Minute)
		return w.log.String(), w.sent
	}
	log1, n1 := once()
	log2, n2 := once()
	if log1 != log2 || n1 != n2 {
		t.Error("the same seed gave two histories")
	}
}

// TestDeathIsNoticedAtTheDeadline: not at the next round of some check.
func TestDeathIsNoticedAtTheDeadline(t *testing.T) {
	w := newWorld([]string{"alice", "bob"}, Config{KeepAlive: 50 * time.Millisecond, DeadTime: 250 * time.Millisecond, InitDead: time.Second}, 1)
	w.start("alice")
	w.start("bob")
	w.run(10 * time.Second)
	w.log.Reset()
	w.members["bob"].ring = nil
	w.run(251 * time.Millisecond)
	if !strings.Contains(w.log.String(), "alice: bob is dead") {
		t.Errorf("alice does not know after 251 ms:\n%s", w.log.String())
	}
}

func TestForeignAndOldMessagesChangeNothing(t *testing.T) {
	now := time.Unix(1700000000, 0)
	r := New(Config{Self: "alice", Nodes: []string{"alice", "bob"}, KeepAlive: time.Second, DeadTime: 5 * time.Second, InitDead: 10 * time.Second}, now)
	status := func(src string, gen, seq int) *wire.Message {
		return wire.New("status").Add(wire.State, "active").Add(wire.Src, src).Add(wire.HG, strconv.FormatInt(int64(gen), 16)).
			Add(wire.TS, "1").Add(wire.Seq, strconv.FormatInt(int64(seq), 16))
	}
	hear := func(m *wire.Message) string {
		var b strings.Builder
		for _, e := range r.Step(now, Event{Kind: Heard, Link: "eth0", Message: m}) {
			if e.Kind == StateChange {
				fmt.Fprintf(&b, "%s %s;", e.Node, e.State)
			}
		}
		return b.String()
	}
	for i, c := range []struct {
		m    *wire.Message
		want string
	}{
		{status("mallory", 1, 1), ""},
		{status("alice", 9, 9), ""},
		{wire.New("status").Add(wire.Src, "bob"), ""},
		{wire.New("shutdone").Add(wire.Src, "bob").Add(wire.HG, "5").Add(wire.TS, "1").Add(wire.Seq, "1"), ""}, // before any status
		{status("bob", 5, 7), "bob active;"},
		{status("bob", 4, 8), ""}, // an older generation
		{status("bob", 5, 7), ""}, // a duplicate
		{status("bob", 6, 1), "bob dead;bob active;"},
	} {
		if got := hear(c.m); got != c.want {
			t.Errorf("%d: %v: %q, want %q", i, c.m, got, c.want)
		}
	}
}

// TestBeatGarbage: a beat must not bring a garbage collection nearer.
func TestBeatGarbage(t *testing.T) {
	beat := newBeat()
	for range 2 * keep { // every slot of the history has been used
		beat()
	}
	if n := testing.AllocsPerRun(1000, beat); n > 0 {
		t.Errorf("a beat allocates %v times", n)
	}
}

func FuzzStep(f *testing.F) {
	f.Add("status", "bob", "1", "1", "5", "1", "1")
	f.Add("NS_rexmit", "bob", "1", "1", "5", "1", "ffffffff")
	f.Add("NS_ackmsg", "bob", "1", "1", "5", "1", "1")
	f.Fuzz(func(t *testing.T, kind, src, hg, seq, ack, first, last string) {
		now := time.Unix(1700000000, 0)
		r := New(Config{Self: "alice", Nodes: []string{"alice", "bob"}, KeepAlive: time.Second, DeadTime: 5 * time.Second, InitDead: 10 * time.Second}, now)
		r.Step(now, Event{})
		for range 3 {
			m := wire.New(kind).Add(wire.Src, src).Add(wire.HG, hg).Add(wire.TS, "1").Add(wire.Seq, seq).Add(wire.Dest, "alice").
				Add(wire.AckSeq, ack).Add(wire.FirstSeq, first).Add(wire.LastSeq, last).Add(wire.DeadTime, ack)
			if out := r.Step(now, Event{Kind: Heard, Link: "x", Message: m}); len(out) > mostRexmit+10 {
				t.Fatalf("%d effects", len(out))
			}
			kind = "status"
			now = now.Add(time.Second)
			r.Step(now, Event{})
			if !r.Deadline().After(now) {
				t.Fatal("a deadline that has passed")
			}
		}
	})
}

// TestHundredMembersAgree: all hear of all, and of a death within two deadtimes.
func TestHundredMembersAgree(t *testing.T) {
	const many = 100
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("n%02d", i))
	}
	w := newWorld(names, Config{KeepAlive: 2 * time.Second, DeadTime: 6 * time.Second, InitDead: 20 * time.Second}, 5)
	w.quiet, w.oneLink = true, true
	for _, name := range names {
		w.start(name)
	}
	w.run(6 * time.Second)
	for _, name := range names {
		m := w.members[name]
		if m.ring.State() != Active {
			t.Errorf("%s is %s", name, m.ring.State())
		}
		for _, p := range m.ring.peers {
			if p.state != Active {
				t.Fatalf("%s sees %s as %s", name, p.name, p.state)
			}
		}
	}
	w.log.Reset()
	w.members["n42"].ring = nil
	w.run(2 * w.cfg.DeadTime)
	if n := strings.Count(w.log.String(), "n42 is dead"); n != many-1 || strings.Count(w.log.String(), "is dead") != many-1 {
		t.Errorf("%d of %d know that n42 is dead, and: %s", n, many-1, w.log.String())
	}
}

func TestStrangersDoNotFloodTheLog(t *testing.T) {
	now := time.Unix(1700000000, 0)
	r := New(Config{Self: "alice", Nodes: []string{"alice", "bob"}, KeepAlive: time.Second, DeadTime: time.Minute, InitDead: time.Hour}, now)
	notes := 0
	for range 3000 { // half a minute
		now = now.Add(10 * time.Millisecond)
		for _, e := range r.Step(now, Event{Kind: Heard, Link: "eth0", Message: wire.New("status").Add(wire.Src, "mallory")}) {
			if e.Kind == Note {
				notes++
			}
		}
	}
	if notes != 3 {
		t.Errorf("%d notes about one stranger in half a minute, want 3", notes)
	}
}

func TestNamesCompareInLowerCase(t *testing.T) {
	now := time.Unix(1700000000, 0)
	r := New(Config{Self: "alice", Nodes: []string{"alice", "bob"}, KeepAlive: time.Second, DeadTime: time.Minute, InitDead: time.Hour}, now)
	m := wire.New("status").Add(wire.State, "up").Add(wire.Src, "BOB").Add(wire.HG, "1").Add(wire.TS, "1").Add(wire.Seq, "1")
	for _, e := range r.Step(now, Event{Kind: Heard, Link: "eth0", Message: m}) {
		if e.Kind == StateChange && e.Node == "bob" && e.State == Up {
			return
		}
	}
	t.Error("BOB is not bob")
}
