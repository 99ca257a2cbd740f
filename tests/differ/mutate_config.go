package main

import (
	"fmt"

	"crm/cib"
)

// words are values worth trying for a name.
var metaWords = [][]string{
	{"target-role", "Stopped", "Started", "Slave", "Master"}, {"is-managed", "false", "true"}, {"maintenance", "true"},
	{"priority", "1", "5", "-2", "100"}, {"resource-stickiness", "0", "1", "50", "INFINITY", "-1"}, {"migration-threshold", "1", "2", "3"},
	{"failure-timeout", "60s", "1000000h"}, {"multiple-active", "block", "stop_only", "stop_unexpected", "stop_start"},
	{"requires", "nothing", "quorum", "fencing", "unfencing"}, {"critical", "false"}, {"allow-unhealthy-nodes", "true"},
}

var cloneWords = [][]string{
	{"clone-max", "0", "1", "2", "3"}, {"clone-node-max", "1", "2"}, {"interleave", "true", "false"}, {"ordered", "true", "false"},
	{"notify", "true", "false"}, {"globally-unique", "true", "false"}, {"promoted-max", "0", "1", "2"}, {"clone-min", "1", "2"},
	{"promotable", "true", "false"}, {"promoted-node-max", "1", "2"},
}

var optionWords = [][]string{
	{"symmetric-cluster", "true", "false"}, {"no-quorum-policy", "stop", "freeze", "ignore", "demote", "suicide"}, {"stonith-enabled", "true", "false"},
	{"maintenance-mode", "true"}, {"start-failure-is-fatal", "false"}, {"stop-orphan-resources", "false"}, {"stop-orphan-actions", "false"},
	{"enable-startup-probes", "false"}, {"startup-fencing", "false"}, {"stonith-action", "off"}, {"priority-fencing-delay", "15s"},
	{"placement-strategy", "utilization", "minimal", "balanced", "default"}, {"shutdown-lock", "true"}, {"shutdown-lock-limit", "5m"},
	{"node-health-strategy", "migrate-on-red", "only-green", "progressive", "custom"}, {"stop-all-resources", "true"}, {"migration-limit", "1"},
	{"concurrent-fencing", "false", "true"}, {"have-watchdog", "true"}, {"cluster-delay", "10s"}, {"batch-limit", "3"},
}

func (u *mutant) changeMeta() string {
	r := u.any(u.resources())
	if r == nil {
		return ""
	}
	list := metaWords
	switch r.Tag {
	case "clone", "master":
		list = append(list[:len(list):len(list)], append(cloneWords, cloneWords...)...)
	case "group":
		list = append(list[:len(list):len(list)], []string{"ordered", "false"}, []string{"collocated", "false"})
	case "primitive":
		list = append(list[:len(list):len(list)], []string{"allow-migrate", "true", "false"}, []string{"allow-migrate", "true"})
	}
	w := list[u.IntN(len(list))]
	return u.setNV(r, "meta_attributes", w[0], pick(u.cluster, w[1:]...))
}

func (u *mutant) changeOption() string {
	w := optionWords[u.IntN(len(optionWords))]
	return u.setNV(u.section("crm_config"), "cluster_property_set", w[0], pick(u.cluster, w[1:]...))
}

// changeOperation changes an operation or adds one.
func (u *mutant) changeOperation() string {
	r := u.any(u.resources("primitive"))
	if r == nil {
		return ""
	}
	ops := cib.Child(r, "operations")
	if ops == nil {
		ops = r.CreateElement("operations")
	}
	id := u.id("mut-op")
	if u.one(3) {
		name := pick(u.cluster, "monitor", "start", "stop", "promote", "demote", "migrate_to", "migrate_from", "monitor")
		interval, role := "0", ""
		if name == "monitor" {
			interval, role = pick(u.cluster, "10s", "33s", "7000ms"), pick(u.cluster, "", "", ` role="Stopped"`, ` role="Master"`, ` role="Slave"`)
		}
		return u.add(ops, fmt.Sprintf(`<op id="%s" name="%s" interval="%s"%s on-fail="%s"/>`, id, name, interval, role,
			pick(u.cluster, "ignore", "block", "stop", "restart", "fence", "standby", "demote", "restart-container")))
	}
	op := u.any(all(ops, "op"))
	if op == nil {
		return ""
	}
	w := pick(u.cluster, []string{"on-fail", "ignore", "block", "stop", "restart", "fence", "standby", "demote", "restart-container"},
		[]string{"enabled", "false", "true"}, []string{"role", "Stopped", "Master", "Slave", "Started"},
		[]string{"timeout", "7s", "100"}, []string{"interval", "0", "10s", "99s"}, []string{"start-delay", "5s"})
	op.CreateAttr(w[0], pick(u.cluster, w[1:]...))
	return fmt.Sprintf("%s of %s: %s=%s", cib.ID(op), cib.ID(r), w[0], cib.Attr(op, w[0]))
}

// changeConstraint changes a word of a constraint.
func (u *mutant) changeConstraint() string {
	e := u.any(all(u.section("constraints"), "rsc_order", "rsc_colocation", "rsc_location", "rsc_ticket", "resource_set", "rule", "expression"))
	if e == nil {
		return ""
	}
	roles := []string{"Master", "Slave", "Started"}
	var w []string
	switch e.Tag {
	case "rsc_order":
		w = pick(u.cluster, []string{"kind", "Mandatory", "Optional", "Serialize"}, []string{"symmetrical", "true", "false"},
			[]string{"require-all", "false", "true"}, []string{"first-action", "start", "stop", "promote", "demote"}, []string{"then-action", "start", "stop", "promote", "demote"})
	case "rsc_colocation":
		w = pick(u.cluster, append([]string{"rsc-role"}, roles...), append([]string{"with-rsc-role"}, roles...), []string{"influence", "false", "true"})
	case "rsc_location":
		w = pick(u.cluster, []string{"role", "Master", "Slave", "Stopped"}, []string{"resource-discovery", "always", "never", "exclusive"})
	case "rsc_ticket":
		w = pick(u.cluster, []string{"loss-policy", "stop", "fence", "freeze", "demote"}, append([]string{"rsc-role"}, roles...))
	case "resource_set":
		w = pick(u.cluster, []string{"sequential", "true", "false"}, []string{"require-all", "true", "false"}, append([]string{"role"}, roles...),
			[]string{"action", "start", "stop", "promote", "demote"}, []string{"score", "INFINITY", "-INFINITY", "10"})
	case "rule":
		w = pick(u.cluster, []string{"boolean-op", "and", "or"}, []string{"role", "Master", "Stopped"})
	default:
		w = pick(u.cluster, []string{"operation", "eq", "ne", "lt", "gt", "gte", "lte"}, []string{"type", "string", "number", "version"})
	}
	if rsc := map[string]string{"rsc-role": "rsc", "with-rsc-role": "with-rsc"}[w[0]]; e.Tag == "rsc_colocation" && rsc != "" && !hasRoles(u.doc.Find(cib.Attr(e, rsc))) {
		return ""
	}
	e.CreateAttr(w[0], pick(u.cluster, w[1:]...))
	return fmt.Sprintf("%s: %s=%s", cib.ID(e), w[0], cib.Attr(e, w[0]))
}

func (u *mutant) changeBundle() string {
	e := u.any(all(u.section("resources"), "docker", "podman"))
	if e == nil {
		return ""
	}
	w := pick(u.cluster, []string{"replicas", "1", "2", "3", "4"}, []string{"replicas-per-host", "1", "2"}, []string{"promoted-max", "0", "1", "2"})
	e.RemoveAttr("masters")
	e.CreateAttr(w[0], pick(u.cluster, w[1:]...))
	return fmt.Sprintf("%s: %s=%s", cib.ID(e.Parent()), w[0], cib.Attr(e, w[0]))
}

// removeResource takes a resource and all that names it out of the
// configuration; its history stays.
func (u *mutant) removeResource() string {
	r := u.any(u.resources())
	if r == nil || r.Parent().Tag != "resources" && len(all(r.Parent(), r.Tag)) < 2 {
		return ""
	}
	gone := map[string]bool{}
	for _, e := range append(all(r, "primitive", "group", "clone", "master", "bundle"), r) {
		gone[cib.ID(e)] = true
	}
	cib.Remove(r)
	for again := true; again; {
		again = false
		for e := range cib.Walk(u.section("constraints")) {
			ref := e.Tag == "resource_ref" && gone[cib.ID(e)] || e.Tag == "resource_set" && len(e.ChildElements()) == 0
			for _, name := range []string{"rsc", "with-rsc", "first", "then"} {
				ref = ref || gone[cib.Attr(e, name)]
			}
			sets := e.Tag == "rsc_order" || e.Tag == "rsc_colocation" || e.Tag == "rsc_ticket"
			if ref || sets && len(e.ChildElements()) == 0 && e.SelectAttr("rsc") == nil && e.SelectAttr("first") == nil {
				cib.Remove(e)
				again = true
				break
			}
		}
	}
	return "without " + cib.ID(r)
}

// dropSomething takes a small element away.
func (u *mutant) dropSomething() string {
	list := append(all(u.doc.Configuration(), "nvpair", "op", "rule", "fencing-level", "utilization"), all(u.section("status"), "nvpair")...)
	e := u.any(list)
	if e == nil || cib.Attr(e, "name") == "concurrent-fencing" || e.Tag == "op" && len(e.Parent().ChildElements()) == 1 {
		return ""
	}
	if e.Tag == "rule" && e.Parent().Tag == "rule" || e.Tag == "rule" && e.Parent().Tag == "rsc_location" {
		return ""
	}
	cib.Remove(e)
	return "without " + e.Tag + " " + cib.ID(e) + " " + cib.Attr(e, "name")
}
