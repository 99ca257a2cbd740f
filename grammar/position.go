package grammar

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a text: line and column, both from 1; columns count
// characters.
type Pos struct{ Line, Col int }

// String is "line 3, column 14".
func (p Pos) String() string {
	return "line " + strconv.Itoa(p.Line) + ", column " + strconv.Itoa(p.Col)
}

// Head is what every statement carries: where it began and the comment lines
// above it.
type Head struct {
	Pos      Pos
	Comments []string
	above    []Pos // where the comments stood
	words    []Word
}

func (h *Head) head() *Head { return h }

// Statement is one sentence of the language.
type Statement interface {
	// Keyword is the first word as it is printed: "primitive", "ms".
	Keyword() string
	// ObjectID is the id of the object that the statement describes; empty
	// where the statement names none ("property a=b", "fencing_topology").
	ObjectID() string
	head() *Head
	print(p *printer)
}

// Where is the place a statement began at.
func Where(s Statement) Pos { return s.head().Pos }

// WhereWord is the place at which a statement names another object: as a word
// of its own, with a role or action behind it, a sign before it, or in a list.
// It is the start of the statement when it does not name it.
func WhereWord(s Statement, id string) Pos {
	h, own := s.head(), 2 // the keyword and the statement's own id
	if s.ObjectID() == "" || s.ObjectID() == id {
		own = 1
	}
	for i, w := range h.words {
		at := strings.Index(w.Text, id)
		if i < own || at < 0 {
			continue
		}
		before, after := w.Text[:at], w.Text[at+len(id):]
		if (before == "" || strings.ContainsAny(before[at-1:], "@:,=")) && (after == "" || strings.ContainsAny(after[:1], ":,")) {
			return Pos{w.Pos.Line, w.Pos.Col + utf8.RuneCountInString(before)}
		}
	}
	return h.Pos
}

// WhereID is the place of the id that a statement gives its object.
func WhereID(s Statement) Pos {
	if h := s.head(); len(h.words) > 1 {
		return h.words[1].Pos
	}
	return s.head().Pos
}

// WhereFrom is the first place, from another on, at which a word or what stands
// behind the = of one is this; the other place when there is none.
func WhereFrom(s Statement, from Pos, word string) Pos {
	if x, is := s.(*XML); is {
		return x.where(word)
	}
	for _, w := range s.head().words {
		switch before, found := strings.CutSuffix(w.Text, word); {
		case w.Pos.Line < from.Line || w.Pos.Line == from.Line && w.Pos.Col < from.Col || !found:
		case before == "":
			return w.Pos
		case strings.HasSuffix(before, "="):
			return Pos{w.Pos.Line, w.Pos.Col + utf8.RuneCountInString(before)}
		}
	}
	return from
}

// WordAt is the word of a statement that begins at a place, "" when none does.
func WordAt(s Statement, at Pos) string {
	if x, is := s.(*XML); is {
		return x.wordAt(at)
	}
	for _, w := range slices.Backward(s.head().words) { // the keyword may have been shorter when it was typed
		begin := at.Col - w.Pos.Col
		if text := []rune(w.Text); w.Pos.Line == at.Line && begin >= 0 && begin < len(text) {
			return string(text[begin:])
		}
	}
	return ""
}

// WherePair is the place of the last name=value of that name, or where the
// statement began.
func WherePair(s Statement, name string) Pos {
	h := s.head()
	for _, w := range slices.Backward(h.words) {
		if given, _, is := strings.Cut(w.Text, "="); is && strings.EqualFold(given, name) {
			return w.Pos
		}
	}
	return h.Pos
}

// setOpeners are the words that open a set of a statement.
var setOpeners = map[string][]string{
	"node":         nodeSets,
	"primitive":    resourceEnds,
	"rsc_template": resourceEnds,
	"group":        groupSets,
	"clone":        groupSets,
	"ms":           groupSets,
	"master":       groupSets,
	"bundle":       {"network", "storage", "meta"},
	"alert":        {"attributes", "meta", "select"},
}

// Unfinished is a fault that does not keep a statement from being taken: its
// last word opens a set that nothing is in, as when a script was cut off. It
// is nil for other statements.
func Unfinished(s Statement) *Error {
	if f, is := s.(*Fencing); is {
		return f.withoutDevices()
	}
	words := s.head().words
	if len(words) < 3 {
		return nil
	}
	last := words[len(words)-1]
	for _, opener := range setOpeners[s.Keyword()] {
		if strings.EqualFold(last.Text, opener) {
			return &Error{Pos: last.Pos, Keyword: s.Keyword(), Word: last.Text, Problem: "has nothing behind it", Expected: "name=value, or the line without it"}
		}
	}
	return nil
}

// Comments are the comment lines that stand above a statement, with their #.
func Comments(s Statement) []string { return s.head().Comments }

// WhereComment is the place of a comment line above a statement, or of the
// statement when it was not read from a text.
func WhereComment(s Statement, i int) Pos {
	if h := s.head(); i < len(h.above) {
		return h.above[i]
	}
	return s.head().Pos
}

// SetComments puts comment lines above a statement.
func SetComments(s Statement, lines []string) { s.head().Comments, s.head().above = lines, nil }
