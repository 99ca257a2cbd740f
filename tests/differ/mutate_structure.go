package main

import (
	"fmt"

	"github.com/beevik/etree"

	"crm/cib"
)

// restructure makes clones, groups and primitives of each other; the history
// stays as it is.
func (u *mutant) restructure() string {
	r := u.any(u.resources())
	if r == nil {
		return ""
	}
	switch {
	case r.Tag == "clone" || r.Tag == "master":
		return u.unclone(r)
	case r.Parent().Tag == "resources" && r.Tag != "bundle" && u.one(2):
		return u.clone(r)
	case r.Parent().Tag == "resources" && r.Tag == "primitive":
		return u.intoGroup(r)
	case r.Parent().Tag == "group" && len(all(r.Parent(), "primitive")) > 1:
		return u.outOfGroup(r)
	}
	return ""
}

// unclone leaves what the clone had in it.
func (u *mutant) unclone(r *etree.Element) string {
	for e := range cib.Children(r, "primitive", "group") {
		cib.Remove(e)
		r.Parent().InsertChildAt(r.Index(), e)
		rename := cib.ID(r)
		cib.Remove(r)
		u.follow(rename, cib.ID(e))
		return cib.ID(e) + " is no clone any more"
	}
	return ""
}

// follow lets constraints name another resource.
func (u *mutant) follow(was, is string) {
	for e := range cib.Walk(u.section("constraints")) {
		for i, a := range e.Attr {
			switch a.Key {
			case "rsc", "with-rsc", "first", "then":
			case "id":
				if e.Tag != "resource_ref" {
					continue
				}
			default:
				continue
			}
			if a.Value == was {
				e.Attr[i].Value = is
			}
		}
	}
}

func (u *mutant) clone(r *etree.Element) string {
	c, at := etree.NewElement("clone"), r.Index()
	c.CreateAttr("id", u.id("mut-clone-"))
	parent := r.Parent()
	cib.Remove(r)
	c.AddChild(r)
	parent.InsertChildAt(at, c)
	what := cib.ID(r) + " is cloned"
	if u.one(3) {
		what += ", " + u.setNV(c, "meta_attributes", "promotable", "true")
	}
	if u.one(2) {
		u.follow(cib.ID(r), cib.ID(c))
	}
	return what
}

func (u *mutant) intoGroup(r *etree.Element) string {
	g := u.any(all(u.section("resources"), "group"))
	if g == nil {
		return ""
	}
	cib.Remove(r)
	members := all(g, "primitive")
	if at := u.IntN(len(members) + 1); at < len(members) {
		g.InsertChildAt(members[at].Index(), r)
	} else {
		g.InsertChildAt(members[at-1].Index()+1, r)
	}
	return cib.ID(r) + " into " + cib.ID(g)
}

func (u *mutant) outOfGroup(r *etree.Element) string {
	cib.Remove(r)
	u.section("resources").AddChild(r)
	return cib.ID(r) + " is in no group"
}

// changeAgent changes what a primitive is, or a parameter of it.
func (u *mutant) changeAgent() string {
	r := u.any(u.resources("primitive"))
	if r == nil || r.SelectAttr("type") == nil || cib.Attr(r, "class") == "stonith" {
		return ""
	}
	if u.one(3) {
		return u.setNV(r, "instance_attributes", pick(u.cluster, "fake", "state", "op_sleep", "passwd"), pick(u.cluster, "1", "", "/tmp/x"))
	}
	if cib.Attr(r, "type") == "remote" {
		return ""
	}
	r.CreateAttr("class", "ocf")
	r.CreateAttr("provider", "pacemaker")
	r.CreateAttr("type", pick(u.cluster, "Dummy", "Stateful", "HealthCPU"))
	return fmt.Sprintf("%s is a %s", cib.ID(r), cib.Attr(r, "type"))
}
