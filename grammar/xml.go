package grammar

import "strings"

// XML carries an element of the CIB as it is; it can say what the rest of the
// language cannot.
//
//	xml <element .../>
type XML struct {
	Head
	Text string
}

// rawXML reads the rest of the line without splitting it into words.
func rawXML(l Line, at int) (Statement, *Error) {
	text := strings.Trim(l.Text[at:], blanks)
	if text == "" {
		return nil, &Error{Pos: l.At(len(l.Text)), Keyword: "xml", Expected: "an element: <primitive .../>", Incomplete: true}
	}
	if err := l.unfit(); err != nil {
		return nil, err
	}
	if text[0] != '<' {
		return nil, &Error{Pos: l.At(strings.Index(l.Text, text)), Keyword: "xml", Word: text, Expected: "an element: <primitive .../>"}
	}
	return &XML{Text: text}, nil
}

// Keyword is xml.
func (s *XML) Keyword() string { return "xml" }

// ObjectID is empty: the element carries its id itself.
func (s *XML) ObjectID() string { return "" }

func (s *XML) print(p *printer) {
	lines := strings.Split(strings.TrimRight(s.Text, "\n"), "\n")
	p.word(strings.Join(lines, " \\\n"))
}
