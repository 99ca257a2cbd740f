package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Group is resources that stay together and start in order.
//
//	group ID RSC RSC ... [description=TEXT] [params SET] [meta SET]
type Group struct {
	Head
	Word    string       `parser:"@\"group\""`
	ID      ID           `parser:"@@"`
	Members Members      `parser:"@@"`
	Desc    Description  `parser:"@@"`
	Sets    ResourceSets `parser:"@@"`
}

// Members are the resources of a group.
type Members struct{ IDs []string }

// Parse reads ids up to params, meta or a name=value.
func (m *Members) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	listed := map[string]bool{}
	for !r.done() {
		if _, end := r.keyword(groupSets...); end || strings.IndexByte(r.peek(), '=') > 0 {
			break
		}
		if _, is := r.keyword(resourceEnds...); is {
			return r.fault("", "a resource, params or meta")
		}
		if !ValidID(r.peek()) {
			return r.fault("is not the id of a resource", "a resource, params or meta")
		}
		if listed[r.peek()] {
			return r.fault("is listed more than once", "another resource")
		}
		listed[r.peek()] = true
		m.IDs = append(m.IDs, r.take())
	}
	if len(m.IDs) == 0 {
		return r.fault("", "one or more resources")
	}
	return nil
}

// Keyword is group.
func (s *Group) Keyword() string { return "group" }

// ObjectID is the id of the group.
func (s *Group) ObjectID() string { return string(s.ID) }

func (s *Group) print(p *printer) {
	p.word(string(s.ID))
	p.word(s.Members.IDs...)
	p.description(s.Desc)
	for _, set := range s.Sets.List {
		p.part(set.text())
	}
}
