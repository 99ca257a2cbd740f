package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Primitive is a resource, or, as rsc_template, a template for resources.
//
//	primitive ID AGENT|@TEMPLATE [description=TEXT] [params SET] [meta SET]
//	    [utilization SET] [operations $id=ID] [op NAME name=value ...
//	    [op_params SET] [op_meta SET]] ...
type Primitive struct {
	Head
	Word  string         `parser:"@(\"primitive\"|\"rsc_template\")"`
	ID    ID             `parser:"@@"`
	Agent Agent          `parser:"@@"`
	Desc  Description    `parser:"@@"`
	Parts PrimitiveParts `parser:"@@"`
}

// PrimitiveParts are the parts of a primitive in the order they stand.
type PrimitiveParts struct{ List []PrimitivePart }

// PrimitivePart is one part of a primitive; exactly one field is set.
type PrimitivePart struct {
	Set        *AttrSet
	Operation  *Operation
	Operations *Operations
}

// Operations gives the set of operations an id, or takes over those of
// another primitive.
type Operations struct {
	Pos   Pos
	ID    string
	IDRef string
}

// Parse reads all parts.
func (ps *PrimitiveParts) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		part, err := r.primitivePart()
		if err != nil {
			return err
		}
		ps.List = append(ps.List, part)
	}
	return nil
}

func (r reader) primitivePart() (PrimitivePart, error) {
	pos := r.pos()
	if _, is := r.keyword("op"); is {
		o := &Operation{}
		return PrimitivePart{Operation: o}, o.Parse(r.PeekingLexer)
	}
	if _, is := r.keyword("operations"); is {
		return r.operations()
	}
	if k, is := r.keyword(resourceSets...); is {
		r.take()
		set, err := r.attrSet(k, pos, resourceEnds)
		return PrimitivePart{Set: &set}, err
	}
	_, rule := r.keyword("rule")
	if word := r.peek(); rule || class(word) != classWord || word[:min(1, len(word))] == "@" {
		set, err := r.attrSet("params", pos, resourceEnds)
		return PrimitivePart{Set: &set}, err
	}
	return PrimitivePart{}, r.fault("", "params, meta, utilization, operations, op or name=value", resourceEnds...)
}

func (r reader) operations() (PrimitivePart, error) {
	ops := &Operations{Pos: r.pos()}
	r.take()
	if id, is := strings.CutPrefix(r.peek(), "$id="); is {
		ops.ID = id
	} else if id, is := strings.CutPrefix(r.peek(), "$id-ref="); is {
		ops.IDRef = id
	} else {
		return PrimitivePart{}, r.fault("", "$id=ID or $id-ref=ID")
	}
	r.take()
	return PrimitivePart{Operations: ops}, nil
}

// Keyword is primitive or rsc_template.
func (s *Primitive) Keyword() string { return strings.ToLower(s.Word) }

// ObjectID is the id of the resource.
func (s *Primitive) ObjectID() string { return string(s.ID) }

func (s *Primitive) print(p *printer) {
	p.word(string(s.ID), quoteName(s.Agent.Text()))
	p.description(s.Desc)
	for _, part := range s.Parts.List {
		switch {
		case part.Set != nil:
			p.part(part.Set.text())
		case part.Operation != nil:
			p.parts = append(p.parts, part.Operation.lines()...)
		case part.Operations.IDRef != "":
			// crmsh writes two blanks here.
			p.part("operations  $id-ref=" + Quote(part.Operations.IDRef))
		default:
			p.part("operations $id=" + Quote(part.Operations.ID))
		}
	}
}
