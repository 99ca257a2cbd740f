package grammar

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Word is one word of a line, quotes and backslashes taken away.
type Word struct {
	Text   string
	Pos    Pos
	Offset int // in the logical line
}

// mostWords bounds a statement: one that has more was not written by anybody,
// and what it would make takes a hundred times its own memory.
const mostWords = 1 << 16

func tooMany(w Word) *Error {
	return &Error{Pos: w.Pos, Word: w.Text, Problem: "is one word too many", Expected: fmt.Sprintf("at most %d in one statement", mostWords)}
}

// Words splits the line as a POSIX shell does: single quotes keep all, double
// quotes keep all but \" and \\, a backslash keeps the next character.
func (l Line) Words() ([]Word, *Error) {
	s := l.Text
	if err := l.unfit(); err != nil {
		return nil, err
	}
	words := make([]Word, 0, min(strings.Count(s, " ")+1, mostWords))
	cursor := position{line: l}
	for i := 0; i < len(s); {
		if blank(s[i]) {
			i++
			continue
		}
		w := Word{Offset: i, Pos: cursor.at(i)}
		if len(words) == mostWords {
			rest, _, _ := strings.Cut(s[i:], " ")
			return nil, tooMany(Word{Text: rest, Pos: w.Pos})
		}
		end, err := w.scan(l, i)
		if err != nil {
			return nil, err
		}
		words = append(words, w)
		i = end
	}
	return words, nil
}

// unfit finds what is not text.
func (l Line) unfit() *Error {
	if i := strings.IndexFunc(l.Text, control); i >= 0 {
		return &Error{Pos: l.At(i), Problem: "the control character " + code(l.Text[i:]) + " is not text", Expected: "letters, digits, signs, blanks and tabs"}
	}
	if !utf8.ValidString(l.Text) {
		return l.invalid()
	}
	return nil
}

func (l Line) invalid() *Error {
	for i := 0; i < len(l.Text); {
		r, n := utf8.DecodeRuneInString(l.Text[i:])
		if r == utf8.RuneError && n == 1 {
			return &Error{Pos: l.At(i), Problem: fmt.Sprintf("the byte 0x%02x is not UTF-8 text", l.Text[i]), Expected: "text in UTF-8"}
		}
		i += n
	}
	return &Error{Pos: l.Pos, Problem: "this is not UTF-8 text", Expected: "text in UTF-8"}
}

// code is the number of the first character, as Unicode writes it.
func code(text string) string {
	r, _ := utf8.DecodeRuneInString(text)
	return fmt.Sprintf("%U", r)
}

// control tells what XML cannot hold.
func control(r rune) bool {
	return r < 0x20 && r != 0x09 || r == 0x7f || r == 0xfffe || r == 0xffff
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// scan reads the word that begins at i and returns where it ends.
func (w *Word) scan(l Line, i int) (int, *Error) {
	s, start := l.Text, i
	var b strings.Builder
	plain := true
	escape := func() {
		if plain {
			b.WriteString(s[start:i])
			plain = false
		}
	}
	for i < len(s) && !blank(s[i]) {
		switch c := s[i]; c {
		case '\'', '"':
			escape()
			end := quoted(s, i, &b)
			if end < 0 {
				return 0, &Error{Pos: l.At(i), Word: s[i:], Problem: "opens a quote that is not closed", Expected: string(c), Incomplete: true}
			}
			i = end
		case '\\':
			escape()
			if i+1 == len(s) {
				return 0, &Error{Pos: l.At(i), Word: `\`, Problem: "has nothing behind it", Incomplete: true}
			}
			b.WriteByte(s[i+1])
			i += 2
		default:
			if !plain {
				b.WriteByte(c)
			}
			i++
		}
	}
	w.Text = s[start:i]
	if !plain {
		w.Text = b.String()
	}
	return i, nil
}

// quoted copies what stands between the quote at i and its partner and
// returns the offset behind it, or -1.
func quoted(s string, i int, b *strings.Builder) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return i + 1
		case c == '\\' && quote == '"' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return -1
}

// position turns rising offsets into places without counting from the start
// of a long line again and again.
type position struct {
	line   Line
	offset int
	pos    Pos
	next   int // segment behind the one offset is in
}

func (p *position) at(offset int) Pos {
	if p.offset == 0 && p.next == 0 {
		p.pos = p.line.Pos
	}
	for p.next < len(p.line.segs) && p.line.segs[p.next].offset <= offset {
		p.offset, p.pos = p.line.segs[p.next].offset, p.line.segs[p.next].pos
		p.next++
	}
	p.pos.Col += utf8.RuneCountInString(p.line.Text[p.offset:offset])
	p.offset = offset
	return p.pos
}
