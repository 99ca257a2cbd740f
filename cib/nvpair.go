package cib

import (
	"strings"

	"github.com/beevik/etree"
)

// The kinds of attribute sets.
const (
	InstanceAttributes = "instance_attributes"
	MetaAttributes     = "meta_attributes"
	Utilization        = "utilization"
	PropertySet        = "cluster_property_set"
)

// NVPairs yields every nvpair of e's sets of one kind, in document order.
// References (id-ref) and rules are not looked at: that is the engine's.
func NVPairs(e *etree.Element, kind string) func(yield func(*etree.Element) bool) {
	return func(yield func(*etree.Element) bool) {
		for set := range Children(e, kind) {
			for nv := range pairs(set) {
				if !yield(nv) {
					return
				}
			}
		}
	}
}

// pairs yields the nvpairs of a set; before schema 1.0 they stood in an
// <attributes> element.
func pairs(set *etree.Element) func(yield func(*etree.Element) bool) {
	return func(yield func(*etree.Element) bool) {
		for c := range Children(set, "nvpair", "attributes") {
			if c.Tag == "nvpair" {
				if !yield(c) {
					return
				}
				continue
			}
			for nv := range Children(c, "nvpair") {
				if !yield(nv) {
					return
				}
			}
		}
	}
}

// NV is the first nvpair of a name in e's sets of one kind, sets without a
// rule first; nil when there is none.
func NV(e *etree.Element, kind, name string) *etree.Element {
	var ruled *etree.Element
	for set := range Children(e, kind) {
		for nv := range pairs(set) {
			if Attr(nv, "name") != name {
				continue
			}
			if Child(set, "rule") == nil {
				return nv
			}
			if ruled == nil {
				ruled = nv
			}
		}
	}
	return ruled
}

// NVValue is the value of NV, and whether there is one.
func NVValue(e *etree.Element, kind, name string) (string, bool) {
	return LookupAttr(NV(e, kind, name), "value")
}

// SetNV gives an nvpair in a set of e its value. The pair and the set are made
// when they are missing: the set with the id setID (or the first set of the
// kind that has no rule), the pair with the id setID-name, numbered when that
// is taken. It returns the nvpair.
func (d *Document) SetNV(e *etree.Element, kind, setID, name, value string) *etree.Element {
	if nv := unruledNV(e, kind, name); nv != nil {
		nv.CreateAttr("value", value)
		return nv
	}
	var set *etree.Element
	for c := range Children(e, kind) {
		if Child(c, "rule") == nil && Attr(c, "id-ref") == "" && (set == nil || ID(c) == setID) {
			set = c
		}
	}
	x := d.Index()
	if set == nil {
		set = etree.NewElement(kind)
		set.CreateAttr("id", x.Unused(CleanID(setID)))
		insertSet(e, set)
		x.Add(set)
	}
	return addPair(x, set, name, value)
}

func unruledNV(e *etree.Element, kind, name string) *etree.Element {
	if nv := NV(e, kind, name); nv != nil && Child(nv.Parent(), "rule") == nil {
		return nv
	}
	return nil
}

// insertSet puts a new attribute set before what the schema wants behind it:
// operations and, in groups, clones and bundles, the resources inside.
func insertSet(e, set *etree.Element) {
	for c := range Children(e) {
		switch {
		case c.Tag == set.Tag, !behindSets(c):
			continue
		}
		e.InsertChildAt(c.Index(), set)
		return
	}
	e.AddChild(set)
}

func behindSets(e *etree.Element) bool { return e.Tag == "operations" || IsResource(e) }

// DeleteNV takes every nvpair of a name out of e's sets of one kind, and sets
// that hold nothing then, and returns how many pairs there were.
func DeleteNV(e *etree.Element, kind, name string) int {
	var gone []*etree.Element
	for nv := range NVPairs(e, kind) {
		if Attr(nv, "name") == name {
			gone = append(gone, nv)
		}
	}
	for _, nv := range gone {
		RemoveNV(nv)
	}
	return len(gone)
}

// Property is a cluster option of crm_config, and whether it is set. The set
// cib-bootstrap-options comes before the others, as Pacemaker reads them.
func (d *Document) Property(name string) (string, bool) {
	conf := d.Section(CrmConfig)
	for set := range Children(conf, PropertySet) {
		if ID(set) != BootstrapOptions {
			continue
		}
		for nv := range pairs(set) {
			if Attr(nv, "name") == name {
				return LookupAttr(nv, "value")
			}
		}
	}
	return NVValue(conf, PropertySet, name)
}

// BootstrapOptions is the id of the set that cluster options go to.
const BootstrapOptions = "cib-bootstrap-options"

// SetProperty sets a cluster option.
func (d *Document) SetProperty(name, value string) {
	d.SetNV(d.MakeSection(CrmConfig), PropertySet, BootstrapOptions, name, value)
}

// DeleteProperty takes a cluster option away and tells whether it was set.
func (d *Document) DeleteProperty(name string) bool {
	return DeleteNV(d.Section(CrmConfig), PropertySet, name) > 0
}

// IsTrue reads a boolean as Pacemaker does: true, on, yes, y, 1 in any case.
func IsTrue(s string) bool {
	for _, word := range []string{"true", "on", "yes", "y", "1"} {
		if strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}

// IsFalse is the same for false, off, no, n, 0.
func IsFalse(s string) bool {
	for _, word := range []string{"false", "off", "no", "n", "0"} {
		if strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}

// AddNV makes an nvpair in the set setID of e, which is made when it is
// missing, whatever other sets have a pair of that name.
func (d *Document) AddNV(e *etree.Element, kind, setID, name, value string) *etree.Element {
	for set := range Children(e, kind) {
		if ID(set) == setID {
			return addPair(d.Index(), set, name, value)
		}
	}
	x := d.Index()
	set := etree.NewElement(kind)
	set.CreateAttr("id", x.Unused(CleanID(setID)))
	insertSet(e, set)
	x.Add(set)
	return addPair(x, set, name, value)
}

func addPair(x *Index, set *etree.Element, name, value string) *etree.Element {
	nv := set.CreateElement("nvpair")
	nv.CreateAttr("id", x.Unused(CleanID(ID(set)+"-"+name)))
	nv.CreateAttr("name", name)
	nv.CreateAttr("value", value)
	return nv
}

// RemoveNV takes an nvpair out, and its set when that holds nothing then.
func RemoveNV(nv *etree.Element) {
	set := nv.Parent()
	Remove(nv)
	if set != nil && contentOf(set) == nothing {
		Remove(set)
	}
}
