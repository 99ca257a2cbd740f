package haresources

import (
	"slices"
	"strings"
	"time"

	"crm/node/haconf"
	"crm/node/ring"
)

// group is one line of haresources on this member. Its first at resources are
// started; want tells in which direction it goes.
type group struct {
	haconf.Group
	index  int // in Config.Groups
	at     int
	want   bool
	busy   bool // a script runs
	look   int  // resources whose state at the start is not known yet
	found  bool // all of it ran already when this member started: not decided yet
	tries  int  // failed stops
	again  time.Time
	failed bool // it could not be started here
	give   bool // it failed: somebody else should have it
	asked  time.Time
	silent []string // legacy: who has not answered the request
	giveTo string   // legacy: who waits for the stop
}

func (g *group) key() string { return g.Resources[0].Text }

// held tells whether any part of the group may run here.
func (g *group) held() bool { return g.want || g.at > 0 || g.busy }

// settled tells whether the group is where it should be.
func (g *group) settled() bool {
	return !g.busy && (g.want && g.at == len(g.Resources) || !g.want && g.at == 0)
}

func (m *Machine) settled() bool {
	for _, g := range m.groups {
		if !g.settled() {
			return false
		}
	}
	return true
}

// take starts a group.
func (m *Machine) take(g *group) {
	if !g.want {
		m.note(ring.Info, "taking "+g.key())
		g.want, g.found, g.tries, g.again, g.asked = true, false, 0, time.Time{}, time.Time{}
	}
}

// release stops a group.
func (m *Machine) release(g *group) {
	if g.want {
		m.note(ring.Info, "giving up "+g.key())
		g.want = false
	}
	g.found, g.asked = false, time.Time{}
}

// advance runs the next script of a group: what runs already is not started.
func (m *Machine) advance(g *group) {
	if g.busy || g.found || g.settled() || m.now.Before(g.again) || g.tries > stopTries {
		return
	}
	if g.tries == stopTries { // not every script tells the truth about its end
		m.run(g, Job{g.index, g.at - 1, "status"})
		return
	}
	if g.want {
		m.run(g, Job{g.index, g.at, "status"})
		return
	}
	m.run(g, Job{g.index, g.at - 1, "stop"})
}

func (m *Machine) run(g *group, job Job) {
	g.busy = true
	m.out = append(m.out, Effect{Kind: Run, Job: job})
}

// ended takes the end of a script.
func (m *Machine) ended(job Job, ok bool) {
	for _, g := range m.groups {
		if g.index != job.Group || !g.busy {
			continue
		}
		g.busy = false
		switch job.Action {
		case "status":
			m.looked(g, job, ok)
		case "start":
			g.at = job.Resource + 1 // one that failed may be half up: it is stopped too
			if !ok {
				m.note(ring.Error, g.Resources[job.Resource].Text+" does not start: "+g.key()+" is given up here")
				g.failed, g.give, g.want = true, true, false
			}
		case "stop":
			m.stopped(g, job, ok)
		}
	}
}

// look asks for the state of everything before anything is said: a daemon that
// died leaves its scripts running.
func (m *Machine) look() {
	m.begun = true
	for _, g := range m.groups {
		g.look = len(g.Resources)
		m.run(g, Job{g.index, g.look - 1, "status"})
	}
}

func (m *Machine) looking() bool {
	return slices.ContainsFunc(m.groups, func(g *group) bool { return g.look > 0 })
}

// looked takes the answer of a status.
func (m *Machine) looked(g *group, job Job, runs bool) {
	switch {
	case g.look > 0:
		m.lookedFirst(g, runs)
	case g.tries == stopTries && runs:
		g.tries++
		text := g.Resources[job.Resource].Text + " does not stop"
		m.note(ring.Error, text+": nobody else can have it before this machine has ended")
		m.out = append(m.out, Effect{Kind: Reboot, Text: text})
	case g.tries == stopTries:
		m.note(ring.Warn, g.Resources[job.Resource].Text+" says that it cannot be stopped, but it does not run: taken as stopped")
		g.at, g.tries, g.again = job.Resource, 0, time.Time{}
	case runs:
		g.at = job.Resource + 1
	case g.want:
		m.run(g, Job{g.index, job.Resource, "start"})
	}
}

// lookedFirst goes through a group from right to left. What runs only in part
// is stopped; what runs as a whole may go on here if nobody else has it.
func (m *Machine) lookedFirst(g *group, runs bool) {
	g.look--
	if runs && g.at == 0 {
		g.at = g.look + 1
	}
	g.found = runs && g.at == len(g.Resources) && (g.found || g.look == len(g.Resources)-1)
	if g.look > 0 {
		m.run(g, Job{g.index, g.look - 1, "status"})
		return
	}
	switch {
	case g.found:
		m.note(ring.Info, g.key()+" runs here already")
	case g.at > 0:
		m.note(ring.Warn, g.key()+" runs here in part: it is stopped first")
	}
}

func (m *Machine) stopped(g *group, job Job, ok bool) {
	if ok {
		g.at, g.tries, g.again = job.Resource, 0, time.Time{}
		return
	}
	g.tries++
	g.again = m.now.Add(stopAgain)
}

// word is what a member holds, as heartbeat says it.
func (m *Machine) word(held []*group) string {
	if len(held) == 0 {
		return "none"
	}
	return m.setOf(held)
}

// keys are the names of groups, as they are said.
func keys(groups []*group) string {
	var all []string
	for _, g := range groups {
		all = append(all, g.key())
	}
	return strings.Join(all, " ")
}

// heldKeys are the groups this member holds or has agreed to take.
func (m *Machine) heldKeys() string {
	return keys(m.choose(func(g *group) bool { return g.held() || m.move != nil && !m.move.giving && m.move.has(g) }))
}
