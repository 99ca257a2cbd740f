package cib

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// Reference is a place in the configuration that names the id of another
// element.
type Reference struct {
	From *etree.Element // the element that names it
	Attr string         // in this attribute
	To   string         // the id
}

// References yields every reference of the configuration, in document order.
func (d *Document) References() iter.Seq[Reference] {
	return func(yield func(Reference) bool) {
		for e := range Walk(Child(d.Root(), "configuration")) {
			for _, name := range referring(e) {
				value := Attr(e, name)
				if value == "" {
					continue
				}
				if e.Tag != "fencing-level" {
					if !yield(Reference{e, name, value}) {
						return
					}
					continue
				}
				for device := range strings.SplitSeq(value, ",") {
					if !yield(Reference{e, name, strings.TrimSpace(device)}) {
						return
					}
				}
			}
		}
	}
}

// referring lists the attributes of an element that hold ids of others.
func referring(e *etree.Element) []string {
	switch e.Tag {
	case "rsc_location", "rsc_ticket":
		return refRsc
	case "rsc_colocation":
		return refColocation
	case "rsc_order":
		return refOrder
	case "resource_ref", "obj_ref":
		return refID
	case "primitive":
		return refTemplate
	case "fencing-level":
		return refDevices
	case "acl_permission", "read", "write", "deny":
		return refACL
	case "role", "role_ref":
		if DefinedID(e) == "" {
			return refID
		}
	case "nvpair":
		if name := Attr(e, "name"); name == "container" && e.Parent() != nil && e.Parent().Tag == MetaAttributes {
			return refValue
		}
		return refIDRef
	case InstanceAttributes, MetaAttributes, Utilization, PropertySet, "operations", "rule", "resource_set":
		return refIDRef
	}
	return nil
}

var (
	refRsc        = []string{"rsc"}
	refColocation = []string{"rsc", "with-rsc"}
	refOrder      = []string{"first", "then"}
	refID         = []string{"id"}
	refTemplate   = []string{"template"}
	refDevices    = []string{"devices"}
	refACL        = []string{"reference", "ref"}
	refValue      = []string{"value"}
	refIDRef      = []string{"id-ref"}
)

// Rename gives an element another id and follows all references to it.
func (d *Document) Rename(old, id string) error {
	e := d.Find(old)
	if e == nil {
		return fmt.Errorf("rename %s: no such id", old)
	}
	if id == "" || id != CleanID(id) {
		return fmt.Errorf("rename %s: %q is no valid id; try %s", old, id, CleanID(id))
	}
	if d.Find(id) != nil {
		return fmt.Errorf("rename %s: %s exists already", old, id)
	}
	refs := slices.Collect(d.References())
	e.CreateAttr("id", id)
	for _, ref := range refs {
		switch {
		case ref.To != old:
		case ref.Attr == "devices":
			list := strings.Split(Attr(ref.From, "devices"), ",")
			for i := range list {
				if strings.TrimSpace(list[i]) == old {
					list[i] = id
				}
			}
			ref.From.CreateAttr("devices", strings.Join(list, ","))
		default:
			ref.From.CreateAttr(ref.Attr, id)
		}
	}
	return nil
}

// InUse says why an element cannot be taken out: what still refers to it.
type InUse struct {
	ID string
	By []string // descriptions: "primitive db (template)"
}

// Error lists the users.
func (e *InUse) Error() string {
	return e.ID + " is in use by " + strings.Join(e.By, ", ")
}

// Delete takes the element with an id out of the configuration, with all that
// makes no sense without it: constraints on a resource, its places in
// resource sets, tags, fencing levels and permissions, and a group or clone
// whose last member it was. It returns the ids of everything taken out, the
// given one first. It refuses, changing nothing, when something else is built
// on it: a primitive on a template, an id-ref on an attribute set, a role's
// users on a role.
func (d *Document) Delete(id string) ([]string, error) {
	e := d.Find(id)
	if e == nil {
		return nil, fmt.Errorf("delete %s: no such id", id)
	}
	for p := e.Parent(); IsResource(e) && IsResource(p) && memberCount(p) == 1; p = e.Parent() {
		e = p
	}
	inside := map[string]bool{}
	for c := range Walk(e) {
		if own := DefinedID(c); own != "" {
			inside[own] = true
		}
	}
	refs, err := d.removable(e, id, inside)
	if err != nil {
		return nil, err
	}
	gone := []string{id}
	if own := ID(e); own != id {
		gone = append(gone, own)
	}
	Remove(e)
	return append(gone, dropAll(refs)...), nil
}

// Withdraw takes an id out of all resource sets and tags, with those of them
// that make no sense without it. It returns the ids of what is gone.
func (d *Document) Withdraw(id string) []string {
	var refs []Reference
	for ref := range d.References() {
		if ref.To == id && (ref.From.Tag == "resource_ref" || ref.From.Tag == "obj_ref") {
			refs = append(refs, ref)
		}
	}
	return dropAll(refs)
}

// Unrepeat leaves only the last place that an id has in the sets of a
// constraint. It tells whether the constraint is gone: too little was left.
func Unrepeat(constraint *etree.Element, id string) (gone bool) {
	var refs []Reference
	for set := range Children(constraint, "resource_set") {
		for ref := range Children(set, "resource_ref") {
			if ID(ref) == id {
				refs = append(refs, Reference{From: ref, Attr: "id", To: id})
			}
		}
	}
	return len(refs) > 1 && len(dropAll(refs[:len(refs)-1])) > 0
}

// dropAll drops references, and the sets that are none any more. It returns
// the ids of what went with them.
func dropAll(refs []Reference) (gone []string) {
	var constraints []*etree.Element
	for _, ref := range refs {
		if ref.From.Tag == "resource_ref" && ref.From.Parent() != nil {
			constraints = append(constraints, ref.From.Parent().Parent())
		}
		gone = append(gone, dropReference(ref)...)
	}
	for _, c := range constraints {
		if c != nil && c.Parent() != nil {
			unwrap(c)
		}
	}
	return gone
}

// removable collects the references from outside of e to what is inside.
func (d *Document) removable(e *etree.Element, id string, inside map[string]bool) ([]Reference, error) {
	var refs []Reference
	inUse := &InUse{ID: id}
	for ref := range d.References() {
		if !inside[ref.To] || within(ref.From, e) {
			continue
		}
		switch ref.Attr {
		case "template", "id-ref", "value":
			inUse.By = append(inUse.By, describeUser(ref))
		case "id":
			if ref.From.Tag == "role" || ref.From.Tag == "role_ref" {
				inUse.By = append(inUse.By, describeUser(ref))
			}
		}
		refs = append(refs, ref)
	}
	if len(inUse.By) > 0 {
		return nil, fmt.Errorf("delete: %w", inUse)
	}
	return refs, nil
}

func memberCount(e *etree.Element) (n int) {
	for range Members(e) {
		n++
	}
	return n
}

func within(e, outer *etree.Element) bool {
	for ; e != nil; e = e.Parent() {
		if e == outer {
			return true
		}
	}
	return false
}

func describeUser(ref Reference) string {
	e := ref.From
	for e.Parent() != nil && (DefinedID(e) == "" || e.Tag == "nvpair" || Attr(e, "id-ref") != "") &&
		!slices.Contains(Sections(), e.Parent().Tag) {
		e = e.Parent()
	}
	return e.Tag + " " + ID(e) + " (" + ref.Attr + ")"
}

// dropReference takes out what a reference stood for, and returns the ids of
// what went with it.
func dropReference(ref Reference) []string {
	e := ref.From
	switch e.Tag {
	case "resource_ref":
		set := e.Parent()
		Remove(e)
		if set == nil || set.Parent() == nil {
			return nil
		}
		constraint := set.Parent()
		if Child(set, "resource_ref") == nil {
			Remove(set)
		}
		if setMembers(constraint) < leastMembers(constraint) {
			return take(constraint)
		}
		return nil
	case "obj_ref":
		tag := e.Parent()
		Remove(e)
		if tag != nil && Child(tag, "obj_ref") == nil {
			return take(tag)
		}
		return nil
	case "fencing-level":
		var left []string
		for device := range strings.SplitSeq(Attr(e, "devices"), ",") {
			if strings.TrimSpace(device) != ref.To {
				left = append(left, device)
			}
		}
		if len(left) > 0 {
			e.CreateAttr("devices", strings.Join(left, ","))
			return nil
		}
	}
	return take(e)
}

func setMembers(constraint *etree.Element) (n int) {
	for set := range Children(constraint, "resource_set") {
		for range Children(set, "resource_ref") {
			n++
		}
	}
	return n
}

// unwrap turns a constraint whose sets have become two single resources, or
// two in a row, into a plain one that means the same, or one of one set.
func unwrap(constraint *etree.Element) {
	var sets, refs []*etree.Element
	for set := range Children(constraint, "resource_set") {
		sets = append(sets, set)
		for ref := range Children(set, "resource_ref") {
			refs = append(refs, ref)
		}
	}
	alone := len(sets) == 2 && refs[0].Parent() != refs[1].Parent()
	inRow := len(sets) == 1 && !IsFalse(Attr(sets[0], "sequential")) && !IsFalse(Attr(sets[0], "require-all"))
	if len(refs) != 2 || !alone && !inRow {
		return
	}
	for _, set := range sets {
		set.RemoveAttr("sequential") // alone it has no sequence
		if Attr(set, "require-all") != "" {
			return
		}
	}
	ends := [2]string{"first", "then"}
	suffix := "action"
	switch constraint.Tag {
	case "rsc_colocation":
		ends, suffix = [2]string{"rsc", "with-rsc"}, "role"
		if inRow {
			slices.Reverse(refs) // in a set each is placed with the one before it
		}
	case "rsc_order":
	default:
		if alone && Attr(sets[0], "role") == Attr(sets[1], "role") {
			Remove(refs[1])
			sets[0].AddChild(refs[1])
			Remove(sets[1])
		}
		return
	}
	for i, ref := range refs {
		SetAttr(constraint, ends[i], ID(ref))
		if s := Attr(ref.Parent(), suffix); s != "" {
			SetAttr(constraint, ends[i]+"-"+suffix, s)
		}
	}
	for _, set := range sets {
		Remove(set)
	}
}

// leastMembers is how many members a constraint over sets needs to mean
// anything.
func leastMembers(constraint *etree.Element) int {
	switch constraint.Tag {
	case "rsc_colocation", "rsc_order":
		return 2
	}
	return 1
}

// take removes e, once, and returns its id.
func take(e *etree.Element) []string {
	if e.Parent() == nil {
		return nil
	}
	Remove(e)
	return []string{ID(e)}
}
