package grammar

import "strings"

// printer collects a statement's first line and the parts that each get a
// line of their own.
type printer struct {
	first []string
	parts []string
}

func (p *printer) word(ws ...string) { p.first = append(p.first, ws...) }

func (p *printer) part(text string) { p.parts = append(p.parts, text) }

func (p *printer) description(d Description) {
	if d != "" {
		p.part("description=" + Quote(string(d)))
	}
}

// Print lays a statement out as crmsh does: the first words on one line, each
// part on a line of its own, indented by a tab, lines joined by backslashes.
// Comments stand above. There is no newline at the end.
func Print(s Statement) string {
	var b strings.Builder
	for _, c := range s.head().Comments {
		b.WriteString(c)
		b.WriteByte('\n')
	}
	var p printer
	p.word(s.Keyword())
	s.print(&p)
	for i, w := range p.first {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	for _, part := range p.parts {
		b.WriteString(" \\\n\t")
		b.WriteString(part)
	}
	return b.String()
}
