package grammar

import "strings"

// XML carries an element of the CIB as it is; it can say what the rest of the
// language cannot.
//
//	xml <element .../>
type XML struct {
	Head
	Text string
	line Line
	from int // where Text begins in line
}

// At is the place of a character of the text, counted from 1.
func (s *XML) At(character int) Pos {
	for i := range s.Text {
		if character--; character == 0 {
			return s.line.At(s.from + i)
		}
	}
	return s.line.At(s.from + len(s.Text))
}

// where is the place of a text in the element: as a value in quotes or, with
// its <, as the beginning of a tag. Else it is that of the element.
func (s *XML) where(text string) Pos {
	for _, quoted := range []string{`"` + text + `"`, "'" + text + "'"} {
		if i := strings.Index(s.Text, quoted); i >= 0 {
			return s.line.At(s.from + i + 1)
		}
	}
	return s.line.At(s.from + max(strings.Index(s.Text, text), 0))
}

// wordAt is what begins at a place, up to a blank or the end of a tag.
func (s *XML) wordAt(at Pos) string {
	if at.Line != s.Pos.Line {
		return ""
	}
	column := s.line.Pos.Col
	for i := range s.line.Text {
		if column == at.Col {
			word, _, _ := strings.Cut(s.line.Text[i:], " ")
			return word
		}
		column++
	}
	return ""
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
	if text[0] == '"' || text[0] == '\'' {
		if plain, is := unquoted(l); is {
			return &XML{Text: plain.Text, line: plain}, nil
		}
	}
	if text[0] != '<' {
		return nil, &Error{Pos: l.At(strings.Index(l.Text, text)), Keyword: "xml", Word: text, Expected: "an element: <primitive .../>"}
	}
	return &XML{Text: text, line: l, from: at + strings.Index(l.Text[at:], text)}, nil
}

// unquoted is an element that stands in quotes, as for a shell.
func unquoted(l Line) (Line, bool) {
	words, err := l.Words()
	if err != nil || len(words) < 2 || !strings.HasPrefix(words[1].Text, "<") {
		return l, false
	}
	texts := make([]string, 0, len(words))
	for _, w := range words[1:] {
		texts = append(texts, w.Text)
	}
	return Line{Text: strings.Join(texts, " "), Pos: words[1].Pos}, true
}

// Keyword is xml.
func (s *XML) Keyword() string { return "xml" }

// ObjectID is the id of the element, a node's name, or fencing_topology.
func (s *XML) ObjectID() string {
	tag, attrs, _ := strings.Cut(strings.TrimPrefix(s.Text, "<"), " ")
	switch {
	case strings.HasPrefix(s.Text, "<fencing-topology"):
		return "fencing_topology"
	case tag == "node":
		return attribute(attrs, "uname")
	}
	return attribute(attrs, "id")
}

// attribute finds the value of an attribute in the rest of a start tag. It
// needs to be right only for elements that an XML reader takes.
func attribute(attrs, name string) string {
	for {
		key, rest, found := strings.Cut(attrs, "=")
		rest = strings.TrimLeft(rest, blanks)
		if !found || rest == "" || strings.Contains(key, ">") {
			return ""
		}
		value, after, closed := strings.Cut(rest[1:], rest[:1])
		if !closed {
			return ""
		}
		if strings.Trim(key, blanks) == name {
			return value
		}
		attrs = after
	}
}

func (s *XML) print(p *printer) {
	lines := strings.Split(strings.TrimRight(s.Text, "\n"), "\n")
	p.word(strings.Join(lines, " \\\n"))
}
