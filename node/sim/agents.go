package sim

import (
	"fmt"
	"strings"
	"time"

	"crm/node"
)

// work is an operation of a resource and when it ends.
type work struct {
	name  string
	until time.Time
}

// run is a resource agent at work on this machine. It waits for one that an
// earlier daemon has left behind, as node/agent does.
func (m *Member) run(op node.Operation) {
	w := m.w
	m.ops[op.Key] = true
	if left := m.work[op.Resource.ID]; left.until.After(w.now) {
		m.alive(left.until, func() { m.begin(op) })
		return
	}
	m.begin(op)
}

func (m *Member) begin(op node.Operation) {
	w := m.w
	took := 10*time.Millisecond + w.random(w.opt.Agent) + m.slow
	id := op.Resource.ID
	timedOut := took > op.Timeout
	if timedOut {
		took = op.Timeout
	}
	life, boot := m.life, m.boot
	begun := w.now
	if op.Interval == 0 {
		m.work[id] = work{op.Name, w.now.Add(took)}
	}
	if op.Name == "start" && !timedOut && alone(op) {
		w.starting(m, id)
	}
	w.after(took, func() {
		if m.boot != boot || m.life != life && op.Interval > 0 {
			return
		}
		rc := 1
		if !timedOut {
			rc = m.effect(op)
		}
		if m.m == nil || m.life != life || !m.ops[op.Key] {
			return
		}
		delete(m.ops, op.Key)
		st := node.OpDone
		if timedOut {
			st = node.OpTimeout
		}
		m.step(node.ActionEnded{Key: op.Key, RC: rc, Status: st, Exec: w.now.Sub(begun)})
	})
}

// effect is what an operation does to the machine, and its exit code.
func (m *Member) effect(op node.Operation) int {
	id := op.Resource.ID
	if n := m.broken[op.Name+" "+id]; n > 0 {
		m.w.say(m.name, "%s %s fails", op.Name, id)
		return n
	}
	if op.Name != "monitor" && op.Name != "notify" {
		m.w.moves++
	}
	switch op.Name {
	case "start":
		if alone(op) {
			m.w.claim(m, id) // while it started, somebody else may have
		}
		m.running[id] = true
	case "stop":
		if m.running[id] {
			m.w.say(m.name, "stopped %s", id)
		}
		delete(m.running, id)
		delete(m.promoted, id)
	case "promote":
		m.promote(id)
	case "demote":
		delete(m.promoted, id)
	case "monitor":
		switch {
		case !m.running[id]:
			return 7
		case m.promoted[id]:
			return 8
		}
	}
	return 0
}

// promote: one instance at a time, as with anything that must not run twice.
func (m *Member) promote(id string) {
	m.w.say(m.name, "promotes %s", id)
	for _, other := range m.w.members {
		if other != m && other.promoted[id] && m.w.watch.fencing {
			m.w.fail("%s is promoted on %s while it is on %s", id, m.name, other.name)
		}
	}
	m.promoted[id] = true
}

// alone tells whether a resource must run on one member only: fence devices
// and clones may run on many.
func alone(op node.Operation) bool {
	return op.Resource.Class != "stonith" && strings.HasPrefix(op.Resource.ID, "r")
}

func (m *Member) cancel(key string) {
	if !m.ops[key] {
		return
	}
	delete(m.ops, key)
	m.alive(m.w.now, func() { m.step(node.ActionEnded{Key: key, Status: node.OpCancelled}) })
}

// fence is the fence device: it cuts the power, and gives it back later.
func (m *Member) fence(e node.Fence) {
	w := m.w
	target := w.Member(e.Node)
	w.after(300*time.Millisecond+w.random(time.Second)+e.Delay, func() {
		ok, why := true, "by the simulator"
		switch {
		case len(e.Levels) == 0:
			ok, why = false, "no fence device"
		case w.happens(w.opt.FenceFail):
			ok, why = false, "the fence device failed"
		default:
			target.PowerOff()
			if w.opt.Reboot > 0 {
				life := target.life
				w.after(w.opt.Reboot, func() {
					if target.life == life {
						target.PowerOn()
					}
				})
			}
		}
		life := m.life
		w.after(50*time.Millisecond, func() {
			if m.m != nil && m.life == life {
				m.step(node.FenceEnded{Key: e.Key, OK: ok, Reason: fmt.Sprint(why)})
			}
		})
	})
}
