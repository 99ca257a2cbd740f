package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// now is when all drawn clusters are looked at.
var now = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

// document is a drawn cluster, whole: it has run for a while, mostly, then
// things happened to it and its configuration was changed.
func (c *cluster) document() (*cib.Document, error) {
	options, nodes, defaults := c.nv(c.options()), c.nodeList(), c.defaults()
	tags, tagIDs := c.tagged()
	extra := c.topology() + tags
	before, after := "", c.constraints(tagIDs)
	if c.one(2) {
		before = after
	}
	text := func(constraints, status string) string {
		quorum := !c.has["quorum"] || c.one(3)
		return fmt.Sprintf(`<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="5" num_updates="3" admin_epoch="0" have-quorum="%t" dc-uuid="1" execution-date="%d">%s<status>%s</status></cib>`,
			quorum, now.Unix(), c.configuration(options, nodes, defaults, constraints, extra), status)
	}
	doc, err := cib.Parse([]byte(text(before, c.freshStatus())))
	if err != nil {
		return nil, err
	}
	if c.IntN(5) > 0 {
		for range 1 + c.IntN(2) {
			if doc, err = carriedOut(doc); err != nil {
				return nil, err
			}
			c.promotionScores(doc)
		}
	}
	final, err := cib.Parse([]byte(text(after, "")))
	if err != nil {
		return nil, err
	}
	final.Root().RemoveChild(final.Status())
	final.Root().AddChild(cib.CopyElement(doc.Status()))
	c.events(final)
	neutral(final)
	return final, nil
}

// neutral takes out what the two programs write differently into a history:
// the node's name, and the digests of what the engine makes up.
func neutral(doc *cib.Document) {
	for e := range cib.Walk(doc.Status()) {
		if e.Tag != "lrm_rsc_op" {
			continue
		}
		e.RemoveAttr("on_node")
		if t := e.Parent().SelectAttrValue("type", ""); t == "docker" || t == "remote" {
			e.RemoveAttr("op-digest")
		}
	}
}

// carriedOut is the cluster after it did what it decided.
func carriedOut(doc *cib.Document) (*cib.Document, error) {
	o, err := engine.Run(engine.Input{CIB: doc, Now: now.Add(-time.Hour)})
	if err != nil {
		return nil, err
	}
	return o.Simulate(nil).CIB, nil
}

// freshStatus has all nodes online, and nothing has ever been done there.
func (c *cluster) freshStatus() string {
	var b strings.Builder
	if c.has["tickets"] || c.has["ticket-sets"] {
		b.WriteString("<tickets>")
		for _, t := range []string{"ticketA", "ticketB"} {
			if c.IntN(4) > 0 {
				fmt.Fprintf(&b, `<ticket_state id="%s" granted="%t"%s/>`, t, c.one(2), pick(c, "", "", ` standby="true"`, ` last-granted="1700000000"`))
			}
		}
		b.WriteString("</tickets>")
	}
	for i, n := range c.nodes {
		fmt.Fprintf(&b, `<node_state id="%d" uname="%s" in_ccm="true" crmd="online" join="member" expected="member">`+
			`<transient_attributes id="%d"><instance_attributes id="status-%d"><nvpair id="status-%d-a" name="seen" value="1"/></instance_attributes></transient_attributes>`+
			`<lrm id="%d"><lrm_resources/></lrm></node_state>`, i+1, n, i+1, i+1, i+1, i+1)
	}
	return b.String()
}

// states are the node_state elements.
func states(doc *cib.Document) []*etree.Element {
	var list []*etree.Element
	for e := range cib.Children(doc.Status(), "node_state") {
		list = append(list, e)
	}
	return list
}

func member(state *etree.Element) bool { return state.SelectAttrValue("remote_node", "") == "" }

// setTransient adds a transient attribute.
func (c *cluster) setTransient(state *etree.Element, name, value string) {
	ta := cib.Child(state, "transient_attributes")
	if ta == nil {
		ta = state.CreateElement("transient_attributes")
		ta.CreateAttr("id", state.SelectAttrValue("id", ""))
	}
	set := cib.Child(ta, "instance_attributes")
	if set == nil {
		set = ta.CreateElement("instance_attributes")
		set.CreateAttr("id", "status-"+state.SelectAttrValue("id", ""))
	}
	for old := range cib.Children(set, "nvpair") {
		if old.SelectAttrValue("name", "") == name {
			old.CreateAttr("value", value)
			return
		}
	}
	nv := set.CreateElement("nvpair")
	nv.CreateAttr("id", c.id("st"))
	nv.CreateAttr("name", name)
	nv.CreateAttr("value", value)
}

// promotionScores are what promotable agents set.
func (c *cluster) promotionScores(doc *cib.Document) {
	for _, leaf := range c.leaves {
		if !c.promotes[leaf] {
			continue
		}
		for _, s := range states(doc) {
			if c.IntN(3) > 0 {
				c.setTransient(s, "master-"+leaf, pick(c, "5", "10", "100", "INFINITY", "-INFINITY", "-1"))
			}
		}
	}
}

// events happen to nodes and resources.
func (c *cluster) events(doc *cib.Document) {
	for _, s := range states(doc) {
		c.nodeEvent(s)
		if c.has["health"] && c.one(2) {
			c.setTransient(s, pick(c, "#health-cpu", "#health_disk"), pick(c, "red", "yellow", "green", "-20", "15"))
		}
		for e := range cib.Walk(s) {
			if e.Tag == "lrm_resource" {
				c.resourceEvent(s, e)
			}
		}
	}
	if c.has["removed"] {
		c.forget(doc)
	}
}

// nodeEvent makes a node leave, be lost, or join.
func (c *cluster) nodeEvent(s *etree.Element) {
	if !member(s) {
		return
	}
	set := func(ccm, crmd, join, expected string) {
		for i, name := range []string{"in_ccm", "crmd", "join", "expected"} {
			s.CreateAttr(name, []string{ccm, crmd, join, expected}[i])
		}
	}
	if (c.has["shutdown"] || c.has["shutdown-lock"]) && c.one(3) {
		c.setTransient(s, "shutdown", fmt.Sprint(now.Unix()-30))
		if c.one(2) {
			set("false", "offline", "down", "down")
		}
		return
	}
	if c.has["node-lost"] && c.one(3) || c.has["fencing"] && c.one(5) {
		switch c.IntN(6) {
		case 0, 1, 2:
			set("false", "offline", "down", "member")
		case 3:
			set("true", "offline", "down", "member")
		case 4:
			set("true", "online", "pending", "member")
		case 5:
			set("false", "offline", "down", "down")
		}
	}
	if c.has["fencing"] && c.one(8) && s.SelectAttrValue("crmd", "") == "online" {
		c.setTransient(s, "terminate", "true")
	}
	if c.has["maintenance"] && c.one(8) {
		c.setTransient(s, "maintenance", "true")
	}
}

// entry is a record of the history.
type entry struct {
	operation string
	interval  int
	rc        int
	expected  int
	status    int
	age       time.Duration
}

func (c *cluster) record(lrm *etree.Element, e entry) {
	id, call := lrm.SelectAttrValue("id", ""), 1
	for op := range cib.Children(lrm, "lrm_rsc_op") {
		if n, err := strconv.Atoi(op.SelectAttrValue("call-id", "")); err == nil {
			call = max(call, n+1)
		}
	}
	key := fmt.Sprintf("%s_%s_%d", id, e.operation, e.interval)
	name := id + "_last_0"
	switch {
	case e.status == 0 && e.rc != e.expected:
		name = id + "_last_failure_0"
	case e.interval > 0:
		name = key
	}
	for old := range cib.Children(lrm, "lrm_rsc_op") {
		if old.SelectAttrValue("id", "") == name {
			lrm.RemoveChild(old)
			break
		}
	}
	op := lrm.CreateElement("lrm_rsc_op")
	if where := onNode(lrm); where != "" {
		op.CreateAttr("on_node", where)
	}
	magic := fmt.Sprintf("%d:%d;3:7:%d:11111111-2222-3333-4444-555555555555", e.status, e.rc, e.expected)
	for _, a := range [][2]string{{"id", name}, {"operation_key", key}, {"operation", e.operation}, {"crm_feature_set", "3.16.1"},
		{"transition-key", magic[strings.Index(magic, ";")+1:]}, {"transition-magic", magic}, {"call-id", fmt.Sprint(call)},
		{"rc-code", fmt.Sprint(e.rc)}, {"op-status", fmt.Sprint(e.status)}, {"interval", fmt.Sprint(e.interval)},
		{"last-rc-change", fmt.Sprint(now.Add(-e.age).Unix())}, {"exec-time", "0"}, {"queue-time", "0"}, {"op-digest", "f2317cad3d54cec5d7d7aa7d0bf35cf8"}} {
		op.CreateAttr(a[0], a[1])
	}
	if e.status == -1 {
		op.CreateAttr("call-id", "-1")
		op.CreateAttr("rc-code", "193")
	}
}

// onNode is the node that a record has to name: if others do, its age could
// not be told from theirs without.
func onNode(lrm *etree.Element) string {
	state := lrm.Parent()
	for state != nil && state.Tag != "node_state" {
		state = state.Parent()
	}
	if state == nil {
		return ""
	}
	for _, op := range all(state.Parent(), "lrm_rsc_op") {
		if op.SelectAttr("on_node") != nil {
			return cib.Attr(state, "uname")
		}
	}
	return ""
}

// ages of what happened.
var ages = []time.Duration{time.Minute, 10 * time.Minute, 20 * time.Second}

// resourceEvent makes something fail, be pending or be found elsewhere.
func (c *cluster) resourceEvent(state, lrm *etree.Element) {
	age := ages[c.IntN(len(ages))]
	if c.has["reload"] && c.one(3) {
		c.reparameterized(lrm)
	}
	if c.has["migrating"] && c.one(4) && lrm.SelectAttrValue("class", "") == "ocf" {
		c.migrates(lrm, state.SelectAttrValue("uname", ""))
	}
	if c.has["locks"] && member(state) && lrm.SelectAttrValue("type", "") != "remote" && c.one(3) {
		lrm.CreateAttr("shutdown-lock", fmt.Sprint(now.Add(-age).Unix()))
	}
	if (c.has["failures"] || c.has["on-fail"] || c.has["injected-failure"]) && c.one(4) {
		c.fail(state, lrm, age)
	}
	if c.has["pending"] && c.one(4) {
		op := pick(c, "start", "stop", "monitor", "monitor", "promote", "demote", "migrate_to", "migrate_from")
		interval := 0
		if op == "monitor" && c.one(2) {
			interval = 10000
		}
		c.record(lrm, entry{operation: op, interval: interval, status: -1, rc: 193, age: age})
	}
	if c.has["multiple-active"] && c.one(3) {
		c.record(lrm, entry{operation: pick(c, "start", "monitor"), rc: 0, age: age, expected: 0})
	}
	if c.has["migration"] && c.one(8) {
		c.record(lrm, entry{operation: pick(c, "migrate_to", "migrate_from"), rc: pick(c, 0, 1), age: age})
	}
	if c.has["parameters"] && c.one(5) {
		for op := range cib.Children(lrm, "lrm_rsc_op") {
			if op.SelectAttr("op-digest") != nil && c.one(2) {
				op.CreateAttr("op-digest", "00000000000000000000000000000000")
			}
		}
	}
}

func (c *cluster) fail(state, lrm *etree.Element, age time.Duration) {
	op, interval := pick(c, "monitor", "monitor", "start", "stop", "promote", "demote"), 0
	if !c.promotes[strings.SplitN(lrm.SelectAttrValue("id", ""), ":", 2)[0]] && (op == "promote" || op == "demote") {
		op = "monitor"
	}
	if op == "monitor" && c.IntN(4) > 0 {
		interval = pick(c, 10000, 10000, 11000)
	}
	e := entry{operation: op, interval: interval, rc: pick(c, 1, 1, 7, 5, 2, 6, 3, 8, 9), age: age}
	if op == "monitor" && interval == 0 {
		e.expected = 7
	}
	if c.one(8) {
		e.status = pick(c, 2, 4, 9)
	}
	c.record(lrm, e)
	if c.IntN(3) > 0 {
		id := strings.SplitN(lrm.SelectAttrValue("id", ""), ":", 2)[0]
		count := pick(c, "1", "2", "3", "INFINITY")
		c.setTransient(state, fmt.Sprintf("fail-count-%s#%s_%d", id, op, interval), count)
		c.setTransient(state, fmt.Sprintf("last-failure-%s#%s_%d", id, op, interval), fmt.Sprint(now.Add(-age).Unix()))
	}
}

// forget takes a resource out of the configuration.
func (c *cluster) forget(doc *cib.Document) {
	var gone []*etree.Element
	for e := range cib.Walk(cib.Child(doc.Configuration(), "resources")) {
		if e.Tag == "primitive" && e.Parent().Tag == "resources" && !strings.HasPrefix(e.SelectAttrValue("id", ""), "fence") && c.one(2) {
			gone = append(gone, e)
		}
	}
	for _, e := range gone {
		cib.Remove(e)
		id := e.SelectAttrValue("id", "")
		var refs []*etree.Element
		for r := range cib.Walk(doc.Configuration()) {
			for _, a := range []string{"rsc", "with-rsc", "first", "then", "id"} {
				if r.SelectAttrValue(a, "") == id && r.Tag != "template" {
					refs = append(refs, r)
				}
			}
		}
		for _, r := range refs {
			for r.Parent() != nil && len(r.Parent().ChildElements()) == 1 && r.Parent().Tag != "constraints" && r.Parent().Tag != "tags" {
				r = r.Parent()
			}
			cib.Remove(r)
		}
	}
}
