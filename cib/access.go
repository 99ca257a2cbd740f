package cib

import (
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// Subject is who asks: a user by name, and the groups the user is in.
type Subject struct {
	User   string
	Groups []string
}

// mode is what a permission says of an element or one of its attributes.
type mode int

const (
	unsaid mode = iota
	readable
	writable
	denied // wins where several permissions name the same thing
)

// Denied says what a user may not do.
type Denied struct {
	User, Doing, Path string
}

// Error is "user joe may not change /cib/...".
func (e *Denied) Error() string {
	return "user " + e.User + " may not " + e.Doing + " " + e.Path + "; ask for a role with that permission"
}

// Unrestricted tells whether access lists do not concern a user: they are
// switched off (enable-acl), or it is root or hacluster.
func Unrestricted(d *Document, s Subject) bool {
	enabled, _ := d.Property("enable-acl")
	return !IsTrue(enabled) || s.User == "root" || s.User == "hacluster"
}

// permissions lists what a subject's roles say, in the order of its targets
// and groups.
func permissions(d *Document, s Subject) []*etree.Element {
	roles := map[string]*etree.Element{}
	acls := d.Section(ACLs)
	for r := range Children(acls, "acl_role") {
		roles[ID(r)] = r
	}
	var list []*etree.Element
	for t := range Children(acls, "acl_target", "acl_group") {
		name := orElse(Attr(t, "name"), ID(t))
		if t.Tag == "acl_target" && name != s.User || t.Tag == "acl_group" && !slices.Contains(s.Groups, name) {
			continue
		}
		for r := range Children(t, "role") {
			list = slices.AppendSeq(list, Children(roles[ID(r)], "acl_permission"))
		}
	}
	return list
}

// grants is what the permissions say of the elements of one document.
type grants map[*etree.Element]mode

// grantsOn evaluates permissions on a document.
func grantsOn(d *Document, list []*etree.Element) (grants, error) {
	g := grants{}
	for _, p := range list {
		m := map[string]mode{"read": readable, "write": writable, "deny": denied}[Attr(p, "kind")]
		found, err := selected(d, p)
		if err != nil {
			return nil, fmt.Errorf("permission %s: %w", ID(p), err)
		}
		for _, e := range found {
			g[e] = max(g[e], m)
		}
	}
	return g, nil
}

// selected finds the elements that a permission is about. With an attribute
// these are the whole elements that have it.
func selected(d *Document, p *etree.Element) ([]*etree.Element, error) {
	if path := Attr(p, "xpath"); path != "" {
		return d.Query(path)
	}
	var found []*etree.Element
	reference, tag, attribute := Attr(p, "reference"), Attr(p, "object-type"), Attr(p, "attribute")
	for e := range Walk(d.Root()) {
		if reference != "" && DefinedID(e) != reference || tag != "" && e.Tag != tag || reference == "" && tag == "" {
			continue
		}
		if _, has := LookupAttr(e, attribute); attribute != "" && !has {
			continue
		}
		found = append(found, e)
	}
	return found, nil
}

// mayWrite tells whether an element may be changed: the nearest element that
// says so decides, itself first. What may be read only does not take away what
// may be written around it.
func (g grants) mayWrite(e *etree.Element) bool {
	for ; e != nil; e = e.Parent() {
		switch g[e] {
		case writable:
			return true
		case denied:
			return false
		}
	}
	return false
}

// Readable is what a subject may see of a document: d itself when nothing is
// hidden from it by rule, else a copy without what it may not read. Elements
// around a readable one keep their ids only.
func Readable(d *Document, s Subject) (*Document, error) {
	if Unrestricted(d, s) {
		return d, nil
	}
	c := d.Copy()
	g, err := grantsOn(c, permissions(c, s))
	if err != nil {
		return nil, err
	}
	if !g.prune(c.Root(), unsaid) {
		return nil, &Denied{s.User, "read", "/cib"}
	}
	return c, nil
}

// prune takes out what may not be read, and tells whether anything is left.
func (g grants) prune(e *etree.Element, outer mode) bool {
	m := g[e]
	if m == unsaid {
		m = outer
	}
	see := m == readable || m == writable
	left := see
	e.Attr = slices.DeleteFunc(e.Attr, func(a etree.Attr) bool { return !see && a.Key != "id" })
	for _, t := range slices.Clone(e.Child) {
		c, ok := t.(*etree.Element)
		if ok && g.prune(c, m) {
			left = true
		} else if ok || !see {
			e.RemoveChild(t)
		}
	}
	return left
}

// MayChange tells whether a subject may make next out of base; the error is a
// *Denied for the first thing it may not. Versions and marks of who wrote
// are not looked at.
func MayChange(base, next *Document, s Subject) error {
	if Unrestricted(base, s) {
		return nil
	}
	list := permissions(base, s)
	before, err := grantsOn(base, list)
	if err != nil {
		return err
	}
	after, err := grantsOn(next, list)
	if err != nil {
		return err
	}
	c := &changeCheck{s.User, before, after}
	return c.same(base.Root(), next.Root(), "/cib")
}

type changeCheck struct {
	user          string
	before, after grants
}

func (c *changeCheck) same(a, b *etree.Element, path string) error {
	if equal(a, b) {
		return nil
	}
	for _, name := range changedAttrs(a, b) {
		if !(a.Tag == "cib" && (fleeting(name) || name == "epoch" || name == "num_updates" || name == "admin_epoch")) &&
			!(c.before.mayWrite(a) && c.after.mayWrite(b)) {
			return &Denied{c.user, "change attribute " + name + " of", path}
		}
	}
	keep, moved := match(a, b)
	for e := range Children(a) {
		if keep[e] == nil {
			if err := c.all(c.before, e, "delete", path+"/"+step(e)); err != nil {
				return err
			}
		}
	}
	if text(a) != text(b) && !c.before.mayWrite(a) {
		return &Denied{c.user, "change the text of", path}
	}
	for e := range Children(b) {
		here := path + "/" + step(e)
		old, _ := keep[e].(*etree.Element)
		switch {
		case old == nil:
			if err := c.all(c.after, e, "create", here); err != nil {
				return err
			}
		case moved[e] && !c.after.mayWrite(e):
			return &Denied{c.user, "move", here}
		default:
			if err := c.same(old, e, here); err != nil {
				return err
			}
		}
	}
	return nil
}

// all checks that e and all in it may be written.
func (c *changeCheck) all(g grants, e *etree.Element, doing, path string) error {
	if !g.mayWrite(e) {
		return &Denied{c.user, doing, path}
	}
	for child := range Children(e) {
		if err := c.all(g, child, doing, path+"/"+step(child)); err != nil {
			return err
		}
	}
	return nil
}

func changedAttrs(a, b *etree.Element) []string {
	var names []string
	for i := range b.Attr {
		name := b.Attr[i].FullKey()
		if old := a.SelectAttr(name); old == nil || old.Value != b.Attr[i].Value {
			names = append(names, name)
		}
	}
	for i := range a.Attr {
		if name := a.Attr[i].FullKey(); b.SelectAttr(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

func text(e *etree.Element) string {
	var b strings.Builder
	for _, t := range e.Child {
		if c, ok := t.(*etree.CharData); ok {
			b.WriteString(c.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
