package crmtext

import (
	"strconv"
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// maker builds the elements of one statement beside the document.
type maker struct {
	ed *Editor
	// old is the element that the new one takes the place of; nil if none.
	old *etree.Element
	// freed are the ids of old, which may be used again.
	freed map[string]bool
	// made are the ids given so far.
	made map[string]bool
	// tried is how far the numbers behind an id were tried, by id.
	tried map[string]int
	err   error
}

func (ed *Editor) maker(old *etree.Element) *maker {
	m := &maker{ed: ed, old: old}
	if old != nil {
		m.freed = map[string]bool{}
		ownParts(old, func(e *etree.Element) {
			if id := cib.DefinedID(e); id != "" {
				m.freed[id] = true
			}
		})
	}
	return m
}

// ownParts visits an element and what is below it, but not the resources in it.
func ownParts(e *etree.Element, visit func(*etree.Element)) {
	visit(e)
	for c := range cib.Children(e) {
		if !cib.IsResource(c) {
			ownParts(c, visit)
		}
	}
}

func (m *maker) taken(id string) bool {
	return m.made[id] || m.ed.ids.Find(id) != nil && !m.freed[id]
}

func (m *maker) note(id string) string {
	if m.made == nil {
		m.made = map[string]bool{}
	}
	m.made[id] = true
	return id
}

// id makes an id out of words; where it is taken, -0, -1 ... are tried.
func (m *maker) id(words ...string) string {
	base := strings.ReplaceAll(strings.Join(words, "-"), "#", ".")
	if base != "" && base[0] >= '0' && base[0] <= '9' {
		base = "num-" + base
	}
	if base != cib.CleanID(base) {
		m.fail(grammar.Pos{}, "gives the id "+strconv.Quote(base)+", which XML cannot hold", "letters, digits, _ - or .")
		return base
	}
	id := base
	for n := m.tried[base]; m.taken(id); n++ {
		id = base + "-" + strconv.Itoa(n)
		if m.tried == nil {
			m.tried = map[string]int{}
		}
		m.tried[base] = n + 1
	}
	return m.note(id)
}

// given takes an id that somebody chose.
func (m *maker) given(id string, pos grammar.Pos) string {
	switch {
	case id != cib.CleanID(id):
		m.fail(grammar.WhereFrom(m.ed.now, pos, id), "is not an id", "letters, digits, _ - or ., for example "+cib.CleanID(id))
	case m.taken(id):
		m.fail(grammar.WhereFrom(m.ed.now, pos, id), "is the id of something else already", "an id that is free")
	}
	return m.note(id)
}

// choose is a given id or, without one, one that was there before or a new one.
func (m *maker) choose(given string, pos grammar.Pos, old *etree.Element, words ...string) string {
	if given != "" {
		return m.given(given, pos)
	}
	if id := cib.ID(old); id != "" && !m.made[id] {
		return m.note(id)
	}
	return m.id(words...)
}

// fail keeps the first fault.
func (m *maker) fail(pos grammar.Pos, problem, expected string) {
	if m.err == nil {
		m.err = &Error{Pos: pos, Problem: problem, Expected: expected}
	}
}

// missing says that the statement names what is not there.
func (m *maker) missing(what, id string, tags ...string) {
	if m.err == nil {
		m.err = m.ed.missing(what, id, tags...)
	}
}

// mostGuesses is for how many missing ids of one text it is looked what was
// meant.
const mostGuesses = 200

// missing is the fault of naming what is not there; tags are the elements that
// could have been meant.
func (ed *Editor) missing(what, id string, tags ...string) *Error {
	e := &Error{Pos: grammar.WhereWord(ed.now, id), Word: id, Missing: id, Problem: "does not exist", Expected: what}
	if ed.guessed++; ed.guessed > mostGuesses { // looking through everything, again and again
		return e
	}
	var known []string
	for c := range cib.Walk(ed.doc.Configuration()) {
		if hasTag(c, tags) && cib.ID(c) != "" {
			known = append(known, cib.ID(c))
		}
	}
	e.Hint = grammar.Near(id, known)
	return e
}

// Error says why a statement could not be applied.
type Error struct {
	Pos      grammar.Pos // zero when it is not about one word
	Keyword  string
	ID       string
	Word     string // the word that is wrong; empty when it is none
	Problem  string // what is wrong with it
	Expected string // what would have been right
	Hint     string // what was most likely meant
	Missing  string // the id that the statement names and that nothing has
}

// Error is a sentence with the place, the object and what is wrong.
func (e *Error) Error() string {
	said := grammar.Error{Pos: e.Pos, Keyword: e.Keyword, Word: e.Word, Problem: e.Problem, Expected: e.Expected, Hint: e.Hint}
	if e.ID != "" {
		said.Keyword += " " + grammar.Shorten(e.ID)
	}
	if e.Pos.Line == 0 {
		return said.Message()
	}
	return said.Error()
}

// element makes one with attributes given as name, value, name, value; empty
// values are left out.
func element(tag string, attrs ...string) *etree.Element {
	e := etree.NewElement(tag)
	e.Attr = make([]etree.Attr, 0, len(attrs)/2)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			e.Attr = append(e.Attr, etree.Attr{Key: attrs[i], Value: attrs[i+1]})
		}
	}
	return e
}
