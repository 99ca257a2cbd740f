package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
)

// badWords are values that few names have a meaning for, and spellings of
// those that have.
var badWords = []string{"", "maybe", "-1", "0", "1", "2", "1.5", "7x", "1h", "99999999999", "INFINITY", "-INFINITY", "+5", "yes", "on", "No", "FALSE", " true", "started", "PT1M", "#default"}

// badValue gives an option, a meta attribute, an operation or a fail count a
// value that may not make sense.
func (u *mutant) badValue() string {
	list := append(all(u.doc.Configuration(), "nvpair"), all(u.section("status"), "nvpair")...)
	switch u.IntN(4) {
	case 0:
		w := optionWords[u.IntN(len(optionWords))]
		return u.setNV(u.section("crm_config"), "cluster_property_set", w[0], pick(u.cluster, badWords...))
	case 1:
		if r := u.any(u.resources()); r != nil {
			w := pick(u.cluster, append(metaWords, cloneWords...)...)
			return u.setNV(r, "meta_attributes", w[0], pick(u.cluster, badWords...))
		}
	case 2:
		if op := u.any(all(u.section("resources"), "op")); op != nil {
			name := pick(u.cluster, "timeout", "interval", "start-delay", "interval-origin", "enabled", "record-pending")
			op.CreateAttr(name, pick(u.cluster, badWords...))
			return fmt.Sprintf("%s: %s=%q", cib.ID(op), name, cib.Attr(op, name))
		}
	}
	e := u.any(list)
	if e == nil || e.SelectAttr("value") == nil {
		return ""
	}
	e.CreateAttr("value", pick(u.cluster, badWords...))
	return fmt.Sprintf("%s: %s=%q", cib.ID(e), cib.Attr(e, "name"), cib.Attr(e, "value"))
}

// setDefault sets a default of resources or operations.
func (u *mutant) setDefault() string {
	if u.one(3) {
		w := pick(u.cluster, "timeout=90s", "on-fail=block", "on-fail=ignore", "enabled=false", "record-pending=false", "start-delay=3s", "interval=5s")
		name, value, _ := strings.Cut(w, "=")
		return "operations " + u.setNV(u.section("op_defaults"), "meta_attributes", name, value)
	}
	w := metaWords[u.IntN(len(metaWords))]
	return "resources " + u.setNV(u.section("rsc_defaults"), "meta_attributes", w[0], pick(u.cluster, w[1:]...))
}

// duplicate a constraint, by another name and perhaps with another score.
func (u *mutant) duplicate() string {
	e := u.any(u.constraintsNow())
	if e == nil {
		return ""
	}
	was := cib.ID(e)
	e = cib.CopyElement(e)
	for part := range cib.Walk(e) {
		if part.SelectAttr("id") != nil && part.Tag != "resource_ref" {
			part.CreateAttr("id", u.id("mut-d"))
		}
		if part.SelectAttr("score") != nil && u.one(2) {
			part.CreateAttr("score", u.score())
		}
	}
	u.section("constraints").AddChild(e)
	return was + " twice"
}

// changeDate moves the time, or a date of a rule or ticket.
func (u *mutant) changeDate() string {
	dates := all(u.doc.Configuration(), "date_expression", "date_spec", "duration")
	e := u.any(dates)
	if e == nil || u.one(3) {
		u.now = u.now.Add(pick(u.cluster, -time.Hour, time.Minute, time.Hour, 24*time.Hour, 400*24*time.Hour))
		u.doc.Root().CreateAttr("execution-date", strconv.FormatInt(u.now.Unix(), 10))
		return "it is " + u.now.UTC().Format(time.RFC3339)
	}
	switch e.Tag {
	case "date_expression":
		name := pick(u.cluster, "start", "end", "operation")
		value := u.now.UTC().Add(pick(u.cluster, -time.Hour, 0, time.Second, 90*24*time.Hour)).Format(pick(u.cluster, "2006-01-02 15:04:05Z", "2006-01-02", "20060102T150405Z"))
		if name == "operation" {
			value = pick(u.cluster, "gt", "lt", "in_range")
		}
		e.CreateAttr(name, value)
	case "date_spec":
		e.CreateAttr(pick(u.cluster, "hours", "weekdays", "monthdays", "months", "years", "minutes", "yeardays", "weeks"), pick(u.cluster, "1", "0-12", "5-", "-7", "1-7"))
	default:
		e.CreateAttr(pick(u.cluster, "hours", "days", "months", "weeks"), pick(u.cluster, "1", "10"))
	}
	text := ""
	for _, a := range e.Attr {
		text += " " + a.Key + "=" + a.Value
	}
	return e.Tag + text
}

// changeTicket grants, revokes or parks a ticket that is there.
func (u *mutant) changeTicket() string {
	e := u.any(all(u.section("status"), "ticket_state"))
	if e == nil {
		return ""
	}
	w := pick(u.cluster, []string{"granted", "true", "false"}, []string{"standby", "true", "false"})
	e.CreateAttr(w[0], pick(u.cluster, w[1:]...))
	return fmt.Sprintf("%s: %s=%s", cib.ID(e), w[0], cib.Attr(e, w[0]))
}

// changeUtilization changes a capacity or a need, or adds one.
func (u *mutant) changeUtilization() string {
	e := u.any(append(u.resources("primitive"), all(u.section("nodes"), "node")...))
	if list := all(u.doc.Configuration(), "utilization"); len(list) > 0 && u.IntN(4) > 0 {
		e = u.any(list).Parent()
	}
	if e == nil || e.Tag != "primitive" && e.Tag != "node" {
		return ""
	}
	if u.one(3) {
		u.setNV(u.section("crm_config"), "cluster_property_set", "placement-strategy", pick(u.cluster, "utilization", "minimal", "balanced"))
	}
	name := pick(u.cluster, "cpu", "memory")
	if nv := u.any(all(cib.Child(e, "utilization"), "nvpair")); nv != nil {
		name = cib.Attr(nv, "name")
	}
	set := cib.Child(e, "utilization")
	if set == nil {
		set = etree.NewElement("utilization")
		set.CreateAttr("id", u.id("mut-set-"))
		at := cib.Child(e, "operations")
		if at == nil {
			e.AddChild(set)
		} else {
			e.InsertChildAt(at.Index(), set)
		}
	}
	return "needs " + u.setNV(e, "utilization", name, pick(u.cluster, "0", "1", "2", "5", "100", "-3", "x"))
}

// changeLevel adds a level of a fencing topology, or changes one.
func (u *mutant) changeLevel() string {
	topology := cib.Child(u.doc.Configuration(), "fencing-topology")
	var devices []string
	for _, p := range u.resources("primitive") {
		if cib.Attr(p, "class") == "stonith" {
			devices = append(devices, cib.ID(p))
		}
	}
	if len(devices) == 0 || u.nodeName() == "" {
		return ""
	}
	if e := u.any(all(topology, "fencing-level")); e != nil && u.one(2) {
		e.CreateAttr("devices", pick(u.cluster, devices...))
		return cib.ID(e) + ": devices=" + cib.Attr(e, "devices")
	}
	if topology == nil {
		topology = u.doc.Configuration().CreateElement("fencing-topology")
	}
	return u.add(topology, fmt.Sprintf(`<fencing-level id="%s" target="%s" index="%d" devices="%s"/>`, u.id("mut-level"), u.nodeName(), 1+u.IntN(9), pick(u.cluster, devices...)))
}
