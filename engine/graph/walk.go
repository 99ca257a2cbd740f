package graph

import "strconv"

// Completion is what shall follow when a walk has ended; a higher one wins.
type Completion int

// The completions, in rising order.
const (
	CompletionDone     Completion = iota // nothing: the cluster is as wanted
	CompletionWait                       // nothing until something changes
	CompletionRestart                    // run the policy engine again
	CompletionShutdown                   // this member stops
)

// Limits bounds how much is under way at one time. Zero means no bound.
type Limits struct {
	Batch     int                   // actions in flight, all nodes together
	Migration int                   // live migrations from or to one node
	PerNode   func(node string) int // actions in flight on one node; may be nil
}

// Counts says how far a walk is.
type Counts struct {
	Completed  int // confirmed, also those that failed
	InFlight   int // handed out, no result yet
	Skipped    int // ready, but not started any more because of an abort
	Incomplete int // never became ready
}

// Walk is one execution of a transition: which actions may be started now,
// which are under way, which are over. It does nothing by itself: who drives
// it starts the actions that Next or Ready hand out and reports each end with
// Done.
//
// Actions are handed out in passes over the synapses in written order
// (Pacemaker's controller does the same): what becomes ready behind the
// present place is found in this pass, what becomes ready before it in the
// next. When Done follows each Next at once, as in a simulation, the order is
// Pacemaker's simulator's.
type Walk struct {
	t        *Transition
	limits   Limits
	steps    []step
	byID     map[int]int // action id to synapse index
	waiting  waiters
	cursor   int       // index of the synapse visited last in this pass
	now      indexHeap // ready, behind the cursor
	next     indexHeap // ready, for the next pass
	held     []int     // ready, but held back by a limit
	inFlight int
	busy     int // of those in flight, the real ones
	perNode  map[string]int
	migrates map[string]int

	abortPriority int
	completion    Completion
	abortReason   string
	confirmed     int
	skipped       int
}

type stage int8

const (
	waiting stage = iota
	ready
	started
	confirmed
	skipped
)

type step struct {
	missing int // inputs not confirmed
	stage   stage
}

// NewWalk begins a walk. The limits are the transition's own batch-limit and
// migration-limit; see SetLimits.
func NewWalk(t *Transition) *Walk {
	w := &Walk{t: t, steps: make([]step, len(t.Synapses)), byID: make(map[int]int, len(t.Synapses)),
		perNode: map[string]int{}, migrates: map[string]int{}, cursor: -1}
	w.limits.Batch = positive(t.BatchLimit)
	w.limits.Migration = positive(t.MigrationLimit)
	for i, s := range t.Synapses {
		w.byID[s.Action.ID] = i
	}
	w.waiting = w.findWaiters()
	for i, s := range t.Synapses {
		w.steps[i].missing = len(s.Inputs)
		if len(s.Inputs) == 0 {
			w.steps[i].stage = ready
			w.now = append(w.now, i) // rising, so already a heap
		}
	}
	return w
}

// waiters tells which synapses wait for which: those that wait for synapse i
// are list[from[i]:from[i+1]], in written order.
type waiters struct {
	from, list []int32
}

func (w *waiters) of(i int) []int32 { return w.list[w.from[i]:w.from[i+1]] }

// findWaiters counts first, so that one list has room for all.
func (w *Walk) findWaiters() waiters {
	found := waiters{from: make([]int32, len(w.t.Synapses)+1)}
	for _, s := range w.t.Synapses {
		for _, in := range s.Inputs {
			if i, known := w.byID[in.ID]; known {
				found.from[i+1]++
			}
		}
	}
	for i := range w.t.Synapses {
		found.from[i+1] += found.from[i]
	}
	found.list = make([]int32, found.from[len(w.t.Synapses)])
	next := append([]int32(nil), found.from...)
	for j, s := range w.t.Synapses {
		for _, in := range s.Inputs {
			if i, known := w.byID[in.ID]; known {
				found.list[next[i]] = int32(j)
				next[i]++
			}
		}
	}
	return found
}

func positive(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// SetLimits replaces the limits, for example when a node became too loaded.
func (w *Walk) SetLimits(l Limits) { w.limits = l }

// Transition is what the walk goes over.
func (w *Walk) Transition() *Transition { return w.t }

// Next hands out one action that may be started now and counts it as under
// way, or returns nil when there is none at the moment.
func (w *Walk) Next() *Action {
	for {
		if len(w.now) == 0 {
			if len(w.next) == 0 {
				w.cursor = -1
				return nil
			}
			w.now, w.next, w.cursor = w.next, w.now, -1
		}
		i := w.now.pop()
		w.cursor = i
		s := w.t.Synapses[i]
		if s.Action.Kind != Pseudo {
			if s.Priority < w.abortPriority {
				w.steps[i].stage = skipped
				w.skipped++
				continue
			}
			if w.tooMuch(s.Action) {
				w.held = append(w.held, i)
				continue
			}
			w.count(s.Action, 1)
		}
		w.steps[i].stage = started
		w.inFlight++
		return s.Action
	}
}

// Ready hands out every action that may be started now, in order; see Next.
func (w *Walk) Ready() []*Action {
	var all []*Action
	for a := w.Next(); a != nil; a = w.Next() {
		all = append(all, a)
	}
	return all
}

// runner is the node whose load an action adds to: the one that carries it
// out, which for a remote node is the one that holds the connection.
func runner(a *Action) string {
	if a.Router != "" {
		return a.Router
	}
	return a.Node
}

func (a *Action) migrates() bool { return a.Operation == "migrate_to" || a.Operation == "migrate_from" }

func (w *Walk) tooMuch(a *Action) bool {
	if w.limits.Batch > 0 && w.busy >= w.limits.Batch {
		return true
	}
	if a.Kind != Resource {
		return false
	}
	if w.limits.PerNode != nil {
		if most := w.limits.PerNode(runner(a)); most > 0 && w.perNode[runner(a)] >= most {
			return true
		}
	}
	if w.limits.Migration > 0 && a.migrates() {
		return w.migrates[a.Attr("CRM_meta_migrate_source")] >= w.limits.Migration ||
			w.migrates[a.Attr("CRM_meta_migrate_target")] >= w.limits.Migration
	}
	return false
}

// count books a real action in (1) or out (-1).
func (w *Walk) count(a *Action, by int) {
	w.busy += by
	if node := runner(a); a.Kind == Resource && node != "" {
		w.perNode[node] += by
	}
	if a.migrates() {
		w.migrates[a.Attr("CRM_meta_migrate_source")] += by
		w.migrates[a.Attr("CRM_meta_migrate_target")] += by
	}
}

// Done reports the end of an action that was handed out. What waits for a
// failed action stays waiting, unless its priority is infinite. An action
// that was not handed out, or is over already, changes nothing and gives false.
func (w *Walk) Done(id int, ok bool) bool {
	i, known := w.byID[id]
	if !known || w.steps[i].stage != started {
		return false
	}
	if a := w.t.Synapses[i].Action; a.Kind != Pseudo {
		w.count(a, -1)
	}
	w.steps[i].stage = confirmed
	w.inFlight--
	w.confirmed++
	w.release()
	for _, waiter := range w.waiting.of(i) {
		j := int(waiter)
		if w.steps[j].stage != waiting || (!ok && w.t.Synapses[j].Priority < Infinity) {
			continue
		}
		if w.steps[j].missing--; w.steps[j].missing == 0 {
			w.offer(j)
		}
	}
	return true
}

// release offers again what a limit held back.
func (w *Walk) release() {
	for _, i := range w.held {
		w.offer(i)
	}
	w.held = w.held[:0]
}

func (w *Walk) offer(i int) {
	w.steps[i].stage = ready
	if i > w.cursor {
		w.now.push(i)
	} else {
		w.next.push(i)
	}
}

// Abort ends a walk early: no real action of a lower priority is started any
// more; what is under way is waited for. Priority and completion are only
// ever raised; the first reason of the highest priority is kept.
func (w *Walk) Abort(priority int, then Completion, reason string) {
	if priority > w.abortPriority {
		w.abortPriority, w.abortReason = priority, reason
	}
	w.completion = max(w.completion, then)
}

// Aborted tells whether Abort was called, and the reason it gave.
func (w *Walk) Aborted() (reason string, aborted bool) { return w.abortReason, w.abortPriority > 0 }

// Completion is what shall follow.
func (w *Walk) Completion() Completion { return w.completion }

// InFlight lists the actions under way, in written order.
func (w *Walk) InFlight() []*Action {
	var all []*Action
	for i, s := range w.t.Synapses {
		if w.steps[i].stage == started {
			all = append(all, s.Action)
		}
	}
	return all
}

// Finished tells whether nothing is under way and nothing can be started any
// more.
func (w *Walk) Finished() bool {
	if w.inFlight > 0 {
		return false
	}
	w.dropAborted(&w.now)
	w.dropAborted(&w.next)
	return len(w.now)+len(w.next)+len(w.held) == 0
}

// dropAborted removes from h what an abort keeps from starting.
func (w *Walk) dropAborted(h *indexHeap) {
	if w.abortPriority == 0 {
		return
	}
	kept := (*h)[:0]
	for _, i := range *h {
		if s := w.t.Synapses[i]; s.Action.Kind != Pseudo && s.Priority < w.abortPriority {
			w.steps[i].stage = skipped
			w.skipped++
			continue
		}
		kept = append(kept, i)
	}
	*h = kept
	h.order()
}

// Terminated tells whether a finished walk left actions undone that nothing
// explains: no abort, yet their inputs were never confirmed. It means that
// the transition was invalid.
func (w *Walk) Terminated() bool {
	return w.Finished() && w.confirmed < len(w.steps) && w.abortPriority == 0
}

// Counts says how far the walk is.
func (w *Walk) Counts() Counts {
	return Counts{Completed: w.confirmed, InFlight: w.inFlight, Skipped: w.skipped,
		Incomplete: len(w.steps) - w.confirmed - w.inFlight - w.skipped}
}
