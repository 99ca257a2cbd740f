package engine

import (
	"slices"
	"strconv"
	"strings"

	"crm/engine/graph"
)

// fillAction adds to an action in the graph what only its full form has: the
// agent, the parameters, what goes down with it.
func (c *cluster) fillAction(a *action) {
	g := a.out
	if a.rsc != nil && a.rsc.Kind == KindPrimitive && g.Kind != graph.Pseudo {
		g.Resource = resourceRef(a.rsc)
		if a.rsc.lockNode != nil && a.rsc.lockNode == a.node && (!a.node.Shutdown || a.task == "stop") {
			g.ShutdownLock = strconv.FormatInt(a.rsc.lockTime, 10)
		}
	}
	g.Attrs, g.Params = c.graphAttributes(a)
	g.Downed = c.downedBy(a)
	g.Maintenance = a.maintenance
}

func resourceRef(r *Resource) *graph.ResourceRef {
	ref := &graph.ResourceRef{ID: r.ID, Class: r.Class, Provider: r.Provider, Type: r.Type}
	switch {
	case r.Removed() && r.HistoryID != "":
		ref.ID, ref.LongID = r.HistoryID, r.ID
	case !r.Unique():
		ref.ID, ref.LongID = r.ConfigID, r.ID
		if r.HistoryID != "" && r.HistoryID != r.ConfigID {
			ref.LongID = r.HistoryID
		}
	}
	return ref
}

// downedBy lists the ids of nodes that an action makes go down.
func (c *cluster) downedBy(a *action) []string {
	if a.node == nil || a.out.Node == "" {
		return nil
	}
	switch {
	case a.task == "do_shutdown":
		return []string{a.node.ID}
	case a.task == "stonith":
		if a.fenceHow() == "on" {
			return nil
		}
		down := []string{a.node.ID}
		for _, r := range a.node.running {
			if r.isConnection() && r.Launcher != nil && r.remote != nil {
				down = append(down, r.remote.ID)
			}
		}
		return down
	case a.task == "stop" && a.rsc != nil && a.rsc.isConnection():
		for _, l := range a.before {
			if l.action.rsc == a.rsc && l.action.task == "migrate_from" {
				return nil
			}
		}
		return []string{a.rsc.ID}
	}
	return nil
}

// graphAttributes gathers everything an agent is told. Of two values of one
// name the first wins.
func (c *cluster) graphAttributes(a *action) (attrs, params []graph.Attr) {
	list := c.attrScratch[:0]
	add := func(name, value string) { list = append(list, graph.Attr{Name: name, Value: value}) }
	add("crm_feature_set", graph.FeatureSet)
	c.ancestorAttributes(a, add)
	for _, p := range a.extra {
		add(p.name, p.value)
	}
	if a.rsc != nil && a.rsc.Kind == KindPrimitive {
		for _, p := range c.paramsOf(a.rsc, a.node) {
			if p.name == "addr" && p.value == "#uname" && a.rsc.isConnection() {
				p.value = c.bundleAddress(a.rsc, a.node)
			}
			add(p.name, p.value)
		}
	}
	if a.out.Node != "" {
		add("CRM_meta_on_node", a.node.Name)
		add("CRM_meta_on_node_uuid", a.node.ID)
	}
	for _, m := range a.meta {
		if plain(m.name) {
			add(metaName(m.name), m.value)
		}
	}
	if a.op != nil {
		list = append(list, a.op.graphMeta()...)
	}
	slices.SortStableFunc(list, func(x, y graph.Attr) int { return strings.Compare(x.Name, y.Name) })
	c.attrScratch = list
	list = slices.Clone(slices.CompactFunc(list, func(x, y graph.Attr) bool { return x.Name == y.Name }))
	if digits := slices.IndexFunc(list, startsWithDigit); digits < 0 {
		return list, nil
	}
	for _, at := range list {
		if startsWithDigit(at) {
			params = append(params, at)
		} else {
			attrs = append(attrs, at)
		}
	}
	return attrs, params
}

func startsWithDigit(a graph.Attr) bool { return a.Name != "" && a.Name[0] >= '0' && a.Name[0] <= '9' }

// plain tells a meta-attribute that agents may see.
func plain(name string) bool { return !strings.ContainsAny(name, "#:") }

func metaName(name string) string { return "CRM_meta_" + strings.ReplaceAll(name, "-", "_") }

// graphMeta is the operation's shared meta-attributes as agents see them.
func (o *opConfig) graphMeta() []graph.Attr {
	if o.asGraph == nil {
		for _, m := range o.meta {
			if plain(m.name) {
				o.asGraph = append(o.asGraph, graph.Attr{Name: metaName(m.name), Value: m.value})
			}
		}
	}
	return o.asGraph
}

func word(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

// ancestorAttributes tells an agent about the clone it is in, and the guest.
func (c *cluster) ancestorAttributes(a *action, add func(name, value string)) {
	var launcher *Resource
	for r := a.rsc; r != nil; r = r.Parent {
		switch r.Kind {
		case KindPrimitive:
			if _, number, ok := cutLast(r.ID, ":"); ok && r.topmost().Kind == KindClone {
				add("CRM_meta_clone", number)
			}
			if v, ok := r.meta.lookup("remote-node"); ok {
				add("CRM_meta_remote_node", v)
			}
			if rep := r.replica(); rep != nil && rep.ip != nil {
				add("pcmk_external_ip", rep.address)
			}
		case KindClone:
			c.cloneAttributes(r, add)
		}
		if r.Launcher != nil {
			launcher = r.Launcher
		}
	}
	if launcher != nil {
		add("CRM_meta_container", launcher.ID)
	}
	if a.node != nil && a.node.IsGuest() && a.rsc != nil {
		c.guestAttributes(a, add)
	}
}

func (c *cluster) cloneAttributes(r *Resource, add func(name, value string)) {
	add("CRM_meta_globally_unique", word(r.Unique()))
	add("CRM_meta_notify", word(r.Notify()))
	add("CRM_meta_clone_max", strconv.Itoa(r.clone.max))
	add("CRM_meta_clone_node_max", strconv.Itoa(r.clone.nodeMax))
	if !r.Promotable() {
		return
	}
	for _, prefix := range []string{"CRM_meta_promoted", "CRM_meta_master"} {
		add(prefix+"_max", strconv.Itoa(r.clone.promotedMax))
		add(prefix+"_node_max", strconv.Itoa(r.clone.promotedNodeMax))
	}
}

func (c *cluster) guestAttributes(a *action, add func(name, value string)) {
	task := a.task
	if task == "notify" {
		task, _ = a.metaValue("notify_operation")
	}
	var host *Node
	switch task {
	case "stop", "stopped", "demote", "demoted":
		host = a.node.host().currentNode()
	case "start", "running", "monitor", "promote", "promoted":
		host = a.node.host().Assigned
	}
	if host == nil {
		return
	}
	if v, ok := a.rsc.meta.lookup("container-attribute-target"); ok {
		add("CRM_meta_container_attribute_target", v)
	}
	add("CRM_meta_physical_host", host.Name)
}

// bundleAddress is where a bundle's connection without an address of its own
// leads: the node of its container.
func (c *cluster) bundleAddress(r *Resource, _ *Node) string {
	container := r.Launcher
	if container == nil {
		return "#uname"
	}
	n := container.currentNode()
	if container.Assigned != nil && (r.NextRole > RoleStopped || n == nil) {
		n = container.Assigned
	}
	if n == nil {
		return "#uname"
	}
	return n.Name
}
