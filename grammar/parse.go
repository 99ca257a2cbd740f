package grammar

import (
	"errors"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// sentence is how the statements of one keyword are read.
type sentence struct {
	parse func(*lexer.PeekingLexer) (Statement, error)
	// ends says what may still follow at a word that nothing wanted.
	ends string
	// brackets may stick to words and must be taken off them.
	brackets bool
}

// sentences has an entry for each first word; parsers are built at first use.
var sentences = map[string]sentence{
	"node":             {parse: build[Node](), ends: "attributes, utilization or the end"},
	"primitive":        {parse: build[Primitive]()},
	"rsc_template":     {parse: build[Primitive]()},
	"group":            {parse: build[Group](), ends: "params, meta or the end"},
	"clone":            {parse: build[Clone](), ends: "params, meta or the end"},
	"ms":               {parse: build[Clone](), ends: "params, meta or the end"},
	"master":           {parse: build[Clone](), ends: "params, meta or the end"},
	"bundle":           {parse: build[Bundle]()},
	"location":         {parse: build[Location](), brackets: true, ends: "role=, resource-discovery=, rule or the end"},
	"colocation":       {parse: build[Colocation](), brackets: true},
	"collocation":      {parse: build[Colocation](), brackets: true},
	"order":            {parse: build[Order](), brackets: true},
	"rsc_ticket":       {parse: build[Ticket](), brackets: true},
	"property":         {parse: build[Property]()},
	"rsc_defaults":     {parse: build[Property]()},
	"op_defaults":      {parse: build[Property]()},
	"fencing_topology": {parse: build[Fencing]()},
	"tag":              {parse: build[Tag]()},
	"role":             {parse: build[Role]()},
	"user":             {parse: build[User]()},
	"acl_target":       {parse: build[Target]()},
	"acl_group":        {parse: build[Target]()},
	"alert":            {parse: build[Alert]()},
	"monitor":          {parse: build[Monitor](), ends: "the end"},
}

// Keywords are the first words of all statements, sorted.
func Keywords() []string {
	words := []string{"xml"}
	for k := range sentences { // order: sorted below
		words = append(words, k)
	}
	sort.Strings(words)
	return words
}

// build makes a parser for one kind of statement, at first use.
func build[G any, P interface {
	*G
	Statement
}]() func(*lexer.PeekingLexer) (Statement, error) {
	parser := sync.OnceValue(func() *participle.Parser[G] {
		return participle.MustBuild[G](participle.Lexer(&words{}), participle.CaseInsensitive("Word"), participle.UseLookahead(1))
	})
	return func(lex *lexer.PeekingLexer) (Statement, error) {
		got, err := parser().ParseFromLexer(lex)
		if got == nil {
			return nil, err
		}
		return P(got), err
	}
}

// Parse reads a whole text: every statement in it and every fault. Comments
// are put on the statement below them; those at the end are dropped, and so
// is a last line that ends in a backslash.
func Parse(text string) ([]Statement, Errors) {
	var out []Statement
	var faults Errors
	var comments []string
	var above []Pos
	lines, open := Lines(text)
	if open {
		lines = lines[:len(lines)-1]
	}
	for _, l := range lines {
		switch {
		case l.Blank():
		case l.Comment():
			if err := l.unfit(); err != nil {
				faults = append(faults, err)
				continue
			}
			comments = append(comments, strings.TrimRight(l.Text, blanks+`\`)) // a backslash would join lines
			above = append(above, l.Pos)
		default:
			s, err := ParseLine(l)
			if err != nil {
				faults = append(faults, err)
				comments, above = nil, nil
				continue
			}
			s.head().Comments, s.head().above = comments, above
			comments, above = nil, nil
			out = append(out, s)
		}
	}
	return out, faults
}

// ParseLine reads the statement on one logical line, which is neither blank
// nor a comment.
func ParseLine(l Line) (Statement, *Error) {
	first, rest, _ := strings.Cut(l.Text, " ")
	if strings.EqualFold(first, "xml") {
		s, err := rawXML(l, len(l.Text)-len(rest))
		if s != nil {
			s.head().Pos = l.Pos
		}
		return s, err
	}
	ws, err := l.Words()
	if err != nil {
		return nil, err
	}
	return ParseWords(ws, l.At(len(l.Text)))
}

// ParseWords reads the statement made of these words; end is the place behind
// the last.
func ParseWords(ws []Word, end Pos) (Statement, *Error) {
	if len(ws) == 0 {
		return nil, &Error{Pos: end, Expected: "a statement", Incomplete: true}
	}
	keyword := strings.ToLower(ws[0].Text)
	how, known := sentences[keyword]
	if !known {
		return nil, &Error{Pos: ws[0].Pos, Word: ws[0].Text, Problem: "is not a statement", Expected: "a statement: primitive, group, location, property ...", Hint: Near(ws[0].Text, Keywords())}
	}
	ws = withoutID(ws)
	if how.brackets {
		var err *Error
		if ws, err = apart(keyword, ws); err != nil {
			return nil, err
		}
	}
	lex, err := lexer.Upgrade(&stream{words: ws, end: end})
	if err != nil {
		return nil, fault(err, keyword, how, end)
	}
	s, err := how.parse(lex)
	if err != nil {
		return nil, fault(err, keyword, how, end)
	}
	s.head().Pos, s.head().words = ws[0].Pos, ws
	return s, nil
}

// withoutID takes the id= off the first word behind the keyword, where it may
// stand before whatever is read there.
func withoutID(ws []Word) []Word {
	const id = "id="
	if len(ws) < 2 || len(ws[1].Text) == len(id) || !strings.HasPrefix(ws[1].Text, id) {
		return ws
	}
	ws = slices.Clone(ws)
	w := &ws[1]
	w.Text, w.Pos.Col, w.Offset = w.Text[len(id):], w.Pos.Col+len(id), w.Offset+len(id)
	return ws
}

// fault words an error of participle for people.
func fault(err error, keyword string, how sentence, end Pos) *Error {
	var ours *Error
	if errors.As(err, &ours) {
		ours.Keyword = keyword
		return ours
	}
	e := &Error{Pos: end, Keyword: keyword, Problem: "this cannot be read"}
	var unexpected *participle.UnexpectedTokenError
	if errors.As(err, &unexpected) {
		t := unexpected.Unexpected
		e.Pos, e.Word, e.Problem = Pos{t.Pos.Line, t.Pos.Column}, t.Value, ""
		e.Expected = how.ends
		if t.EOF() {
			e.Word, e.Incomplete = "", true
		}
	}
	if e.Expected == "" {
		e.Expected = "the end of the line"
	}
	return e
}
