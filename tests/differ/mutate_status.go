package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
)

func (u *mutant) state() *etree.Element {
	return u.any(all(u.section("status"), "node_state"))
}

// changeNode lets a node join, leave, fail or hang.
func (u *mutant) changeNode() string {
	s := u.state()
	if s == nil || !member(s) {
		return ""
	}
	if u.one(6) {
		cib.Remove(s)
		return "without the state of " + cib.Attr(s, "uname")
	}
	w := pick(u.cluster, "true online member member", "false offline down member", "false offline down down", "true offline down member",
		"true online pending member", "true offline member member", "true online down member", "true online banned member", "true online member down")
	for i, v := range strings.Fields(w) {
		s.CreateAttr([]string{"in_ccm", "crmd", "join", "expected"}[i], v)
	}
	return cib.Attr(s, "uname") + ": " + w
}

func (u *mutant) changeAttribute() string {
	w := pick(u.cluster, "standby true", "standby false", "maintenance true", "terminate true", "shutdown 1", "#health-x red", "#health-x yellow",
		"resource-discovery-enabled false")
	name, value, _ := strings.Cut(w, " ")
	if value == "1" {
		value = fmt.Sprint(u.now.Add(-time.Minute).Unix())
	}
	if n := u.any(all(u.section("nodes"), "node")); n != nil && u.one(3) {
		return u.setNV(n, "instance_attributes", name, value)
	}
	s := u.state()
	if s == nil {
		return ""
	}
	u.setTransient(s, name, value)
	return cib.Attr(s, "uname") + ": " + w
}

// changeHistory changes a record or forgets it.
func (u *mutant) changeHistory() string {
	e := u.any(all(u.section("status"), "lrm_rsc_op"))
	if e == nil {
		return ""
	}
	what := cib.ID(e) + " of " + cib.Attr(e.Parent().Parent().Parent().Parent(), "uname")
	switch u.IntN(6) {
	case 0:
		if len(e.Parent().ChildElements()) == 1 {
			e = e.Parent()
		}
		cib.Remove(e)
		return "without " + what
	case 1:
		e.CreateAttr("op-status", pick(u.cluster, "0", "1", "2", "3", "4", "4", "5", "7", "8", "-1"))
		return what + ": op-status=" + cib.Attr(e, "op-status")
	case 2:
		e.CreateAttr("last-rc-change", fmt.Sprint(u.now.Add(-30*time.Second).Unix()))
		return what + ": now"
	case 3:
		if e.SelectAttr("op-digest") == nil {
			return ""
		}
		e.CreateAttr("op-digest", "00000000000000000000000000000000")
		return what + ": other parameters"
	}
	e.CreateAttr("rc-code", pick(u.cluster, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"))
	return what + ": rc=" + cib.Attr(e, "rc-code")
}

// addFailure is a failed operation with its count.
func (u *mutant) addFailure() string {
	e := u.any(all(u.section("status"), "lrm_resource"))
	if e == nil {
		return ""
	}
	op, interval := pick(u.cluster, "monitor", "monitor", "start", "stop", "promote", "demote", "migrate_to", "migrate_from"), 0
	if op == "monitor" && u.IntN(4) > 0 {
		interval = u.intervalOf(e)
	}
	f := entry{operation: op, interval: interval, rc: pick(u.cluster, 1, 1, 1, 7, 5, 2, 6, 3, 8, 9)}
	if op == "monitor" && interval == 0 {
		f.expected = 7
	}
	if u.one(8) {
		f.status = pick(u.cluster, 2, 4, 9, -1)
	}
	if strings.HasPrefix(op, "migrate") && !u.mayMigrate(cib.ID(e)) {
		return ""
	}
	state := e.Parent().Parent().Parent()
	f.age = now.Sub(u.now) + pick(u.cluster, time.Second, time.Minute, time.Hour)
	u.record(e, f)
	if strings.HasPrefix(op, "migrate") {
		u.withPartner(cib.Child(state, "lrm"), e, op)
	}
	if u.one(2) {
		id := strings.SplitN(cib.ID(e), ":", 2)[0]
		u.setTransient(state, fmt.Sprintf("fail-count-%s#%s_%d", id, op, interval), pick(u.cluster, "1", "2", "INFINITY"))
		u.setTransient(state, fmt.Sprintf("last-failure-%s#%s_%d", id, op, interval), fmt.Sprint(now.Add(-f.age).Unix()))
	}
	return fmt.Sprintf("%s on %s: %s/%d rc %d status %d", cib.ID(e), cib.Attr(state, "uname"), op, interval, f.rc, f.status)
}

// intervalOf is the interval of a monitor in the history or configuration.
func (u *mutant) intervalOf(lrm *etree.Element) int {
	for op := range cib.Children(lrm, "lrm_rsc_op") {
		var ms int
		if _, err := fmt.Sscan(cib.Attr(op, "interval"), &ms); err == nil && ms > 0 {
			return ms
		}
	}
	return 10000
}

// withPartner names source and target in the newest record of a migration.
func (u *mutant) withPartner(lrm, rsc *etree.Element, op string) {
	here, there := cib.Attr(lrm.Parent(), "uname"), u.nodeName()
	list := all(rsc, "lrm_rsc_op")
	e := list[len(list)-1]
	if op == "migrate_from" {
		here, there = there, here
	}
	e.CreateAttr("migrate_source", here)
	e.CreateAttr("migrate_target", there)
}

// foundElsewhere gives another node a resource's history, too.
func (u *mutant) foundElsewhere() string {
	e, s := u.any(all(u.section("status"), "lrm_resource")), u.state()
	if e == nil || s == nil || s == e.Parent().Parent().Parent() {
		return ""
	}
	lrm := u.historyOf(s, cib.ID(e))
	if lrm.Parent() != nil {
		return ""
	}
	copied := cib.CopyElement(e)
	for op := range cib.Children(copied, "lrm_rsc_op") {
		if op.SelectAttr("on_node") != nil {
			op.CreateAttr("on_node", cib.Attr(s, "uname"))
		}
	}
	u.put(s, copied)
	return cib.ID(e) + " also on " + cib.Attr(s, "uname")
}

// historyOf is a resource's history on a node, a new one outside the document
// if there is none.
func (u *mutant) historyOf(state *etree.Element, id string) *etree.Element {
	for _, l := range all(state, "lrm_resource") {
		if cib.ID(l) == id {
			return l
		}
	}
	e := etree.NewElement("lrm_resource")
	e.CreateAttr("id", id)
	return e
}

func (u *mutant) put(state, resource *etree.Element) {
	lrm := cib.Child(state, "lrm")
	if lrm == nil {
		lrm = state.CreateElement("lrm")
		lrm.CreateAttr("id", cib.ID(state))
	}
	list := cib.Child(lrm, "lrm_resources")
	if list == nil {
		list = lrm.CreateElement("lrm_resources")
	}
	list.AddChild(resource)
}

// addMigration writes both ends of a migration, with results of any kind.
func (u *mutant) addMigration() string {
	e, t := u.any(all(u.section("status"), "lrm_resource")), u.state()
	if e == nil || t == e.Parent().Parent().Parent() {
		return ""
	}
	s, id := e.Parent().Parent().Parent(), cib.ID(e)
	if !u.mayMigrate(id) {
		return ""
	}
	if u.IntN(4) > 0 {
		u.setNV(u.doc.Find(id), "meta_attributes", "allow-migrate", "true")
	}
	age, calls := now.Sub(u.now), 10000
	note := func(lrm *etree.Element, op string, minutes time.Duration) string {
		f := entry{operation: op, rc: pick(u.cluster, 0, 0, 0, 1, 1), age: age + minutes*time.Minute}
		if u.one(4) {
			f.status, f.rc = -1, 193
		}
		u.record(lrm, f)
		list := all(lrm, "lrm_rsc_op")
		last := list[len(list)-1]
		calls++ // 2.1.5 tells by them what was first, on different nodes too
		if f.status == 0 {
			last.CreateAttr("call-id", fmt.Sprint(calls))
		}
		if op[0] == 'm' {
			last.CreateAttr("migrate_source", cib.Attr(s, "uname"))
			last.CreateAttr("migrate_target", cib.Attr(t, "uname"))
			last.CreateAttr("id", id+"_"+op+"_0")
		}
		return fmt.Sprintf(" %s=%d", op, f.rc)
	}
	what := fmt.Sprintf("%s from %s to %s:", id, cib.Attr(s, "uname"), cib.Attr(t, "uname"))
	if u.IntN(5) > 0 {
		what += note(e, "migrate_to", 9)
	}
	there := u.historyOf(t, id)
	if there.Parent() == nil {
		for _, name := range []string{"class", "provider", "type"} {
			if v, ok := cib.LookupAttr(e, name); ok {
				there.CreateAttr(name, v)
			}
		}
		if u.IntN(4) > 0 {
			u.put(t, there)
		}
	}
	if there.Parent() != nil {
		what += note(there, "migrate_from", 8)
	}
	if u.one(3) {
		what += " then" + note(pick(u.cluster, e, there), pick(u.cluster, "stop", "start"), 7)
	}
	return what
}

// mayMigrate is for primitives that are no instances.
func (u *mutant) mayMigrate(id string) bool {
	r := u.doc.Find(id)
	if r == nil || r.Tag != "primitive" {
		return false
	}
	for p := r; p != nil; p = p.Parent() {
		if p.Tag == "clone" || p.Tag == "master" || p.Tag == "bundle" {
			return false
		}
	}
	return true
}

func (u *mutant) changeQuorum() string {
	value := "true"
	if cib.IsTrue(cib.Attr(u.doc.Root(), "have-quorum")) {
		value = "false"
	}
	u.doc.Root().CreateAttr("have-quorum", value)
	return "have-quorum=" + value
}

// forgetHistory takes a resource's history on a node away.
func (u *mutant) forgetHistory() string {
	e := u.any(all(u.section("status"), "lrm_resource"))
	if e == nil {
		return ""
	}
	cib.Remove(e)
	return "without the history of " + cib.ID(e) + " on " + cib.Attr(e.Parent(), "uname")
}
