package cib

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
)

const flushAt = 64 << 10

// writer turns a tree into text: two blanks a level as Pacemaker prints, or
// everything on one line.
type writer struct {
	buf    []byte
	to     io.Writer // nil: keep all in buf
	n      int64
	err    error
	indent bool
	// joined says that a reader will join the lines: where a line end counts it
	// is written as a reference, and in comments as a blank.
	joined bool
}

func (w *writer) flush() {
	if w.to == nil || w.err != nil {
		return
	}
	n, err := w.to.Write(w.buf)
	w.n, w.err = w.n+int64(n), err
	w.buf = w.buf[:0]
}

func (w *writer) line(depth int) {
	if w.indent {
		for range depth {
			w.buf = append(w.buf, ' ', ' ')
		}
	}
}

func (w *writer) end() {
	if w.indent {
		w.buf = append(w.buf, '\n')
	}
}

func (w *writer) document(d *etree.Document) {
	for _, t := range d.Child {
		w.token(t, 0)
	}
}

// token writes one node on lines of its own.
func (w *writer) token(t etree.Token, depth int) {
	switch t := t.(type) {
	case *etree.Element:
		w.line(depth)
		w.element(t, depth)
		w.end()
	case *etree.Comment, *etree.ProcInst:
		w.line(depth)
		w.inline(t)
		w.end()
	}
	if len(w.buf) >= flushAt {
		w.flush()
	}
}

// inline writes one node without white space round it.
func (w *writer) inline(t etree.Token) {
	switch t := t.(type) {
	case *etree.Element:
		w.element(t, -1)
	case *etree.CharData:
		switch {
		case w.joined:
			w.reference(t.Data)
		case !t.IsCData():
			w.escaped(t.Data, false)
		default:
			w.buf = append(w.buf, "<![CDATA["...)
			w.buf = append(w.buf, strings.ReplaceAll(valid(t.Data), "]]>", "]]]]><![CDATA[>")...)
			w.buf = append(w.buf, "]]>"...)
		}
	case *etree.Comment:
		w.buf = append(w.buf, "<!--"...)
		w.buf = append(w.buf, w.oneLine(commentText(t.Data))...)
		w.buf = append(w.buf, "-->"...)
	case *etree.ProcInst:
		w.buf = append(append(w.buf, "<?"...), t.Target...)
		if t.Inst != "" {
			w.buf = append(append(w.buf, ' '), w.oneLine(t.Inst)...)
		}
		w.buf = append(w.buf, "?>"...)
	}
}

// element writes e; a depth below 0 means: inside text, where white space
// counts.
func (w *writer) element(e *etree.Element, depth int) {
	w.buf = append(w.buf, '<')
	w.name(e.Space, e.Tag)
	for i := range e.Attr {
		a := &e.Attr[i]
		w.buf = append(w.buf, ' ')
		w.name(a.Space, a.Key)
		w.buf = append(w.buf, '=', '"')
		w.escaped(a.Value, true)
		w.buf = append(w.buf, '"')
	}
	kind := contentOf(e)
	if kind == nothing {
		w.buf = append(w.buf, '/', '>')
		return
	}
	w.buf = append(w.buf, '>')
	if kind == mixed || depth < 0 {
		for _, t := range e.Child {
			w.inline(t)
		}
	} else {
		w.end()
		for _, t := range e.Child {
			w.token(t, depth+1)
		}
		w.line(depth)
	}
	w.buf = append(w.buf, '<', '/')
	w.name(e.Space, e.Tag)
	w.buf = append(w.buf, '>')
}

// reference writes text with its line ends as references.
func (w *writer) reference(text string) {
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			w.buf = append(w.buf, "&#10;"...)
		}
		w.escaped(line, false)
	}
}

// oneLine is text in which line ends do not count, nor what no line can hold.
func (w *writer) oneLine(text string) string {
	if w.joined {
		return strings.NewReplacer("\n", " ", "\x7f", "").Replace(text)
	}
	return text
}

func (w *writer) name(space, local string) {
	if space != "" {
		w.buf = append(append(w.buf, space...), ':')
	}
	w.buf = append(w.buf, local...)
}

type content int

const (
	nothing content = iota
	nodes           // elements and comments; white space does not count
	mixed           // text that does
)

func contentOf(e *etree.Element) content {
	kind := nothing
	for _, t := range e.Child {
		switch t := t.(type) {
		case *etree.CharData:
			if t.IsCData() || strings.Trim(t.Data, " \t\r\n") != "" {
				return mixed
			}
		case *etree.Element, *etree.Comment, *etree.ProcInst:
			kind = nodes
		}
	}
	return kind
}

// escaped writes a text so that a reader gets the same text back.
func (w *writer) escaped(s string, attribute bool) {
	from, start := 0, len(w.buf)
	ascii := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if classes[c]&special == 0 && c != '>' && c != 0x7f {
			ascii = ascii && c < 0x80
			continue
		}
		text := escape(c, attribute)
		if text == "" {
			continue
		}
		w.buf = append(append(w.buf, s[from:i]...), text...)
		from = i + 1
	}
	if !ascii && !utf8.ValidString(s) {
		w.buf = w.buf[:start]
		w.escaped(valid(s), attribute)
		return
	}
	w.buf = append(w.buf, s[from:]...)
}

// escape is what stands for a byte, "" when it may stand for itself.
func escape(c byte, attribute bool) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case 0x7f: // a terminal and the language take it for a command
		return "&#127;"
	case '\r':
		return "&#13;"
	case '"', '\n', '\t', '\'':
		switch {
		case !attribute || c == '\'':
			return ""
		case c == '"':
			return "&quot;"
		case c == '\n':
			return "&#10;"
		}
		return "&#9;"
	}
	return "\uFFFD" // XML has no way to write a control character
}

// valid replaces what no XML text can hold.
func valid(s string) string {
	return strings.Map(func(c rune) rune {
		if forbidden(c) {
			return utf8.RuneError
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// commentText keeps a comment from ending before its end.
func commentText(s string) string {
	s = valid(s)
	for strings.Contains(s, "--") {
		s = strings.ReplaceAll(s, "--", "- -")
	}
	if strings.HasSuffix(s, "-") {
		s += " "
	}
	return s
}

// Format is an element as text, indented as in a written document and ending
// in a line end.
func Format(e *etree.Element) string {
	w := writer{indent: true}
	w.token(e, 0)
	return string(w.buf)
}

// FormatJoined is as Format for a reader that takes the blanks off the lines
// and joins them, as the crm language does: nothing that counts is at a line's
// end or start.
func FormatJoined(e *etree.Element) string {
	w := writer{indent: true, joined: true}
	w.token(e, 0)
	return string(w.buf)
}

// Compact is an element as text on one line, without a line end.
func Compact(e *etree.Element) string {
	var w writer
	w.token(e, 0)
	return string(w.buf)
}
