package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Property sets options of the cluster; rsc_defaults and op_defaults give
// defaults to meta attributes of resources and to attributes of operations.
//
//	property|rsc_defaults|op_defaults [ID:|$id=ID] [rule ...] name=value ...
type Property struct {
	Head
	Word string      `parser:"@(\"property\"|\"rsc_defaults\"|\"op_defaults\")"`
	Set  PropertySet `parser:"@@"`
}

// PropertySet is the attribute set of a property statement.
type PropertySet AttrSet

// Parse reads the set to the end of the line.
func (s *PropertySet) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() {
		return r.fault("", "name=value")
	}
	pos, id := r.pos(), ""
	if name, colon := strings.CutSuffix(r.peek(), ":"); colon {
		if !ValidID(name) {
			return r.fault("is not an id", "the id of a set and a colon, or name=value")
		}
		id = name
		r.take()
	}
	set, err := r.attrSet("", pos, nil)
	if err != nil {
		return err
	}
	if !r.done() {
		return r.fault("", "name=value")
	}
	if id != "" {
		set.ID = id
	}
	if set.Score != "" {
		return &Error{Pos: pos, Word: set.Score + ":", Problem: "scores cannot be given here", Expected: "name=value"}
	}
	if set.ID != "" && !ValidID(set.ID) {
		return &Error{Pos: pos, Word: set.ID, Problem: "is not an id", Expected: "a letter or _, then letters, digits, _ - or ."}
	}
	for _, p := range set.Pairs {
		if p.Bare && p.Ref == "" {
			return &Error{Pos: p.Pos, Word: p.Name, Problem: "has no value", Expected: p.Name + "=VALUE"}
		}
	}
	*s = PropertySet(set)
	return nil
}

// Keyword is property, rsc_defaults or op_defaults.
func (s *Property) Keyword() string { return strings.ToLower(s.Word) }

// ObjectID is the id of the set; empty stands for the default one.
func (s *Property) ObjectID() string { return s.Set.ID }

func (s *Property) print(p *printer) {
	if s.Set.ID != "" {
		p.word(s.Set.ID + ":")
	}
	if s.Set.IDRef != "" {
		p.word("$id-ref=" + Quote(s.Set.IDRef))
	}
	for _, rule := range s.Set.Rules {
		p.part("rule " + rule.text())
	}
	for _, pair := range s.Set.Pairs {
		p.part(pair.word())
	}
}
