package node

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"crm/engine/graph"
)

// fencing is a Fence under way.
type fencing struct {
	node    string
	action  string
	timeout time.Duration
	delay   time.Duration
	why     string
	request string // see FenceEvent
	client  string // who wants it, "" for the cluster
	origin  string // on which member, "" for this one
	process string // of the node, when the shot was ordered
	done    func(ok bool)
}

// fence shoots a node. Two wishes to do the same share one shot.
func (m *Machine) fence(f fencing) {
	for _, key := range sortedKeys(m.fences) {
		if old := m.fences[key]; old.node == f.node && old.action == f.action {
			first, second := old.done, f.done
			old.done = func(ok bool) { first(ok); second(ok) }
			return
		}
	}
	f.process = m.processOf(f.node)
	m.fenceKeys++
	key := m.cfg.Process + ".fence." + strconv.FormatUint(m.fenceKeys, 10)
	m.fences[key] = &f
	m.noteFenceBegin(key, f)
	m.note(Warn, "fencing %s (%s): %s", f.node, f.action, f.why)
	m.emit(Fence{Key: key, Node: f.node, Action: f.action, Timeout: f.timeout, Delay: f.delay, Levels: m.fenceLevels(f.node, f.action)})
}

func (m *Machine) fenceEnded(ev FenceEnded) {
	f := m.fences[ev.Key]
	if f == nil {
		return
	}
	delete(m.fences, ev.Key)
	m.noteFenceEnd(ev.Key, ev.OK, ev.Reason)
	if ev.OK {
		m.note(Warn, "%s was fenced (%s) %s", f.node, f.action, ev.Reason)
		if f.action != "on" {
			m.markDead(f.node, f.process)
		}
	} else {
		m.note(Error, "%s could not be fenced (%s): %s", f.node, f.action, ev.Reason)
	}
	f.done(ev.OK)
}

// processOf is the process of a node that was heard last.
func (m *Machine) processOf(name string) string {
	if p := m.peers[name]; p != nil && p.hello != nil {
		return p.hello.Process
	}
	if f := m.table[name]; f != nil {
		return f.Process
	}
	return ""
}

// markDead takes a process of a node for dead on the word of a fence device
// or of an administrator. A node that has booted and is heard again by the
// time the device reports counts as what it is: another process.
func (m *Machine) markDead(name, process string) {
	p := m.peers[name]
	if p != nil && p.hello != nil && p.hello.Process != process {
		p.killed = process
		return
	}
	if p != nil {
		p.dead, p.harmless, p.killed, p.hello = true, true, process, nil
	}
	if m.dc != nil {
		m.lose(name, name+" was fenced")
	}
	m.setDown(name)
	m.sooner(alarmHello, 0)
	m.sooner(alarmPair, 0)
}

// performFence carries out a stonith action of the transition. A DC does not
// shoot itself: another member does.
func (m *Machine) performFence(a *graph.Action) {
	c := m.dc
	action := a.Attr("CRM_meta_stonith_action")
	timeout := m.options().fencingTimeout
	if other := m.otherMember(); a.Node == m.cfg.Name && action != "on" && other != "" {
		m.give(&given{key: m.transitionKey(a), node: other, action: a, inWalk: true})
		return
	}
	delay := time.Duration(metaNumber(a, "priority_fencing_delay")) * time.Second
	m.fence(fencing{node: a.Node, action: action, timeout: timeout, delay: delay, why: "the policy engine wants it",
		done: func(ok bool) {
			if m.dc == c {
				m.fenceJudged(a, action, ok)
			}
		}})
}

// fenceJudged goes on after a fencing of the transition.
func (m *Machine) fenceJudged(a *graph.Action, action string, ok bool) {
	p := &m.dc.plan
	if ok {
		delete(p.failed, a.Node)
		if action == "on" {
			m.unfenced(a)
		}
		m.confirmFence(a)
		return
	}
	if p.failed == nil {
		p.failed = map[string]int{}
	}
	p.failed[a.Node]++
	m.confirm(a, false)
	if len(m.fenceLevels(a.Node, action)) == 0 || p.failed[a.Node] >= m.options().fencingMost {
		m.note(Error, "%s: given up fencing it until something changes", a.Node)
		p.failed[a.Node] = 0
		if p.walk != nil {
			p.walk.Abort(graph.Infinity, graph.CompletionWait, "fencing failed")
		}
		return
	}
	p.notBefore = m.now.Add(fenceAgain)
	m.think("fencing of " + a.Node + " failed")
}

// confirmFence confirms the action; the walk goes on with what waited for it.
func (m *Machine) confirmFence(a *graph.Action) { m.confirm(a, true) }

// unfenced records that a node was let in by its fence devices.
func (m *Machine) unfenced(a *graph.Action) {
	m.setAttr(a.Node, "#node-unfenced", strconv.FormatInt(m.now.Unix(), 10))
	m.setAttr(a.Node, "#digests-all", a.Attr("CRM_meta_digests_all"))
	m.setAttr(a.Node, "#digests-secure", a.Attr("CRM_meta_digests_secure"))
}

// fenceForDC shoots for a DC that is to be shot itself; the result goes to
// whoever is DC by then.
func (m *Machine) fenceForDC(o Order) {
	action := o.Action.Attr("CRM_meta_stonith_action")
	request, _ := strings.CutSuffix(o.Key, asksFence)
	m.fence(fencing{node: o.Action.Node, action: action, request: request, timeout: m.options().fencingTimeout, why: "its DC asked for it",
		client: o.Action.Attr("client"), delay: time.Duration(metaNumber(o.Action, "start_delay")) * time.Millisecond, origin: cmp.Or(o.Action.Attr("origin"), o.Action.Node),
		done: func(ok bool) {
			rc := 0
			if !ok {
				rc = 1
			}
			m.report(Update{Kind: UpdateFenced, Key: o.Key, RC: rc, Status: OpDone, FenceEvent: m.lastFencing(o.Action.Node), Drop: []string{o.Action.Node}})
		}})
}

func (m *Machine) fencedByPeer(up *Update, g *given) {
	if up.FenceEvent != nil {
		m.keepFenceEvent(*up.FenceEvent)
	}
	if up.RC == 0 && len(up.Drop) == 1 {
		m.markDead(up.Drop[0], m.processOf(up.Drop[0]))
		m.think(up.Drop[0] + " was fenced")
	}
	switch {
	case g == nil || m.dc == nil:
	case g.done != nil:
		g.done(up.RC == 0, up)
	default:
		m.fenceJudged(g.action, g.action.Attr("CRM_meta_stonith_action"), up.RC == 0)
	}
}
