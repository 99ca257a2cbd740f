package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Alert runs a program when something happens in the cluster.
//
//	alert ID PATH [description=TEXT] [select nodes fencing resources
//	    attributes { NAME ... }] [attributes SET] [meta SET]
//	    [to RECIPIENT [attributes SET] [meta SET]] [to { ... }] ...
type Alert struct {
	Head
	Word  string      `parser:"@\"alert\""`
	ID    ID          `parser:"@@"`
	Path  AlertPath   `parser:"@@"`
	Desc  Description `parser:"@@"`
	Parts AlertParts  `parser:"@@"`
}

// AlertPath is the program.
type AlertPath string

// Parse reads a path.
func (a *AlertPath) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() || r.peek() == "" {
		return r.fault("", "the path of a program")
	}
	*a = AlertPath(r.take())
	return nil
}

// AlertPart is one part of an alert; exactly one field is set.
type AlertPart struct {
	Set       *AttrSet
	Select    *Select
	Recipient *Recipient
}

// Select says which events an alert is for.
type Select struct {
	Kinds      []string // fencing, nodes, resources, attributes in the order given
	Attributes []string // names of attributes, with the kind attributes
}

// Recipient is whom an alert's program tells.
type Recipient struct {
	Pos   Pos
	Value string
	Desc  Description
	Sets  []AttrSet
}

// AlertParts are the parts of an alert in the order they stand.
type AlertParts struct{ List []AlertPart }

var (
	alertSets   = []string{"attributes", "meta"}
	alertWords  = []string{"select", "attributes", "meta", "to"}
	selectKinds = []string{"fencing", "nodes", "resources"}
)

// Parse reads all parts.
func (ps *AlertParts) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		part, err := r.alertPart()
		if err != nil {
			return err
		}
		if part.Select == nil || len(part.Select.Kinds) > 0 {
			ps.List = append(ps.List, part)
		}
	}
	return nil
}

func (r reader) alertPart() (part AlertPart, err error) {
	word, is := r.keyword(alertWords...)
	if !is {
		return part, r.fault("", list(alertWords), alertWords...)
	}
	pos := r.pos()
	r.take()
	switch word {
	case "select":
		part.Select, err = r.selection()
	case "to":
		part.Recipient, err = r.recipient()
	default:
		var set AttrSet
		set, err = r.attrSet(word, pos, alertEnds)
		part.Set = &set
	}
	return part, err
}

// selection reads what stands behind select. The word attributes begins a
// list only before a brace; otherwise it is an attribute set of the alert.
func (r reader) selection() (*Select, error) {
	s := &Select{}
	for !r.done() {
		if kind := r.peek(); contains(selectKinds, kind) {
			s.add(kind)
			r.take()
			continue
		}
		if _, is := r.keyword("attributes"); is {
			mark := r.MakeCheckpoint()
			r.take()
			if r.peek() != "{" {
				r.LoadCheckpoint(mark)
				return s, nil
			}
			s.add("attributes")
			names, err := r.braced("the name of an attribute")
			if err != nil {
				return s, err
			}
			s.Attributes = append(s.Attributes, names...)
			continue
		}
		if _, is := r.keyword(alertWords...); is {
			break
		}
		return s, r.fault("", list(selectKinds)+", attributes { NAMES } or to", append(selectKinds, alertWords...)...)
	}
	return s, nil
}

// add puts a kind of events in, once.
func (s *Select) add(kind string) {
	if !contains(s.Kinds, kind) {
		s.Kinds = append(s.Kinds, kind)
	}
}

func (r reader) braced(what string) (names []string, err error) {
	r.take()
	for !r.done() && r.peek() != "}" {
		if !PlainName(r.peek()) {
			return names, r.fault("", what)
		}
		names = append(names, r.take())
	}
	if r.done() {
		return names, r.fault("", "}")
	}
	r.take()
	return names, nil
}

func (r reader) recipient() (*Recipient, error) {
	braces := r.peek() == "{"
	if braces {
		r.take()
	}
	if r.done() || r.peek() == "" || r.peek() == "{" || r.peek() == "}" {
		return nil, r.fault("", "whom to tell")
	}
	to := &Recipient{Pos: r.pos(), Value: r.take()}
	if err := to.Desc.Parse(r.PeekingLexer); err != nil {
		return nil, err
	}
	for !r.done() {
		word, is := r.keyword(alertSets...)
		if !is {
			break
		}
		pos := r.pos()
		r.take()
		set, err := r.attrSet(word, pos, alertEnds)
		if err != nil {
			return nil, err
		}
		to.Sets = append(to.Sets, set)
	}
	if !braces {
		return to, nil
	}
	if r.done() || r.peek() != "}" {
		return nil, r.fault("", "}, meta or attributes", alertSets...)
	}
	r.take()
	return to, nil
}

// Keyword is alert.
func (s *Alert) Keyword() string { return "alert" }

// ObjectID is the id of the alert.
func (s *Alert) ObjectID() string { return string(s.ID) }

func (s *Alert) print(p *printer) {
	p.word(string(s.ID), Quote(string(s.Path)))
	p.description(s.Desc)
	for i, part := range s.Parts.List {
		switch {
		case part.Set != nil:
			p.part(part.Set.text())
		case part.Select != nil:
			p.part(part.Select.text())
		default:
			// Without braces a set behind would be the recipient's.
			braces := i+1 < len(s.Parts.List) && s.Parts.List[i+1].Set != nil
			p.part(part.Recipient.text(braces))
		}
	}
}

func (s Select) text() string {
	ws := []string{"select"}
	for _, kind := range s.Kinds {
		if kind == "attributes" {
			kind = strings.Join(append(append([]string{"attributes {"}, s.Attributes...), "}"), " ")
		}
		ws = append(ws, kind)
	}
	return strings.Join(ws, " ")
}

func (to Recipient) text(braces bool) string {
	ws := []string{"to"}
	if braces {
		ws = append(ws, "{")
	}
	ws = append(ws, Quote(to.Value))
	if to.Desc != "" {
		ws = append(ws, "description="+Quote(string(to.Desc)))
	}
	for _, s := range to.Sets {
		ws = append(ws, s.text())
	}
	if braces {
		ws = append(ws, "}")
	}
	return strings.Join(ws, " ")
}
