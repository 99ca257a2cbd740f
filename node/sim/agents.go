package sim

import (
	"fmt"
	"time"

	"crm/node"
)

// run is a resource agent at work on this machine.
func (m *Member) run(op node.Operation) {
	w := m.w
	m.ops[op.Key] = true
	took := 10*time.Millisecond + w.random(w.opt.Agent) + m.slow
	id := op.Resource.ID
	timedOut := took > op.Timeout
	if timedOut {
		took = op.Timeout
	}
	life, boot := m.life, m.boot
	begun := w.now
	if op.Name == "start" && !timedOut && op.Resource.Class != "stonith" {
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
	if op.Name != "monitor" {
		m.w.moves++
	}
	switch op.Name {
	case "start":
		if op.Resource.Class != "stonith" {
			m.w.claim(m, id) // while it started, somebody else may have
		}
		m.running[id] = true
	case "stop":
		if m.running[id] {
			m.w.say(m.name, "stopped %s", id)
		}
		delete(m.running, id)
	case "monitor":
		if !m.running[id] {
			return 7
		}
	}
	return 0
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
		case len(e.Devices) == 0:
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
