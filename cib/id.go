package cib

import (
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// Index finds elements of the configuration by their ids. It shows the
// document as it was when the index was made; Add and Forget keep it up to
// date.
type Index struct {
	byID map[string]*etree.Element
}

// Index walks the configuration once. Where an id is given twice the first
// element is found.
func (d *Document) Index() *Index {
	x := &Index{byID: map[string]*etree.Element{}}
	x.Add(Child(d.Root(), "configuration"))
	return x
}

// Add enters e and all below it.
func (x *Index) Add(e *etree.Element) {
	for c := range Walk(e) {
		if id := DefinedID(c); id != "" && x.byID[id] == nil {
			x.byID[id] = c
		}
	}
}

// Forget takes e and all below it out.
func (x *Index) Forget(e *etree.Element) {
	for c := range Walk(e) {
		if id := DefinedID(c); x.byID[id] == c {
			delete(x.byID, id)
		}
	}
}

// Find is the element that an id belongs to, nil when it is not used.
func (x *Index) Find(id string) *etree.Element { return x.byID[id] }

// Unused is base when no element has that id, else base-1, base-2 and so on.
func (x *Index) Unused(base string) string {
	id := base
	for n := 1; x.byID[id] != nil; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// DefinedID is the id that e gives itself, "" for elements whose id attribute
// refers to another (resource_ref, obj_ref, the role of an ACL target) or is
// not unique in the document (nodes, ACL users).
func DefinedID(e *etree.Element) string {
	switch e.Tag {
	case "resource_ref", "obj_ref", "node", "acl_target", "acl_group", "acl_user", "role_ref":
		return ""
	case "role":
		if p := e.Parent(); p != nil && (p.Tag == "acl_target" || p.Tag == "acl_group") {
			return ""
		}
	}
	return ID(e)
}

// Find is the element of the configuration that defines an id, nil when there
// is none. For many look-ups make an Index.
func (d *Document) Find(id string) *etree.Element {
	if id == "" {
		return nil
	}
	for e := range Walk(Child(d.Root(), "configuration")) {
		if DefinedID(e) == id {
			return e
		}
	}
	return nil
}

// UnusedID is base, or base with a number behind it when that is in use.
func (d *Document) UnusedID(base string) string { return d.Index().Unused(base) }

// CleanID makes a text fit to be an XML id: characters that may not stand in
// one become '.', and '_' is put before what may not begin one.
func CleanID(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.Map(func(c rune) rune {
		if c >= 0x80 || c != ':' && classes[byte(c)] == inName {
			return c
		}
		return '.'
	}, s)
	if s == "" || s[0] == '-' || s[0] == '.' || s[0] >= '0' && s[0] <= '9' {
		return "_" + s
	}
	return s
}

// isClean tells of the usual id, in ASCII, that it may stay as it is.
func isClean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c == ':' || classes[c] != inName {
			return false
		}
	}
	return s != "" && s[0] != '-' && s[0] != '.' && (s[0] < '0' || s[0] > '9')
}
