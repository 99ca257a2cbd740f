package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Ticket makes resources depend on a ticket of the site.
//
//	rsc_ticket ID TICKET: RSC[:ROLE] ... [loss-policy=stop|demote|fence|freeze]
type Ticket struct {
	Head
	Word   string         `parser:"@\"rsc_ticket\""`
	ID     ID             `parser:"@@"`
	Ticket TicketName     `parser:"@@"`
	Sets   ColocationSets `parser:"@@"`
	Policy LossPolicy     `parser:"@@"`
}

// TicketName is the name of a ticket.
type TicketName string

// Parse reads "NAME:".
func (n *TicketName) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	name, colon := strings.CutSuffix(r.peek(), ":")
	if r.done() || !colon || !PlainName(name) || strings.Contains(name, ":") {
		return r.fault("", "the name of a ticket and a colon")
	}
	*n = TicketName(name)
	r.take()
	return nil
}

// LossPolicy is what happens when the ticket is lost.
type LossPolicy string

var lossPolicies = []string{"stop", "demote", "fence", "freeze"}

// Parse reads loss-policy=.
func (l *LossPolicy) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		name, value, _ := strings.Cut(r.peek(), "=")
		name = strings.ToLower(name)
		if name != "loss-policy" || !contains(lossPolicies, value) {
			return r.fault("", "loss-policy="+list(lossPolicies), append([]string{"loss-policy"}, lossPolicies...)...)
		}
		*l = LossPolicy(value)
		r.take()
	}
	return nil
}

// Keyword is rsc_ticket.
func (s *Ticket) Keyword() string { return "rsc_ticket" }

// ObjectID is the id of the constraint.
func (s *Ticket) ObjectID() string { return string(s.ID) }

func (s *Ticket) print(p *printer) {
	p.word(string(s.ID), string(s.Ticket)+":")
	p.word(Sets(s.Sets).words()...)
	if s.Policy != "" {
		p.word("loss-policy=" + string(s.Policy))
	}
}
