package cib

import (
	"iter"

	"github.com/beevik/etree"
)

// IsResource tells whether e is a resource of any kind: primitive, group,
// clone, master or bundle. Templates are none.
func IsResource(e *etree.Element) bool {
	switch e.Tag {
	case "primitive", "group", "clone", "master", "bundle":
		return e.Space == ""
	}
	return false
}

// IsPromotable tells whether a clone has promoted instances: a <master>, or a
// clone with the meta attribute promotable=true.
func IsPromotable(e *etree.Element) bool {
	if e.Tag == "master" {
		return true
	}
	value, _ := NVValue(e, MetaAttributes, "promotable")
	return e.Tag == "clone" && IsTrue(value)
}

// AllResources yields every resource, outer ones before those inside.
func (d *Document) AllResources() iter.Seq[*etree.Element] {
	return func(yield func(*etree.Element) bool) {
		for e := range Children(d.Section(Resources)) {
			if IsResource(e) && !walkResource(e, yield) {
				return
			}
		}
	}
}

func walkResource(e *etree.Element, yield func(*etree.Element) bool) bool {
	if !yield(e) {
		return false
	}
	for c := range Children(e) {
		if IsResource(c) && !walkResource(c, yield) {
			return false
		}
	}
	return true
}

// Resource is the resource with an id, nil when there is none. Templates are
// not resources; find them with Find.
func (d *Document) Resource(id string) *etree.Element {
	for e := range d.AllResources() {
		if ID(e) == id {
			return e
		}
	}
	return nil
}

// Members yields the resources directly inside a group, clone or bundle.
func Members(e *etree.Element) iter.Seq[*etree.Element] {
	return Children(e, "primitive", "group", "clone", "master", "bundle")
}

// Outermost is the resource that e stands in: itself, its group, or the clone
// or bundle round them.
func Outermost(e *etree.Element) *etree.Element {
	for {
		p := e.Parent()
		if p == nil || !IsResource(p) {
			return e
		}
		e = p
	}
}

// SetResourceAttribute sets an instance, meta or utilization attribute of a
// resource or template, with the ids that crm_resource gives.
func (d *Document) SetResourceAttribute(e *etree.Element, kind, name, value string) {
	d.SetNV(e, kind, ID(e)+"-"+kind, name, value)
}
