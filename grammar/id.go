package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// ID is the name of an object: a letter or _, then letters, digits, _ - and
// dots.
type ID string

// Parse reads an id.
func (id *ID) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() {
		return r.fault("", "an id")
	}
	name := r.peek()
	if !ValidID(name) {
		return r.fault("is not an id", "a letter or _, then letters, digits, _ - or .")
	}
	r.take()
	*id = ID(name)
	return nil
}

// ValidID tells whether a name can be the id of an object.
func ValidID(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// TagID is the name of a tag: an id, with or without a colon behind it.
type TagID string

// Parse reads the name of a tag.
func (id *TagID) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() {
		return r.fault("", "the name of a tag")
	}
	name := strings.TrimSuffix(r.peek(), ":")
	if !ValidID(name) {
		return r.fault("is not the name of a tag", "a letter or _, then letters, digits, _ - or .")
	}
	r.take()
	*id = TagID(name)
	return nil
}
