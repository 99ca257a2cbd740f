package sim

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
	"crm/engine/graph"
)

// small is a policy engine of a page, for primitives only: enough to try the
// machine while it is not the engine that is in question.
type small struct {
	doc     *cib.Document
	nodes   []string
	online  map[string]bool
	usable  map[string]bool
	unclean map[string]bool
	down    map[string]bool // wants to stop
	active  map[string]map[string]*etree.Element
	known   map[string]bool // resource@node has history
	failed  map[string]bool
	banned  map[string]bool
	t       *graph.Transition
}

// SmallEngine decides by simple rules.
func SmallEngine(in engine.Input) (*engine.Output, error) {
	s := &small{doc: in.CIB, online: map[string]bool{}, usable: map[string]bool{}, unclean: map[string]bool{}, down: map[string]bool{},
		active: map[string]map[string]*etree.Element{}, known: map[string]bool{}, failed: map[string]bool{}, banned: map[string]bool{},
		t: &graph.Transition{ID: in.RunID, FailedStopOffset: "INFINITY", FailedStartOffset: "INFINITY"}}
	s.read()
	s.plan()
	return &engine.Output{Graph: s.t}, nil
}

func (s *small) property(name string) string {
	for e := range cib.Walk(cib.Child(s.doc.Configuration(), "crm_config")) {
		if e.Tag == "nvpair" && cib.Attr(e, "name") == name {
			return cib.Attr(e, "value")
		}
	}
	return ""
}

func (s *small) read() {
	fencing := s.property("stonith-enabled") != "false"
	standby := map[string]bool{}
	for n := range cib.Children(cib.Child(s.doc.Configuration(), "nodes"), "node") {
		name := cib.Attr(n, "uname")
		s.nodes = append(s.nodes, name)
		s.unclean[name] = fencing
		for e := range cib.Walk(n) {
			if e.Tag == "nvpair" && cib.Attr(e, "name") == "standby" && cib.Attr(e, "value") == "on" {
				standby[name] = true
			}
		}
	}
	slices.Sort(s.nodes)
	for st := range cib.Children(s.doc.Status(), "node_state") {
		name := cib.Attr(st, "uname")
		s.online[name] = cib.Attr(st, "in_ccm") != "0" && cib.Attr(st, "crmd") != "0" && cib.Attr(st, "join") == "member"
		s.unclean[name] = fencing && !s.online[name] && cib.Attr(st, "expected") == "member"
		for e := range cib.Walk(cib.Child(st, "transient_attributes")) {
			if cib.Attr(e, "name") == "shutdown" {
				s.down[name] = true
			}
			if v := cib.Attr(e, "value"); v == "INFINITY" {
				s.banned[cib.Attr(e, "name")+"@"+name] = true
			}
		}
		for r := range cib.Children(cib.Child(cib.Child(st, "lrm"), "lrm_resources"), "lrm_resource") {
			s.readHistory(name, r, fencing)
		}
	}
	quorum := cib.Attr(s.doc.Root(), "have-quorum") == "1" || s.property("no-quorum-policy") == "ignore"
	for _, n := range s.nodes {
		s.usable[n] = quorum && s.online[n] && !s.unclean[n] && !standby[n] && !s.down[n]
		s.unclean[n] = s.unclean[n] && quorum
	}
}

func (s *small) readHistory(node string, r *etree.Element, fencing bool) {
	id := cib.ID(r)
	ops := slices.Collect(cib.Children(r, "lrm_rsc_op"))
	call := func(e *etree.Element) int {
		n, _ := strconv.Atoi(cib.Attr(e, "call-id"))
		if n < 0 {
			return 1 << 30
		}
		return n
	}
	slices.SortStableFunc(ops, func(a, b *etree.Element) int { return call(a) - call(b) })
	for _, op := range ops {
		s.known[id+"@"+node] = true
		name, rc, pending := cib.Attr(op, "operation"), cib.Attr(op, "rc-code"), cib.Attr(op, "op-status") == "-1"
		on := s.active[id] != nil && s.active[id][node] != nil
		switch {
		case pending && name == "monitor":
		case pending, name == "start" && rc == "0", name == "monitor" && rc == "0":
			on = true
			if name == "start" {
				s.failed[id+"@"+node] = false
			}
		case rc == "7", name == "stop" && rc == "0":
			s.failed[id+"@"+node] = on && name == "monitor"
			on = on && name == "monitor"
		case name == "stop":
			s.unclean[node] = fencing
			on = true
		case on, name == "start", name == "monitor":
			s.failed[id+"@"+node] = true
			on = true
		}
		if s.active[id] == nil {
			s.active[id] = map[string]*etree.Element{}
		}
		delete(s.active[id], node)
		if on {
			s.active[id][node] = r
		}
	}
}

func (s *small) add(kind graph.Kind, op, rsc, node string, inputs []*graph.Action, attrs ...graph.Attr) *graph.Action {
	id := len(s.t.Synapses) + 1
	a := &graph.Action{ID: id, Kind: kind, Operation: op, Key: rsc + "_" + op + "_0", Node: node, NodeUUID: node, Attrs: attrs}
	if rsc != "" {
		a.Resource = &graph.ResourceRef{ID: rsc, Class: "ocf", Provider: "heartbeat", Type: "Dummy"}
		a.Attrs = append(a.Attrs, graph.Attr{Name: "CRM_meta_timeout", Value: "20000"})
	}
	s.t.Synapses = append(s.t.Synapses, &graph.Synapse{ID: id, Action: a, Inputs: inputs})
	return a
}

func (s *small) plan() {
	var fences []*graph.Action
	for _, n := range s.nodes {
		if s.unclean[n] {
			fences = append(fences, s.add(graph.Cluster, "stonith", "", n, nil, graph.Attr{Name: "CRM_meta_stonith_action", Value: "reboot"}))
		}
	}
	stops := map[string][]*graph.Action{}
	i := 0
	for e := range cib.Walk(cib.Child(s.doc.Configuration(), "resources")) {
		if e.Tag == "primitive" && e.Parent().Tag == "resources" && cib.Attr(e, "class") != "stonith" {
			s.planResource(cib.ID(e), i, fences, stops)
			i++
		}
	}
	for _, n := range s.nodes {
		if s.down[n] && s.online[n] && !s.unclean[n] {
			s.add(graph.Cluster, "do_shutdown", "", n, stops[n], graph.Attr{Name: "CRM_meta_op_no_wait", Value: "true"})
		}
	}
}

func (s *small) planResource(id string, i int, fences []*graph.Action, stops map[string][]*graph.Action) {
	before := slices.Clone(fences)
	for _, n := range s.nodes {
		if s.online[n] && !s.unclean[n] && !s.known[id+"@"+n] {
			probe := s.add(graph.Resource, "monitor", id, n, nil, graph.Attr{Name: "CRM_meta_op_target_rc", Value: "7"})
			before = append(before, probe)
			stops[n] = append(stops[n], probe)
		}
	}
	target := ""
	var may []string
	for _, n := range s.nodes {
		if s.usable[n] && !s.banned[fmt.Sprintf("fail-count-%s#start_0@%s", id, n)] {
			may = append(may, n)
			if s.active[id][n] != nil && target == "" {
				target = n
			}
		}
	}
	if target == "" && len(may) > 0 {
		target = may[i%len(may)]
	}
	for _, n := range s.nodes {
		if s.active[id][n] != nil && s.online[n] && !s.unclean[n] && (n != target || s.failed[id+"@"+n] || len(s.active[id]) > 1) {
			stop := s.add(graph.Resource, "stop", id, n, nil)
			before = append(before, stop)
			stops[n] = append(stops[n], stop)
			if n == target {
				delete(s.active[id], n)
			}
		}
	}
	if target != "" && s.active[id][target] == nil {
		start := s.add(graph.Resource, "start", id, target, before)
		s.add(graph.Resource, "monitor", id, target, []*graph.Action{start}, graph.Attr{Name: "CRM_meta_interval", Value: "10000"}).Key =
			id + "_monitor_10000"
	}
}
