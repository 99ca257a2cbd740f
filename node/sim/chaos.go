package sim

import (
	"fmt"
	"slices"
	"time"

	"crm/cib"
	"crm/node"
)

// Chaos lets bad things happen to a running cluster for a while, then repairs
// everything and waits until the cluster is quiet. It gives what did not
// hold.
type Chaos struct {
	w          *World
	n          int // requests made
	marks      []string
	properties string
	Trouble    time.Duration // how long bad things happen
}

// NewChaos makes a cluster of some size and nature, all from the seed.
func NewChaos(seed uint64, opt Options) *Chaos {
	names := []string{"alice", "bob", "carol", "dave", "eve"}
	opt.Seed = seed
	if opt.Members == nil {
		opt.Members = names[:2+seed%4]
	}
	if opt.Reboot == 0 {
		opt.Reboot = 15 * time.Second
	}
	if seed%5 == 0 {
		opt.FenceFail = 300
	}
	w := New(opt)
	c := &Chaos{w: w, Trouble: 75 * time.Second, properties: "stonith-enabled=true"}
	w.watch.fencing = true
	if seed%8 == 7 { // no fencing: some resource may run twice for a while, all else holds
		w.watch.fencing = false
		c.properties = "stonith-enabled=false"
		if len(opt.Members) == 2 || seed%16 == 15 {
			c.properties += " no-quorum-policy=ignore"
		}
	}
	return c
}

// Run plays the whole story.
func (c *Chaos) Run() []string {
	w := c.w
	for _, m := range w.members {
		w.after(w.random(2*time.Second), m.Start)
	}
	if !w.RunUntil(60*time.Second, w.settled) {
		w.fail("the cluster did not form:\n%s", w.state())
		return w.broken
	}
	c.change(w.members[0], func(*cib.Document) []byte { return wide(c.properties, w.opt.Members) })
	if !w.RunUntil(30*time.Second, func() bool { return w.settled() && c.placed() }) {
		w.fail("the first configuration was not placed:\n%s", w.state())
		return w.broken
	}
	end := w.now.Add(c.Trouble)
	for w.now.Before(end) && len(w.broken) == 0 {
		c.trouble()
		for range w.chance.IntN(8) {
			w.Run(time.Second)
		}
		if w.Since()-w.cabled > 8*time.Second && w.opt.Loss == 0 {
			w.checkPartitions()
		}
	}
	c.repair()
	if !w.RunUntil(5*time.Minute, func() bool { return w.settled() && c.placed() }) {
		w.fail("the cluster did not settle:\n%s", w.state())
	}
	moves := w.moves
	w.Run(15 * time.Second)
	if w.moves != moves || !w.settled() {
		w.fail("the cluster moved things while nothing happened:\n%s", w.state())
	}
	c.checkMarks()
	return w.broken
}

func (c *Chaos) anyone() *Member { return c.w.members[c.w.chance.IntN(len(c.w.members))] }

// trouble makes one bad thing happen.
func (c *Chaos) trouble() {
	w := c.w
	m, other := c.anyone(), c.anyone()
	switch w.chance.IntN(14) {
	case 0:
		w.say(m.name, "cut from all")
		for _, p := range w.members {
			w.Cut(m.name, p.name)
		}
	case 1:
		w.say(m.name, "cut from %s", other.name)
		w.Cut(m.name, other.name)
	case 2, 3:
		w.say(m.name, "all cables healed")
		w.Heal()
	case 4:
		m.PowerOff()
		w.after(w.random(20*time.Second), m.PowerOn)
	case 5:
		m.Kill()
		w.after(w.random(10*time.Second), m.Start)
	case 6:
		w.opt.Loss = []int{0, 20, 100}[w.chance.IntN(3)]
		w.say(m.name, "loss is %d per thousand", w.opt.Loss)
	case 7, 8:
		c.mark(m)
	case 9:
		c.n++
		m.Ask(fmt.Sprintf("standby-%d", c.n), node.Request{Verb: node.VerbStandby, Node: other.name, Value: []string{"on", "off"}[w.chance.IntN(2)]})
	case 10:
		m.slow = time.Duration(w.chance.IntN(3)) * 2 * time.Second
	case 11:
		id := fmt.Sprintf("%s r%d", []string{"start", "monitor", "stop"}[w.chance.IntN(3)], w.chance.IntN(4))
		if w.happens(200) {
			id = []string{"promote p0", "demote p0", "stop c0", "monitor p0"}[w.chance.IntN(4)]
		}
		m.broken = map[string]int{id: 1}
	case 13:
		if w.happens(700) {
			return // seldom
		}
		w.say("world", "the power fails")
		for _, p := range w.members {
			p.PowerOff()
			w.after(w.random(20*time.Second), p.PowerOn)
		}
	case 12:
		c.n++
		m.Ask(fmt.Sprintf("stop-%d", c.n), node.Request{Verb: node.VerbShutdown})
		w.after(20*time.Second+w.random(20*time.Second), m.Start)
	}
}

// repair undoes all trouble.
func (c *Chaos) repair() {
	w := c.w
	w.say("world", "everything is repaired")
	w.Heal()
	w.opt.Loss, w.opt.FenceFail = 0, 0
	for _, m := range w.members {
		m.slow, m.broken = 0, nil
	}
	var again func()
	again = func() { // a stop that was asked for before may end only now
		for _, m := range w.members {
			m.PowerOn()
			if w.settled() && c.placed() {
				continue
			}
			c.n++
			m.Ask(fmt.Sprintf("online-%d", c.n), node.Request{Verb: node.VerbStandby, Node: m.name, Value: "off"})
			m.Ask(fmt.Sprintf("clean-%d", c.n), node.Request{Verb: node.VerbCleanup})
		}
		w.after(10*time.Second, again)
	}
	again()
	w.Run(15 * time.Second)
}

// placed tells whether every resource runs exactly once, the clones
// everywhere, and one instance is promoted.
func (c *Chaos) placed() bool {
	for i := range 4 {
		if len(c.w.where(fmt.Sprintf("r%d", i))) != 1 {
			return false
		}
	}
	promoted := 0
	for _, m := range c.w.members {
		if !m.running["c0"] || !m.running["p0"] {
			return false
		}
		if m.promoted["p0"] {
			promoted++
		}
	}
	return promoted == 1 && c.w.where("r1")[0] == c.w.where("r2")[0]
}

// change commits at a member what f makes of the configuration it has.
func (c *Chaos) change(m *Member, f func(*cib.Document) []byte) string {
	if m.m == nil {
		return ""
	}
	c.n++
	id := fmt.Sprintf("commit-%d", c.n)
	doc := m.m.Configuration().Copy()
	m.Ask(id, node.Request{Verb: node.VerbCommit, Base: doc.Version(), CIB: f(doc)})
	return id
}

// mark commits a change that can be found again.
func (c *Chaos) mark(m *Member) {
	c.n++
	name := fmt.Sprintf("mark-%d", c.n)
	id := c.change(m, func(doc *cib.Document) []byte {
		return marked(doc, name)
	})
	if id != "" {
		c.w.say(m.name, "commits %s as %s", name, id)
		c.marks = append(c.marks, id+" "+name)
	}
}

// checkMarks compares what was answered with what is there: an acknowledged
// commit is in the configuration, a refused one is not, and none is twice.
func (c *Chaos) checkMarks() {
	doc := c.w.members[0].m
	if doc == nil {
		return
	}
	there := map[string]int{}
	for e := range cib.Walk(doc.Configuration().Configuration()) {
		if e.Tag == "nvpair" {
			there[cib.Attr(e, "name")]++
		}
	}
	for _, mark := range c.marks {
		var id, name string
		fmt.Sscan(mark, &id, &name)
		reply, answered := c.w.answers[id]
		n := there[name]
		switch {
		case n > 1:
			c.w.fail("%s was applied %d times", mark, n)
		case answered && reply.Refused == node.NotRefused && n != 1 && !c.w.kept(name):
			c.w.fail("%s was acknowledged as version %s and is lost", mark, reply.Version)
		case answered && slices.Contains([]node.Refusal{node.RefusedConflict, node.RefusedNoQuorum, node.RefusedNoDC}, reply.Refused) && n != 0:
			c.w.fail("%s was refused (%s) and is there", mark, reply.Refused)
		}
	}
}
