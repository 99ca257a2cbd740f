package completions

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// kinds are the resource elements, with how they are called.
var kinds = map[string]string{"primitive": "primitive", "group": "group", "clone": "clone", "master": "promotable clone",
	"bundle": "bundle", "template": "template"}

// section is a part of <configuration>, nil when there is none.
func (v *View) section(name string) *etree.Element {
	if v.CIB == nil {
		return nil
	}
	return v.CIB.Section(name)
}

// Nodes completes names of nodes.
func Nodes(v *View, _ []string) []Candidate {
	s := v.section("nodes")
	if s == nil {
		return nil
	}
	var list []Candidate
	for _, n := range s.ChildElements() {
		if n.Tag != "node" {
			continue
		}
		list = append(list, Candidate{Text: n.SelectAttrValue("uname", n.SelectAttrValue("id", "")), Meaning: "node"})
	}
	return append(list, remoteNodes(v)...)
}

// remoteNodes are the nodes that resources bring.
func remoteNodes(v *View) []Candidate {
	var list []Candidate
	eachResource(v.section("resources"), func(e *etree.Element, _ *etree.Element) {
		if e.Tag != "primitive" {
			return
		}
		if agentOf(e) == "ocf:pacemaker:remote" {
			list = append(list, Candidate{Text: id(e), Meaning: "remote node"})
		}
		for _, set := range e.SelectElements("meta_attributes") {
			for _, nv := range set.SelectElements("nvpair") {
				if nv.SelectAttrValue("name", "") == "remote-node" {
					list = append(list, Candidate{Text: nv.SelectAttrValue("value", ""), Meaning: "guest node"})
				}
			}
		}
	})
	return list
}

func id(e *etree.Element) string { return e.SelectAttrValue("id", "") }

// eachResource walks resources with their parents (nil at the top).
func eachResource(e *etree.Element, visit func(e, parent *etree.Element)) {
	if e == nil {
		return
	}
	parent := e
	if e.Tag == "resources" {
		parent = nil
	}
	for c := range cib.Children(e) {
		if kinds[c.Tag] == "" {
			continue
		}
		visit(c, parent)
		if c.Tag != "primitive" && c.Tag != "template" {
			eachResource(c, visit)
		}
	}
}

// agentOf is class:provider:type of a primitive or template.
func agentOf(e *etree.Element) string {
	parts := []string{e.SelectAttrValue("class", "")}
	if p := e.SelectAttrValue("provider", ""); p != "" {
		parts = append(parts, p)
	}
	return strings.Join(append(parts, e.SelectAttrValue("type", "")), ":")
}

func meaningOf(e *etree.Element) string {
	if e.Tag == "primitive" {
		if t := e.SelectAttrValue("template", ""); t != "" {
			return "@" + t
		}
		return agentOf(e)
	}
	return kinds[e.Tag]
}

// statementOf is the keyword that the language has for a resource.
func statementOf(e *etree.Element) string {
	switch e.Tag {
	case "template":
		return "rsc_template"
	case "master":
		return "ms"
	}
	return e.Tag
}

func outer(_, parent *etree.Element) bool { return parent == nil }

func inner(e, parent *etree.Element) bool { return parent != nil && e.Tag != "template" }

// resourcesThat lists the resources for which keep holds.
func resourcesThat(v *View, keep func(e, parent *etree.Element) bool) []Candidate {
	var list []Candidate
	// Most of what is typed is the beginning of an id: the others need not
	// even be described.
	begins := !strings.ContainsAny(v.Text, ":.@=")
	eachResource(v.section("resources"), func(e, parent *etree.Element) {
		if begins && !strings.HasPrefix(id(e), v.Text) {
			return
		}
		if keep(e, parent) {
			list = append(list, Candidate{Text: id(e), Meaning: meaningOf(e), Kind: statementOf(e)})
		}
	})
	return list
}

// Resources completes ids of everything that can run: primitives, groups,
// clones, bundles.
func Resources(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, _ *etree.Element) bool { return e.Tag != "template" })
}

// ResourcesAndTags completes resources, and tags that stand for several.
func ResourcesAndTags(v *View, args []string) []Candidate {
	return append(Resources(v, args), Tags(v, args)...)
}

// Primitives completes ids of primitives.
func Primitives(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, _ *etree.Element) bool { return e.Tag == "primitive" })
}

// FreePrimitives completes primitives that are in no group, clone or bundle.
func FreePrimitives(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, parent *etree.Element) bool { return e.Tag == "primitive" && parent == nil })
}

// Cloneable completes what a clone can be made of: free primitives and groups.
func Cloneable(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, parent *etree.Element) bool {
		return parent == nil && (e.Tag == "primitive" || e.Tag == "group")
	})
}

// Groups completes ids of groups.
func Groups(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, _ *etree.Element) bool { return e.Tag == "group" })
}

// Promotables completes what can be promoted: promotable clones.
func Promotables(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, _ *etree.Element) bool {
		return e.Tag == "master" || e.Tag == "clone" && metaIs(e, "promotable", "true") || e.Tag == "bundle"
	})
}

func metaIs(e *etree.Element, name, value string) bool {
	for _, set := range e.SelectElements("meta_attributes") {
		for _, nv := range set.SelectElements("nvpair") {
			if nv.SelectAttrValue("name", "") == name {
				return strings.EqualFold(nv.SelectAttrValue("value", ""), value)
			}
		}
	}
	return false
}

// Templates completes ids of resource templates.
func Templates(v *View, _ []string) []Candidate {
	return resourcesThat(v, func(e, _ *etree.Element) bool { return e.Tag == "template" })
}

// Tags completes ids of tags.
func Tags(v *View, _ []string) []Candidate { return children(v, "tags", "tag", "tag") }

// Constraints completes ids of constraints.
func Constraints(v *View, _ []string) []Candidate {
	s := v.section("constraints")
	if s == nil {
		return nil
	}
	var list []Candidate
	for _, e := range s.ChildElements() {
		list = append(list, Candidate{Text: id(e), Meaning: constraintKind(e.Tag), Kind: constraintKind(e.Tag)})
	}
	return list
}

func constraintKind(tag string) string {
	if tag == "rsc_ticket" {
		return tag
	}
	return strings.TrimPrefix(tag, "rsc_")
}

func children(v *View, section, tag, meaning string) []Candidate {
	s := v.section(section)
	if s == nil {
		return nil
	}
	var list []Candidate
	for _, e := range s.ChildElements() {
		if e.Tag == tag {
			list = append(list, Candidate{Text: id(e), Meaning: meaning, Kind: meaning})
		}
	}
	return list
}

// Objects completes the id of everything that can be shown, edited or deleted
// by name.
func Objects(v *View, args []string) []Candidate {
	list := nodeIDs(v)
	list = append(list, resourcesThat(v, func(_, _ *etree.Element) bool { return true })...)
	list = append(list, Tags(v, args)...)
	list = append(list, Constraints(v, args)...)
	for _, s := range []struct{ section, tag, meaning string }{
		{"crm_config", "cluster_property_set", "property"}, {"rsc_defaults", "meta_attributes", "rsc_defaults"},
		{"op_defaults", "meta_attributes", "op_defaults"}, {"acls", "acl_role", "role"}, {"acls", "acl_target", "acl_target"},
		{"acls", "acl_user", "user"}, {"acls", "acl_group", "acl_group"}, {"alerts", "alert", "alert"},
	} {
		list = append(list, children(v, s.section, s.tag, s.meaning)...)
	}
	if v.section("fencing-topology") != nil {
		list = append(list, Candidate{Text: "fencing_topology", Meaning: "fencing levels", Kind: "fencing_topology"})
	}
	return list
}

// Tickets are those that constraints speak of.
func Tickets(v *View, _ []string) []Candidate {
	s := v.section("constraints")
	if s == nil {
		return nil
	}
	var list []Candidate
	for _, c := range s.SelectElements("rsc_ticket") {
		list = append(list, Candidate{Text: c.SelectAttrValue("ticket", ""), Meaning: "of " + id(c)})
	}
	return list
}

// NodesAndIDs completes nodes by name and by id.
func NodesAndIDs(v *View, _ []string) []Candidate { return nodeIDs(v) }

// nodeIDs are the nodes by name, and by id where that differs.
func nodeIDs(v *View) []Candidate {
	s := v.section("nodes")
	if s == nil {
		return nil
	}
	var list []Candidate
	for _, n := range s.SelectElements("node") {
		name := n.SelectAttrValue("uname", id(n))
		list = append(list, Candidate{Text: name, Meaning: "node", Kind: "node"})
		if id(n) != name {
			list = append(list, Candidate{Text: id(n), Meaning: "node " + name, Kind: "node"})
		}
	}
	return list
}
