package cib

import (
	"fmt"
	"slices"

	"github.com/beevik/etree"
)

// rootMarks are the attributes of <cib> that whoever edits needs: they say
// what is edited and by which schema, and nothing of what is in it.
var rootMarks = []string{"admin_epoch", "epoch", "num_updates", "validate-with", "crm_feature_set", "have-quorum", "dc-uuid"}

// Shown is what a subject gets of a document to look at and to edit: what it
// may read (Readable), with the version and schema of the whole and with all
// sections, empty where nothing of them may be seen.
func Shown(d *Document, s Subject) (*Document, error) { return ShownUnder(d, d, s) }

// ShownUnder is Shown by the access lists of another document.
func ShownUnder(d, law *Document, s Subject) (*Document, error) {
	c, err := ReadableUnder(d, law, s)
	if err != nil || c == d {
		return c, err
	}
	for _, name := range rootMarks {
		if value, ok := LookupAttr(d.Root(), name); ok {
			SetAttr(c.Root(), name, value)
		}
	}
	withSectionsOf(c, d)
	return c, nil
}

// withSectionsOf gives d the sections that like has, empty.
func withSectionsOf(d, like *Document) {
	for _, name := range Sections() {
		if like.Section(name) != nil {
			d.MakeSection(name)
		}
	}
	d.Status()
}

// Proposed is the whole document that a subject wants who was shown its part
// of d (Shown) and made next of that. Status and version of next do not count.
// The error is a *Denied for the first thing that the subject may not change.
func Proposed(d, next *Document, s Subject) (*Document, error) {
	if Unrestricted(d, s) {
		return next, nil
	}
	shown, err := Shown(d, s)
	if err != nil {
		return nil, err
	}
	next = next.Copy()
	withSectionsOf(next, shown)
	dropStatus(shown)
	dropStatus(next)
	for _, name := range []string{"num_updates", "have-quorum", "dc-uuid"} {
		if value, ok := LookupAttr(shown.Root(), name); ok {
			SetAttr(next.Root(), name, value)
		} else {
			next.Root().RemoveAttr(name)
		}
	}
	next.Root().Attr = slices.DeleteFunc(next.Root().Attr, fleetingAttr)
	shown.Root().Attr = slices.DeleteFunc(shown.Root().Attr, fleetingAttr)
	all := d.Copy()
	patch := Diff(shown, next, DiffOptions{NoVersion: true})
	if patch == nil {
		return all, nil
	}
	if err := all.Apply(patch); err != nil {
		return nil, err
	}
	if err := MayChange(d, all, s); err != nil {
		return nil, err
	}
	if id := twice(all); id != "" && twice(d) == "" && twice(next) == "" {
		return nil, fmt.Errorf("id %s is taken by what user %s may not read", id, s.User)
	}
	return all, nil
}

// twice is the first id that two elements have.
func twice(d *Document) string {
	given := map[string]bool{}
	for e := range Walk(d.Configuration()) {
		id := DefinedID(e)
		if id != "" && given[id] {
			return id
		}
		given[id] = true
	}
	return ""
}

func dropStatus(d *Document) {
	if e := Child(d.Root(), "status"); e != nil {
		Remove(e)
	}
}

func fleetingAttr(a etree.Attr) bool { return fleeting(a.FullKey()) }
