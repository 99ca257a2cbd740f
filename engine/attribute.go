package engine

import (
	"slices"
	"strings"

	"crm/engine/score"
)

// attribute is one name and value. Lists of them are short, so they are
// searched and not hashed.
type attribute struct{ name, value string }

// attributes is a list of names and values without duplicates, in the order
// of their being set.
type attributes []attribute

func (l attributes) lookup(name string) (string, bool) {
	for i := range l {
		if l[i].name == name {
			return l[i].value, true
		}
	}
	return "", false
}

// get is the value of a name, "" when it is not set.
func (l attributes) get(name string) string {
	v, _ := l.lookup(name)
	return v
}

func (l attributes) has(name string) bool {
	_, ok := l.lookup(name)
	return ok
}

// isTrue tells whether a value is set and a word for yes.
func (l attributes) isTrue(name string) bool {
	v, ok := l.lookup(name)
	return ok && score.True(v)
}

// set sets a value, also over an older one.
func (l *attributes) set(name, value string) {
	for i := range *l {
		if (*l)[i].name == name {
			(*l)[i].value = value
			return
		}
	}
	*l = append(*l, attribute{name, value})
}

// add sets a value unless there is one.
func (l *attributes) add(name, value string) {
	if !l.has(name) {
		*l = append(*l, attribute{name, value})
	}
}

func (l *attributes) remove(name string) {
	*l = slices.DeleteFunc(*l, func(a attribute) bool { return a.name == name })
}

// sorted is a copy in the order of the names.
func (l attributes) sorted() attributes {
	s := slices.Clone(l)
	slices.SortStableFunc(s, func(a, b attribute) int { return strings.Compare(a.name, b.name) })
	return s
}

// Lookup makes a list something that rules can ask.
func (l attributes) Lookup(name string) (string, bool) { return l.lookup(name) }
