package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"crm/cib"
	"crm/engine/graph"
)

// OpSpec names one result of one operation, as crm_simulate's users write it:
// RESOURCE_TASK_INTERVALms@NODE=RC.
type OpSpec struct {
	Resource, Task string
	Interval       string // ms
	Node           string
	RC             int
}

// ParseOpSpec reads RESOURCE_TASK_INTERVAL@NODE=RC.
func ParseOpSpec(text string) (OpSpec, error) {
	bad := fmt.Errorf("%q is no operation, expected RESOURCE_TASK_INTERVAL@NODE=RC with the interval in ms", text)
	key, rest, ok := strings.Cut(text, "@")
	if !ok {
		return OpSpec{}, bad
	}
	node, code, ok := cutLast(rest, "=")
	if !ok {
		return OpSpec{}, bad
	}
	rc, err := strconv.Atoi(code)
	if err != nil || node == "" {
		return OpSpec{}, bad
	}
	head, interval, ok := cutLast(key, "_")
	if !ok {
		return OpSpec{}, bad
	}
	if _, err := strconv.ParseUint(interval, 10, 32); err != nil {
		return OpSpec{}, bad
	}
	resource, task := "", ""
	for _, two := range []string{"_migrate_to", "_migrate_from"} { // the tasks with an underscore of their own
		if r, found := strings.CutSuffix(head, two); found {
			resource, task = r, two[1:]
		}
	}
	if task == "" {
		resource, task, ok = cutLast(head, "_")
	}
	if !ok || resource == "" || task == "" {
		return OpSpec{}, bad
	}
	return OpSpec{Resource: resource, Task: task, Interval: interval, Node: node, RC: rc}, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// key is the operation the spec is about, without the result.
func (o OpSpec) key() string { return o.Resource + "_" + o.Task + "_" + o.Interval + "@" + o.Node }

// failure tells a result that counts as one: a probe that found nothing does
// not.
func (o OpSpec) failure() bool { return o.RC != 0 && (o.RC != rcNotRunning || o.Interval != "0") }

// execution carries a transition out in thought: every action succeeds, but
// those that are told to fail.
type execution struct {
	walk     *graph.Walk
	out      *statusWriter
	known    func(id string) bool // is there a resource of this id or history id
	fail     []OpSpec
	lines    []string
	steps    []Step
	startInf bool // a failed start counts as infinitely many
	stopInf  bool // so does a failed stop
}

// execute walks the graph and writes the results into doc's status. It gives
// the lines that crm_simulate prints, and whether every action was reached.
func execute(t *graph.Transition, doc *cib.Document, now time.Time, known func(string) bool, fail []OpSpec) (
	lines []string, steps []Step, complete bool,
) {
	x := &execution{walk: graph.NewWalk(t), out: newStatusWriter(doc, now), known: known, fail: fail,
		lines: make([]string, 0, len(t.Synapses)), steps: make([]Step, 0, len(t.Synapses)),
		startInf: t.FailedStartOffset == "INFINITY", stopInf: t.FailedStopOffset == "INFINITY"}
	x.walk.SetLimits(graph.Limits{})
	for a := x.walk.Next(); a != nil; a = x.walk.Next() {
		ok := true
		switch {
		case a.Kind == graph.Pseudo:
			x.pseudo(a)
		case a.Kind == graph.Cluster:
			x.cluster(a)
		default:
			ok = x.resource(a)
		}
		if !ok {
			x.walk.Abort(graph.Infinity, graph.CompletionRestart, "simulated failure")
		}
		x.walk.Done(a.ID, ok)
	}
	x.out.close()
	return x.lines, x.steps, !x.walk.Terminated()
}

func (x *execution) say(format string, args ...any) {
	x.lines = append(x.lines, "  * "+fmt.Sprintf(format, args...))
}

// sayResource tells of a resource action, the names in columns. There are so
// many that they are put together by hand.
func (x *execution) sayResource(name, operation, interval, node string) {
	if width := utf8.RuneCountInString(name); width < 15 {
		name += "               "[width:]
	}
	if interval != "" {
		operation += "=" + interval
	}
	x.lines = append(x.lines, "  * Resource action: "+name+" "+operation+" on "+node)
}

func (x *execution) pseudo(a *graph.Action) {
	x.steps = append(x.steps, Step{Action: a})
	line := "Pseudo action:   " + a.Key
	if a.Node != "" {
		line += " on " + a.Node
	}
	x.say("%s", line)
}

func (x *execution) cluster(a *graph.Action) {
	step := Step{Action: a}
	if a.Resource != nil {
		step.Resource = a.Resource.ID
	}
	x.steps = append(x.steps, step)
	if a.Operation == "stonith" {
		how := a.Attr("CRM_meta_stonith_action")
		x.say("Fencing %s (%s)", a.Node, how)
		if how != "on" {
			s := x.out.state(a.Node, a.NodeUUID)
			x.out.membership(s, "false", "offline", "down", "down", "simulate_fencing_action")
			x.out.forget(s)
		}
		return
	}
	if a.Resource != nil {
		x.say("Cluster action:  %s for %s on %s", a.Operation, a.Resource.ID, a.Node)
		return
	}
	x.say("Cluster action:  %s on %s", a.Operation, a.Node)
}

// agent is the resource behind an action and the name to show for it.
func (x *execution) agent(a *graph.Action) agentRef {
	r := agentRef{shown: a.Resource.ID, configured: a.Resource.ID, class: a.Resource.Class,
		provider: a.Resource.Provider, kind: a.Resource.Type}
	if !x.known(r.shown) && a.Resource.LongID != "" && x.known(a.Resource.LongID) {
		r.shown = a.Resource.LongID
	}
	return r
}

func (x *execution) resource(a *graph.Action) bool {
	r := x.agent(a)
	interval := a.Attr("CRM_meta_interval")
	if interval == "" {
		interval = "0"
	}
	target, _ := strconv.Atoi(a.Attr("CRM_meta_op_target_rc")) // missing means 0
	unrecorded := a.Operation == "delete" || a.Operation == "meta-data"
	step := Step{Action: a, Resource: r.shown}
	if interval != "0" && !unrecorded {
		step.Interval = interval
	}
	x.steps = append(x.steps, step)
	x.sayResource(r.shown, a.Operation, step.Interval, a.Node)
	if unrecorded || !r.recorded() {
		return true
	}
	id := a.NodeUUID
	if a.Router != "" {
		id = a.Node
	}
	s := x.out.state(a.Node, id)
	o := opResult{resource: r.shown, task: a.Operation, interval: interval, rc: target, target: target, node: a.Node,
		reason: "User-injected result", source: a.Attr("CRM_meta_migrate_source"), dest: a.Attr("CRM_meta_migrate_target"),
		notifyType: a.Attr("CRM_meta_notify_type"), notifyTask: a.Attr("CRM_meta_notify_operation"),
		params: append(a.Attrs[:len(a.Attrs):len(a.Attrs)], a.Params...), withDigest: true}
	ok := true
	for _, spec := range x.fail {
		if x.matches(spec, r, o) {
			x.pretend(a, s, spec, &o)
			ok = false // whatever its result
			break
		}
	}
	o.resource = r.configured
	x.out.record(x.out.findHistory(s, r), o)
	x.out.touched()
	return ok
}

func (x *execution) matches(spec OpSpec, r agentRef, o opResult) bool {
	for _, name := range []string{r.shown, r.configured} {
		if strings.EqualFold(name+"_"+o.task+"_"+o.interval+"@"+o.node, spec.key()) {
			return true
		}
	}
	return false
}

// pretend lets an action fail as asked for, with its fail count.
func (x *execution) pretend(a *graph.Action, s *nodeState, spec OpSpec, o *opResult) {
	o.rc = spec.RC
	x.lines = append(x.lines, fmt.Sprintf("Pretending action %d failed with rc=%d", a.ID, spec.RC))
	if !spec.failure() {
		return
	}
	infinite := o.task == "stop" && x.stopInf || o.task == "start" && x.startInf
	injected := x.out.countFailure(s, spec.Resource, o.task, o.interval, infinite)
	x.lines = append(x.lines, injected...)
	x.steps[len(x.steps)-1].Injected = injected
}
