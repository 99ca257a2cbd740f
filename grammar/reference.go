package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Reference is the id of another object.
type Reference string

// Parse reads an id.
func (f *Reference) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() || !ValidID(r.peek()) {
		return r.fault("", "the id of a resource")
	}
	*f = Reference(r.take())
	return nil
}

// Ref is a resource in a constraint with its role or action: rsc:Master,
// rsc:start.
type Ref struct {
	Pos    Pos
	ID     string
	Suffix string
}

func (f Ref) text() string {
	if f.Suffix == "" {
		return f.ID
	}
	return f.ID + ":" + f.Suffix
}

// Suffixes of resources in constraints.
var (
	roles   = []string{"Started", "Stopped", "Master", "Slave", "Promoted", "Unpromoted"}
	actions = []string{"start", "stop", "promote", "demote"}
)

// ref reads a resource; suffixes are the words allowed behind its colon.
func (r reader) ref(what string, suffixes []string) (Ref, error) {
	f := Ref{Pos: r.pos()}
	if r.done() {
		return f, r.fault("", "a resource, or resource:"+what)
	}
	id, suffix, both := strings.Cut(r.peek(), ":")
	if !ValidID(id) {
		return f, r.fault("is not a resource", "the id of one")
	}
	if both {
		known, is := oneOf(suffix, suffixes)
		if !is {
			e := r.fault("has no valid "+what, what+" "+list(suffixes))
			e.Hint = Near(suffix, suffixes)
			return f, e
		}
		suffix = known
	}
	f.ID, f.Suffix = id, suffix
	r.take()
	return f, nil
}
