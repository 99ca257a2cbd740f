package cib

import (
	"cmp"
	"errors"
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

// Denied says what a user may not do, and what would help.
type Denied struct {
	User, Doing, Path string
	Needs             string   // the kind of permission: read or write
	Has               []string // roles of the user, in order
	By                string   // the permission that denies it, empty: none grants it
	Grants            []string // roles of the CIB that would grant it
}

// Error is "user joe may not change /cib/...: " and the way out.
func (e *Denied) Error() string {
	text := "user " + e.User + " may not " + e.Doing + " " + e.Path + ": "
	switch {
	case e.By != "":
		text += "denied by " + e.By
	case len(e.Has) == 0:
		text += "there is no role for this user (acl_target, acl_group)"
	case len(e.Has) == 1:
		text += "role " + e.Has[0] + " does not grant it"
	default:
		text += "roles " + strings.Join(e.Has, ", ") + " do not grant it"
	}
	switch {
	case len(e.Grants) == 1:
		text += "; role " + e.Grants[0] + " would grant it"
	case len(e.Grants) > 1:
		text += "; any of the roles " + strings.Join(e.Grants, ", ") + " would grant it"
	case e.By == "":
		text += fmt.Sprintf("; no role does, it takes one with %s xpath:%q", e.Needs, e.Path)
	}
	return text
}

// Unrestricted tells whether access lists do not concern a user: they are
// switched off (enable-acl), or it is root or hacluster.
func Unrestricted(d *Document, s Subject) bool {
	enabled, _ := d.Property("enable-acl")
	return !IsTrue(enabled) || s.User == "root" || s.User == "hacluster"
}

// permission is an acl_permission and the role it is of.
type permission struct {
	*etree.Element
	role string
}

// rules are what a document says about a subject.
type rules struct {
	user  string
	has   []string         // names of its roles
	list  []permission     // of these roles, in the order of targets and groups
	roles []*etree.Element // all there are
}

// rulesFor reads the access lists of a document for a subject.
func rulesFor(d *Document, s Subject) *rules {
	r := &rules{user: s.User}
	byID := map[string]*etree.Element{}
	acls := d.Section(ACLs)
	for role := range Children(acls, "acl_role") {
		byID[ID(role)] = role
		r.roles = append(r.roles, role)
	}
	for t := range Children(acls, "acl_target", "acl_group") {
		name := orElse(Attr(t, "name"), ID(t))
		if t.Tag == "acl_target" && name != s.User || t.Tag == "acl_group" && !slices.Contains(s.Groups, name) {
			continue
		}
		for ref := range Children(t, "role") {
			if role := byID[ID(ref)]; role != nil && !slices.Contains(r.has, ID(role)) {
				r.has = append(r.has, ID(role))
				r.list = append(r.list, permissionsOf(role)...)
			}
		}
	}
	return r
}

func permissionsOf(role *etree.Element) []permission {
	var list []permission
	for p := range Children(role, "acl_permission") {
		list = append(list, permission{p, ID(role)})
	}
	return list
}

// manyRoles bounds how many roles are tried to find one that would do.
const manyRoles = 32

// denied completes an error: it names the roles that would grant what is
// denied. try does what was denied with other permissions.
func (r *rules) denied(err error, try func([]permission) error) error {
	var no *Denied
	if !errors.As(err, &no) {
		return err
	}
	no.Has = r.has
	for i, role := range r.roles {
		if i == manyRoles {
			break
		}
		if !slices.Contains(r.has, ID(role)) && try(append(slices.Clip(r.list), permissionsOf(role)...)) == nil {
			no.Grants = append(no.Grants, ID(role))
		}
	}
	return err
}

// grant is what is said of an element, and by which permission.
type grant struct {
	mode mode
	by   permission
}

// grants is what the permissions say of the elements of one document.
type grants map[*etree.Element]grant

// grantsOn evaluates permissions on a document.
func grantsOn(d *Document, list []permission) (grants, error) {
	g := grants{}
	for _, p := range list {
		m := map[string]mode{"read": readable, "write": writable, "deny": denied}[Attr(p.Element, "kind")]
		found, err := selected(d, p.Element)
		if err != nil {
			return nil, fmt.Errorf("permission %s: %w", ID(p.Element), err)
		}
		for _, e := range found {
			if g[e].mode < m {
				g[e] = grant{m, p}
			}
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
// may be written around it. Of a no it names the permission that says it.
func (g grants) mayWrite(e *etree.Element) (ok bool, by string) {
	for ; e != nil; e = e.Parent() {
		switch said := g[e]; said.mode {
		case writable:
			return true, ""
		case denied:
			return false, fmt.Sprintf("permission %s of role %s", ID(said.by.Element), said.by.role)
		}
	}
	return false, ""
}

// Readable is what a subject may see of a document: d itself when nothing is
// hidden from it by rule, else a copy without what it may not read. Elements
// around a readable one keep their ids only.
func Readable(d *Document, s Subject) (*Document, error) { return ReadableUnder(d, d, s) }

// ReadableUnder is Readable by the access lists of another document: an old
// configuration is shown by the rules of today.
func ReadableUnder(d, law *Document, s Subject) (*Document, error) {
	if Unrestricted(law, s) {
		return d, nil
	}
	r := rulesFor(law, s)
	c, err := seen(d, r.list, s.User)
	if err != nil {
		return nil, r.denied(err, func(list []permission) error {
			_, err := seen(d, list, s.User)
			return err
		})
	}
	return c, nil
}

// seen is a copy of d without what a list of permissions does not show.
func seen(d *Document, list []permission, user string) (*Document, error) {
	c := d.Copy()
	g, err := grantsOn(c, list)
	if err != nil {
		return nil, err
	}
	if !g.prune(c.Root(), unsaid) {
		return nil, &Denied{User: user, Doing: "read", Path: "/cib", Needs: "read"}
	}
	return c, nil
}

// prune takes out what may not be read, and tells whether anything is left.
func (g grants) prune(e *etree.Element, outer mode) bool {
	m := g[e].mode
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
	r := rulesFor(base, s)
	try := func(list []permission) error {
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
	if err := try(r.list); err != nil {
		return r.denied(err, try)
	}
	return nil
}

// MayWrite tells whether a subject may write all of the given elements of d;
// the error is a *Denied that says what it wanted to do.
func MayWrite(d *Document, s Subject, doing string, elements ...*etree.Element) error {
	if Unrestricted(d, s) {
		return nil
	}
	r := rulesFor(d, s)
	try := func(list []permission) error {
		g, err := grantsOn(d, list)
		if err != nil {
			return err
		}
		c := &changeCheck{s.User, g, g}
		for _, e := range elements {
			if err := c.all(g, e, doing, Path(e)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := try(r.list); err != nil {
		return r.denied(err, try)
	}
	return nil
}

// MayRead tells whether a subject may read an element of d and all in it; the
// error is a *Denied that says what it wanted to do.
func MayRead(d *Document, s Subject, doing string, e *etree.Element) error {
	if Unrestricted(d, s) {
		return nil
	}
	r := rulesFor(d, s)
	try := func(list []permission) error {
		g, err := grantsOn(d, list)
		if err == nil && !g.mayReadAll(e) {
			err = &Denied{User: s.User, Doing: doing, Path: Path(e), Needs: "read"}
		}
		return err
	}
	if err := try(r.list); err != nil {
		return r.denied(err, try)
	}
	return nil
}

func (g grants) mayReadAll(e *etree.Element) bool {
	outer := unsaid
	for up := e; up != nil && outer == unsaid; up = up.Parent() {
		outer = g[up].mode
	}
	if outer != readable && outer != writable {
		return false
	}
	for inner := range Walk(e) {
		if g[inner].mode == denied {
			return false
		}
	}
	return true
}

type changeCheck struct {
	user          string
	before, after grants
}

// writable is nil when e may be written.
func (c *changeCheck) writable(g grants, e *etree.Element, doing, path string) error {
	if ok, by := g.mayWrite(e); !ok {
		return &Denied{User: c.user, Doing: doing, Path: path, Needs: "write", By: by}
	}
	return nil
}

func (c *changeCheck) same(a, b *etree.Element, path string) error {
	if equal(a, b) {
		return nil
	}
	for _, name := range changedAttrs(a, b) {
		if a.Tag == "cib" && (fleeting(name) || name == "epoch" || name == "num_updates" || name == "admin_epoch") {
			continue
		}
		doing := "change attribute " + name + " of"
		if err := cmp.Or(c.writable(c.before, a, doing, path), c.writable(c.after, b, doing, path)); err != nil {
			return err
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
	if text(a) != text(b) {
		if err := c.writable(c.before, a, "change the text of", path); err != nil {
			return err
		}
	}
	for e := range Children(b) {
		if err := c.child(keep[e], e, moved[e], path+"/"+step(e)); err != nil {
			return err
		}
	}
	return nil
}

// child checks an element of next against what it was; nil when it is new.
func (c *changeCheck) child(was etree.Token, e *etree.Element, moved bool, here string) error {
	old, _ := was.(*etree.Element)
	if old == nil {
		return c.all(c.after, e, "create", here)
	}
	if moved {
		if err := c.writable(c.after, e, "move", here); err != nil {
			return err
		}
	}
	return c.same(old, e, here)
}

// all checks that e and all in it may be written.
func (c *changeCheck) all(g grants, e *etree.Element, doing, path string) error {
	if err := c.writable(g, e, doing, path); err != nil {
		return err
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
