package cib

import (
	"errors"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// What the updates of cibadmin can run into.
var (
	ErrNotFound = errors.New("no such object")
	ErrExists   = errors.New("the object exists already")
)

// Existing is the ErrExists of one of the elements that were to be created.
type Existing struct{ Element *etree.Element }

// Error is that of ErrExists.
func (e *Existing) Error() string { return ErrExists.Error() }

// Unwrap is ErrExists.
func (e *Existing) Unwrap() error { return ErrExists }

// Scope is the part of a document that a scope word of cibadmin names: a
// section of the configuration, configuration, status, or all for the whole.
// ok is false when there is no such word; the element may be missing still.
func (d *Document) Scope(name string) (e *etree.Element, ok bool) {
	switch name {
	case "", "all", "cib":
		return d.Root(), true
	case "configuration", "status":
		return Child(d.Root(), name), true
	}
	for _, section := range Sections() {
		if section == name {
			return d.Section(name), true
		}
	}
	return nil, false
}

// Like finds the first element at or below scope with the name and the id of
// like; without an id it stands for elements that have none. With all, every
// attribute of like must agree instead.
func Like(scope, like *etree.Element, all bool) *etree.Element {
	id, hasID := LookupAttr(like, "id")
next:
	for e := range Walk(scope) {
		if e.Tag != like.Tag || e.Space != like.Space || (hasID || !all) && ID(e) != id {
			continue
		}
		for i := range like.Attr {
			if value, ok := LookupAttr(e, like.Attr[i].Key); all && (!ok || value != like.Attr[i].Value) {
				continue next
			}
		}
		return e
	}
	return nil
}

// Create adds a copy of e to parent; when e has the name of parent, what is in
// e is added. Nothing may have the same name and id there yet.
func Create(parent, e *etree.Element) error {
	var list []*etree.Element
	if e.Tag == parent.Tag && ID(e) == ID(parent) {
		for c := range Children(e) {
			list = append(list, c)
		}
	} else {
		list = append(list, e)
	}
	for _, c := range list {
		if id := ID(c); id != "" && childLike(parent, c) != nil {
			return &Existing{c}
		}
	}
	for _, c := range list {
		parent.AddChild(CopyElement(c))
	}
	return nil
}

func childLike(parent, like *etree.Element) *etree.Element {
	id, hasID := LookupAttr(like, "id")
	for c := range Children(parent, like.Tag) {
		if !hasID || ID(c) == id {
			return c
		}
	}
	return nil
}

// Modify finds the element that e is about, below scope, and merges e into it:
// attributes are set, children merged in the same way or added. A value of the
// form name++ or name+=5 counts up.
func Modify(scope, e *etree.Element) error {
	target := Like(scope, e, false)
	if target == nil {
		return ErrNotFound
	}
	merge(target, e)
	return nil
}

func merge(target, e *etree.Element) {
	for i := range e.Attr {
		name := e.Attr[i].FullKey()
		target.CreateAttr(name, countUp(Attr(target, name), name, e.Attr[i].Value))
	}
	for c := range Children(e) {
		if old := childLike(target, c); old != nil {
			merge(old, c)
		} else {
			target.AddChild(CopyElement(c))
		}
	}
}

// countUp works out name++ and name+=n; anything else is the value itself.
func countUp(old, name, value string) string {
	rest, ok := strings.CutPrefix(value, name)
	if !ok {
		return value
	}
	by := 1
	if digits, plus := strings.CutPrefix(rest, "+="); plus {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return value
		}
		by = n
	} else if rest != "++" {
		return value
	}
	n, _ := strconv.Atoi(old)
	return strconv.Itoa(n + by)
}

// Replace puts a copy of e where the element with its name and id was, at or
// below scope.
func Replace(scope, e *etree.Element) error {
	target := Like(scope, e, false)
	if target == nil {
		return ErrNotFound
	}
	replace(target, e)
	return nil
}

// Put gives target the name, attributes and content of e.
func Put(target, e *etree.Element) { replace(target, e) }

// Structure is the part of Verify without which a document is not valid at
// all: ids that are missing or given twice, references to nothing, groups and
// clones of nothing, and all that its schema does not allow. Whoever stores a
// configuration refuses these.
func Structure(d *Document) []Finding {
	v := &verifier{doc: d, index: d.Index(), wrong: map[*etree.Element]bool{}}
	v.ids()
	v.references()
	for e := range d.AllResources() {
		switch e.Tag {
		case "group":
			v.group(e)
		case "clone", "master":
			if memberCount(e) != 1 {
				v.err(e, "a clone holds "+strconv.Itoa(memberCount(e))+" resources", "put one primitive or one group into it")
			}
		}
	}
	for _, name := range []string{"configuration", "status"} {
		if countChildren(d.Root(), name) > 1 {
			v.err(d.Root(), "there are several <"+name+">", "keep one of them")
		}
	}
	for e := range Children(d.Root()) {
		if e.Tag != "configuration" && e.Tag != "status" {
			v.err(e, "<"+e.Tag+"> does not belong here", "put it into a section of the configuration")
		}
	}
	v.schema()
	return v.findings
}
