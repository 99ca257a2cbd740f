package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/rule"
	"crm/engine/score"
)

// location is a location constraint applied to one resource.
type location struct {
	id    string
	rule  string   // the id of the rule that counts, "" without
	made  locating // what it was made of
	anyOf bool     // one of the rule's parts is enough
	rsc   *Resource
	role  Role // RoleUnknown: any
	probe probing
	nodes []nodeScore
}

type nodeScore struct {
	node  *Node
	score score.Score
}

// unpackLocation reads a location constraint. Several rules, which CIBs before
// 4.0 may have, are as many constraints.
func (c *cluster) unpackLocation(e *etree.Element) {
	var rules []*etree.Element
	for r := range cib.Children(e, "rule") {
		rules = append(rules, r)
	}
	if len(rules) == 0 {
		rules = []*etree.Element{nil}
	}
	for _, r := range rules {
		c.unpackLocationRule(e, r)
	}
}

// unpackLocationRule reads a location constraint with one of its rules, or
// with none.
func (c *cluster) unpackLocationRule(e, ruleOf *etree.Element) {
	if pattern := cib.Attr(e, "rsc-pattern"); pattern != "" {
		c.unpackPattern(e, ruleOf, pattern)
		return
	}
	if cib.Child(e, "resource_set") != nil {
		for s := range cib.Children(e, "resource_set") {
			s = c.resolve(s)
			for ref := range cib.Children(s, "resource_ref") {
				n := c.resourcesNamed(cib.ID(ref))
				for _, r := range n.list {
					c.locate(locating{e: e, set: s, rule: ruleOf, rsc: r})
				}
				if n.broken {
					c.warnMissing(e, n.missing)
					return
				}
			}
		}
		return
	}
	n := c.resourcesNamed(cib.Attr(e, "rsc"))
	if n.broken {
		c.warnMissing(e, n.missing)
	}
	for _, r := range n.list {
		c.locate(locating{e: e, rule: ruleOf, rsc: r})
	}
}

// unpackPattern applies a constraint to the top-level resources whose ids
// match, or do not match, a pattern.
func (c *cluster) unpackPattern(e, ruleOf *etree.Element, pattern string) {
	pattern, inverted := strings.CutPrefix(pattern, "!")
	re, err := regexp.CompilePOSIX(pattern)
	if err != nil {
		c.warn(e, fmt.Sprintf("the pattern %q cannot be read: %v", pattern, err), "correct the pattern")
		return
	}
	for _, r := range c.resources {
		match := re.FindStringSubmatch(r.ID)
		if (match != nil) == inverted {
			continue
		}
		if inverted {
			match = nil
		}
		c.locate(locating{e: e, rule: ruleOf, rsc: r, match: match})
	}
}

// locating is one resource and the parts of a constraint that apply to it.
type locating struct {
	e, set, rule *etree.Element // set and rule may be nil
	rsc          *Resource
	match        []string
}

// attr is an attribute of the set, else of the constraint.
func (x locating) attr(name string) string {
	if v, set := cib.LookupAttr(x.set, name); set {
		return v
	}
	return cib.Attr(x.e, name)
}

func (c *cluster) locate(x locating) {
	l := &location{id: cib.ID(x.e), rsc: x.rsc, made: x}
	var ok bool
	if x.rule == nil {
		l.role, ok = locationRole(x.attr("role"))
		n := c.nodeNamed(cib.Attr(x.e, "node"))
		s, valid := c.opts.health.Parse(x.attr("score"))
		if !ok || n == nil || !valid {
			return
		}
		if c.inLifetime(x, n) {
			l.nodes = []nodeScore{{n, s}}
		}
	} else {
		r := c.resolve(x.rule)
		l.rule, l.anyOf = cib.ID(r), cib.Attr(r, "boolean-op") == "or"
		l.role, ok = locationRole(cib.Attr(r, "role"))
		if r == nil || !ok {
			c.complain(cib.Warning, "rsc_location", l.id, "its rule makes no sense, the constraint is ignored", "correct the rule")
			return
		}
		l.nodes = c.nodesByRule(x, r)
	}
	switch cib.Attr(x.e, "resource-discovery") {
	case "never":
		l.probe = probeNever
	case "exclusive":
		l.probe = probeExclusive
		x.rsc.set(flagExclusiveProbes)
	}
	c.addLocation(l)
}

// inLifetime evaluates the rules of a <lifetime>, which CIBs before 4.0 may
// have: any of them must pass, if there are some.
func (c *cluster) inLifetime(x locating, n *Node) bool {
	life := c.resolve(cib.Child(x.e, "lifetime"))
	if life == nil {
		return true
	}
	ctx := c.nodeContext(n)
	some := false
	for r := range cib.Children(life, "rule") {
		if some = true; ctx.Passes(r) {
			return true
		}
	}
	return !some
}

func (c *cluster) addLocation(l *location) {
	c.locations = append(c.locations, l)
	l.rsc.locations = append(l.rsc.locations, l)
}

// nodesByRule evaluates a rule for every node.
func (c *cluster) nodesByRule(x locating, r *etree.Element) []nodeScore {
	ctx := c.locationContext(x)
	attr := ctx.Expand(cib.Attr(r, "score-attribute"))
	fixed, _ := c.opts.health.Parse(cib.Attr(r, "score")) // nonsense counts 0
	static, answer := ctx.Static(r), false
	if static {
		answer = ctx.Passes(r)
	}
	var list []nodeScore
	for _, n := range c.nodes {
		if !static {
			c.askOf(ctx, x, n)
			answer = ctx.Passes(r)
		}
		if !answer || !c.inLifetime(x, n) {
			continue
		}
		s := fixed
		if attr != "" {
			var ok bool
			if s, ok = c.opts.health.Parse(c.hostAttr(x.rsc, n, attr)); !ok {
				continue
			}
		}
		list = append(list, nodeScore{n, s})
	}
	return list
}

// locationContext is what the rule of a constraint may ask about, but for the
// node.
func (c *cluster) locationContext(x locating) *rule.Context {
	ctx := c.ruleContext()
	ctx.Meta, ctx.Match = x.rsc.meta, x.match
	return ctx
}

// askOf has a rule of a constraint ask about a node.
func (c *cluster) askOf(ctx *rule.Context, x locating, n *Node) {
	ctx.Node, ctx.Params = &n.attrs, lazyParams{c, x.rsc, n}
}

// lazyParams are a resource's parameters, evaluated only when a rule asks.
type lazyParams struct {
	c *cluster
	r *Resource
	n *Node
}

// Lookup finds a parameter.
func (p lazyParams) Lookup(name string) (string, bool) { return p.c.paramsOf(p.r, p.n).lookup(name) }

var _ rule.Values = lazyParams{}

// hostAttr is a node attribute as a resource sees it: a resource in a
// container may look at its host's instead.
func (c *cluster) hostAttr(r *Resource, n *Node, name string) string {
	if n.IsGuest() && r.meta.get("container-attribute-target") == "host" {
		host := n.host().currentNode()
		if !n.host().is(flagUnassigned) {
			host = n.host().Assigned
		}
		if host == nil {
			return ""
		}
		return host.Attr(name)
	}
	return n.Attr(name)
}

// applyLocations applies all location constraints, the last one first.
func (c *cluster) applyLocations() {
	for _, l := range slices.Backward(c.locations) {
		c.applyLocation(l, l.rsc, true)
	}
}

// applyLocation lets a resource, and what is in it, know of a constraint.
// Without the scores, only the nodes are made known.
func (c *cluster) applyLocation(l *location, r *Resource, scores bool) {
	c.applyHere(l, r, scores)
	switch r.Kind {
	case KindGroup:
		for i, m := range r.Children {
			c.applyLocation(l, m, scores && (i == 0 || !r.group.colocated))
		}
	case KindClone:
		for _, i := range r.Children {
			c.applyLocation(l, i, scores)
		}
	case KindBundle:
		c.applyToBundle(l, r, scores)
	}
}

// applyToBundle lets the containers and addresses know; what is inside goes
// where its container is.
func (c *cluster) applyToBundle(l *location, r *Resource, scores bool) {
	for _, rep := range r.bundle.replicas {
		c.applyLocation(l, rep.container, scores)
		if rep.ip != nil {
			c.applyLocation(l, rep.ip, scores)
		}
	}
	if inner := r.bundled(); inner != nil && l.role == RolePromoted {
		c.applyLocation(l, inner, scores)
		inner.locations = append(inner.locations, l)
	}
}

func (c *cluster) applyHere(l *location, r *Resource, scores bool) {
	if l.role != RoleUnknown && l.role != r.NextRole {
		return
	}
	for _, ns := range l.nodes {
		s := ns.score
		if !scores {
			s = 0
		}
		if r.allowed.at(ns.node) == nil {
			*r.entry(ns.node) = entry{score: s, probe: ns.node.probe, in: true}
		} else {
			e := r.entry(ns.node)
			e.score = score.Add(e.score, s)
		}
		e := r.entry(ns.node)
		c.explain(r, ns.node, s, e.score, cause{kind: causeLocation, id: l.id})
		if e.probe < l.probe {
			e.probe = l.probe
			if l.probe == probeExclusive {
				r.set(flagExclusiveProbes)
			}
		}
	}
}
