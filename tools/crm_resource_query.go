package tools

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// The answers of crm_resource to questions, as text and as XML.

// complain tells of what is no reason to fail.
func (c *resourceCall) complain(text string) {
	if c.xml != nil {
		c.problems = append(c.problems, text)
		return
	}
	fmt.Fprintln(c.std.Err, text)
}

var exitMessages = map[int]string{exitOK: "OK", exitError: "Error occurred", exitDenied: "Insufficient privileges", exitUsage: "Incorrect usage",
	exitUnavailable: "Service unavailable", exitNotConnected: "Not connected", exitOld: "Update was older than existing configuration",
	exitNotFound: "No such object", exitUnsafe: "Operation not safe", exitExists: "Requested item already exists", exitBadConfig: "Invalid configuration"}

// endXML writes the answer, with how it ended.
func (c *resourceCall) endXML(err error) int {
	code := exitOK
	if err != nil {
		code = exitError
		var f *failure
		if errors.As(err, &f) {
			code = f.code
		}
		c.problems = append(c.problems, "crm_resource: "+err.Error())
	}
	status := c.xml.CreateElement("status")
	attrs(status, "code", strconv.Itoa(code), "message", cmp.Or(exitMessages[code], "Error occurred"))
	if len(c.problems) > 0 {
		list := status.CreateElement("errors")
		for _, text := range c.problems {
			list.CreateElement("error").SetText(text)
		}
	}
	if _, err := io.WriteString(c.std.Out, cib.Format(c.xml)); err != nil {
		return exitCannotWrite
	}
	return code
}

// list tells of all resources.
func (c *resourceCall) list(s *engine.Situation) error {
	v := engine.View{Inactive: true, Placeless: true}
	if c.xml != nil {
		m := &monitor{sit: s}
		resources, _ := m.resourcesXML(v)
		c.xml.AddChild(resources)
		if len(resources.Child) == 0 {
			resources.CreateElement("item").SetText("No resources")
			return noResource()
		}
		return nil
	}
	lines := s.ResourceLines(v)
	none := len(lines) == 0
	if none {
		lines = []string{"  * No resources"}
	}
	_, err := fmt.Fprintln(c.std.Out, "Full List of Resources:\n"+strings.Join(lines, "\n"))
	if none {
		return noResource()
	}
	return err
}

func noResource() error {
	return fail(exitNotFound, "Error performing operation: No such object")
}

// ids lists the names of all resources without members.
func (c *resourceCall) ids(s *engine.Situation) error {
	leaves := leavesOf(s)
	if len(leaves) == 0 {
		c.complain("NO resources configured")
		return noResource()
	}
	if c.xml != nil {
		list := c.xml.CreateElement("list")
		attrs(list, "name", "resource names", "count", strconv.Itoa(len(leaves)))
		for _, r := range leaves {
			item := list.CreateElement("item")
			attrs(item, "name", "resource")
			item.SetText(r.ID)
		}
		return nil
	}
	for _, r := range leaves {
		fmt.Fprintln(c.std.Out, r.ID)
	}
	return nil
}

// locate tells where a resource runs.
func (c *resourceCall) locate(found []*engine.Resource) error {
	name := c.text["resource"]
	promoted := map[*engine.Node]bool{}
	var order []*engine.Node
	for _, r := range found {
		for _, leaf := range append([]*engine.Resource{r}, parts(r)...) {
			for _, n := range leaf.Active {
				if _, known := promoted[n]; !known || leaf.Root().Kind == engine.KindClone && leaf.Unique() {
					order = append(order, n)
				}
				promoted[n] = promoted[n] || leaf.ShownRole() == "Promoted"
			}
		}
	}
	if c.xml != nil {
		nodes := c.xml.CreateElement("nodes")
		attrs(nodes, "resource", name)
		for _, n := range order {
			e := nodes.CreateElement("node")
			if promoted[n] {
				attrs(e, "state", "promoted")
			}
			e.SetText(n.Name)
		}
		return nil
	}
	for _, n := range order {
		if c.set["quiet"] {
			fmt.Fprintln(c.std.Out, n.Name)
			continue
		}
		fmt.Fprintf(c.std.Out, "resource %s is running on: %s%s\n", name, n.Name, map[bool]string{true: " Promoted"}[promoted[n]])
	}
	if len(order) == 0 && !c.set["quiet"] {
		fmt.Fprintf(c.std.Out, "resource %s is NOT running\n", name)
	}
	return nil
}

// configuration shows a resource's XML, beside its state.
func (c *resourceCall) configuration(d *cib.Document, s *engine.Situation, r *engine.Resource) error {
	e := d.Resource(r.ConfigID)
	if e == nil {
		return c.notFound()
	}
	if t := d.Find(cib.Attr(e, "template")); t != nil && c.command == "query-xml" {
		e = expanded(e, t)
	}
	if c.xml != nil {
		config := c.xml.CreateElement("resource_config")
		(&monitor{sit: s}).resourceXML(config, r, engine.View{})
		config.CreateElement("xml").CreateCData(cib.Format(e))
		return nil
	}
	for _, line := range s.StateLines(r) {
		line = strings.TrimPrefix(strings.TrimLeft(line, " "), "* ")
		if !strings.HasPrefix(line, "Resource Group: ") && !strings.HasPrefix(line, "Clone Set: ") && !strings.HasPrefix(line, "Container bundle") {
			fmt.Fprintln(c.std.Out, line)
		}
	}
	_, err := io.WriteString(c.std.Out, "Resource XML:\n"+cib.Format(e))
	return err
}

// operations lists what the history holds, node by node: all of it, or what
// was done since the resource was started.
func (c *resourceCall) operations(d *cib.Document, s *engine.Situation) error {
	host, err := c.host(s)
	if err != nil {
		return err
	}
	m := &monitor{sit: s, doc: d}
	fencing := m.truth("true", "fencing-enabled", "stonith-enabled")
	var list *etree.Element
	if c.xml != nil {
		list = etree.NewElement("operations")
	}
	for state := range cib.Children(d.Status(), "node_state") {
		n := m.nodeOf(state)
		if n == nil || host != nil && n != host || !n.Online && !fencing {
			continue
		}
		for e := range cib.Children(cib.Child(cib.Child(state, "lrm"), "lrm_resources"), "lrm_resource") {
			r := m.withHistory(cib.ID(e))
			if wanted := c.text["resource"]; r == nil || wanted != "" && cib.ID(e) != wanted {
				continue
			}
			for _, op := range done(e, c.command == "list-all-operations") {
				if list != nil {
					operationOfXML(list.CreateElement("operation"), op, r.ShownName(), r, n)
					continue
				}
				fmt.Fprintln(c.std.Out, s.StateLine(r)+": "+operationText(op, n.Name))
			}
		}
	}
	if list != nil && len(list.Child) > 0 {
		c.xml.AddChild(list)
	}
	return nil
}

// done are the records of a resource by call number; if not all, those since it
// was started there, and none if it is stopped.
func done(history *etree.Element, all bool) []*etree.Element {
	ops := slices.Collect(cib.Children(history, "lrm_rsc_op"))
	slices.SortStableFunc(ops, func(a, b *etree.Element) int { return cmp.Compare(uint(callID(a)), uint(callID(b))) }) // -1, what is under way, is last
	if all {
		return ops
	}
	start, stop, changed, seen := -1, -1, -1, -1
	for i, op := range ops {
		rc := cib.Attr(op, "rc-code")
		switch task := cib.Attr(op, "operation"); {
		case task == "stop" && cib.Attr(op, "op-status") == "0":
			stop = i
		case task == "start" || task == "migrate_from":
			start = i
		case (task == "promote" || task == "demote") && start <= stop:
			changed = i
		case task == "monitor" && seen <= stop && start <= stop && (rc == "0" || rc == "8"):
			seen = i
		}
	}
	if start < 0 {
		start = seen
		if changed >= 0 {
			start = changed
		}
	}
	if stop > start {
		return nil
	}
	return ops[max(start, 0):]
}

func operationText(op *etree.Element, host string) string {
	text := orElse(cib.Attr(op, "operation_key"), cib.ID(op)) + " (node=" + host + ", call=" + orElse(cib.Attr(op, "call-id"), "0") +
		", rc=" + orElse(cib.Attr(op, "rc-code"), "0")
	if changed, err := strconv.ParseInt(cib.Attr(op, "last-rc-change"), 10, 64); err == nil {
		text += ", last-rc-change='" + when(changed) + "', exec=" + orElse(cib.Attr(op, "exec-time"), "0") + "ms"
	}
	status, _ := strconv.Atoi(cib.Attr(op, "op-status"))
	return text + "): " + statusText(status)
}

func operationOfXML(e, op *etree.Element, name string, r *engine.Resource, on *engine.Node) {
	status, _ := strconv.Atoi(cib.Attr(op, "op-status"))
	attrs(e, "op", orElse(cib.Attr(op, "operation_key"), cib.ID(op)), "node", on.Name, "call", orElse(cib.Attr(op, "call-id"), "0"),
		"rc", orElse(cib.Attr(op, "rc-code"), "0"), "status", statusText(status), "rsc", name, "agent", r.Class+":"+r.Provider+":"+r.Type)
	if changed, err := strconv.ParseInt(cib.Attr(op, "last-rc-change"), 10, 64); err == nil {
		attrs(e, "last-rc-change", when(changed), "exec-time", orElse(cib.Attr(op, "exec-time"), "0"))
	}
}

// why tells which resources run, and what in their configuration is against it.
func (c *resourceCall) why(s *engine.Situation) error {
	host, err := c.host(s)
	if err != nil {
		return err
	}
	list := s.Resources()
	switch name := c.text["resource"]; {
	case name != "":
		if list = resourceNamed(s, name); len(list) == 0 {
			return c.notFound()
		}
		list = list[:1]
	case host != nil:
		list = s.ResourcesOn(host, engine.View{})
	}
	var reason, resources *etree.Element
	if c.xml != nil {
		if reason = c.xml.CreateElement("reason"); c.text["resource"] == "" {
			resources = reason.CreateElement("resources")
		}
	}
	for _, r := range list {
		runs := runsOn(r, host)
		switch {
		case resources != nil:
			e := resources.CreateElement("resource")
			attrs(e, "id", r.ID, "running", yes(runs))
			if host != nil {
				attrs(e, "host", host.Name)
			}
			checkXML(e, r)
		case reason != nil:
			if host == nil {
				attrs(reason, "running", yes(runs))
			} else if runs {
				attrs(reason, "running_on", host.Name)
			}
			checkXML(reason, r)
		default:
			c.whyText(r, runs, host)
		}
	}
	return nil
}

// runsOn tells whether a resource, or a part of it, runs on a node, or anywhere.
func runsOn(r *engine.Resource, host *engine.Node) bool {
	return slices.ContainsFunc(append([]*engine.Resource{r}, parts(r)...), func(part *engine.Resource) bool {
		return len(part.Active) > 0 && (host == nil || slices.Contains(part.Active, host))
	})
}

func (c *resourceCall) whyText(r *engine.Resource, runs bool, host *engine.Node) {
	text := "Resource " + r.ID + " is " + map[bool]string{false: "not "}[runs] + "running"
	if host != nil {
		text += " on host " + host.Name
	}
	fmt.Fprintln(c.std.Out, text)
	id := r.Root().ID
	switch obstacle(r) {
	case "Stopped":
		fmt.Fprintf(c.std.Out, "Configuration specifies '%s' should remain stopped\n", id)
	case "Unpromoted":
		fmt.Fprintf(c.std.Out, "Configuration specifies '%s' should not be promoted\n", id)
	}
	if !r.Managed() {
		fmt.Fprintf(c.std.Out, "Configuration prevents cluster from stopping or starting unmanaged '%s'\n", id)
	}
	if n := r.LockedTo(); n != nil {
		fmt.Fprintf(c.std.Out, "'%s' is locked to node %s due to shutdown\n", id, n.Name)
	}
}

func checkXML(to *etree.Element, r *engine.Resource) {
	e := to.CreateElement("check")
	attrs(e, "id", r.Root().ID)
	switch obstacle(r) {
	case "Stopped":
		attrs(e, "remain_stopped", "true")
	case "Unpromoted":
		attrs(e, "promotable", "false")
	}
	if !r.Managed() {
		attrs(e, "unmanaged", "true")
	}
	if n := r.LockedTo(); n != nil {
		attrs(e, "locked-to", n.Name)
	}
}

// obstacle is the target role that keeps a resource from running, or from being
// promoted; "" when there is none.
func obstacle(r *engine.Resource) string {
	switch role := strings.ToLower(r.Meta("target-role")); role {
	case "stopped":
		return "Stopped"
	case "slave", "unpromoted":
		if r.Root().Promotable() {
			return "Unpromoted"
		}
	}
	return ""
}
