package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/graph"
)

// WhatIf is what shall be supposed before the policy engine is asked.
type WhatIf struct {
	Quorum, Watchdog                 string    // "" leaves it as it is
	NodeUp, NodeDown, NodeFail       []string  // names of nodes
	Grant, Revoke, Standby, Activate []string  // tickets
	Results                          []string  // of operations: RESOURCE_TASK_INTERVAL@NODE=RC
	At                               time.Time // when the results came; the situation's time if zero
}

// Empty tells that nothing is supposed. Quorum alone counts for nothing, as
// with crm_simulate.
func (w *WhatIf) Empty() bool {
	for _, list := range [][]string{w.NodeUp, w.NodeDown, w.NodeFail, w.Grant, w.Revoke, w.Standby, w.Activate, w.Results} {
		if len(list) > 0 {
			return false
		}
	}
	return w.Watchdog == ""
}

// Suppose writes what is supposed into the CIB that the situation was read
// from. It gives the lines that say what was done, and what could not be.
func (s *Situation) Suppose(w *WhatIf) (lines []string, problems []error) {
	at := s.c.now
	if !w.At.IsZero() {
		at = w.At
	}
	in := &injector{s: s, out: newStatusWriter(s.c.in.CIB, at)}
	root := s.c.in.CIB.Root()
	if w.Quorum != "" {
		in.say("Setting quorum: %s", w.Quorum)
		in.out.set(root, "have-quorum", w.Quorum)
	}
	if w.Watchdog != "" {
		in.say("Setting watchdog: %s", w.Watchdog)
		in.property("have-watchdog", w.Watchdog)
	}
	for _, n := range w.NodeUp {
		in.say("Bringing node %s online", n)
		in.out.membership(in.node(n), "true", "online", "member", "member", "crm_simulate")
	}
	for _, n := range w.NodeDown {
		in.say("Taking node %s offline", n)
		if !in.knows(n) {
			continue
		}
		state := in.node(n)
		in.out.membership(state, "false", "offline", "down", "down", "crm_simulate")
		in.out.forget(state)
	}
	for _, n := range w.NodeFail {
		in.say("Failing node %s", n)
		if in.knows(n) {
			in.fail(n)
		}
	}
	in.tickets(w)
	for _, spec := range w.Results {
		in.say("Injecting %s into the configuration", spec)
		if err := in.result(spec); err != nil {
			in.problems = append(in.problems, err)
		}
	}
	in.out.close()
	return in.lines, in.problems
}

// knows tells whether a node is one of the cluster's, and complains if not.
func (in *injector) knows(name string) bool {
	if in.s.c.nodeNamed(name) == nil {
		in.problems = append(in.problems, fmt.Errorf("no node %q in this cluster", name))
		return false
	}
	return true
}

func (in *injector) fail(name string) {
	in.out.membership(in.node(name), "false", "online", "member", "member", "crm_simulate")
}

type injector struct {
	s        *Situation
	out      *statusWriter
	lines    []string
	problems []error
}

func (in *injector) say(format string, args ...any) {
	in.lines = append(in.lines, "  * "+fmt.Sprintf(format, args...))
}

// node is the state of a node; one that the cluster does not know yet joins.
func (in *injector) node(name string) *nodeState {
	id := in.out.nodeID(name)
	if in.s.c.nodeNamed(name) == nil {
		nodes := childOf(in.s.c.in.CIB.Configuration(), "nodes")
		known := false
		for n := range cib.Children(nodes, "node") {
			known = known || strings.EqualFold(cib.Attr(n, "uname"), name)
		}
		if !known {
			n := nodes.CreateElement("node")
			n.CreateAttr("id", name)
			n.CreateAttr("uname", name)
			in.out.reconfigured()
		}
	}
	return in.out.state(name, id)
}

func (in *injector) tickets(w *WhatIf) {
	for _, t := range w.Grant {
		in.say("Granting ticket %s", t)
		in.ticket(t, "granted", "true")
	}
	for _, t := range w.Revoke {
		in.say("Revoking ticket %s", t)
		in.ticket(t, "granted", "false")
	}
	for _, t := range w.Standby {
		in.say("Making ticket %s standby", t)
		in.ticket(t, "standby", "true")
	}
	for _, t := range w.Activate {
		in.say("Activating ticket %s", t)
		in.ticket(t, "standby", "false")
	}
}

func (in *injector) ticket(id, name, value string) {
	tickets := childOf(in.s.c.in.CIB.Status(), "tickets")
	var state *etree.Element
	for t := range cib.Children(tickets, "ticket_state") {
		if cib.ID(t) == id {
			state = t
		}
	}
	if state == nil {
		state = tickets.CreateElement("ticket_state")
		state.CreateAttr("id", id)
	}
	in.out.set(state, name, value)
}

// property sets a cluster property where it is set already, else in the set
// of the options that the cluster itself writes.
func (in *injector) property(name, value string) {
	config := childOf(in.s.c.in.CIB.Configuration(), "crm_config")
	var pair *etree.Element
	for set := range cib.Children(config, "cluster_property_set") {
		for p := range cib.Children(set, "nvpair") {
			if cib.Attr(p, "name") == name {
				pair = p
			}
		}
	}
	if pair == nil {
		set := bootstrapOptions(config)
		pair = set.CreateElement("nvpair")
		pair.CreateAttr("id", cib.ID(set)+"-"+name)
		pair.CreateAttr("name", name)
	}
	if cib.Attr(pair, "value") != value {
		pair.CreateAttr("value", value)
		in.out.reconfigured()
	}
}

// bootstrapOptions is the set with the options that the cluster itself writes.
func bootstrapOptions(config *etree.Element) *etree.Element {
	for set := range cib.Children(config, "cluster_property_set") {
		if cib.ID(set) == "cib-bootstrap-options" {
			return set
		}
	}
	set := config.CreateElement("cluster_property_set")
	set.CreateAttr("id", "cib-bootstrap-options")
	return set
}

// result writes an operation's result, and its failure, into the history.
func (in *injector) result(text string) error {
	spec, err := ParseOpSpec(text)
	if err != nil {
		return err
	}
	c := in.s.c
	r := c.findPrimitive(spec.Resource)
	if r == nil {
		return fmt.Errorf("Invalid resource name: %s", spec.Resource) //nolint // crm_simulate's words
	}
	if c.nodeNamed(spec.Node) == nil {
		return fmt.Errorf("no node %q for the result %s", spec.Node, text)
	}
	state := in.node(spec.Node)
	if spec.failure() {
		infinite := spec.Task == "stop" || spec.Task == "start" && c.opts.startFailureFatal
		in.lines = append(in.lines, in.out.countFailure(state, spec.Resource, spec.Task, spec.Interval, infinite)...)
	}
	configured := strings.SplitN(spec.Resource, ":", 2)[0]
	if r.Unique() {
		configured = spec.Resource
	}
	h := in.out.findHistory(state, agentRef{shown: spec.Resource, configured: configured, class: r.Class, provider: r.Provider, kind: r.Type})
	in.out.record(h, opResult{resource: spec.Resource, task: spec.Task, interval: spec.Interval, rc: spec.RC, node: spec.Node,
		reason: "Simulated action result"})
	in.out.touched()
	return nil
}

// findPrimitive finds a primitive by id or by the name the history knows it
// by.
func (c *cluster) findPrimitive(id string) *Resource {
	if r := c.byID[id]; r != nil && r.Kind == KindPrimitive {
		return r
	}
	for _, r := range c.byHistoryID[id] {
		if r.Kind == KindPrimitive {
			return r
		}
	}
	return nil
}

// Simulation is what carrying out a decision in thought gave.
type Simulation struct {
	Lines    []string      // of the section "Executing Cluster Transition"
	CIB      *cib.Document // with the results in its status
	Complete bool          // false when actions waited for what never came
	Steps    []Step        // what the lines say
}

// Step is one action that was carried out in thought.
type Step struct {
	Action   *graph.Action
	Resource string   // as it is shown; "" when the action is not a resource's
	Interval string   // in ms, "" for an operation that is done once
	Injected []string // the lines of the attributes that a pretended failure left
}

// Simulate carries the decision out in thought: every action succeeds but
// those that are told to fail. The CIB that was decided on is left as it is.
func (o *Output) Simulate(fail []OpSpec) *Simulation {
	return o.simulate(o.c.in.CIB.Copy(), fail)
}

// SimulateInPlace is Simulate for who has no more use for the CIB that was
// decided on: the results are written into it.
func (o *Output) SimulateInPlace(fail []OpSpec) *Simulation {
	return o.simulate(o.c.in.CIB, fail)
}

func (o *Output) simulate(doc *cib.Document, fail []OpSpec) *Simulation {
	s := &Simulation{CIB: doc}
	s.Lines, s.Steps, s.Complete = execute(o.Graph, s.CIB, o.c.in.clock(), o.c.knows, fail)
	return s
}

// knows tells whether an id is a resource's, or the name the history knows
// one by.
func (c *cluster) knows(id string) bool {
	if c.byID[id] != nil {
		return true
	}
	for _, r := range c.byHistoryID[id] {
		if r.HistoryID == id {
			return true
		}
	}
	return false
}
