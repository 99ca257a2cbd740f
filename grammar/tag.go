package grammar

import "github.com/alecthomas/participle/v2/lexer"

// Tag gives several objects one name.
//
//	tag ID[:] OBJECT OBJECT ...
type Tag struct {
	Head
	Word    string     `parser:"@\"tag\""`
	ID      TagID      `parser:"@@"`
	Objects TagObjects `parser:"@@"`
}

// TagObjects are the ids under a tag.
type TagObjects struct{ IDs []string }

// Parse reads ids to the end.
func (o *TagObjects) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		if w := r.peek(); !PlainName(w) || !ValidID(w[:1]) {
			return r.fault("is not an id", "the id of an object")
		}
		o.IDs = append(o.IDs, r.take())
	}
	if len(o.IDs) == 0 {
		return r.fault("", "one or more ids")
	}
	return nil
}

// Keyword is tag.
func (s *Tag) Keyword() string { return "tag" }

// ObjectID is the name of the tag.
func (s *Tag) ObjectID() string { return string(s.ID) }

func (s *Tag) print(p *printer) {
	p.word(string(s.ID))
	p.word(s.Objects.IDs...)
}
