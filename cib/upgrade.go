package cib

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// NewestSchema is the schema that Upgrade leads to.
const NewestSchema = "pacemaker-4.0"

// Schema is the series and release of a pacemaker-X.Y schema; ok is false for
// other names (none, nothing, those before Pacemaker 1.0).
func Schema(name string) (major, minor int, ok bool) {
	rest, found := strings.CutPrefix(name, "pacemaker-")
	a, b, dotted := strings.Cut(rest, ".")
	major, err := strconv.Atoi(a)
	minor, err2 := strconv.Atoi(b)
	return major, minor, found && dotted && err == nil && err2 == nil && major > 0
}

// Upgrade returns d as the newest schema wants it, and notes on everything
// that was dropped or means something else now, in plain words. d itself
// stays as it is.
func Upgrade(d *Document) (*Document, []string, error) {
	return UpgradeTo(d, NewestSchema)
}

// UpgradeTo is Upgrade to a given schema. Within a series only the name of
// the schema changes; a new series renames and drops things.
func UpgradeTo(d *Document, schema string) (*Document, []string, error) {
	have := Attr(d.Root(), "validate-with")
	major, minor, ok := Schema(have)
	if !ok {
		return nil, nil, fmt.Errorf("upgrade: schema %q is not known, pacemaker-1.0 to %s can be upgraded", have, NewestSchema)
	}
	toMajor, toMinor, ok := Schema(schema)
	if !ok || toMajor > 4 {
		return nil, nil, fmt.Errorf("upgrade: schema %q is not known, the newest is %s", schema, NewestSchema)
	}
	if major > toMajor || major == toMajor && minor > toMinor {
		return nil, nil, fmt.Errorf("upgrade: the schema is %s already, going back to %s is not possible", have, schema)
	}
	next := d.Copy()
	u := &upgrader{doc: next}
	if major < 2 && toMajor >= 2 {
		u.accessFrom1()
	}
	if major < 3 && toMajor >= 3 {
		u.to3()
	}
	if major <= 3 && toMajor >= 3 {
		u.leftovers3()
	}
	if major < 4 && toMajor >= 4 {
		u.to4()
	}
	next.Root().CreateAttr("validate-with", schema)
	return next, u.notes, nil
}

func countChildren(e *etree.Element, tag string) (n int) {
	for range Children(e, tag) {
		n++
	}
	return n
}

// gone tells whether resources of a class are no longer supported.
func gone(class string) bool { return class == "nagios" || class == "upstart" }

// upgrader changes one document. References (id-ref) are replaced by copies
// first, so that each place can be changed by itself, and made references
// again at the end where the original is still there.
type upgrader struct {
	doc    *Document
	notes  []string
	copies []*etree.Element          // what replaced a reference, in document order
	source map[*etree.Element]string // the id that a copy was made of
	isCopy map[*etree.Element]bool   // copies and all inside them
}

func (u *upgrader) note(format string, args ...any) {
	u.notes = append(u.notes, fmt.Sprintf(format, args...))
}

func (u *upgrader) configuration() *etree.Element { return Child(u.doc.Root(), "configuration") }

// elements lists the elements of the configuration with one of the tags, so
// that the tree may change while they are looked at.
func (u *upgrader) elements(tags ...string) []*etree.Element {
	var list []*etree.Element
	for e := range Walk(u.configuration()) {
		if isOneOf(e, tags) {
			list = append(list, e)
		}
	}
	return list
}

// mostCopies bounds what references may grow to: references to what holds
// references could explode.
const mostCopies = 1 << 20

// expand replaces references by copies of what they refer to.
func (u *upgrader) expand(rename func(copied *etree.Element, ref *etree.Element)) {
	u.copies, u.source, u.isCopy = nil, map[*etree.Element]string{}, map[*etree.Element]bool{}
	definitions := map[string]*etree.Element{}
	var refs []*etree.Element
	for e := range Walk(u.configuration()) {
		if id := DefinedID(e); id != "" && definitions[e.Tag+" "+id] == nil {
			definitions[e.Tag+" "+id] = e
		}
		if Attr(e, "id-ref") != "" {
			refs = append(refs, e)
		}
	}
	originals := map[*etree.Element]*etree.Element{}
	for _, ref := range refs {
		if def := definitions[ref.Tag+" "+Attr(ref, "id-ref")]; def != nil && originals[def] == nil {
			originals[def] = CopyElement(def)
		}
	}
	n := 0
	for _, ref := range refs {
		id := Attr(ref, "id-ref")
		def := originals[definitions[ref.Tag+" "+id]]
		if def == nil || within(ref, definitions[ref.Tag+" "+id]) || n > mostCopies {
			continue
		}
		c := CopyElement(def)
		for e := range Walk(c) {
			u.isCopy[e] = true
			n++
		}
		u.source[c] = id
		rename(c, ref)
		u.copies = append(u.copies, c)
		parent := ref.Parent()
		parent.InsertChildAt(ref.Index(), c)
		parent.RemoveChild(ref)
	}
}

// restore turns copies back into references. Where the original is gone the
// first copy stays and takes its place.
func (u *upgrader) restore() {
	defined := map[string]bool{}
	for e := range Walk(u.configuration()) {
		if id := DefinedID(e); id != "" && !u.isCopy[e] {
			defined[e.Tag+" "+id] = true
		}
	}
	for _, c := range u.copies {
		if !within(c, u.configuration()) {
			continue
		}
		target := ""
		for _, id := range []string{u.source[c], ID(c)} {
			if defined[c.Tag+" "+id] && (id == ID(c) || !renamedPair(c)) {
				target = id
				break
			}
		}
		if target == "" {
			defined[c.Tag+" "+ID(c)] = true
			for e := range Walk(c) {
				delete(u.isCopy, e)
			}
			continue
		}
		c.Attr, c.Child = nil, nil
		c.CreateAttr("id-ref", target)
	}
}

// renamedPair tells whether a copied nvpair was given another name, so that
// it is no longer the same as its original.
func renamedPair(c *etree.Element) bool {
	return c.Tag == "nvpair" && strings.HasPrefix(ID(c), prefix4)
}
