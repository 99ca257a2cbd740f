package node

import (
	"slices"
	"strconv"
	"time"

	"crm/engine/graph"
)

// executor carries out what the DC orders on this member: one operation of a
// resource at a time, recurring monitors, and the history of it all.
type executor struct {
	reign     string          // the reign joined, "" before the first
	dc        string          // who reigns
	seen      map[string]bool // orders taken under this reign
	hist      history
	agents    map[string]*agentQueue
	running   map[string]*task // by key of RunAction
	monitors  []*monitor       // sorted by resource, then operation key
	calls     int              // call-id counter
	keys      uint64           // RunAction keys
	updates   []Update         // not yet taken by the DC
	first     uint64           // number of updates[0]
	attrs     []graph.Attr     // transient attributes, kept for the next DC
	asides    []Aside          // and those that the CIB does not show
	attrsVer  uint64
	lastStart map[string][]graph.Attr // parameters a resource was started with
}

// agentQueue is the operations of one resource: one at a time.
type agentQueue struct {
	running *task
	waiting []*task
}

// task is one operation to run.
type task struct {
	key     string // of the RunAction
	order   string // key of the order, "" for repetitions of a monitor
	action  *graph.Action
	monitor *monitor // when recurring
	queued  time.Time
	began   time.Time
}

// monitor is a recurring operation.
type monitor struct {
	resource string
	key      string // operation key
	order    string
	action   *graph.Action
	interval time.Duration
	due      time.Time // zero while queued or running
	reported bool
	rc       int
	status   OpStatus
	gone     bool
}

func newExecutor() *executor {
	return &executor{seen: map[string]bool{}, hist: history{}, agents: map[string]*agentQueue{}, running: map[string]*task{},
		first: 1, lastStart: map[string][]graph.Attr{}}
}

// heardOrders takes orders of the reign that this member joined.
func (m *Machine) heardOrders(from string, o *Orders) {
	x := m.exec
	if o.Reign != x.reign || from != x.dc || x.reign == "" || ofAnother(o.Process, m.cfg.Process) {
		return
	}
	for _, order := range o.List {
		if !x.seen[order.Key] {
			x.seen[order.Key] = true
			m.order(order)
		}
	}
}

func (m *Machine) order(o Order) {
	a := o.Action
	switch a.Operation {
	case "cancel":
		m.cancelMonitor(a.Resource.ID, opKey(a.Resource.ID, a.Attr("CRM_meta_operation"), metaNumber(a, "interval")), o.Key)
	case "delete":
		m.deleteResource(a.Resource.ID, o.Key)
	case "do_shutdown":
		m.told()
	case "stonith":
		m.fenceForDC(o)
	case "clear_failcount":
		m.clearFailure(o)
	default:
		m.enqueue(o)
	}
}

// enqueue puts an operation behind those of its resource. What changes a
// resource ends its recurring operations first.
func (m *Machine) enqueue(o Order) {
	a := o.Action
	t := &task{order: o.Key, action: a}
	if ms := metaNumber(a, "interval"); ms > 0 {
		m.addMonitor(t, time.Duration(ms)*time.Millisecond)
		return
	}
	if a.Operation != "monitor" && a.Operation != "notify" {
		m.dropMonitors(a.Resource.ID)
	}
	m.queue(t)
}

func (m *Machine) queue(t *task) {
	id := t.action.Resource.ID
	q := m.exec.agents[id]
	if q == nil {
		q = new(agentQueue)
		m.exec.agents[id] = q
	}
	t.queued = m.now
	q.waiting = append(q.waiting, t)
	m.runNext(q)
}

// runNext starts the next operation of a resource when none is running.
func (m *Machine) runNext(q *agentQueue) {
	if q.running != nil || len(q.waiting) == 0 {
		return
	}
	t := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.running = t
	x := m.exec
	x.keys++
	t.key = m.cfg.Process + "." + strconv.FormatUint(x.keys, 10)
	t.began = m.now
	x.running[t.key] = t
	m.emit(RunAction{Operation: m.operation(t)})
}

func (m *Machine) operation(t *task) Operation {
	a := t.action
	timeout := time.Duration(metaNumber(a, "timeout")) * time.Millisecond
	if timeout <= 0 {
		timeout = 20 * time.Second
	}
	params := append(slices.Clone(a.Attrs), a.Params...)
	if started, ok := m.exec.lastStart[a.Resource.ID]; ok && a.Operation == "stop" {
		params = withParams(params, started)
	}
	slices.SortFunc(params, func(p, q graph.Attr) int {
		if p.Name < q.Name {
			return -1
		}
		return 1
	})
	return Operation{Key: t.key, Resource: *a.Resource, Name: a.Operation,
		Interval: time.Duration(metaNumber(a, "interval")) * time.Millisecond, Timeout: timeout, Params: params}
}

// withParams replaces an order's parameters by those a resource was started
// with: a stop must find what the start made.
func withParams(order, started []graph.Attr) []graph.Attr {
	var all []graph.Attr
	for _, p := range order {
		if notParameter(p.Name) {
			all = append(all, p)
		}
	}
	for _, p := range started {
		if !notParameter(p.Name) {
			all = append(all, p)
		}
	}
	return all
}

// actionEnded takes the result of an operation.
func (m *Machine) actionEnded(ev ActionEnded) {
	x := m.exec
	t := x.running[ev.Key]
	if t == nil {
		return
	}
	delete(x.running, ev.Key)
	q := x.agents[t.action.Resource.ID]
	q.running = nil
	if t.monitor != nil {
		m.monitorEnded(t, ev)
	} else {
		m.operationEnded(t, ev)
	}
	m.runNext(q)
	if q.running == nil && len(q.waiting) == 0 {
		delete(x.agents, t.action.Resource.ID)
	}
}

func (m *Machine) operationEnded(t *task, ev ActionEnded) {
	a, id := t.action, t.action.Resource.ID
	up := Update{Kind: UpdateResult, Key: t.order, RC: ev.RC, Status: ev.Status, Reason: ev.ExitReason}
	if keepsHistory(a.Operation) {
		up.History = historyOf(a)
		up.History.Entries = m.entries(t, ev)
		m.exec.hist.put(up.History)
	}
	if a.Operation == "start" && ev.Status == OpDone && sameResult(ev.RC, 0) {
		m.exec.lastStart[id] = append(slices.Clone(a.Attrs), a.Params...)
	}
	if a.Operation == "stop" && ev.Status == OpDone && ev.RC == 0 {
		delete(m.exec.lastStart, id)
	}
	m.report(up)
}

// entries are the history entries of a result: failures are kept apart, so
// that a later success does not hide them.
func (m *Machine) entries(t *task, ev ActionEnded) []Entry {
	a, id := t.action, t.action.Resource.ID
	m.exec.calls++
	e := Entry{OperationKey: a.Key, Operation: a.Operation, TransitionKey: t.order, OnNode: m.cfg.Name, CallID: m.exec.calls,
		RC: ev.RC, Status: ev.Status, Interval: metaNumber(a, "interval"), LastRCChange: m.now.Unix(),
		ExecTime: ev.Exec.Milliseconds(), QueueTime: (ev.Queued + t.began.Sub(t.queued)).Milliseconds(),
		MigrateSource: a.Attr("CRM_meta_migrate_source"), MigrateTarget: a.Attr("CRM_meta_migrate_target")}
	if t.monitor != nil {
		e.TransitionKey = t.monitor.order
	}
	e.ExitReason = ev.ExitReason
	target := targetRC(e.TransitionKey)
	if e.Status == OpError && harmlessError(e.RC) {
		e.Status = OpDone
	}
	if a.Operation == "reload-agent" || a.Operation == "reload" {
		e.Operation, e.OperationKey = "start", opKey(id, "start", 0)
		if ev.RC != 0 || ev.Status != OpDone {
			e.Operation, e.OperationKey = "monitor", opKey(id, "monitor", 0)
		}
	}
	e.describe(a, ev.Agent)
	failed := e.Status != OpDone || !sameResult(e.RC, target)
	with := func(entryID string) Entry { e := e; e.ID = entryID; return e }
	switch {
	case isMigration(a.Operation):
		return []Entry{with(opKey(id, a.Operation, 0))}
	case failed && e.Interval == 0:
		return []Entry{with(opKey(id, "last_failure", 0)), with(opKey(id, "last", 0))}
	case failed:
		return []Entry{with(opKey(id, "last_failure", 0))}
	case e.Interval > 0:
		return []Entry{with(opKey(id, a.Operation, e.Interval))}
	}
	return []Entry{with(opKey(id, "last", 0))}
}

// harmlessError tells the exit codes that the policy engine judges by itself.
func harmlessError(rc int) bool { return rc == 7 || rc == 8 || rc == 190 || rc == 191 }

// deleteResource forgets a resource: its history, and the agent's queue.
func (m *Machine) deleteResource(id, order string) {
	m.dropMonitors(id)
	delete(m.exec.hist, id)
	delete(m.exec.lastStart, id)
	m.report(Update{Kind: UpdateDeleted, Key: order, Status: OpDone, History: &ResourceHistory{ID: id}})
}

// report sends an update to the DC and keeps it until it is taken.
func (m *Machine) report(up Update) {
	x := m.exec
	x.updates = append(x.updates, up)
	if x.reign != "" {
		m.send(x.dc, &Message{Updates: &Updates{Reign: x.reign, Process: m.cfg.Process, First: x.first + uint64(len(x.updates)) - 1, List: []Update{up}}})
		m.sooner(alarmUpdates, m.cfg.Retry)
	}
}

func (m *Machine) repeatUpdates() {
	x := m.exec
	if len(x.updates) == 0 || x.reign == "" {
		return
	}
	m.send(x.dc, &Message{Updates: &Updates{Reign: x.reign, Process: m.cfg.Process, First: x.first, List: slices.Clone(x.updates)}})
	m.set(alarmUpdates, m.cfg.Retry)
}

func (m *Machine) heardTaken(t *Taken) {
	x := m.exec
	if t.Reign != x.reign || t.Upto < x.first || ofAnother(t.Process, m.cfg.Process) {
		return
	}
	n := min(t.Upto-x.first+1, uint64(len(x.updates)))
	x.updates = slices.Clone(x.updates[n:])
	x.first += n
}

// joinReign joins a DC's reign, again and again until it lists us.
func (m *Machine) joinReign(dc, reign string, joined []string) {
	x := m.exec
	if m.exited {
		return
	}
	if x.reign != reign {
		x.reign, x.dc = reign, dc
		m.wasDC = dc == m.cfg.Name
		clear(x.seen)
		// What happened so far is in the history; updates go on from here.
		x.first += uint64(len(x.updates))
		x.updates = nil
		m.dropWaiting()
		m.note(Info, "%s is DC", dc)
	}
	if slices.Contains(joined, m.cfg.Process) {
		return
	}
	m.send(dc, &Message{Join: &Join{Reign: reign, Process: m.cfg.Process, Jobs: m.cfg.Jobs, Upto: x.first - 1, History: m.joinHistory(),
		Attrs: x.attrs, Asides: x.asides, FenceEvents: m.fenceEvents, AttrsVer: x.attrsVer}})
}

// dropWaiting forgets orders of an old reign that have not begun.
func (m *Machine) dropWaiting() {
	for _, q := range m.exec.agents { // order: each queue on its own
		q.waiting = slices.DeleteFunc(q.waiting, func(t *task) bool { return t.monitor == nil })
	}
}

// joinHistory is the history with what is running now as pending.
func (m *Machine) joinHistory() []ResourceHistory {
	h := newHistory(m.exec.hist.list())
	for _, key := range sortedKeys(m.exec.running) {
		if t := m.exec.running[key]; t.monitor == nil && keepsHistory(t.action.Operation) {
			h.put(pendingEntry(t.action, t.order, m.cfg.Name, t.began.Unix()))
		}
	}
	return h.list()
}

func (m *Machine) heardAttrs(from string, a *Attrs) {
	x := m.exec
	if a.Kept || from != x.dc || a.Reign != x.reign || ofAnother(a.Process, m.cfg.Process) {
		return
	}
	if a.Version > x.attrsVer {
		x.attrs, x.asides, x.attrsVer = a.List, a.Asides, a.Version
	}
	m.send(from, &Message{Attrs: &Attrs{Reign: a.Reign, Process: m.cfg.Process, Version: x.attrsVer, Kept: true}})
}
