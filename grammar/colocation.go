package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Colocation says which resources run together, or apart.
//
//	colocation ID SCORE: RSC[:ROLE] WITH-RSC[:ROLE] [node-attribute=NAME]
//	    [influence=BOOL]
//	colocation ID SCORE: SETS
type Colocation struct {
	Head
	Word  string          `parser:"@(\"colocation\"|\"collocation\")"`
	ID    ID              `parser:"@@"`
	Score PlainScore      `parser:"@@"`
	Sets  ColocationSets  `parser:"@@"`
	Attrs ColocationAttrs `parser:"@@"`
}

// PlainScore is a score that may not name an attribute.
type PlainScore Score

// Parse reads "100:" or "inf:".
func (s *PlainScore) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	score, is := readScore(r.peek())
	if r.done() || !is || score.Attribute {
		e := r.fault("", "a score: a number or inf, then a colon")
		e.Hint = scoreHint(r.peek())
		return e
	}
	*s = PlainScore(score)
	r.take()
	return nil
}

// ColocationSets are the resources of a colocation, with roles.
type ColocationSets Sets

// Parse reads resources and sets.
func (s *ColocationSets) Parse(lex *lexer.PeekingLexer) error {
	sets, err := reader{lex}.someSets("role", roles)
	*s = ColocationSets(sets)
	return err
}

// someSets reads sets, of which there must be one.
func (r reader) someSets(what string, suffixes []string) (Sets, error) {
	sets, err := r.sets(what, suffixes, "")
	if err == nil && len(sets.List) == 0 {
		return sets, r.fault("", "resources, or sets of them in ( ) or [ ]")
	}
	return sets, err
}

// ColocationAttrs stand at the end of a colocation.
type ColocationAttrs struct {
	NodeAttribute string
	Influence     string
}

// Parse reads node-attribute= and influence=.
func (a *ColocationAttrs) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		name, value, _ := strings.Cut(r.peek(), "=")
		switch strings.ToLower(name) {
		case "node-attribute":
			if value == "" {
				return r.fault("has no value", "node-attribute=NAME")
			}
			a.NodeAttribute = value
		case "influence":
			if _, is := boolean(value); !is {
				return r.fault("is not a yes or no", "influence=true or influence=false")
			}
			a.Influence = value
		default:
			return r.fault("", "node-attribute=, influence= or the end", "node-attribute", "influence")
		}
		r.take()
	}
	return nil
}

// Keyword is colocation.
func (s *Colocation) Keyword() string { return "colocation" }

// ObjectID is the id of the constraint.
func (s *Colocation) ObjectID() string { return string(s.ID) }

func (s *Colocation) print(p *printer) {
	p.word(string(s.ID), Score(s.Score).Text()+":")
	p.word(Sets(s.Sets).words()...)
	if s.Attrs.NodeAttribute != "" {
		p.word("node-attribute=" + quoteName(s.Attrs.NodeAttribute))
	}
	if s.Attrs.Influence != "" {
		p.word("influence=" + s.Attrs.Influence)
	}
}
