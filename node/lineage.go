package node

import (
	"strconv"
	"strings"
)

// lineage is the list of incarnations a log went through: each was founded by
// a survivor, on top of the log up to an index. The log that all configured
// members began with is the empty lineage. Written "alice@17/bob@42".
type lineage string

func (l lineage) split() []string {
	if l == "" {
		return nil
	}
	return strings.Split(string(l), "/")
}

// found is the lineage after founder began anew on top of index base.
func (l lineage) found(founder string, base uint64) lineage {
	return lineage(strings.Join(append(l.split(), founder+"@"+strconv.FormatUint(base, 10)), "/"))
}

// kin is how two lineages are related.
type kin int

const (
	kinSame kin = iota
	kinAncestor
	kinDescendant
	kinForeign // both went on without the other
)

// relate says what l is to other; base is where the descendant went on from
// the ancestor.
func (l lineage) relate(other lineage) (k kin, base uint64) {
	mine, theirs := l.split(), other.split()
	for i := range min(len(mine), len(theirs)) {
		if mine[i] != theirs[i] {
			return kinForeign, 0
		}
	}
	switch {
	case len(mine) < len(theirs):
		return kinAncestor, baseOf(theirs[len(mine)])
	case len(mine) > len(theirs):
		return kinDescendant, baseOf(mine[len(theirs)])
	}
	return kinSame, 0
}

func baseOf(incarnation string) uint64 {
	_, text, _ := strings.Cut(incarnation, "@")
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
