package cib

import (
	"cmp"
	"fmt"
	"strconv"
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
func (d *Document) Version() Version {
	number := func(name string) int {
		n, _ := strconv.Atoi(d.Root().SelectAttrValue(name, "0"))
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
