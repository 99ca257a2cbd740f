package engine

import (
	"strconv"

	"github.com/beevik/etree"
)

// NodesXML is the <nodes> part of crm_mon's XML report.
func (s *Situation) NodesXML() *etree.Element {
	list := etree.NewElement("nodes")
	for _, n := range s.c.nodes {
		e := list.CreateElement("node")
		kind := "member"
		if n.Remote {
			kind = "remote"
		}
		running := 0
		s.c.eachResource(func(r *Resource) {
			if r.Kind == KindPrimitive && runsOn(r, n) {
				running++
				e.AddChild(s.resourceXML(r))
			}
		})
		health := []string{"green", "yellow", "red"}[s.c.healthColor(n)]
		setAll(e, "name", n.Name, "id", n.ID, "online", yes(n.Online), "standby", yes(n.Standby), "standby_onfail", yes(n.FailStandby),
			"maintenance", yes(n.Maintenance), "pending", yes(n.Pending), "unclean", yes(n.Unclean), "health", health)
		if set := n.Attr("#feature-set"); set != "" {
			setAll(e, "feature_set", set)
		}
		setAll(e, "shutdown", yes(n.Shutdown), "expected_up", yes(n.ExpectedUp), "is_dc", yes(n.DC),
			"resources_running", strconv.Itoa(running), "type", kind)
	}
	return list
}

func runsOn(r *Resource, n *Node) bool {
	for _, a := range r.Active {
		if a == n {
			return true
		}
	}
	return false
}

// ResourcesXML is the <resources> part; resources that do not run only when
// asked for.
func (s *Situation) ResourcesXML(inactive bool) *etree.Element {
	list := etree.NewElement("resources")
	for _, r := range s.c.resources {
		if r.Removed() && !r.active(true) || !inactive && !r.active(false) {
			continue
		}
		list.AddChild(s.resourceXML(r))
	}
	return list
}

func (s *Situation) resourceXML(r *Resource) *etree.Element {
	switch r.Kind {
	case KindGroup:
		return s.setXML("group", r, "number_resources", strconv.Itoa(len(r.Children)))
	case KindClone:
		return s.setXML("clone", r, "multi_state", yes(r.Promotable()), "unique", yes(r.Unique()))
	case KindBundle:
		return s.setXML("bundle", r, "image", r.bundle.image, "unique", yes(r.Unique()))
	}
	t := &statusText{c: s.c}
	e := etree.NewElement("resource")
	agent := r.Class
	if r.Provider != "" {
		agent += ":" + r.Provider
	}
	role := t.stateText(r)
	setAll(e, "id", r.shownName(), "resource_agent", agent+":"+r.Type, "role", role)
	if target := r.meta.get("target-role"); target != "" {
		setAll(e, "target_role", target)
	}
	setAll(e, "active", yes(r.active(true)), "orphaned", yes(r.Removed()), "blocked", yes(r.Blocked()),
		"maintenance", yes(r.is(flagMaintenance)), "managed", yes(r.Managed()), "failed", yes(r.is(flagFailed)),
		"failure_ignored", yes(r.is(flagIgnoreFailure)), "nodes_running_on", strconv.Itoa(len(r.Active)))
	for _, n := range r.Active {
		setAll(e.CreateElement("node"), "name", n.Name, "id", n.ID, "cached", yes(n.Online))
	}
	return e
}

// setXML is a group, clone or bundle with what is in it.
func (s *Situation) setXML(tag string, r *Resource, attrs ...string) *etree.Element {
	e := etree.NewElement(tag)
	setAll(e, "id", r.ID)
	setAll(e, attrs...)
	setAll(e, "maintenance", yes(r.is(flagMaintenance)), "managed", yes(r.Managed()), "disabled", yes(r.targetRole() == RoleStopped))
	if tag == "clone" {
		setAll(e, "failed", yes(r.failedInside()), "failure_ignored", yes(r.is(flagIgnoreFailure)))
	}
	for _, child := range r.Children {
		if tag != "clone" || child.active(false) || r.Unique() {
			e.AddChild(s.resourceXML(child))
		}
	}
	return e
}

// setAll sets attributes given as name, value, name, value, ...
func setAll(e *etree.Element, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		e.CreateAttr(pairs[i], pairs[i+1])
	}
}

func yes(b bool) string { return strconv.FormatBool(b) }
