package grammar

import (
	"strings"
	"unicode/utf8"
)

// Line is one logical line: physical lines joined where a backslash ends
// them. Each physical line is stripped of blanks on both sides first, so that
// "Du\" and "mmy" give "Dummy" (crm(8), "Line continuation").
type Line struct {
	Text string
	Pos  Pos // of its first character
	segs []seg
}

// seg says where the characters from offset on stood in the source.
type seg struct {
	offset int
	pos    Pos
}

// Comment tells a line whose first character is #.
func (l Line) Comment() bool { return strings.HasPrefix(l.Text, "#") }

// Blank tells a line with nothing on it.
func (l Line) Blank() bool { return l.Text == "" }

// At is the place in the source of a byte offset of the line.
func (l Line) At(offset int) Pos {
	for i := len(l.segs) - 1; i >= 0; i-- {
		s := l.segs[i]
		if s.offset <= offset {
			end := min(offset, len(l.Text))
			return Pos{s.pos.Line, s.pos.Col + utf8.RuneCountInString(l.Text[s.offset:end])}
		}
	}
	return Pos{l.Pos.Line, l.Pos.Col + utf8.RuneCountInString(l.Text[:min(offset, len(l.Text))])}
}

// From is the line from an offset on, with another keyword in place of what
// stands up to end; all else keeps its place in the source.
func (l Line) From(at, end int, keyword string) Line {
	from := Line{Text: keyword + l.Text[end:], Pos: l.At(at)}
	from.segs = []seg{{0, from.Pos}, {len(keyword), l.At(end)}}
	for _, s := range l.segs {
		if s.offset > end {
			from.segs = append(from.segs, seg{s.offset - end + len(keyword), s.pos})
		}
	}
	return from
}

// Lines splits a text into logical lines. Open is true when the text ends in
// the middle of a continued line, which is then the last one returned.
func Lines(text string) (lines []Line, open bool) {
	var cur joined
	for number := 1; len(text) > 0; number++ {
		raw, rest, _ := strings.Cut(text, "\n")
		text = rest
		body := strings.Trim(raw, blanks)
		pos := Pos{number, 1 + utf8.RuneCountInString(raw[:strings.Index(raw, body)])}
		more := strings.HasSuffix(body, `\`)
		if more {
			body = strings.TrimRight(body, `\`)
		}
		if !more && cur.segs == nil {
			lines = append(lines, Line{Text: body, Pos: pos})
			continue
		}
		cur.add(body, pos)
		if !more {
			lines = append(lines, cur.line())
			cur = joined{}
		}
	}
	if cur.segs != nil {
		return append(lines, cur.line()), true
	}
	return lines, false
}

// blanks are what a shell takes for blanks; other spaces of Unicode are text.
const blanks = " \t\r\n\v\f"

// joined is a logical line that is being put together.
type joined struct {
	text []byte
	segs []seg
}

func (j *joined) add(body string, pos Pos) {
	if n := len(j.segs); n > 1 && j.segs[n-1].offset == len(j.text) {
		j.segs[n-1].pos = pos // nothing stood there
	} else {
		j.segs = append(j.segs, seg{len(j.text), pos})
	}
	j.text = append(j.text, body...)
}

func (j *joined) line() Line {
	return Line{Text: string(j.text), Pos: j.segs[0].pos, segs: j.segs}
}
