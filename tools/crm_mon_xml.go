package tools

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// attrs sets attributes in pairs of name and value.
func attrs(e *etree.Element, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		e.CreateAttr(pairs[i], pairs[i+1])
	}
}

func yes(b bool) string { return strconv.FormatBool(b) }

// asXML is the state as crm_mon --output-as=xml tells it, or in the older form
// of --as-xml, which has another root and no status.
func (m *monitor) asXML() *etree.Element {
	out := pacemakerResult("crm_mon", m.words)
	if m.set["as-xml"] {
		out = etree.NewElement("crm_mon")
		out.CreateAttr("version", "2.1.5") // the last release with this form that it was held against
	}
	add := func(part string, e *etree.Element) {
		if m.shown[part] && (len(e.Child) > 0 || part == "nodes") {
			out.AddChild(e)
		}
	}
	m.shown["cluster"] = true
	summary := etree.NewElement("summary")
	m.summaryXML(summary)
	add("cluster", summary)
	v := m.view()
	add("nodes", m.nodesXML(v))
	if resources, any := m.resourcesXML(v); any && m.shown["resources"] {
		out.AddChild(resources)
	}
	add("attributes", m.attributesXML())
	if (m.shown["operations"] || m.shown["failcounts"]) && len(m.online()) > 0 {
		m.historyXML(out.CreateElement("node_history"), m.shown["operations"])
	}
	add("failures", m.failuresXML())
	if history := m.fencingsXML(); len(history.Child) > 0 {
		out.AddChild(history)
	}
	add("tickets", m.ticketsXML())
	add("bans", m.bansXML())
	if !m.set["as-xml"] {
		attrs(out.CreateElement("status"), "code", "0", "message", "OK")
	}
	return out
}

func (m *monitor) attributesXML() *etree.Element {
	attributes := etree.NewElement("node_attributes")
	for _, n := range m.sit.Nodes() {
		names, values := m.nodeAttributes(n)
		if !n.Online || len(names) == 0 || !m.isNode(n) {
			continue
		}
		e := attributes.CreateElement("node")
		attrs(e, "name", n.Name)
		for _, name := range names {
			a := e.CreateElement("attribute")
			attrs(a, "name", name, "value", values[name])
			if expected, ok := m.sit.ExpectedPing(n, name); ok {
				attrs(a, "expected", strconv.FormatInt(expected, 10))
			}
		}
	}
	return attributes
}

func (m *monitor) summaryXML(e *etree.Element) {
	root := m.doc.Root()
	if m.shown["stack"] {
		attrs(e.CreateElement("stack"), "type", m.stack())
	}
	if n := m.dc(); n == nil {
		attrs(e.CreateElement("current_dc"), "present", "false")
	} else if m.shown["dc"] {
		version, _ := m.doc.Property("dc-version")
		attrs(e.CreateElement("current_dc"), "present", "true", "version", version, "name", n.Name, "id", n.ID,
			"with_quorum", yes(cib.IsTrue(cib.Attr(root, "have-quorum"))), "mixed_version", yes(m.mixed()))
	}
	if m.shown["times"] {
		attrs(e.CreateElement("last_update"), "time", m.now.Format(stamp))
		attrs(e.CreateElement("last_change"), "time", cib.Attr(root, "cib-last-written"), "user", cib.Attr(root, "update-user"),
			"client", cib.Attr(root, "update-client"), "origin", cib.Attr(root, "update-origin"))
	}
	if m.shown["counts"] {
		attrs(e.CreateElement("nodes_configured"), "number", strconv.Itoa(len(m.sit.Nodes())))
		_, instances, disabled, blocked := m.sit.Counts()
		attrs(e.CreateElement("resources_configured"), "number", strconv.Itoa(instances), "disabled", strconv.Itoa(disabled), "blocked", strconv.Itoa(blocked))
	}
	if m.shown["options"] {
		attrs(e.CreateElement("cluster_options"),
			"stonith-enabled", yes(m.truth("true", "fencing-enabled", "stonith-enabled")), "symmetric-cluster", yes(m.truth("true", "symmetric-cluster")),
			"no-quorum-policy", m.option("stop", "no-quorum-policy"), "maintenance-mode", yes(m.truth("false", "maintenance-mode")),
			"stop-all-resources", yes(m.truth("false", "stop-all-resources")),
			"stonith-timeout-ms", milliseconds(m.option("60s", "fencing-timeout", "stonith-timeout")),
			"priority-fencing-delay-ms", milliseconds(m.option("0", "priority-fencing-delay")))
	}
}

// option is a property under one of its names.
func (m *monitor) option(fallback string, names ...string) string {
	for _, name := range names {
		if value, ok := m.doc.Property(name); ok {
			return value
		}
	}
	return fallback
}

// truth is a property that is true or false.
func (m *monitor) truth(fallback string, names ...string) bool {
	return cib.IsTrue(m.option(fallback, names...))
}

func (m *monitor) nodeXML(e *etree.Element, n *engine.Node) {
	kind := "member"
	if n.Remote {
		kind = "remote"
	}
	running := 0
	for _, r := range m.leaves() {
		if slices.Contains(r.Active, n) {
			running++
		}
	}
	attrs(e, "name", n.Name, "id", n.ID, "online", yes(n.Online), "standby", yes(n.Standby || n.FailStandby),
		"standby_onfail", yes(n.FailStandby), "maintenance", yes(n.Maintenance), "pending", yes(n.Pending), "unclean", yes(n.Unclean),
		"health", m.sit.Health(n))
	if version := n.Attr("#feature-set"); n.Online && !n.Remote {
		attrs(e, "feature_set", orElse(version, "<3.15.1"))
	}
	attrs(e, "shutdown", yes(n.Shutdown), "expected_up", yes(n.ExpectedUp), "is_dc", yes(n.DC),
		"resources_running", strconv.Itoa(running), "type", kind)
	if host := n.Host(); host != nil {
		attrs(e, "id_as_resource", host.ID)
	}
}

// nodesXML are the nodes, with what runs on them when that is asked for.
func (m *monitor) nodesXML(v engine.View) *etree.Element {
	nodes := etree.NewElement("nodes")
	for _, n := range m.sit.Nodes() {
		if !m.isNode(n) {
			continue
		}
		e := nodes.CreateElement("node")
		m.nodeXML(e, n)
		if !m.set["group-by-node"] {
			continue
		}
		for _, r := range m.sit.ResourcesOn(n, v) {
			m.resourceXML(e, r, v)
		}
	}
	return nodes
}

// resourcesXML are all resources, but for those that were removed and run
// nowhere any more, and for those that stand under their nodes already. There
// are any when it depends on their names only that none is shown.
func (m *monitor) resourcesXML(v engine.View) (resources *etree.Element, any bool) {
	resources = etree.NewElement("resources")
	byNode := m.set["group-by-node"]
	for _, r := range m.sit.Resources() {
		if active := r.IsActive(true); active && byNode || !active && r.Removed() || !byNode && !r.RunsAmong(v.Node) {
			continue
		}
		any = true
		if v.Names(r) {
			m.resourceXML(resources, r, v)
		}
	}
	return resources, any
}

// resourceXML adds a resource with what of it is shown, also when it does not
// run. Instances of clones are left out that run on other nodes.
func (m *monitor) resourceXML(to *etree.Element, r *engine.Resource, v engine.View) {
	target := r.Meta("target-role")
	if target == "" && wrapped(r) == "clone" && len(r.Children) > 0 {
		target = r.Children[0].Meta("target-role")
	}
	if len(r.Children) == 0 {
		m.primitiveXML(to, r, target)
		return
	}
	if r.Kind == engine.KindBundle {
		m.bundleXML(to, r, v)
		return
	}
	tag := wrapped(r)
	e := to.CreateElement(tag)
	attrs(e, "id", r.ID)
	switch tag {
	case "group":
		attrs(e, "number_resources", strconv.Itoa(len(r.Children)), "managed", yes(r.Managed()), "disabled", yes(r.Disabled()))
	default:
		attrs(e, "multi_state", yes(r.Promotable()), "unique", yes(r.Unique()), "managed", yes(r.Managed()), "disabled", yes(r.Disabled()),
			"failed", yes(r.Failed()), "failure_ignored", yes(r.FailureIgnored()))
		if target != "" {
			attrs(e, "target_role", target)
		}
	}
	for _, c := range r.Children {
		if v.Names(c) && (tag == "group" || c.RunsAmong(v.Node)) {
			m.resourceXML(e, c, v)
		}
	}
}

// bundleXML adds a bundle with its replicas.
func (m *monitor) bundleXML(to *etree.Element, r *engine.Resource, v engine.View) {
	e := to.CreateElement("bundle")
	kind := ""
	for _, name := range []string{"docker", "podman", "rkt"} {
		if cib.Child(r.Element(), name) != nil {
			kind = name
		}
	}
	attrs(e, "id", r.ID, "type", kind, "image", r.Image(), "unique", yes(r.Unique()), "managed", yes(r.Managed()), "failed", yes(r.Failed()))
	for _, rep := range r.Replicas() {
		if !rep.Container.RunsAmong(v.Node) {
			continue
		}
		to := e.CreateElement("replica")
		attrs(to, "id", strconv.Itoa(rep.Number))
		for _, part := range rep.Parts {
			m.resourceXML(to, part, v)
		}
	}
}

// wrapped is the kind of a resource with members.
func wrapped(r *engine.Resource) string {
	if r.Kind == engine.KindGroup {
		return "group"
	}
	return "clone"
}

func (m *monitor) primitiveXML(to *etree.Element, r *engine.Resource, target string) {
	e := to.CreateElement("resource")
	role, pending := r.ShownRole(), pendingWord(r.PendingTask())
	if m.settled {
		pending = ""
	}
	if pending != "" && pending != "Monitoring" { // a change of role under way
		role, pending = pending, ""
	}
	attrs(e, "id", r.ShownName(), "resource_agent", r.Agent(), "role", role)
	if target != "" {
		attrs(e, "target_role", target)
	}
	attrs(e, "active", yes(r.IsActive(true)), "orphaned", yes(r.Removed()), "blocked", yes(r.Blocked()), "managed", yes(r.Managed()),
		"failed", yes(r.Failed()), "failure_ignored", yes(r.FailureIgnored()), "nodes_running_on", strconv.Itoa(len(r.Active)))
	if pending != "" {
		attrs(e, "pending", pending)
	}
	if n := r.LockedTo(); n != nil {
		attrs(e, "locked_to", n.Name)
	}
	for _, n := range r.Active {
		attrs(e.CreateElement("node"), "name", n.Name, "id", n.ID, "cached", yes(n.Online))
	}
}

func pendingWord(task string) string {
	switch task {
	case "":
		return ""
	case "start", "monitor":
		return strings.ToUpper(task[:1]) + task[1:] + "ing"
	case "stop":
		return "Stopping"
	case "promote":
		return "Promoting"
	case "demote":
		return "Demoting"
	}
	return "Migrating"
}

// historyXML tells of the histories of the resources on each node, or only of
// those that failed.
func (m *monitor) historyXML(to *etree.Element, operations bool) {
	for _, state := range m.online() {
		e := etree.NewElement("node")
		attrs(e, "name", cib.Attr(state, "uname"))
		for _, r := range m.records(state) {
			if operations && len(r.entries) == 0 || !operations && r.failCount == 0 {
				continue
			}
			h := e.CreateElement("resource_history")
			attrs(h, "id", r.name, "orphan", yes(r.orphan), "migration-threshold", r.threshold)
			if r.failCount > 0 {
				attrs(h, "fail-count", strconv.Itoa(r.failCount))
			}
			if r.lastFailure > 0 {
				attrs(h, "last-failure", when(r.lastFailure))
			}
			if !operations {
				continue
			}
			for _, op := range r.entries {
				operationXML(h.CreateElement("operation_history"), op)
			}
		}
		if len(e.Child) > 0 {
			to.AddChild(e)
		}
	}
}

func operationXML(e, op *etree.Element) {
	task, interval := cib.Attr(op, "operation"), orElse(cib.Attr(op, "interval"), "0")
	if task == "monitor" && interval == "0" {
		task = "probe"
	}
	rc, _ := strconv.Atoi(cib.Attr(op, "rc-code"))
	attrs(e, "call", cib.Attr(op, "call-id"), "task", task, "rc", strconv.Itoa(rc), "rc_text", codeText(rc))
	if interval != "0" {
		attrs(e, "interval", interval+"ms")
	}
	if changed, err := strconv.ParseInt(cib.Attr(op, "last-rc-change"), 10, 64); err == nil && changed > 0 {
		attrs(e, "last-rc-change", when(changed))
	}
	for _, name := range []string{"exec-time", "queue-time"} {
		if value := cib.Attr(op, name); value != "" {
			e.CreateAttr(name, value+"ms")
		}
	}
}

func (m *monitor) failuresXML() *etree.Element {
	failures := etree.NewElement("failures")
	for _, f := range m.failedActions() {
		e := failures.CreateElement("failure")
		status, _ := strconv.Atoi(cib.Attr(f.Entry, "op-status"))
		key := "op_key"
		if cib.Attr(f.Entry, "operation_key") == "" {
			key = "id"
		}
		attrs(e, key, orElse(cib.Attr(f.Entry, "operation_key"), cib.ID(f.Entry)), "node", f.Node.Name,
			"exitstatus", codeText(f.Code), "exitreason", f.Entry.SelectAttrValue("exit-reason", "none"),
			"exitcode", strconv.Itoa(f.Code), "call", cib.Attr(f.Entry, "call-id"), "status", statusText(status))
		if changed, err := strconv.ParseInt(cib.Attr(f.Entry, "last-rc-change"), 10, 64); err == nil {
			attrs(e, "last-rc-change", time.Unix(changed, 0).Format("2006-01-02 15:04:05Z07:00"))
			if took := cib.Attr(f.Entry, "exec-time"); took != "" {
				attrs(e, "queued", orElse(cib.Attr(f.Entry, "queue-time"), "0"), "exec", took)
			}
			attrs(e, "interval", fmt.Sprint(f.Interval), "task", f.Task)
		}
	}
	return failures
}

func (m *monitor) ticketsXML() *etree.Element {
	tickets := etree.NewElement("tickets")
	names, states := m.allTickets()
	for _, name := range names {
		t := states[name]
		status := "revoked"
		if cib.IsTrue(cib.Attr(t, "granted")) {
			status = "granted"
		}
		e := tickets.CreateElement("ticket")
		attrs(e, "id", name, "status", status, "standby", yes(cib.IsTrue(cib.Attr(t, "standby"))))
		if last, err := strconv.ParseInt(cib.Attr(t, "last-granted"), 10, 64); err == nil {
			attrs(e, "last-granted", when(last))
		}
	}
	return tickets
}
