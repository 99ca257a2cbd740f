package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"crm/engine"
	"crm/node"
)

// Options describe a world.
type Options struct {
	Members   []string
	Seed      uint64
	Keepalive time.Duration // of the ring
	Deadtime  time.Duration
	Loss      int           // messages lost, per thousand
	Delay     time.Duration // most that a message takes
	Disk      time.Duration // most that a sync takes
	Agent     time.Duration // most that an agent takes
	FenceFail int           // fencings that fail, per thousand
	Reboot    time.Duration // from a fencing until the node is back; 0: it stays off
	Verbose   bool          // also say what is of interest only when searching
	Engine    func(engine.Input) (*engine.Output, error)
}

func (o *Options) fill() {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&o.Keepalive, time.Second)
	or(&o.Deadtime, 5*time.Second)
	or(&o.Delay, 5*time.Millisecond)
	or(&o.Disk, 10*time.Millisecond)
	or(&o.Agent, 200*time.Millisecond)
	if o.Engine == nil {
		o.Engine = engine.Run
	}
}

// World is many members and all that is around them: a clock, a network,
// disks, agents, a fence device. Everything in it follows from the seed.
type World struct {
	opt      Options
	start    time.Time
	now      time.Time
	queue    queue
	seq      uint64
	lastStep string
	cabled   time.Duration // when a cable was cut or healed last
	moves    int           // starts and stops
	sends    int           // messages of machines to each other
	alarms   int           // steps of machines that only time asked for
	same     int           // items at the same moment
	items    int
	chance   *rand.Rand
	members  []*Member
	cut      map[[2]string]bool
	log      func(at time.Duration, member, text string)
	answers  map[string]node.Reply // by request id
	broken   []string              // invariants that did not hold
	watch    watch
}

// New makes a world; members are started by Start.
func New(opt Options) *World {
	opt.fill()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	w := &World{opt: opt, start: start, now: start, chance: rand.New(rand.NewPCG(opt.Seed, 77)), cut: map[[2]string]bool{},
		answers: map[string]node.Reply{}}
	for _, name := range opt.Members {
		w.members = append(w.members, &Member{w: w, name: name, disk: &disk{}, running: map[string]bool{}, promoted: map[string]bool{},
			work: map[string]work{}})
	}
	return w
}

type item struct {
	at  time.Time
	seq uint64
	do  func()
}

// queue is a heap of items, the next one first.
type queue []item

func (q queue) before(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].seq < q[j].seq
}

func (q *queue) push(it item) {
	*q = append(*q, it)
	h := *q
	for i := len(h) - 1; i > 0 && h.before(i, (i-1)/2); i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
}

func (q *queue) pop() item {
	h := *q
	first, n := h[0], len(h)-1
	h[0] = h[n]
	h[n] = item{}
	h = h[:n]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < n; c++ {
			if h.before(c, least) {
				least = c
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	*q = h
	return first
}

func (w *World) at(t time.Time, do func()) {
	w.seq++
	w.queue.push(item{t, w.seq, do})
}

func (w *World) after(d time.Duration, do func()) { w.at(w.now.Add(d), do) }

// Run lets the world go on for d.
func (w *World) Run(d time.Duration) { w.RunUntil(d, func() bool { return false }) }

// RunUntil lets the world go on until done, at most for d; it gives false
// when the time was not enough.
func (w *World) RunUntil(d time.Duration, done func() bool) bool {
	end := w.now.Add(d)
	for len(w.queue) > 0 && !w.queue[0].at.After(end) {
		it := w.queue.pop()
		if w.now.Equal(it.at) {
			if w.same++; w.same > 20000+2000*len(w.members)*len(w.members) {
				panic(fmt.Sprintf("time stands still: %s\n%s", w.lastStep, w.state()))
			}
		} else {
			w.same = 0
		}
		w.now = it.at
		if w.items++; w.items > 1000000*max(1, len(w.members)*len(w.members)/16) {
			panic("too much happens")
		}
		it.do()
		if done() {
			return true
		}
	}
	w.now = end
	return done()
}

// Since is the time since the beginning.
func (w *World) Since() time.Duration { return w.now.Sub(w.start) }

func (w *World) random(most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return time.Duration(w.chance.Int64N(int64(most)))
}

func (w *World) happens(perThousand int) bool { return w.chance.IntN(1000) < perThousand }

// Member finds a member by name.
func (w *World) Member(name string) *Member {
	i := slices.IndexFunc(w.members, func(m *Member) bool { return m.name == name })
	if i < 0 {
		return nil
	}
	return w.members[i]
}

func pair(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

// Cut parts two members; Heal joins all again.
func (w *World) Cut(a, b string) { w.cut[pair(a, b)], w.cabled = true, w.Since() }

// Heal repairs all cables.
func (w *World) Heal() {
	clear(w.cut)
	w.cabled = w.Since()
}

// deliver carries something from one member to another, perhaps.
func (w *World) deliver(from, to *Member, do func()) {
	if w.cut[pair(from.name, to.name)] || w.happens(w.opt.Loss) {
		return
	}
	w.after(time.Millisecond+w.random(w.opt.Delay), func() {
		if to.m != nil && !w.cut[pair(from.name, to.name)] {
			do()
		}
	})
}

func (w *World) say(member, format string, args ...any) {
	if w.log != nil {
		w.log(w.Since(), member, fmt.Sprintf(format, args...))
	}
}

func (w *World) fail(format string, args ...any) {
	w.broken = append(w.broken, fmt.Sprintf("%v: ", w.Since())+fmt.Sprintf(format, args...))
}

// Broken lists the invariants that did not hold.
func (w *World) Broken() []string { return w.broken }
