package engine

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/rule"
	"crm/engine/score"
)

// unpackResources reads the resources section, the connections that guests
// imply behind it.
func (c *cluster) unpackResources(implied []*etree.Element) {
	section := cib.Child(c.config, "resources")
	for e := range cib.Children(section) {
		switch e.Tag {
		case "template":
			if _, known := c.templates[cib.ID(e)]; !known {
				c.templates[cib.ID(e)] = nil
			}
		case "primitive", "group", "clone", "master", "bundle":
			c.unpackTop(e)
		}
	}
	for _, e := range implied {
		c.unpackTop(e)
	}
	for _, r := range c.resources {
		r.each(c.linkLauncher)
	}
	c.linkRemoteNodes()
	c.sortByPriority()
}

func (c *cluster) sortByPriority() {
	slices.SortStableFunc(c.resources, func(a, b *Resource) int { return int(b.Priority) - int(a.Priority) })
}

func (c *cluster) unpackTop(e *etree.Element) *Resource {
	r := c.unpackResource(e, nil, -1)
	if r != nil {
		c.resources = append(c.resources, r)
	}
	return r
}

// unpackResource reads one resource and what is in it. A resource that makes
// no sense is left out, with a warning.
func (c *cluster) unpackResource(e *etree.Element, parent *Resource, instance int) *Resource {
	id := cib.ID(e)
	if id == "" {
		return nil
	}
	r := &Resource{ID: id, ConfigID: id, Parent: parent, instance: instance, element: e, creation: c.created,
		Role: RoleStopped}
	c.created++
	if instance >= 0 {
		r.ID += ":" + strconv.Itoa(instance)
	}
	r.Kind = map[string]Kind{"group": KindGroup, "clone": KindClone, "master": KindClone, "bundle": KindBundle}[e.Tag]
	if !c.fillTemplate(r) {
		return nil
	}
	agent := r.element
	if r.template != nil {
		agent = r.template
	}
	if r.Kind == KindPrimitive {
		r.Class, r.Provider, r.Type = cib.Attr(agent, "class"), cib.Attr(agent, "provider"), cib.Attr(agent, "type")
		if r.Class == "" || r.Type == "" {
			c.complain(cib.Warning, e.Tag, id, "it has no class or type, it is left out", "name its agent")
			return nil
		}
		if r.Class == "nagios" || r.Class == "upstart" {
			c.complain(cib.Note, e.Tag, id, "class "+r.Class+" is not supported any more, it is left out", "replace the agent")
			return nil
		}
	}
	c.readMeta(r)
	c.readFlags(r)
	c.readNumbers(r)
	c.readRequires(r)
	r.NextRole = r.targetRole()
	if !c.unpackVariant(r) {
		return nil
	}
	c.register(r)
	c.allowByDefault(r)
	c.readUse(r)
	return r
}

// register lets a resource be found by its id; the first of an id counts.
func (c *cluster) register(r *Resource) {
	if _, taken := c.byID[r.ID]; !taken {
		c.byID[r.ID] = r
	} else {
		c.sameID[r.ID] = append(c.sameID[r.ID], r)
	}
	if r.template != nil {
		t := cib.ID(r.template)
		if !slices.Contains(c.templates[t], r.ConfigID) {
			c.templates[t] = append(c.templates[t], r.ConfigID)
		}
	}
}

func (c *cluster) unpackVariant(r *Resource) bool {
	switch r.Kind {
	case KindGroup:
		return c.unpackGroup(r)
	case KindClone:
		return c.unpackClone(r)
	case KindBundle:
		return c.unpackBundle(r)
	}
	return true
}

// fillTemplate finds the template of a primitive.
func (c *cluster) fillTemplate(r *Resource) bool {
	name := cib.Attr(r.element, "template")
	if name == "" {
		return true
	}
	for t := range cib.Children(cib.Child(c.config, "resources"), "template") {
		if cib.ID(t) == name && name != r.ConfigID {
			r.template = t
			return true
		}
	}
	c.complain(cib.Warning, "primitive", r.ConfigID, fmt.Sprintf("it is based on template %q, which does not exist", name), "name a template, or give the agent")
	return false
}

// sources are the elements that configure a resource, in document order.
func (r *Resource) sources() []*etree.Element {
	if r.template != nil {
		return []*etree.Element{r.template, r.element}
	}
	return []*etree.Element{r.element}
}

// ruleContextFor is what rules in a resource's meta-attributes may ask.
func (c *cluster) ruleContextFor(r *Resource) *rule.Context {
	ctx := c.ruleContext()
	if r.Kind == KindPrimitive {
		ctx.Resource, ctx.Class, ctx.Provider, ctx.Type = true, r.Class, r.Provider, r.Type
	}
	return ctx
}

// readMeta finds a resource's meta-attributes: its own, its ancestors', the
// defaults, and what was found out for its parent.
func (c *cluster) readMeta(r *Resource) {
	ctx := c.ruleContextFor(r)
	for a := r; a != nil; a = a.Parent {
		if a.element.Tag == "master" { // an older word, whatever its own attributes say
			r.meta.add("promotable", "true")
		}
		c.merge(c.blocks("meta_attributes", "", a.sources()...), ctx, &r.meta)
	}
	c.merge(c.rscDefs, ctx, &r.meta)
	for _, old := range c.oldDefs {
		r.meta.add(old.name, old.value)
	}
	if r.Parent != nil {
		for _, a := range r.Parent.meta {
			r.meta.add(a.name, a.value)
		}
	}
}

// readDefaults finds the blocks of rsc_defaults and op_defaults, and what
// CIBs before 3.0 have instead.
func (c *cluster) readDefaults() {
	c.rscDefs = c.blocks("meta_attributes", "", cib.Child(c.config, "rsc_defaults"))
	c.opDefs = c.blocks("meta_attributes", "", cib.Child(c.config, "op_defaults"))
	if !c.opts.oldest {
		return
	}
	for _, old := range [...][2]string{{"default-resource-stickiness", "resource-stickiness"}, {"is-managed-default", "is-managed"},
		{"default-migration-threshold", "migration-threshold"}} {
		if v := c.opts.option("", nil, old[0]); v != "" {
			c.oldDefs.add(old[1], v)
		}
	}
	if c.opts.option("", nil, "default-resource-failure-stickiness") == "-INFINITY" {
		c.oldDefs.add("migration-threshold", "1")
	}
}

// readFlags sets the flags that follow from meta-attributes and the agent.
func (c *cluster) readFlags(r *Resource) {
	m := &r.meta
	r.set(flagUnassigned)
	if !c.opts.maintenance {
		r.set(flagManaged)
	}
	if v, set := m.lookup("critical"); !set || score.True(v) {
		r.set(flagCritical)
	}
	if m.isTrue("notify") {
		r.set(flagNotify)
	}
	if r.Class == "ocf" && r.Provider == "pacemaker" && r.Type == "remote" {
		r.set(flagConnection)
	}
	if v, set := m.lookup("allow-migrate"); set && score.True(v) || !set && r.isRemoteConnection() {
		r.set(flagMigratable)
	}
	if v, set := m.lookup("is-managed"); set && v != "default" {
		r.clear(flagManaged)
		if score.True(v) {
			r.set(flagManaged)
		}
	}
	if c.opts.maintenance || m.isTrue("maintenance") {
		r.clear(flagManaged)
		r.set(flagMaintenance)
	}
	if c.isUnique(r) {
		r.set(flagUnique)
	}
	if r.topmost().Kind == KindClone && r.topmost().meta.isTrue("promotable") {
		r.set(flagPromotable)
	}
	switch m.get("multiple-active") {
	case "stop_only":
		r.multiple = multipleStopOnly
	case "block":
		r.multiple = multipleBlock
	case "stop_unexpected":
		r.multiple = multipleStopUnexpected
	}
	if r.Class == "stonith" {
		r.set(flagFenceDevice)
		c.haveFencing = true
	}
}

func (c *cluster) isUnique(r *Resource) bool {
	top := r.topmost()
	if top.Kind != KindClone {
		return true
	}
	if v, set := top.meta.lookup("globally-unique"); set {
		return score.True(v)
	}
	n, _ := score.Integer(top.meta.get("clone-node-max")) // nonsense counts 0
	return n > 1
}

func (c *cluster) readNumbers(r *Resource) {
	m := &r.meta
	r.Priority, _ = c.opts.health.Parse(m.get("priority")) // nonsense counts 0
	if v := m.get("resource-stickiness"); v != "default" {
		r.stickiness, _ = c.opts.health.Parse(v) // nonsense counts 0
	}
	r.threshold = score.Infinity
	if v, set := m.lookup("migration-threshold"); set && v != "default" {
		if s, ok := c.opts.health.Parse(v); ok && s >= 0 {
			r.threshold = s
		}
	}
	ms, _ := score.Interval(m.get("failure-timeout")) // nonsense counts 0
	r.failTimeout = score.Seconds(ms)
	if r.isRemoteConnection() {
		if v := c.paramsOf(r, nil).get("reconnect_interval"); v != "" {
			r.reconnect, _ = score.Interval(v) // nonsense counts 0
			r.failTimeout = score.Seconds(r.reconnect)
		}
	}
}

// readRequires finds out what a resource needs before it may start.
func (c *cluster) readRequires(r *Resource) {
	need := r.meta.get("requires")
	switch need {
	case "nothing", "quorum", "fencing":
	case "unfencing":
		if r.is(flagFenceDevice) || !c.opts.fencing {
			need = "quorum"
		}
	default:
		switch {
		case r.is(flagFenceDevice) || r.isConnection():
			need = "quorum"
		case c.opts.unfencing:
			need = "unfencing"
			if !c.opts.fencing {
				need = "quorum"
			}
		case c.opts.fencing:
			need = "fencing"
		case c.opts.quorumPolicy == quorumIgnore:
			need = "nothing"
		default:
			need = "quorum"
		}
	}
	switch need {
	case "quorum":
		r.set(flagNeedsQuorum)
	case "fencing":
		r.set(flagNeedsFencing)
	case "unfencing":
		r.set(flagNeedsFencing | flagNeedsUnfencing)
	}
}

// targetRole is the role that the administrator wants a resource to have at
// most, RoleUnknown for any.
func (r *Resource) targetRole() Role {
	role, _ := parseRole(r.meta.get("target-role")) // nonsense counts as none
	switch role {
	case RoleStopped:
		return RoleStopped
	case RoleUnpromoted:
		if r.topmost().is(flagPromotable) {
			return RoleUnpromoted
		}
	}
	return RoleUnknown
}

// allowByDefault lets a resource, and what is in it, run on every node of a
// symmetric cluster. In any cluster connections to guests may run everywhere;
// where not, that is said of nodes in bundles, too, which are banned anyway.
func (c *cluster) allowByDefault(r *Resource) {
	switch {
	case c.opts.symmetric:
		r.ensure(len(c.byIx))
		for _, n := range c.nodes {
			c.allow(r, n)
		}
	case r.isConnection() && r.meta.has("container"):
		for _, n := range c.nodes {
			r.entry(n)
		}
	}
}

func (c *cluster) allow(r *Resource, n *Node) {
	if r.is(flagExclusiveProbes) || n.probe == probeNever {
		return
	}
	for _, child := range r.Children {
		c.allow(child, n)
	}
	r.entry(n)
}

// readUse reads a resource's utilization.
func (c *cluster) readUse(r *Resource) {
	blocks := c.blocks("utilization", "", r.sources()...)
	if len(blocks) == 0 {
		return
	}
	var list attributes
	c.merge(blocks, c.ruleContext(), &list)
	for _, a := range list {
		r.util.add(a.name, a.value)
	}
}

func (c *cluster) linkLauncher(r *Resource) {
	name := r.meta.get("container")
	if name == "" || !r.leaf() || r.Launcher != nil {
		return
	}
	if launcher := c.byID[name]; launcher != nil && launcher != r {
		r.Launcher = launcher
		launcher.Launched = append(launcher.Launched, r)
	}
}

// linkRemoteNodes ties connections to the nodes they reach.
func (c *cluster) linkRemoteNodes() {
	c.eachResource(func(r *Resource) {
		if r.isConnection() {
			c.linkRemoteNode(r)
		}
	})
}

func (c *cluster) linkRemoteNode(r *Resource) {
	n := c.nodeNamed(r.ID)
	if n == nil {
		return
	}
	n.connection = r
	r.remote = n
	if r.isRemoteConnection() {
		n.Unclean = c.opts.startupFencing
		return
	}
	n.attrs.set("#kind", "container")
}
