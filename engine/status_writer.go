package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/graph"
)

// statusWriter changes a CIB's <status> as the members of a cluster would.
// It keeps an index of what it touched, since a status can be large.
type statusWriter struct {
	doc    *cib.Document
	now    time.Time
	states map[string]*nodeState // by lower-case node name or id
	all    []*nodeState

	base    cib.Version
	updates int // changes of the status since, or since the configuration was changed last
}

// nodeState is one <node_state> with its resource histories by id.
type nodeState struct {
	element   *etree.Element
	histories map[string]*etree.Element // lrm_resource by id; nil until needed
}

func newStatusWriter(doc *cib.Document, now time.Time) *statusWriter {
	w := &statusWriter{doc: doc, now: now, states: map[string]*nodeState{}, base: doc.Version()}
	for _, e := range doc.Status().ChildElements() {
		if e.Tag == "node_state" {
			w.remember(e)
		}
	}
	return w
}

// touched counts one change of the status.
func (w *statusWriter) touched() { w.updates++ }

// reconfigured counts one change of the configuration.
func (w *statusWriter) reconfigured() {
	w.base.Epoch++
	w.base.NumUpdates, w.updates = 0, 0
}

// close gives the CIB the version that its members would have come to.
func (w *statusWriter) close() {
	v := w.base
	v.NumUpdates += w.updates
	if v != w.doc.Version() {
		w.doc.SetVersion(v)
	}
}

func (w *statusWriter) remember(e *etree.Element) *nodeState {
	s := &nodeState{element: e}
	w.all = append(w.all, s)
	for _, key := range []string{"uname", "id"} {
		if v := strings.ToLower(e.SelectAttrValue(key, "")); v != "" && w.states[v] == nil {
			w.states[v] = s
		}
	}
	return s
}

// state finds a node's <node_state> by name, else by id, else makes it.
func (w *statusWriter) state(name, id string) *nodeState {
	for _, s := range []*nodeState{w.states[strings.ToLower(name)], w.states[strings.ToLower(id)]} {
		if s != nil {
			return s
		}
	}
	e := w.doc.Status().CreateElement("node_state")
	e.CreateAttr("id", id)
	e.CreateAttr("uname", name)
	w.touched()
	return w.remember(e)
}

// nodeID is the id that the configuration knows a node by, or its name.
func (w *statusWriter) nodeID(name string) string {
	if nodes := w.doc.Configuration().SelectElement("nodes"); nodes != nil {
		for _, n := range nodes.SelectElements("node") {
			if strings.EqualFold(n.SelectAttrValue("uname", ""), name) {
				return n.SelectAttrValue("id", name)
			}
		}
	}
	return name
}

// membership writes what makes a node online, offline or failed.
func (w *statusWriter) membership(s *nodeState, inCCM, crmd, join, expected, origin string) {
	w.set(s.element, "in_ccm", inCCM, "crmd", crmd, "join", join, "expected", expected, "crm-debug-origin", origin)
}

// set gives an element attributes (name, value, ...); it counts as one change
// if any of them was another before.
func (w *statusWriter) set(e *etree.Element, pairs ...string) {
	changed := false
	for i := 0; i < len(pairs); i += 2 {
		if a := e.SelectAttr(pairs[i]); a == nil || a.Value != pairs[i+1] {
			e.CreateAttr(pairs[i], pairs[i+1])
			changed = true
		}
	}
	if changed {
		w.touched()
	}
}

// forget removes what a node that went down leaves behind.
func (w *statusWriter) forget(s *nodeState) {
	for _, tag := range []string{"lrm", "transient_attributes"} {
		list := s.element.SelectElements(tag)
		for _, e := range list {
			s.element.RemoveChild(e)
		}
		if len(list) > 0 {
			w.touched()
		}
	}
	s.histories = nil
}

func childOf(e *etree.Element, tag string) *etree.Element {
	if c := e.SelectElement(tag); c != nil {
		return c
	}
	return e.CreateElement(tag)
}

func (s *nodeState) history(id string) *etree.Element {
	if s.histories == nil {
		s.histories = map[string]*etree.Element{}
		lrm := s.element.SelectElement("lrm")
		if lrm == nil {
			return nil
		}
		if list := lrm.SelectElement("lrm_resources"); list != nil {
			for _, h := range list.ChildElements() {
				if key := h.SelectAttrValue("id", ""); s.histories[key] == nil {
					s.histories[key] = h
				}
			}
		}
	}
	return s.histories[id]
}

// agentRef is a resource's name in history and the agent behind it.
type agentRef struct{ shown, configured, class, provider, kind string }

// recorded tells whether results of a class of agents go into the history.
func (r agentRef) recorded() bool {
	return slices.Contains([]string{"ocf", "stonith", "service", "systemd", "lsb"}, r.class)
}

// findHistory gives the resource's lrm_resource, by the name that is shown,
// else by the configured one, else a new one.
func (s *nodeState) findHistory(r agentRef) *etree.Element {
	for _, id := range []string{r.shown, r.configured} {
		if h := s.history(id); h != nil {
			return h
		}
	}
	lrm := childOf(s.element, "lrm")
	if lrm.SelectAttr("id") == nil {
		lrm.CreateAttr("id", s.element.SelectAttrValue("id", ""))
	}
	h := childOf(lrm, "lrm_resources").CreateElement("lrm_resource")
	h.CreateAttr("id", r.configured)
	h.CreateAttr("class", r.class)
	if r.provider != "" {
		h.CreateAttr("provider", r.provider)
	}
	h.CreateAttr("type", r.kind)
	s.histories[r.configured] = h
	return h
}

// opResult is one result of a resource action.
type opResult struct {
	resource     string // name in operation keys
	task         string
	interval     string // ms
	rc, target   int
	reason       string // exit-reason
	node         string
	source, dest string // of a migration
	notifyType   string
	notifyTask   string
	params       []graph.Attr // what the agent was given; nil when unknown
	withDigest   bool
}

func (o *opResult) failed() bool { return o.rc != o.target }

// record writes the result as the executor of the node would.
func (w *statusWriter) record(history *etree.Element, o opResult) {
	task, entry := o.task, ""
	switch {
	case task == "notify":
		entry, o.rc = o.resource+"_"+o.notifyType+"_notify_"+o.notifyTask+"_0", o.target
	case o.failed():
		entry = o.resource + "_last_failure_0"
	}
	if task == "reload" || task == "reload-agent" {
		task = "start"
		if o.failed() {
			task = "monitor"
		}
	}
	key := o.resource + "_" + task + "_" + o.interval
	if entry == "" {
		switch {
		case o.interval != "0":
			entry = key
		case task == "migrate_to" || task == "migrate_from":
			entry = key
		default:
			entry = o.resource + "_last_0"
		}
	} else if task == "notify" {
		key = entry
	}
	call := highestCall(history) + 1
	w.entry(history, entry, key, task, call, o)
	if o.failed() && o.interval == "0" && task != "notify" {
		w.entry(history, o.resource+"_last_0", key, task, call, o)
	}
}

func highestCall(history *etree.Element) int {
	highest := 0
	for _, e := range history.ChildElements() {
		if n, err := strconv.Atoi(e.SelectAttrValue("call-id", "")); err == nil {
			highest = max(highest, n)
		}
	}
	return highest
}

func (w *statusWriter) entry(history *etree.Element, id, key, task string, call int, o opResult) {
	var e *etree.Element
	for _, c := range history.ChildElements() {
		if c.SelectAttrValue("id", "") == id {
			e = c // what only older members write stays, as in the members' own merge
		}
	}
	if e == nil {
		e = history.CreateElement("lrm_rsc_op")
	}
	transition := strconv.Itoa(call) + ":-1:" + strconv.Itoa(o.target) + ":xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	now := strconv.FormatInt(w.now.Unix(), 10)
	reason := ""
	if o.failed() {
		reason = o.reason
	}
	attrs := []graph.Attr{{Name: "id", Value: id}, {Name: "operation_key", Value: key}, {Name: "operation", Value: task},
		{Name: "crm-debug-origin", Value: "crm_simulate"}, {Name: "crm_feature_set", Value: graph.FeatureSet},
		{Name: "transition-key", Value: transition}, {Name: "transition-magic", Value: "0:" + strconv.Itoa(o.rc) + ";" + transition},
		{Name: "exit-reason", Value: reason}, {Name: "on_node", Value: o.node}, {Name: "call-id", Value: strconv.Itoa(call)},
		{Name: "rc-code", Value: strconv.Itoa(o.rc)}, {Name: "op-status", Value: "0"}, {Name: "interval", Value: o.interval},
		{Name: "last-rc-change", Value: now}, {Name: "exec-time", Value: "0"}, {Name: "queue-time", Value: "0"}}
	if o.source != "" {
		attrs = append(attrs, graph.Attr{Name: "migrate_source", Value: o.source}, graph.Attr{Name: "migrate_target", Value: o.dest})
	}
	if o.withDigest {
		attrs = append(attrs, graph.Attr{Name: "op-digest", Value: digestOf(resultParams(o.params))})
	}
	for _, a := range attrs {
		e.CreateAttr(a.Name, a.Value)
	}
}

// resultParams are the parameters that count for a history entry's digest:
// the agent's own, and the timeout of a recurring operation.
func resultParams(all []graph.Attr) attributes {
	var kept attributes
	timeout, recurring := "", false
	for _, a := range all {
		switch {
		case a.Name == "CRM_meta_interval":
			recurring = a.Value != "0"
		case a.Name == "CRM_meta_timeout":
			timeout = a.Value
		case !unlisted(a.Name):
			kept.add(a.Name, a.Value)
		}
	}
	if recurring {
		kept.add("CRM_meta_timeout", timeout)
	}
	return kept
}
