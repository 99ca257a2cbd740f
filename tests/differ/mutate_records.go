package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
)

// nodeOf is the state that a part of a history belongs to.
func nodeOf(e *etree.Element) *etree.Element {
	for e != nil && e.Tag != "node_state" {
		e = e.Parent()
	}
	return e
}

// swapHistories lets two nodes have each other's histories.
func (u *mutant) swapHistories() string {
	a, b := u.state(), u.state()
	if a == nil || a == b || cib.Child(a, "lrm") == nil || cib.Child(b, "lrm") == nil {
		return ""
	}
	x, y := cib.Child(a, "lrm"), cib.Child(b, "lrm")
	cib.Remove(x)
	cib.Remove(y)
	for _, p := range [][2]*etree.Element{{a, y}, {b, x}} {
		p[0].AddChild(p[1])
		p[1].CreateAttr("id", cib.ID(p[0]))
		rename(p[1], "on_node", cib.Attr(p[0], "uname"))
	}
	return "histories of " + cib.Attr(a, "uname") + " and " + cib.Attr(b, "uname") + " exchanged"
}

func rename(within *etree.Element, attribute, value string) {
	for _, op := range all(within, "lrm_rsc_op") {
		if op.SelectAttr(attribute) != nil {
			op.CreateAttr(attribute, value)
		}
	}
}

// moveHistory takes a resource's history to another node.
func (u *mutant) moveHistory() string {
	e, s := u.any(all(u.section("status"), "lrm_resource")), u.state()
	if e == nil || s == nil || s == nodeOf(e) || u.historyOf(s, cib.ID(e)).Parent() != nil {
		return ""
	}
	cib.Remove(e)
	rename(e, "on_node", cib.Attr(s, "uname"))
	u.put(s, e)
	return cib.ID(e) + " now on " + cib.Attr(s, "uname")
}

// changeRecord changes what else a record says of an operation.
func (u *mutant) changeRecord() string {
	e := u.any(all(u.section("status"), "lrm_rsc_op"))
	if e == nil {
		return ""
	}
	w := pick(u.cluster, []string{"exit-reason", "the disk is full", ""}, []string{"call-id", "1", "5000", "-1", "0"},
		[]string{"interval", "0", "10000", "33000"}, []string{"exec-time", "90000"}, []string{"operation", "start", "stop", "monitor", "promote", "demote", "notify"},
		[]string{"last-rc-change", "0", "1", "", fmt.Sprint(u.now.Unix()), fmt.Sprint(u.now.Add(-time.Hour).Unix()), fmt.Sprint(u.now.Add(time.Hour).Unix())},
		[]string{"op-digest", "f2317cad3d54cec5d7d7aa7d0bf35cf8", "x"}, []string{"op-restart-digest", "00000000000000000000000000000000"},
		[]string{"op-force-restart", " state  fake "}, []string{"crm_feature_set", "3.0.1", "3.16.1"},
		[]string{"transition-key", "3:7:7:11111111-2222-3333-4444-555555555555", "3:7:0:11111111-2222-3333-4444-555555555555", "3:-1:0:x"})
	if (w[0] == "interval" || w[0] == "operation") && u.IntN(3) > 0 {
		return ""
	}
	e.CreateAttr(w[0], pick(u.cluster, w[1:]...))
	if key := cib.Attr(e, "transition-key"); w[0] == "transition-key" {
		e.CreateAttr("transition-magic", fmt.Sprintf("%s:%s;%s", cib.Attr(e, "op-status"), cib.Attr(e, "rc-code"), key))
	}
	return fmt.Sprintf("%s of %s: %s=%s", cib.ID(e), cib.Attr(nodeOf(e), "uname"), w[0], cib.Attr(e, w[0]))
}

// addPending has an operation under way.
func (u *mutant) addPending() string {
	e := u.any(all(u.section("status"), "lrm_resource"))
	if e == nil {
		return ""
	}
	op, interval := pick(u.cluster, "start", "stop", "monitor", "monitor", "promote", "demote"), 0
	if op == "monitor" && u.one(3) {
		interval = u.intervalOf(e)
	}
	u.record(e, entry{operation: op, interval: interval, status: -1, rc: 193, age: now.Sub(u.now) + time.Minute})
	return fmt.Sprintf("%s on %s: %s/%d is pending", cib.ID(e), cib.Attr(nodeOf(e), "uname"), op, interval)
}

// reorder has the records of a resource written in another order.
func (u *mutant) reorder() string {
	e := u.any(all(u.section("status"), "lrm_resource", "lrm_resources", "status"))
	if e == nil || len(e.ChildElements()) < 2 {
		return ""
	}
	list := e.ChildElements()
	last := list[len(list)-1]
	cib.Remove(last)
	e.InsertChildAt(list[0].Index(), last)
	return last.Tag + " " + cib.ID(last) + " first in " + cib.Attr(nodeOf(e), "uname")
}

// changeFailCount sets a fail count where nothing need have failed.
func (u *mutant) changeFailCount() string {
	s, r := u.state(), u.any(u.resources("primitive"))
	if s == nil || r == nil {
		return ""
	}
	id := cib.ID(r)
	if l := u.any(all(s, "lrm_resource")); l != nil && u.IntN(3) > 0 {
		id = strings.SplitN(cib.ID(l), ":", 2)[0]
	}
	op := pick(u.cluster, "#monitor_10000", "#start_0", "#stop_0", "#promote_0", "", "#monitor_0")
	value := pick(u.cluster, "1", "2", "3", "INFINITY", "-1", "0", "x", "2000000")
	u.setTransient(s, "fail-count-"+id+op, value)
	if u.one(2) {
		u.setTransient(s, "last-failure-"+id+op, fmt.Sprint(u.now.Add(-pick(u.cluster, time.Minute, 3*time.Hour)).Unix()))
	}
	if u.one(2) {
		u.setNV(r, "meta_attributes", "failure-timeout", pick(u.cluster, "10s", "1h", "10h"))
	}
	return fmt.Sprintf("%s has failed %s times on %s (%s)", id, value, cib.Attr(s, "uname"), op)
}

// changePromotionScore is what agents of promotable clones do.
func (u *mutant) changePromotionScore() string {
	s, r := u.state(), u.any(u.resources("clone", "master", "bundle"))
	if s == nil || !hasRoles(r) {
		return ""
	}
	p := u.any(all(r, "primitive"))
	if p == nil {
		return ""
	}
	value := pick(u.cluster, "-INFINITY", "-1", "0", "1", "5", "7", "1000", "INFINITY")
	u.setTransient(s, "master-"+cib.ID(p), value)
	return fmt.Sprintf("promotion score of %s on %s: %s", cib.ID(p), cib.Attr(s, "uname"), value)
}

// failConnection lets a remote node's connection fail, or the node be gone.
func (u *mutant) failConnection() string {
	var list []*etree.Element
	for _, e := range all(u.section("status"), "lrm_resource") {
		if cib.Attr(e, "type") == "remote" || cib.Attr(e, "container") != "" {
			list = append(list, e)
		}
	}
	e := u.any(list)
	if e == nil {
		return ""
	}
	if u.one(3) {
		for _, s := range all(u.section("status"), "node_state") {
			if cib.Attr(s, "uname") == cib.ID(e) {
				s.CreateAttr("in_ccm", pick(u.cluster, "true", "false"))
				s.CreateAttr(pick(u.cluster, "node_fenced", "node_in_maintenance"), pick(u.cluster, "1", "0"))
				return "state of " + cib.ID(e)
			}
		}
	}
	f := entry{operation: pick(u.cluster, "monitor", "monitor", "start", "stop", "migrate_from", "migrate_to"), rc: pick(u.cluster, 1, 1, 0, 7), age: now.Sub(u.now) + time.Minute, status: pick(u.cluster, 0, 0, 2, 4)}
	if f.operation == "monitor" {
		f.interval = u.intervalOf(e)
	}
	u.record(e, f)
	if strings.HasPrefix(f.operation, "migrate") {
		u.withPartner(nodeOf(e).SelectElement("lrm"), e, f.operation)
	}
	return fmt.Sprintf("connection %s on %s: %s/%d rc %d", cib.ID(e), cib.Attr(nodeOf(e), "uname"), f.operation, f.interval, f.rc)
}

// renameNode lets a node have another name, everywhere or in some places only.
func (u *mutant) renameNode() string {
	was := u.nodeName()
	name := pick(u.cluster, "aaa", "zzz", "node-9", "Node10")
	if was == "" {
		return ""
	}
	places := pick(u.cluster, []string{"uname", "node", "on_node", "migrate_source", "migrate_target", "target", "value"}, []string{"uname", "on_node"}, []string{"node"})
	for e := range cib.Walk(u.doc.Root()) {
		for i, a := range e.Attr {
			if a.Value == was && slices.Contains(places, a.Key) {
				e.Attr[i].Value = name
			}
		}
	}
	return fmt.Sprintf("%s is called %s in %s", was, name, strings.Join(places, " "))
}

// changeNodes adds a node or takes one out.
func (u *mutant) changeNodes() string {
	if e := u.any(all(u.section("nodes"), "node")); e != nil && u.one(3) {
		cib.Remove(e)
		return "without node " + cib.Attr(e, "uname")
	}
	if e := u.any(all(u.section("nodes"), "node")); e != nil && u.one(3) {
		e.CreateAttr("score", pick(u.cluster, "10", "-10", "-INFINITY", "INFINITY"))
		return cib.Attr(e, "uname") + ": score=" + cib.Attr(e, "score")
	}
	id, name := fmt.Sprint(900+u.IntN(9)), pick(u.cluster, "aaa-new", "zzz-new")
	if u.doc.Find(id) != nil {
		return ""
	}
	what := u.add(u.section("nodes"), fmt.Sprintf(`<node id="%s" uname="%s"/>`, id, name))
	if u.IntN(3) > 0 {
		what += u.add(u.section("status"), fmt.Sprintf(`<node_state id="%s" uname="%s" in_ccm="true" crmd="online" join="member" expected="member"/>`, id, name))
	}
	return what
}
