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
		}
	}
	if len(r.Children) == 0 {
		c.warn("group %s has no members", r.ID)
	}
	return len(r.Children) > 0
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
