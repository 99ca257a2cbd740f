package engine

import (
	"crm/cib"
	"crm/engine/score"
)

// unpackGroup reads the members of a group.
func (c *cluster) unpackGroup(r *Resource) bool {
	r.group = &groupFacts{ordered: notFalse(r, "ordered"), colocated: notFalse(r, "collocated")}
	for e := range cib.Children(r.element, "primitive") {
		if m := c.unpackResource(e, r, r.instance); m != nil {
			r.Children = append(r.Children, m)
			c.forceAnonymous(r, m)
		}
	}
	if len(r.Children) == 0 {
		c.complain(cib.Warning, "group", r.ID, "it has no members", "put a primitive into it or remove it")
	}
	return len(r.Children) > 0
}

// forceAnonymous makes the clone of a group anonymous when a member's agent
// cannot tell instances apart. That reaches the instances that are complete:
// other members of the last one stay unique, in Pacemaker as well.
func (c *cluster) forceAnonymous(group, member *Resource) {
	top := group.topmost()
	if top.Kind != KindClone || !member.Unique() || member.Class == "ocf" || member.Class == "stonith" {
		return
	}
	member.clear(flagUnique)
	if top.Unique() {
		c.makeAnonymous(top)
	}
	for _, instance := range top.Children {
		instance.each(func(r *Resource) { r.clear(flagUnique) })
	}
}

// notFalse tells whether a meta-attribute is anything but a word for no.
func notFalse(r *Resource, name string) bool {
	v, ok := score.Boolean(r.meta.get(name))
	return v || !ok
}

// notFalseText is notFalse of a text.
func notFalseText(text string) bool {
	v, ok := score.Boolean(text)
	return v || !ok
}
