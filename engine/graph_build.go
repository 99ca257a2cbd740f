package engine

import (
	"slices"
	"strconv"

	"crm/engine/graph"
)

// buildGraph writes down what is to be done.
func (c *cluster) buildGraph() *graph.Transition {
	b := &graphBuilder{c: c, t: &graph.Transition{
		ID: max(c.in.RunID, 1), ClusterDelay: c.opts.clusterDelay, FencingTimeout: c.opts.fencingTimeout,
		FailedStopOffset: "INFINITY", FailedStartOffset: "1", BatchLimit: c.opts.batchLimit, RecheckBy: c.recheck,
	}}
	if c.opts.startFailureFatal {
		b.t.FailedStartOffset = "INFINITY"
	}
	if n, err := strconv.Atoi(c.opts.migrationLimit); err == nil && n > 0 {
		b.t.MigrationLimit = c.opts.migrationLimit
	}
	for _, r := range c.resources {
		b.resource(r)
	}
	c.maintenanceAction()
	for _, a := range slices.Backward(c.actions) {
		b.emit(a)
	}
	return b.t
}

// graphBuilder collects synapses.
type graphBuilder struct {
	c *cluster
	t *graph.Transition
}

func (b *graphBuilder) resource(r *Resource) {
	switch r.Kind {
	case KindClone:
		for _, a := range slices.Backward(r.actions) {
			b.c.flags(a, nil) // corrects the pseudo-actions once more
		}
		b.c.notifyClone(r)
		for _, i := range r.Children {
			b.resource(i)
		}
		b.own(r)
	case KindBundle:
		b.bundle(r)
	default:
		b.own(r)
		for _, m := range r.Children {
			b.resource(m)
		}
	}
}

func (b *graphBuilder) own(r *Resource) {
	for i := len(r.actions) - 1; i >= 0; i-- {
		b.emit(r.actions[i])
	}
}

func (b *graphBuilder) bundle(r *Resource) {
	if inner := r.bundled(); inner != nil {
		b.resource(inner)
	}
	for _, rep := range r.bundle.replicas {
		for _, part := range []*Resource{rep.ip, rep.container, rep.connection} {
			if part != nil {
				b.resource(part)
			}
		}
	}
}

// maintenanceAction tells remote nodes that their maintenance began or ended.
func (c *cluster) maintenanceAction() {
	var changed []graph.Attr
	for _, n := range c.nodes {
		if !n.Remote || n.Maintenance == n.remoteMaint {
			continue
		}
		value := "0"
		if n.Maintenance {
			value = "1"
		}
		changed = append(changed, graph.Attr{Name: n.ID, Value: value})
	}
	if changed == nil {
		return
	}
	a := c.pseudoAction("maintenance_nodes")
	a.set(actAlwaysGraphed)
	c.ground(a, isShown, groundMaintenance)
	a.maintenance = changed
}

// emitted tells whether an action belongs into the graph.
func (c *cluster) emitted(a *action) bool {
	if !a.is(actRunnable) || !a.required() && !a.is(actAlwaysGraphed) {
		return false
	}
	if a.rsc != nil && !a.rsc.Managed() && a.task != "monitor" {
		if interval, ok := a.metaValue("interval"); !ok || interval == "0" {
			return false
		}
	}
	if a.is(actPseudo) || a.task == "stonith" || a.task == "do_shutdown" {
		return true
	}
	n := a.node
	switch {
	case n == nil:
		return false
	case a.is(actOnDC), n.IsGuest() && !n.remoteReset:
		return true
	}
	return n.Online && !n.Unclean
}

// mergeInputs puts an action's inputs in the order of their ids, each once.
func (a *action) mergeInputs() {
	if a.is(actDeduplicated) {
		return
	}
	a.set(actDeduplicated)
	slices.SortStableFunc(a.before, func(x, y link) int { return x.action.id - y.action.id })
	kept := a.before[:0]
	for _, l := range a.before {
		l.graphed = false
		if k := len(kept); k > 0 && kept[k-1].action == l.action {
			kept[k-1].rel |= l.rel
			continue
		}
		kept = append(kept, l)
	}
	a.before = kept
}

func (b *graphBuilder) emit(a *action) {
	a.mergeInputs()
	if a.is(actGraphed) || !b.c.emitted(a) {
		return
	}
	a.set(actGraphed)
	s := &graph.Synapse{ID: len(b.t.Synapses), Action: b.c.graphAction(a)}
	priority := a.priority
	if a.rsc != nil {
		priority = max(priority, a.rsc.Priority)
	}
	s.Priority = int(max(priority, 0))
	b.c.fillAction(a)
	n := 0
	for i := range a.before {
		if b.c.inputGraphed(a, i) {
			a.before[i].graphed = true
			n++
		}
	}
	if n > 0 {
		s.Inputs = make([]*graph.Action, 0, n)
	}
	for i := range a.before {
		if a.before[i].graphed {
			s.Inputs = append(s.Inputs, b.c.graphAction(a.before[i].action))
		}
	}
	b.t.Synapses = append(b.t.Synapses, s)
}

const graphOnly = ordered | thenImpliesFirstGraphed | firstImpliesThenGraphed

// inputGraphed tells whether an action really has to wait for its i-th input.
func (c *cluster) inputGraphed(a *action, i int) bool {
	l := &a.before[i]
	in := l.action
	runnable := in.is(actRunnable)
	switch {
	case l.graphed:
		return true
	case l.rel == noRelation,
		!runnable && l.rel&^graphOnly == 0,
		!runnable && l.rel.has(minRunnable),
		l.rel.has(unmigratableThenBlocks) && !runnable,
		l.rel.has(ifFirstUnmigratable) && in.is(actMigratable),
		l.rel == ordered && in.is(actMigratable) && in.isStop():
		return false
	case l.rel == ifOnSameNodeOrTarget:
		here := a.node
		if a.task == "migrate_to" && a.rsc != nil {
			here = a.rsc.Assigned
		}
		return c.sameNodeInput(a, l, here)
	case l.rel == ifRequiredOnSameNode:
		if in.node != nil && a.node != nil && in.node != a.node || !in.required() {
			l.rel = noRelation
			return false
		}
		return true
	case in.rsc != nil && in.rsc != a.rsc && in.rsc.Failed() && !in.rsc.Managed() && in.isStop() && a.rsc != nil &&
		a.rsc.Kind == KindClone:
		return false
	}
	return in.required() || in.is(actAlwaysGraphed) || in.is(actGraphed) || c.emitted(in)
}

// sameNodeInput judges a wait for a node's load to go down.
func (c *cluster) sameNodeInput(a *action, l *link, here *Node) bool {
	if l.action.node != here {
		l.rel = noRelation
		return false
	}
	if a.task != "migrate_to" && !l.action.required() {
		l.rel = noRelation
		return false
	}
	return true
}

func (a *action) isStop() bool { return a.rsc != nil && a.key == opKey{"stop", 0} }

// graphAction is the action's form in the graph, without its details.
func (c *cluster) graphAction(a *action) *graph.Action {
	if a.out != nil {
		return a.out
	}
	g := &graph.Action{ID: a.id, Operation: a.task, Key: a.keyText(), Kind: graph.Resource}
	nodeInfo := a.node != nil
	switch {
	case a.task == "stonith":
		g.Kind = graph.Cluster
		if a.is(actPseudo) {
			g.Kind = graph.Pseudo
		}
	case a.task == "do_shutdown", a.task == "clear_failcount":
		g.Kind = graph.Cluster
	case a.task == "lrm_delete":
		g.Kind, g.Mode = graph.Cluster, "cib"
	case a.is(actPseudo):
		g.Kind = graph.Pseudo
		nodeInfo = false
	}
	if a.rsc != nil && a.rsc.HistoryID != "" {
		g.InternalKey, g.Key = g.Key, a.historyKey("notify_type", "notify_operation", a.task == "notify")
	}
	if nodeInfo {
		g.Node, g.NodeUUID = a.node.Name, a.node.ID
		if router := c.router(a); router != nil {
			g.Router = router.Name
		}
	}
	a.out = g
	return g
}

// historyKey is the operation key with the name that the history knows the
// resource by.
func (a *action) historyKey(typeName, operationName string, notification bool) string {
	if notification {
		kind, _ := a.metaValue(typeName)
		operation, _ := a.metaValue(operationName)
		return a.rsc.HistoryID + "_" + kind + "_notify_" + operation + "_0"
	}
	task := a.task
	if a.cancelTask != "" {
		task = a.cancelTask
	}
	interval, ok := a.metaValue("interval")
	if !ok {
		interval = "0"
	}
	return a.rsc.HistoryID + "_" + task + "_" + interval
}
