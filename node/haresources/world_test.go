package haresources

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"crm/node/haconf"
	"crm/node/ring"
	"crm/node/wire"
)

const (
	deadTime   = time.Second
	scriptTime = 100 * time.Millisecond
	flightTime = time.Millisecond
)

// world is some members over a made-up ring, with scripts that take a while.
type world struct {
	fatal    func(string, ...any)
	nodes    []string
	groups   []haconf.Group
	failback haconf.Failback
	now      time.Duration
	members  map[string]*member
	cut      map[string]bool
	broken   map[string]bool // "node script action"
	leftover map[string]map[string]bool
	alien    map[string]bool // speaks as heartbeat does: no field of ours
	pending  []happening
	n        int
	log      strings.Builder
}

type member struct {
	name string
	m    *Machine
	runs map[string]bool
	due  time.Duration
	sees map[string]ring.State
}

func newWorld(fatal func(string, ...any), nodes []string, failback haconf.Failback, text string) *world {
	w := &world{fatal: fatal, nodes: nodes, failback: failback, members: map[string]*member{}, cut: map[string]bool{},
		broken: map[string]bool{}, leftover: map[string]map[string]bool{}, alien: map[string]bool{}}
	groups, _, err := haconf.ParseHaresources("haresources", []byte(text), nodes)
	if err != nil {
		fatal("%v", err)
	}
	w.groups = groups
	return w
}

type happening struct {
	at time.Duration
	n  int
	do func()
}

func (w *world) after(d time.Duration, do func()) {
	w.n++
	w.pending = append(w.pending, happening{w.now + d, w.n, do})
}

func (w *world) say(format string, args ...any) {
	fmt.Fprintf(&w.log, "%6.3f ", w.now.Seconds())
	fmt.Fprintf(&w.log, format+"\n", args...)
}

func clock(d time.Duration) time.Time { return time.Unix(1700000000, 0).Add(d) }

func (w *world) step(a *member, ev Event) {
	if w.members[a.name] != a {
		return
	}
	for _, e := range a.m.Step(clock(w.now), ev) {
		w.perform(a, e)
	}
	if d := a.m.Deadline(); !d.IsZero() {
		if at := d.Sub(clock(0)); at != a.due {
			a.due = at
			w.after(at-w.now, func() { w.step(a, Event{Kind: Elapsed}) })
		}
	}
}

func (w *world) perform(a *member, e Effect) {
	switch e.Kind {
	case Say:
		w.send(a, e.Message)
	case Note, Refuse:
		w.say("%s: %s", a.name, e.Text)
	case Announce:
		w.say("%s: announces %s", a.name, w.groups[e.Job.Group].Resources[0].Text)
	case Run:
		w.run(a, e.Job)
	case Reboot:
		w.say("%s: REBOOT: %s", a.name, e.Text)
	case Leave:
		w.say("%s leaves", a.name)
		w.remove(a, 0)
	}
}

func (w *world) send(a *member, m *wire.Message) {
	var text []string
	for _, f := range m.Fields {
		if w.alien[a.name] && f.Name == groupKeys {
			continue
		}
		text = append(text, f.Value)
	}
	w.say("%s says %s", a.name, strings.Join(text, " | "))
	m = m.Clone()
	if w.alien[a.name] {
		m.Fields = slices.DeleteFunc(m.Fields, func(f wire.Field) bool { return f.Name == groupKeys })
	}
	for _, name := range w.nodes {
		if dest, ok := m.Lookup(wire.Dest); name == a.name || w.cut[a.name+name] || ok && dest != name {
			continue
		}
		w.after(flightTime, func() {
			if b := w.members[name]; b != nil && (w.members[a.name] == a || w.members[a.name] == nil) { // no old generation
				w.step(b, Event{Kind: Heard, Name: a.name, Message: m})
			}
		})
	}
}

func (w *world) run(a *member, j Job) {
	script := w.groups[j.Group].Resources[j.Resource].Text
	if j.Action == "status" {
		w.after(flightTime, func() { w.step(a, Event{Kind: Ended, Job: j, OK: a.runs[script]}) })
		return
	}
	w.say("%s: %s %s", a.name, script, j.Action)
	w.after(scriptTime, func() {
		ok := !w.broken[a.name+" "+script+" "+j.Action]
		confused := w.broken[a.name+" "+script+" confused"] // does it, but says no
		if ok && w.members[a.name] == a {
			a.runs[script] = j.Action == "start"
			w.doubles(script)
		}
		w.step(a, Event{Kind: Ended, Job: j, OK: ok && !confused})
	})
}

func (w *world) doubles(script string) {
	n := 0
	for _, name := range w.nodes {
		if a := w.members[name]; a != nil && a.runs[script] {
			n++
		}
	}
	if n > 1 {
		w.say("TWICE: %s", script)
	}
}

// start makes a member that joins at once; the others see it come. One that
// revives is a new process on a machine where the scripts went on.
func (w *world) start(name string, revives bool) {
	w.remove(w.members[name], 0)
	runs := map[string]bool{}
	if revives {
		runs = w.leftover[name]
	}
	a := &member{name: name, runs: runs, m: New(Config{Self: name, Nodes: w.nodes, Groups: w.groups, Failback: w.failback})}
	w.members[name] = a
	for _, other := range w.nodes {
		if other == name {
			continue
		}
		state := ring.Dead
		if b := w.members[other]; b != nil {
			state = ring.Active
			w.step(b, Event{Kind: Node, Name: name, State: ring.Init, Anew: revives})
			for _, s := range []ring.State{ring.Up, ring.Active} {
				w.step(b, Event{Kind: Node, Name: name, State: s})
			}
		}
		w.step(a, Event{Kind: Node, Name: other, State: state})
	}
	w.step(a, Event{Kind: Node, Name: name, State: ring.Active})
}

func (w *world) remove(a *member, notice time.Duration) {
	if a == nil {
		return
	}
	delete(w.members, a.name)
	w.leftover[a.name] = a.runs
	for _, name := range w.nodes {
		if b := w.members[name]; b != nil {
			w.after(notice+flightTime, func() {
				if w.members[a.name] == nil { // who is back is not missed: the ring saw it start over
					w.step(b, Event{Kind: Node, Name: a.name, State: ring.Dead})
				}
			})
		}
	}
}

func (w *world) cutOrHeal(a, b string, cut bool) {
	w.cut[a+b], w.cut[b+a] = cut, cut
	state, delay := ring.Active, flightTime
	if cut {
		state, delay = ring.Dead, deadTime
	}
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		w.after(delay, func() {
			if x := w.members[pair[0]]; x != nil {
				w.step(x, Event{Kind: Node, Name: pair[1], State: state, Returned: !cut})
			}
		})
	}
}

func (w *world) pass(d time.Duration) {
	for end := w.now + d; ; {
		slices.SortFunc(w.pending, func(x, y happening) int { return cmp.Or(cmp.Compare(x.at, y.at), x.n-y.n) })
		if len(w.pending) == 0 || w.pending[0].at > end {
			w.now = end
			return
		}
		next := w.pending[0]
		w.pending = w.pending[1:]
		w.now = next.at
		next.do()
	}
}

func (w *world) where() string {
	var b strings.Builder
	for _, name := range w.nodes {
		a := w.members[name]
		if a == nil {
			fmt.Fprintf(&b, "%s: down\n", name)
			continue
		}
		var runs []string
		for _, g := range w.groups {
			for _, r := range g.Resources {
				if a.runs[r.Text] {
					runs = append(runs, r.Text)
				}
			}
		}
		fmt.Fprintf(&b, "%s: %s: %s\n", name, a.m.Holds(), strings.Join(runs, " "))
	}
	return b.String()
}

func (w *world) command(words []string) {
	switch words[0] {
	case "start", "revive":
		w.start(words[1], words[0] == "revive")
	case "kill":
		w.remove(w.members[words[1]], deadTime)
	case "stop":
		w.step(w.members[words[1]], Event{Kind: Stop})
	case "standby":
		w.step(w.members[words[1]], Event{Kind: Standby, Set: words[2]})
	case "takeover":
		w.step(w.members[words[1]], Event{Kind: Takeover, Set: words[2]})
	case "cut", "heal":
		w.cutOrHeal(words[1], words[2], words[0] == "cut")
	case "break", "mend":
		w.broken[strings.Join(words[1:], " ")] = words[0] == "break"
	case "alien":
		w.alien[words[1]] = true
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			w.fatal("%v", err)
		}
		w.pass(d)
	default:
		w.fatal("unknown command %q", words)
	}
}

// TestMembers walks through the stories in testdata/stories: a line is a command, what
// comes out is what the members say and run, and who runs what in the end.
func TestMembers(t *testing.T) {
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		var w *world
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "cluster" {
				var nodes, failback string
				d.ScanArgs(t, "nodes", &nodes)
				d.ScanArgs(t, "failback", &failback)
				w = newWorld(t.Fatalf, strings.Split(nodes, "+"), haconf.Failback(failback), d.Input)
				return ""
			}
			w.log.Reset()
			w.fatal = t.Fatalf
			for line := range strings.Lines(d.Input) {
				w.command(strings.Fields(line))
			}
			return w.log.String() + w.where()
		})
	})
}
