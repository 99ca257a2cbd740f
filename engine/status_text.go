package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Notices are the lines that a report begins with: that resources are not
// managed, or that failures keep some from being touched.
func (s *Situation) Notices() []string {
	c := s.c
	var lines []string
	if c.opts.maintenance {
		lines = append(lines, "", "              *** Resource management is DISABLED ***",
			"  The cluster will not attempt to start, stop or recover services")
	}
	if c.disabled > 0 || c.blocked > 0 {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, fmt.Sprintf("%d of %d resource instances DISABLED and %d BLOCKED from further action due to failure",
			c.disabled, c.leaves, c.blocked))
	}
	return lines
}

// StatusLines tell of the nodes and the resources, as crm_simulate and crm
// status show them. Operations under way are shown if asked for.
func (s *Situation) StatusLines(pending bool) []string {
	t := &statusText{c: s.c, pending: pending}
	if len(s.c.nodes) > 0 {
		t.item(1, "Node List:")
		t.nodes()
		t.lines = append(t.lines, "")
	}
	t.item(1, "Full List of Resources:")
	before := len(t.lines)
	for _, r := range s.c.resources {
		if r.Removed() && !r.active(true) || r.active(false) && len(r.Active) == 0 {
			continue
		}
		t.resource(2, r)
	}
	if len(t.lines) == before {
		t.item(2, "No resources")
	}
	return t.lines
}

// statusText collects the lines of a status.
type statusText struct {
	c          *cluster
	pending    bool
	activeOnly bool // leave out what does not run
	shift      int  // how much less deep the lines are than in a section of a report
	view       View
	lines      []string
}

func (t *statusText) item(depth int, text string) {
	t.lines = append(t.lines, strings.Repeat("  ", depth-t.shift)+"* "+text)
}

// list adds nodes in brackets, if there are any.
func (t *statusText) list(depth int, title string, nodes []string) {
	if len(nodes) > 0 {
		t.item(depth, title+": [ "+strings.Join(nodes, " ")+" ]")
	}
}

func (t *statusText) nodes() {
	var online, offline, remoteOnline, remoteOffline, guestOnline []string
	for _, n := range t.c.nodes {
		if !t.view.node(n) {
			continue
		}
		if n.Unclean || n.Pending || n.FailStandby && n.Online || n.Standby || n.Maintenance || t.c.healthColor(n) > 0 || t.view.Detail {
			t.item(2, t.nodeTitle(n))
			continue
		}
		switch {
		case n.Online && n.IsGuest():
			guestOnline = append(guestOnline, n.Name)
		case n.IsGuest():
		case n.Online && n.Remote:
			remoteOnline = append(remoteOnline, n.Name)
		case n.Remote:
			remoteOffline = append(remoteOffline, n.Name)
		case n.Online:
			online = append(online, n.Name)
		default:
			offline = append(offline, n.Name)
		}
	}
	t.list(2, "Online", online)
	t.list(2, "OFFLINE", offline)
	t.list(2, "RemoteOnline", remoteOnline)
	t.list(2, "RemoteOFFLINE", remoteOffline)
	t.list(2, "GuestOnline", guestOnline)
}

// nodeTitle is a node and how it is.
func (t *statusText) nodeTitle(n *Node) string {
	title := nodeKind(n) + " "
	if t.view.Detail {
		title += n.FullName()
	} else {
		title += n.Name
	}
	title += ": " + nodeStatus(n) + []string{"", " (health is YELLOW)", " (health is RED)"}[t.c.healthColor(n)]
	if t.view.Detail && n.Online && !n.Remote {
		title += ", feature set " + cmp.Or(n.Attr("#feature-set"), "<3.15.1")
	}
	return title
}

// FullName is a node's name, with the host of a guest and its id where that is
// another.
func (n *Node) FullName() string {
	name := n.Name
	if n.IsGuest() {
		name += "@"
		if at := n.connection.Launcher.Active; len(at) > 0 {
			name += at[0].Name
		}
	}
	if n.ID != n.Name {
		name += " (" + n.ID + ")"
	}
	return name
}

func nodeKind(n *Node) string {
	switch {
	case n.IsGuest():
		return "GuestNode"
	case n.Remote:
		return "RemoteNode"
	}
	return "Node"
}

func nodeStatus(n *Node) string {
	switch {
	case n.Unclean && n.Online:
		return "UNCLEAN (online)"
	case n.Unclean && n.Pending:
		return "UNCLEAN (pending)"
	case n.Unclean:
		return "UNCLEAN (offline)"
	case n.Pending:
		return "pending"
	case n.FailStandby && n.Online:
		return "standby (on-fail)"
	case n.Standby && !n.Online:
		return "OFFLINE (standby)"
	case n.Standby && len(n.running) > 0:
		return "standby (with active resources)"
	case n.Standby:
		return "standby"
	case n.Maintenance && n.Online:
		return "maintenance"
	case n.Maintenance:
		return "OFFLINE (maintenance)"
	case n.Online:
		return "online"
	}
	return "OFFLINE"
}

// active tells whether all, or any, of a resource is active.
func (r *Resource) active(all bool) bool {
	switch r.Kind {
	case KindPrimitive:
		for _, n := range r.Active {
			if n.Unclean || n.Online || !r.Managed() {
				return true
			}
		}
		return false
	case KindBundle:
		for _, rep := range r.bundle.replicas {
			for _, part := range []*Resource{rep.ip, rep.child, rep.container, rep.connection} {
				if part != nil && part.active(all) != all {
					return !all
				}
			}
		}
		return all
	}
	for _, child := range r.Children {
		if child.active(all) != all {
			return !all
		}
	}
	return all
}

// isShown tells whether a resource is among what was asked for. The instances
// of a unique clone are shown together.
func (t *statusText) isShown(r *Resource) bool {
	listed := r.Parent != nil && r.Parent.Kind == KindClone && r.Parent.Unique()
	return (!t.activeOnly || listed || r.active(false)) && t.view.Names(r) && r.RunsAmong(t.view.Node)
}

func (t *statusText) resource(depth int, r *Resource) {
	if !t.isShown(r) {
		return
	}
	switch r.Kind {
	case KindPrimitive:
		t.primitive(depth, r)
	case KindGroup:
		t.group(depth, r)
	case KindClone:
		t.clone(depth, r)
	case KindBundle:
		t.bundle(depth, r)
	}
}

func (t *statusText) group(depth int, r *Resource) {
	flags := t.commonFlags(r)
	if t.activeOnly {
		if idle := slices.DeleteFunc(slices.Clone(r.Children), func(m *Resource) bool { return m.active(true) }); len(idle) > 0 {
			flags = append(flags, members(len(idle))+" inactive")
		}
	}
	t.item(depth, "Resource Group: "+r.ID+inParentheses(flags)+":")
	if t.view.Brief {
		t.brief(depth+1, r.Children, true)
		return
	}
	for _, m := range r.Children {
		t.resource(depth+1, m)
	}
}

func members(n int) string {
	if n == 1 {
		return "1 member"
	}
	return strconv.Itoa(n) + " members"
}

// commonFlags are what groups and clones say of themselves.
func (t *statusText) commonFlags(r *Resource) []string {
	var flags []string
	if role := r.targetRole(); role == RoleStopped || role == RoleUnpromoted {
		flags = append(flags, "disabled")
	}
	if r.is(flagMaintenance) {
		flags = append(flags, "maintenance")
	} else if !r.Managed() {
		flags = append(flags, "unmanaged")
	}
	return flags
}

func inParentheses(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// replica shows the parts of a replica that are asked for.
func (t *statusText) replica(depth int, bundle *Resource, rep Replica) {
	if len(bundle.bundle.replicas) > 1 {
		t.item(depth, fmt.Sprintf("Replica[%d]", rep.Number))
	}
	for _, part := range rep.Parts {
		if t.view.Names(part) {
			t.item(depth+1, t.primitiveText(part, part.shownName(), part.currentNode()))
		}
	}
}

func (t *statusText) bundle(depth int, r *Resource) {
	title := "Container bundle: "
	if len(r.bundle.replicas) > 1 {
		title = "Container bundle set: "
	}
	title += r.ID + " [" + r.bundle.image + "]"
	if r.Unique() {
		title += " (unique)"
	}
	if r.is(flagMaintenance) {
		title += " (maintenance)"
	} else if !r.Managed() {
		title += " (unmanaged)"
	}
	t.item(depth, title+":")
	whole := t.view.Resource == nil || t.view.Resource(r)
	for i, rep := range r.bundle.replicas {
		if !rep.container.RunsAmong(t.view.Node) {
			continue
		}
		if t.view.Detail || !whole {
			t.replica(depth+1, r, r.Replicas()[i])
			continue
		}
		shown, name := rep.child, rep.container.ID
		if shown == nil {
			shown = rep.container
		}
		if rep.connection != nil {
			name = rep.connection.ID
		}
		if rep.address != "" {
			name += " (" + rep.address + ")"
		}
		if t.view.Placeless {
			t.item(depth+1, t.primitiveState(shown, name, nil))
			continue
		}
		t.item(depth+1, t.primitiveText(shown, name, rep.container.currentNode()))
	}
}
