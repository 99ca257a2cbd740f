package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Order says which action comes before which.
//
//	order ID [KIND:|SCORE:] FIRST[:ACTION] THEN[:ACTION] [symmetrical=BOOL]
//	order ID [KIND:|SCORE:] SETS [symmetrical=BOOL]
type Order struct {
	Head
	Word  string     `parser:"@\"order\""`
	ID    ID         `parser:"@@"`
	Kind  OrderKind  `parser:"@@"`
	Sets  OrderSets  `parser:"@@"`
	Attrs OrderAttrs `parser:"@@"`
}

// OrderKind is Mandatory, Optional or Serialize; empty when not given. Scores
// are the old way to say it: 0 is Optional, all others are Mandatory.
type OrderKind string

var kinds = []string{"Mandatory", "Optional", "Serialize"}

// Parse reads "Mandatory:", "inf:", or nothing.
func (k *OrderKind) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	body, colon := strings.CutSuffix(r.peek(), ":")
	if r.done() || !colon {
		return nil
	}
	if body == "" {
		return r.fault("", list(kinds)+", then a colon", kinds...)
	}
	kind, is := oneOf(body, kinds)
	if !is {
		score := NewScore(body)
		switch {
		case score.Attribute, strings.EqualFold(body, "advisory"):
			e := r.fault("is not a kind of order", list(kinds)+", then a colon")
			e.Hint = Near(body, kinds)
			return e
		case body == "0":
			kind = "Optional"
		default:
			kind = "Mandatory"
		}
	}
	*k = OrderKind(kind)
	r.take()
	return nil
}

// OrderSets are the resources of an order, with actions.
type OrderSets Sets

// Parse reads resources and sets.
func (s *OrderSets) Parse(lex *lexer.PeekingLexer) error {
	sets, err := reader{lex}.someSets("action", actions)
	*s = OrderSets(sets)
	return err
}

// OrderAttrs stand at the end of an order.
type OrderAttrs struct {
	Symmetrical string // "true", "false" or empty
}

// Parse reads symmetrical=.
func (a *OrderAttrs) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		name, value, _ := strings.Cut(r.peek(), "=")
		name = strings.ToLower(name)
		yes, is := boolean(value)
		switch {
		case name != "symmetrical":
			return r.fault("", "symmetrical= or the end", "symmetrical")
		case !is:
			return r.fault("is not a yes or no", "symmetrical=true or symmetrical=false")
		case yes:
			a.Symmetrical = "true"
		default:
			a.Symmetrical = "false"
		}
		r.take()
	}
	return nil
}

// Keyword is order.
func (s *Order) Keyword() string { return "order" }

// ObjectID is the id of the constraint.
func (s *Order) ObjectID() string { return string(s.ID) }

func (s *Order) print(p *printer) {
	p.word(string(s.ID))
	if s.Kind != "" {
		p.word(string(s.Kind) + ":")
	}
	p.word(Sets(s.Sets).words()...)
	if s.Attrs.Symmetrical != "" {
		p.word("symmetrical=" + s.Attrs.Symmetrical)
	}
}
