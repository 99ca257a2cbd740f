package cib

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/beevik/etree"
)

// Version is a CIB's age: admin_epoch, epoch and num_updates, compared in
// that order (Pacemaker Explained, "Configuration Version").
type Version struct {
	AdminEpoch, Epoch, NumUpdates int
}

// String is the version as Pacemaker writes it: admin_epoch.epoch.num_updates.
func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d", v.AdminEpoch, v.Epoch, v.NumUpdates)
}

// Compare is negative when v is older than w, zero when equal.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.AdminEpoch, w.AdminEpoch), cmp.Compare(v.Epoch, w.Epoch),
		cmp.Compare(v.NumUpdates, w.NumUpdates))
}

// Version is the document's version; a missing or unreadable part counts as 0.
func (d *Document) Version() Version { return versionOf(d.Root()) }

func versionOf(e *etree.Element) Version {
	number := func(name string) int {
		n, _ := strconv.Atoi(Attr(e, name))
		return n
	}
	return Version{number("admin_epoch"), number("epoch"), number("num_updates")}
}

// SetVersion writes v into the document.
func (d *Document) SetVersion(v Version) {
	root := d.Root()
	root.CreateAttr("admin_epoch", strconv.Itoa(v.AdminEpoch))
	root.CreateAttr("epoch", strconv.Itoa(v.Epoch))
	root.CreateAttr("num_updates", strconv.Itoa(v.NumUpdates))
}

// Bump gives d, edited from base, the version that follows, as cibadmin counts:
// another configuration or schema is a new epoch, anything else a new
// num_updates, from base's version on or from a higher one that the edit set.
// It tells whether d differs from base at all.
func (d *Document) Bump(base *Document) bool {
	was, v := base.Version(), d.Version()
	raised := v.Compare(was) > 0
	if !raised {
		v = was
	}
	switch {
	case !sameConfiguration(base, d):
		d.SetVersion(Version{v.AdminEpoch, v.Epoch + 1, 0})
	case raised || !equal(base.Root(), withVersion(d.Root(), base.Root())):
		d.SetVersion(Version{v.AdminEpoch, v.Epoch, v.NumUpdates + 1})
	default:
		d.SetVersion(v)
		return false
	}
	return true
}

func sameConfiguration(a, b *Document) bool {
	x, y := Child(a.Root(), "configuration"), Child(b.Root(), "configuration")
	if Attr(a.Root(), "validate-with") != Attr(b.Root(), "validate-with") || (x == nil) != (y == nil) {
		return false
	}
	return x == nil || equal(x, y)
}
