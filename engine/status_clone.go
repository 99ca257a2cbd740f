package engine

import (
	"slices"

	"crm/cib"
)

// cloneText collects what is shown of a clone: instances that are as they
// should be are only counted by node, the others are shown in full.
type cloneText struct {
	t        *statusText
	depth    int
	r        *Resource
	title    string
	titled   bool
	promoted []*Node
	started  []*Node
	active   int
}

func (t *statusText) clone(depth int, r *Resource) {
	var flags []string
	if r.Promotable() {
		flags = append(flags, "promotable")
	}
	if r.Unique() {
		flags = append(flags, "unique")
	}
	x := &cloneText{t: t, depth: depth, r: r, title: "Clone Set: " + r.ID + " [" + cib.ID(r.clone.child) + "]" +
		inParentheses(append(flags, t.commonFlags(r)...)) + ":"}
	for _, i := range r.Children {
		x.instance(i)
	}
	x.lists()
	if !x.titled {
		x.t.item(depth, x.title)
	}
}

func (x *cloneText) begin() {
	if !x.titled {
		x.titled = true
		x.t.item(x.depth, x.title)
	}
}

func (x *cloneText) full(i *Resource) {
	if x.t.isShown(i) || x.t.view.Detail && i.RunsAmong(x.t.view.Node) {
		x.begin()
		activeOnly := x.t.activeOnly
		x.t.activeOnly = activeOnly && !(x.t.view.Detail && i.leaf())
		x.t.resource(x.depth+1, i)
		x.t.activeOnly = activeOnly
	}
}

// instance shows an instance, or puts it on a list.
func (x *cloneText) instance(i *Resource) {
	if !x.t.view.Names(i) {
		return
	}
	if x.r.Unique() || x.t.pending && i.leaf() && i.pendingTask != "" {
		x.full(i)
		return
	}
	if x.t.view.Detail {
		x.full(i)
		return
	}
	if !i.active(false) {
		return
	}
	if i.anyPart(flagRemoved) || !i.allManaged() || i.failedInside() || !i.active(true) {
		x.full(i)
		return
	}
	only := i.onlyLocation(true)
	if only == nil || !only.Online && only.Unclean {
		x.full(i)
		return
	}
	if i.role() > RoleUnpromoted {
		x.promoted = append(x.promoted, only)
	} else {
		x.started = append(x.started, only)
	}
	x.active++
}

func (r *Resource) anyPart(f resourceFlags) bool {
	return r.is(f) || slices.ContainsFunc(r.Children, func(m *Resource) bool { return m.anyPart(f) })
}

func (r *Resource) allManaged() bool {
	return r.Managed() && !slices.ContainsFunc(r.Children, func(m *Resource) bool { return !m.allManaged() })
}

// lists shows the nodes of the instances that are as they should be, and
// those without any.
func (x *cloneText) lists() {
	target := x.configuredRole()
	title := "Started"
	if x.r.Promotable() {
		title = "Unpromoted"
		if target == RoleUnpromoted {
			title = "Unpromoted (target-role)"
		}
	}
	x.list("Promoted", x.promoted)
	x.list(title, x.started)
	if x.t.activeOnly || x.t.view.Detail || x.r.Unique() || x.r.clone.max <= x.active {
		return
	}
	states := map[string][]*Node{}
	for _, n := range x.t.c.nodes {
		if !x.mayRun(n) || slices.Contains(x.r.Active, n) || !x.t.view.node(n) {
			continue
		}
		state := "Stopped"
		if f := x.t.c.maskedFailure(x.sample(), n); f != nil {
			state = "Stopped (" + exitText(f.entry.rc) + ")"
		} else if target == RoleStopped {
			state = "Stopped (disabled)"
		}
		states[state] = append(states[state], n)
	}
	var names []string
	for state := range states { // order: sorted below
		names = append(names, state)
	}
	slices.Sort(names)
	for _, state := range names {
		x.list(state, states[state])
	}
}

// sample is an instance, or a part of one, that histories can be about.
func (x *cloneText) sample() *Resource {
	r := x.r.Children[0]
	for !r.leaf() {
		r = r.Children[0]
	}
	return r
}

// mayRun tells whether a node is among those of the clone; without any, where
// it was looked for counts.
func (x *cloneText) mayRun(n *Node) bool {
	for i := range x.r.allowed {
		if x.r.allowed[i].in {
			return x.r.allowed.at(n) != nil
		}
	}
	return x.r.probed.has(n)
}

func (x *cloneText) configuredRole() Role {
	text, ok := x.r.meta.lookup("target-role")
	if !ok {
		text = x.r.Children[0].meta.get("target-role")
	}
	role, _ := parseRole(text) // nonsense counts as none
	return role
}

func (x *cloneText) list(title string, nodes []*Node) {
	nodes = slices.DeleteFunc(nodes, func(n *Node) bool { return !x.t.view.node(n) })
	if len(nodes) == 0 {
		return
	}
	x.begin()
	slices.SortStableFunc(nodes, func(a, b *Node) int { return natural(a.Name, b.Name) })
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name)
	}
	x.t.list(x.depth+1, title, names)
}
