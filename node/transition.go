package node

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"crm/engine"
	"crm/engine/graph"
)

// plan is the DC's way from where the cluster is to where it should be.
type plan struct {
	dirty     string // why the policy engine must run; "" when it need not
	engine    uint64 // the RunEngine under way, 0 when none
	walk      *graph.Walk
	notBefore time.Time
	failed    map[string]int  // fencings that failed, by node
	held      []*graph.Action // ready by the graph, held back by this machine
	probes    map[string]int  // by resource: probes of the walk without a result
}

// given is an order without a result.
type given struct {
	key      string
	node     string
	action   *graph.Action
	inWalk   bool
	sent     time.Time
	deadline time.Time
	done     func(ok bool, up *Update) // when not part of the walk
}

// think says that what the policy engine decided on may no longer be so. A
// transition under way starts nothing more, waits for what runs, and the
// engine decides again.
func (m *Machine) think(why string) {
	if m.dc == nil {
		return
	}
	m.updates++
	p := &m.dc.plan
	if p.dirty == "" {
		p.dirty = why
	}
	if p.walk != nil {
		p.walk.Abort(graph.Infinity, graph.CompletionRestart, why)
	}
}

// coordinate does what a DC has to do now; true when something moved.
func (m *Machine) coordinate() bool {
	if m.dc == nil {
		return false
	}
	p := &m.dc.plan
	if p.walk != nil {
		moved := m.advance()
		if m.dc == nil || p.walk == nil || !p.walk.Finished() {
			return moved
		}
		m.walkEnded()
		return true
	}
	if p.dirty == "" || p.engine != 0 || !m.allJoined() {
		return false
	}
	if wait := p.notBefore.Sub(m.now); wait > 0 {
		m.sooner(alarmEngine, wait)
		return false
	}
	m.runEngine()
	return true
}

func (m *Machine) runEngine() {
	p := &m.dc.plan
	m.note(Debug, "running the policy engine: %s", p.dirty)
	p.dirty = ""
	m.engines++
	m.transitions++
	p.engine = m.engines
	m.clear(alarmEngine)
	m.emit(RunEngine{ID: p.engine, Input: engine.Input{CIB: m.view(), Now: m.now, RunID: m.transitions}})
}

func (m *Machine) engineAnswered(ev EngineAnswered) {
	if m.dc == nil || m.dc.plan.engine != ev.ID {
		return
	}
	p := &m.dc.plan
	p.engine = 0
	if ev.Err != nil {
		m.note(Error, "the policy engine failed: %v", ev.Err)
		p.notBefore = m.now.Add(10 * time.Second)
		m.think("the policy engine failed")
		return
	}
	if p.dirty != "" {
		return // decided on what is no longer so
	}
	p.walk = graph.NewWalk(ev.Output.Graph)
	p.walk.SetLimits(m.limits(ev.Output.Graph))
	p.probes = map[string]int{}
	for _, s := range ev.Output.Graph.Synapses {
		if isProbe(s.Action) {
			p.probes[s.Action.Resource.ID]++
		}
	}
}

// limits bounds what is under way: by the transition's own limits, and on each
// node by node-action-limit or else by what the member said it can do.
func (m *Machine) limits(t *graph.Transition) graph.Limits {
	l := graph.Limits{Batch: atoi(t.BatchLimit), Migration: atoi(t.MigrationLimit)}
	configured := atoi(m.property("node-action-limit"))
	c := m.dc
	l.PerNode = func(node string) int {
		if s := c.members[node]; s != nil && configured == 0 {
			return s.jobs
		}
		return configured
	}
	return l
}

// atoi reads a positive number; anything else is 0.
func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return max(0, n)
}

// advance starts what is ready.
func (m *Machine) advance() bool {
	moved := false
	for m.dc != nil && m.dc.plan.walk != nil {
		a := m.dc.plan.walk.Next()
		if a == nil {
			break
		}
		moved = true
		m.perform(a)
	}
	if m.letGo() {
		moved = true
	}
	m.flushOrders()
	return moved
}

// perform starts one action, after a look at whether it still makes sense.
func (m *Machine) perform(a *graph.Action) {
	switch {
	case a.Kind == graph.Pseudo:
		m.confirm(a, true)
	case a.Operation == "stonith":
		m.performFence(a)
	case a.Operation == "do_shutdown", a.Operation == "promote":
		m.dc.plan.held = append(m.dc.plan.held, a)
	case a.Operation == "lrm_delete":
		m.forgetResource(a)
	default:
		m.giveInWalk(a)
	}
}

func (m *Machine) giveInWalk(a *graph.Action) {
	m.give(&given{key: m.transitionKey(a), node: runner(a), action: a, inWalk: true})
}

func runner(a *graph.Action) string {
	if a.Router != "" {
		return a.Router
	}
	return a.Node
}

func (m *Machine) transitionKey(a *graph.Action) string {
	target := a.Attr("CRM_meta_op_target_rc")
	if target == "" {
		target = "0"
	}
	return fmt.Sprintf("%d:%d:%s:%s", a.ID, m.transitions, target, m.cfg.Process)
}

// parseKey takes a transition key apart.
func parseKey(key string) (action, transition, target int, process string, ok bool) {
	part := strings.SplitN(key, ":", 4)
	if len(part) != 4 {
		return 0, 0, 0, "", false
	}
	var err [3]error
	action, err[0] = strconv.Atoi(part[0])
	transition, err[1] = strconv.Atoi(part[1])
	target, err[2] = strconv.Atoi(part[2])
	return action, transition, target, part[3], err[0] == nil && err[1] == nil && err[2] == nil
}

func targetRC(key string) int {
	_, _, target, _, ok := parseKey(key)
	if !ok {
		return 0
	}
	return target
}

// confirm ends an action of the walk.
func (m *Machine) confirm(a *graph.Action, ok bool) {
	if m.dc == nil || m.dc.plan.walk == nil {
		return
	}
	if m.dc.plan.walk.Done(a.ID, ok) && isProbe(a) {
		m.dc.plan.probes[a.Resource.ID]--
	}
}

// give orders a member to do something.
func (m *Machine) give(g *given) {
	s := m.dc.members[g.node]
	if s == nil {
		m.note(Warn, "%s cannot be done: %s takes no part in the cluster", g.action.Key, g.node)
		m.orderFailed(g, "node "+g.node+" is not there")
		return
	}
	if g.inWalk && keepsHistory(g.action.Operation) && g.action.Resource != nil && g.action.Operation != "clear_failcount" {
		s.put(pendingEntry(g.action, g.key, g.node, m.now.Unix()))
		m.updates++
		m.mirrorSoon()
	}
	timeout := time.Duration(metaNumber(g.action, "timeout")+metaNumber(g.action, "start_delay")) * time.Millisecond
	g.sent, g.deadline = m.now, m.now.Add(timeout+m.options().clusterDelay)
	m.dc.given[g.key] = g
	m.dc.outbox = append(m.dc.outbox, g)
	m.sooner(alarmOrders, m.cfg.Retry)
	if g.inWalk && g.action.Attr("CRM_meta_op_no_wait") == "true" {
		m.confirm(g.action, true)
	}
}

// flushOrders sends what was given since the last time, by member.
func (m *Machine) flushOrders() {
	if m.dc == nil || len(m.dc.outbox) == 0 {
		return
	}
	byNode := map[string][]Order{}
	for _, g := range m.dc.outbox {
		byNode[g.node] = append(byNode[g.node], Order{Key: g.key, Action: g.action})
	}
	m.dc.outbox = nil
	for _, node := range sortedKeys(byNode) {
		o := &Orders{Reign: m.dc.reign, List: byNode[node]}
		if s := m.dc.members[node]; s != nil {
			o.Process = s.process
		}
		m.send(node, &Message{Orders: o})
	}
}

// repeatOrders sends orders again that have no result, and gives up on those
// that are overdue. Attributes that a member has not kept are sent again too.
func (m *Machine) repeatOrders() {
	if m.dc == nil {
		return
	}
	for _, key := range sortedKeys(m.dc.given) {
		g := m.dc.given[key]
		if g == nil {
			continue
		}
		if !m.now.Before(g.deadline) {
			m.orderLost(g)
			continue
		}
		m.dc.outbox = append(m.dc.outbox, g)
	}
	m.flushOrders()
	again := len(m.dc.given) > 0
	for _, name := range sortedKeys(m.dc.members) {
		if s := m.dc.members[name]; s.attrsAck < s.attrsVer {
			m.sendAttrs(s)
			again = true
		}
	}
	if again {
		m.sooner(alarmOrders, m.cfg.Retry)
	}
}

// orderLost gives up on an order: the member is there but does not answer.
func (m *Machine) orderLost(g *given) {
	m.note(Error, "%s on %s: no answer for longer than its timeout", g.action.Key, g.node)
	if s := m.dc.members[g.node]; s != nil && g.action.Resource != nil && keepsHistory(g.action.Operation) {
		h := pendingEntry(g.action, g.key, g.node, m.now.Unix())
		h.Entries[0].Status, h.Entries[0].RC = OpTimeout, 1
		h.Entries[0].ID = opKey(h.ID, "last_failure", 0)
		s.put(h)
	}
	m.orderFailed(g, "action lost")
}

func (m *Machine) orderFailed(g *given, why string) {
	delete(m.dc.given, g.key)
	if g.done != nil {
		g.done(false, nil)
		return
	}
	m.confirm(g.action, false)
	m.think(why)
}

// failOrdersOf fails all that a lost member was to do.
func (m *Machine) failOrdersOf(node, why string) {
	for _, key := range sortedKeys(m.dc.given) {
		if g := m.dc.given[key]; g != nil && g.node == node {
			m.orderFailed(g, why)
		}
	}
}

// walkEnded goes on after a transition.
func (m *Machine) walkEnded() {
	p := &m.dc.plan
	w := p.walk
	p.walk = nil
	if w.Terminated() {
		m.note(Warn, "transition %d ended with actions that could never run: %+v", w.Transition().ID, w.Counts())
	}
	switch reason, _ := w.Aborted(); w.Completion() {
	case graph.CompletionShutdown:
		if p.dirty == "" {
			m.leave()
			return
		}
	case graph.CompletionRestart:
		if p.dirty == "" {
			p.dirty = reason
		}
		if d := m.options().transitionWait; d > 0 {
			p.notBefore = m.now.Add(d)
		}
		return
	}
	if p.dirty == "" {
		m.quiet(w.Transition().RecheckBy)
	}
}

// quiet: nothing left to do. The next look is due when a rule, a failure or
// an attribute expires, or after cluster-recheck-interval.
func (m *Machine) quiet(recheckBy int64) {
	if every := m.options().recheck; every > 0 {
		m.sooner(alarmEngine, every)
	}
	if recheckBy > 0 {
		m.sooner(alarmEngine, max(time.Unix(recheckBy, 0).Sub(m.now), 500*time.Millisecond))
	}
	m.answerWaiters()
}

// isQuiet tells whether the cluster has nothing left to do.
func (m *Machine) isQuiet() bool {
	p := &m.dc.plan
	return !m.leaving && p.dirty == "" && p.engine == 0 && p.walk == nil && len(m.dc.given) == 0 && m.allJoined() && len(m.dc.edits) == 0
}
