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
	now    string                // in seconds
	states map[string]*nodeState // by lower-case node name or id
	all    []*nodeState

	base    cib.Version
	updates int // changes of the status since, or since the configuration was changed last

	spare  []etree.Attr // room for the attributes of new elements
	magics map[outcome]string
}

// nodeState is one <node_state> with its resource histories by id.
type nodeState struct {
	element   *etree.Element
	list      *etree.Element            // the lrm_resources; nil until needed
	histories map[string]*etree.Element // lrm_resource by id; nil until needed
}

func newStatusWriter(doc *cib.Document, now time.Time) *statusWriter {
	w := &statusWriter{doc: doc, now: strconv.FormatInt(now.Unix(), 10), states: map[string]*nodeState{}, base: doc.Version(),
		magics: map[outcome]string{}}
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
	s.list, s.histories = nil, nil
}

func childOf(e *etree.Element, tag string) *etree.Element {
	if c := e.SelectElement(tag); c != nil {
		return c
	}
	return e.CreateElement(tag)
}

// attrs are attributes for a new element. They come from a few large blocks:
// a simulation writes tens of thousands of results with some twenty each.
func (w *statusWriter) attrs(list ...etree.Attr) []etree.Attr {
	if len(w.spare) < len(list) {
		w.spare = make([]etree.Attr, 64*len(list))
	}
	n := copy(w.spare, list)
	room := w.spare[:n:n]
	w.spare = w.spare[n:]
	return room
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
func (w *statusWriter) findHistory(s *nodeState, r agentRef) *etree.Element {
	for _, id := range []string{r.shown, r.configured} {
		if h := s.history(id); h != nil {
			return h
		}
	}
	if s.list == nil {
		lrm := childOf(s.element, "lrm")
		if lrm.SelectAttr("id") == nil {
			lrm.CreateAttr("id", s.element.SelectAttrValue("id", ""))
		}
		s.list = childOf(lrm, "lrm_resources")
	}
	h := s.list.CreateElement("lrm_resource")
	if r.provider != "" {
		h.Attr = w.attrs(etree.Attr{Key: "id", Value: r.configured}, etree.Attr{Key: "class", Value: r.class},
			etree.Attr{Key: "provider", Value: r.provider}, etree.Attr{Key: "type", Value: r.kind})
	} else {
		h.Attr = w.attrs(etree.Attr{Key: "id", Value: r.configured}, etree.Attr{Key: "class", Value: r.class},
			etree.Attr{Key: "type", Value: r.kind})
	}
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
	}
	call := highestCall(history) + 1
	w.entry(history, entry, key, task, call, o)
	if o.failed() && o.interval == "0" && task != "notify" {
		w.entry(history, o.resource+"_last_0", key, task, call, o)
	}
}

func highestCall(history *etree.Element) int {
	highest := 0
	for e := range cib.Children(history) {
		if n, err := strconv.Atoi(cib.Attr(e, "call-id")); err == nil {
			highest = max(highest, n)
		}
	}
	return highest
}

// outcome is what the texts about a result's transition are made of.
type outcome struct{ call, rc, target int }

// magic is an entry's transition-magic, which ends in its transition-key.
// Nearly all results of a simulation have one of a few.
func (w *statusWriter) magic(o outcome) (magic, key string) {
	magic, known := w.magics[o]
	if !known {
		magic = "0:" + strconv.Itoa(o.rc) + ";" + strconv.Itoa(o.call) + ":-1:" + strconv.Itoa(o.target) +
			":xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
		w.magics[o] = magic
	}
	_, key, _ = strings.Cut(magic, ";")
	return magic, key
}

// entry writes a result under an id, over the one that is there. What only
// older members write stays in that, as in the members' own merge.
func (w *statusWriter) entry(history *etree.Element, id, key, task string, call int, o opResult) {
	var e *etree.Element
	for c := range cib.Children(history) {
		if cib.ID(c) == id {
			e = c
		}
	}
	attrs := w.entryAttrs(id, key, task, call, o)
	if e == nil {
		history.CreateElement("lrm_rsc_op").Attr = attrs
		return
	}
	for _, a := range attrs {
		e.CreateAttr(a.Key, a.Value)
	}
}

func (w *statusWriter) entryAttrs(id, key, task string, call int, o opResult) []etree.Attr {
	magic, transition := w.magic(outcome{call, o.rc, o.target})
	reason := ""
	if o.failed() {
		reason = o.reason
	}
	all := [19]etree.Attr{{Key: "id", Value: id}, {Key: "operation_key", Value: key}, {Key: "operation", Value: task},
		{Key: "crm-debug-origin", Value: "crm_simulate"}, {Key: "crm_feature_set", Value: graph.FeatureSet},
		{Key: "transition-key", Value: transition}, {Key: "transition-magic", Value: magic},
		{Key: "exit-reason", Value: reason}, {Key: "on_node", Value: o.node}, {Key: "call-id", Value: strconv.Itoa(call)},
		{Key: "rc-code", Value: strconv.Itoa(o.rc)}, {Key: "op-status", Value: "0"}, {Key: "interval", Value: o.interval},
		{Key: "last-rc-change", Value: w.now}, {Key: "exec-time", Value: "0"}, {Key: "queue-time", Value: "0"}}
	list := all[:16]
	if o.source != "" {
		list = append(list, etree.Attr{Key: "migrate_source", Value: o.source}, etree.Attr{Key: "migrate_target", Value: o.dest})
	}
	if o.withDigest {
		list = append(list, etree.Attr{Key: "op-digest", Value: digestOf(resultParams(o.params))})
	}
	return w.attrs(list...)
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
