package shell

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// deleteAll takes the objects out of the document: the outer containers
// first, each leaving its members in its place, then everything else. It
// returns what there is to tell besides.
func deleteAll(doc *cib.Document, targets []object) (told []string, err error) {
	depth := func(o object) int {
		if !cib.IsResource(o.element) || o.element.Tag == "primitive" {
			return 100
		}
		n := 0
		for p := o.element.Parent(); p != nil && cib.IsResource(p); p = p.Parent() {
			n++
		}
		return n
	}
	targets = slices.Clone(targets)
	slices.SortStableFunc(targets, func(a, b object) int { return depth(a) - depth(b) })
	for len(targets) > 0 { // what others of them are built on waits for these to be gone
		var waiting []object
		var first error
		for _, o := range targets {
			more, err := deleteObject(doc, o)
			if inUse := (*cib.InUse)(nil); errors.As(err, &inUse) {
				waiting, first = append(waiting, o), cmp.Or(first, err)
				continue
			}
			if err != nil {
				return told, err
			}
			told = append(told, more...)
		}
		if len(waiting) == len(targets) {
			return told, first
		}
		targets = waiting
	}
	return told, nil
}

// deleteObject takes one object out of a document; o's element may belong to
// another copy of it.
func deleteObject(doc *cib.Document, o object) (told []string, err error) {
	switch o.kind {
	case "node":
		n := doc.Node(o.id)
		if n != nil {
			cib.Remove(n)
		}
		return nil, nil
	case "fencing_topology":
		if s := doc.Section(cib.FencingTopology); s != nil { // else it went with its devices
			cib.Remove(s)
		}
		return nil, nil
	case "acl_target", "acl_group", "user":
		if e := userOf(doc, o); e != nil {
			cib.Remove(e)
			doc.DropEmptySections()
		}
		return nil, nil
	case "group", "clone", "ms", "bundle":
		if e := doc.Resource(o.id); e != nil {
			return unwrap(doc, e), nil
		}
		return nil, nil
	}
	e := doc.Find(o.id)
	if e == nil { // it went with an earlier one
		return nil, nil
	}
	gone, err := doc.Delete(o.id)
	for _, id := range gone {
		if id != o.id {
			told = append(told, "hanging "+id+" deleted")
		}
	}
	doc.DropEmptySections()
	return told, err
}

// userOf is the element of an access control list that stands for a user or
// a group of users: its id is the user's name, which other elements may have
// as their own.
func userOf(doc *cib.Document, o object) *etree.Element {
	for e := range cib.Children(doc.Section(cib.ACLs), o.element.Tag) {
		if attr(e, "id") == o.id {
			return e
		}
	}
	return nil
}

// unwrap takes a group or clone away from round its members. A clone round it
// goes too. What named the container names its first member then, but sets
// and tags go without.
func unwrap(doc *cib.Document, e *etree.Element) (told []string) {
	if p := e.Parent(); p != nil && cib.IsResource(p) {
		told = unwrap(doc, p)
	}
	first := ""
	for _, m := range slices.Collect(cib.Members(e)) {
		if first == "" {
			first = attr(m, "id")
		}
		cib.Remove(m)
		e.Parent().InsertChildAt(e.Index(), m)
	}
	id := attr(e, "id")
	for _, gone := range doc.Withdraw(id) {
		told = append(told, "hanging "+gone+" deleted")
	}
	for _, ref := range slices.Collect(doc.References()) {
		if ref.To != id || ref.Attr == "devices" {
			continue
		}
		told = append(told, "modified "+referrer(ref)+" from "+id+" to "+first)
		ref.From.CreateAttr(ref.Attr, first)
	}
	cib.Remove(e)
	return told
}

// referrer names the object that a reference stands in, as "location:l1".
func referrer(ref cib.Reference) string {
	e := ref.From
	for e.Parent() != nil && !slices.Contains(cib.Sections(), e.Parent().Tag) {
		e = e.Parent()
	}
	return kindOf(e) + ":" + attr(e, "id")
}

// addMember puts a resource into a group, at its end or beside another.
func addMember(doc *cib.Document, c *Call, g, e *etree.Element) error {
	if e.Tag != "primitive" {
		return c.wrong(Refused, 3, "is a "+kindOf(e), "the id of a primitive")
	}
	if e.Parent() == g && len(c.Args) == 3 {
		return c.wrong(Refused, 3, "is a member of "+attr(g, "id")+" already", "after or before, and another member, to move it")
	}
	if p := e.Parent(); p != g && cib.IsResource(p) {
		return c.wrong(Refused, 3, "is in the "+kindOf(p)+" "+attr(p, "id")+" already", "a primitive that is in no other")
	}
	var beside *etree.Element
	switch len(c.Args) {
	case 3:
	case 5:
		beside = doc.Resource(c.Args[4])
		if beside == nil || beside.Parent() != g || beside == e {
			return c.wrong(NotFound, 5, "is not a member of "+attr(g, "id"), "one of "+strings.Join(memberIDs(g), ", "), memberIDs(g)...)
		}
		if c.Args[3] != "after" && c.Args[3] != "before" {
			return c.wrong(Usage, 4, "does not fit here", "after or before", "after", "before")
		}
	default:
		return usagef("modgroup: %s what? usage: %s", c.Args[3], c.usage())
	}
	cib.Remove(e)
	if beside == nil {
		members := slices.Collect(cib.Members(g))
		g.InsertChildAt(members[len(members)-1].Index()+1, e) // a group has at least one
		return nil
	}
	at := beside.Index()
	if c.Args[3] == "after" {
		at++
	}
	g.InsertChildAt(at, e)
	return nil
}
