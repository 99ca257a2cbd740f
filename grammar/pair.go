package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Pair is one name=value word of an attribute set. It may carry an id
// ($id:name=value), lack a value (a bare name), or point at the pair of
// another set (@id or @id:name).
type Pair struct {
	Pos   Pos
	ID    string
	Ref   string
	Name  string
	Value string
	Bare  bool // no "=" at all
}

// Pairs are the pairs of a set, in order.
type Pairs []Pair

// readPair turns a word into a pair; ok is false for a word that is none.
func readPair(word string, pos Pos) (p Pair, ok bool) {
	p.Pos = pos
	if ref, is := strings.CutPrefix(word, "@"); is {
		p.Ref, p.Name, _ = strings.Cut(ref, ":")
		return p, PlainName(p.Ref) && (p.Name == "" || PlainName(p.Name))
	}
	var assigned bool
	p.Name, p.Value, assigned = strings.Cut(word, "=")
	p.Bare = !assigned
	if rest, is := strings.CutPrefix(p.Name, "$"); is && assigned {
		id, name, both := strings.Cut(rest, ":")
		if both {
			p.ID, p.Name = id, name
		} else {
			p.Name, p.ID = rest, rest
		}
	}
	if p.Bare && p.Name != "" && p.Name[0] == '#' {
		return p, false // the start of a comment, which needs a line of its own
	}
	return p, PlainName(p.Name) && (p.ID == "" || PlainName(p.ID))
}

// PlainName tells a name of an attribute that can be typed without quotes.
func PlainName(name string) bool {
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c <= ' ', c == 0x7f, c == '"', c == '\'', c == '\\', c == '=', c == '<', c == '>', c == '&', c == '{', c == '}':
			return false
		}
	}
	return name != "" && name[0] != '$' && name[0] != '@'
}

// word is the pair as it is typed.
func (p Pair) word() string {
	switch {
	case p.Ref != "" && p.Name != "":
		return "@" + p.Ref + ":" + p.Name
	case p.Ref != "":
		return "@" + p.Ref
	case p.Bare:
		return p.Name
	case p.ID != "":
		return "$" + p.ID + ":" + p.Name + "=" + Quote(p.Value)
	}
	return p.Name + "=" + Quote(p.Value)
}

// Get is the value of the last pair of that name.
func (ps Pairs) Get(name string) (string, bool) {
	for i := len(ps) - 1; i >= 0; i-- {
		if ps[i].Name == name {
			return ps[i].Value, true
		}
	}
	return "", false
}

// cut takes the pair of that name out of the list.
func (ps *Pairs) cut(name string) (string, bool) {
	for i, p := range *ps {
		if p.Name == name && p.Ref == "" {
			*ps = append((*ps)[:i:i], (*ps)[i+1:]...)
			return p.Value, true
		}
	}
	return "", false
}

// Description is an optional description="...".
type Description string

// Parse reads it; without one it matches nothing.
func (d *Description) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if text, is := r.description(); is {
		r.take()
		*d = Description(text)
	}
	return nil
}

// description is what the next word describes something with; an empty one
// is an ordinary attribute of that name.
func (r reader) description() (text string, is bool) {
	if r.done() {
		return "", false
	}
	name, text, _ := strings.Cut(r.peek(), "=")
	return text, text != "" && strings.EqualFold(name, "description")
}
