package engine

import (
	"strings"

	"crm/cib"
)

// exitTexts are the words for exit codes of agents.
var exitTexts = map[int]string{
	0: "OK", 1: "Error occurred", 2: "Invalid parameter", 3: "Unimplemented", 4: "Insufficient privileges", 5: "Not installed",
	6: "Not configured", 7: "Not running", 8: "Promoted", 9: "Failed in promoted role", 124: "Timeout occurred",
	190: "Service is active but might fail soon", 191: "Service is promoted but might fail soon", 193: "No exit status available",
}

func exitText(rc int) string {
	if text, known := exitTexts[rc]; known {
		return text
	}
	return exitTexts[1]
}

func (t *statusText) primitive(depth int, r *Resource) {
	if r.meta.isTrue("internal_rsc") && !t.view.Detail {
		return
	}
	n := r.currentNode()
	if n == nil {
		n = r.pendingNode
	}
	if n == nil {
		n = r.lockNode
	}
	if t.view.Placeless {
		t.item(depth, t.primitiveState(r, r.shownName(), nil))
		return
	}
	t.item(depth, t.primitiveText(r, r.shownName(), n))
}

// shownName is a resource's name as people know it: instances that are all
// alike go by what was configured.
func (r *Resource) shownName() string {
	if r.Unique() {
		return r.ID
	}
	return r.ConfigID
}

// primitiveText is one line about a primitive, with all nodes where it is
// active in too many places.
func (t *statusText) primitiveText(r *Resource, name string, n *Node) string {
	if len(r.Active) <= 1 {
		return t.primitiveState(r, name, n)
	}
	text := t.primitiveState(r, name, nil)
	if more := r.element.SelectAttrValue("description", ""); more != "" {
		text += " (" + more + ")"
	}
	text += " [ "
	for _, a := range r.Active {
		text += a.Name + " "
	}
	return text + "]"
}

// primitiveState is what a line says of a primitive on a node.
func (t *statusText) primitiveState(r *Resource, name string, n *Node) string {
	var b strings.Builder
	b.WriteString(name + "\t(" + label(r) + "):\t")
	if r.Removed() {
		b.WriteString(" ORPHANED")
	}
	role := r.Role
	if r.is(flagFailed) {
		b.WriteString(" FAILED")
		if role == RolePromoted {
			b.WriteString(" " + role.String())
		}
	} else {
		b.WriteString(" " + t.stateText(r))
	}
	if n != nil {
		b.WriteString(" " + n.Name)
	}
	if role == RoleStopped && !r.is(flagFailed) {
		if f := t.c.maskedFailure(r, n); f != nil {
			b.WriteString(" (" + exitText(f.entry.rc) + ") ")
		}
	}
	b.WriteString(inParentheses(t.flags(r, n)))
	return b.String()
}

func (t *statusText) stateText(r *Resource) string {
	if t.pending {
		switch r.pendingTask {
		case "start":
			return "Starting"
		case "stop":
			return "Stopping"
		case "migrate_to", "migrate_from":
			return "Migrating"
		case "promote":
			return "Promoting"
		case "demote":
			return "Demoting"
		}
	}
	if r.Role == RoleStarted && r.topmost().Promotable() {
		return RoleUnpromoted.String()
	}
	return r.Role.String()
}

// flags are the remarks behind a primitive's state.
func (t *statusText) flags(r *Resource, n *Node) []string {
	var flags []string
	if n != nil && !n.Online && n.Unclean {
		flags = append(flags, "UNCLEAN")
	}
	if n != nil && n == r.lockNode {
		flags = append(flags, "LOCKED")
	}
	if t.pending && r.pendingTask == "monitor" && r.pendingMS > 0 {
		flags = append(flags, "Monitoring")
	}
	switch r.targetRole() {
	case RoleStopped:
		flags = append(flags, "disabled")
	case RoleUnpromoted:
		flags = append(flags, "target-role:"+r.meta.get("target-role"))
	}
	switch {
	case r.Blocked():
		flags = append(flags, "blocked")
	case r.is(flagMaintenance):
		flags = append(flags, "maintenance")
	case !r.Managed():
		flags = append(flags, "unmanaged")
	}
	if r.is(flagIgnoreFailure) {
		flags = append(flags, "failure ignored")
	}
	return flags
}

// maskedFailure finds a probe of a resource that failed because its agent was
// not there; on a node, or on any if none is given. It counts only if the
// history says which node it was on and calls the resource as it is
// configured. For a cloned group none is shown. All as in Pacemaker.
func (c *cluster) maskedFailure(r *Resource, n *Node) *failure {
	if !r.Unique() && r.Parent != nil && r.Parent.Kind == KindGroup {
		return nil
	}
	for _, f := range c.failures {
		if !f.entry.maskable() || f.rsc == nil || f.rsc.ConfigID != r.ConfigID || f.rsc.inBundle() {
			continue
		}
		on := cib.Attr(f.entry.element, "on_node")
		if on == "" || n != nil && !strings.EqualFold(on, n.Name) {
			continue
		}
		key := cib.Attr(f.entry.element, "operation_key")
		if key == "" { // an entry of old
			key = cib.ID(f.entry.element)
		}
		if key == r.ConfigID+"_monitor_0" {
			return f
		}
	}
	return nil
}
