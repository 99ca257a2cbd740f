package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Error is a fault in the text.
type Error struct {
	Pos      Pos
	Keyword  string // the statement it is in, if known
	Word     string // the word that is wrong; empty at the end of the line
	Problem  string // what is wrong with it; may be empty
	Expected string // what would have been right; may be empty
	Hint     string // a known word that the wrong one resembles
	// Incomplete says the line ended too early: more text could complete it.
	Incomplete bool
}

// Error is one sentence: where, what, what was expected.
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Message() }

// Message is the fault without its place.
func (e *Error) Message() string {
	var b strings.Builder
	if e.Keyword != "" {
		b.WriteString(e.Keyword + ": ")
	}
	switch {
	case e.Word != "":
		b.WriteString(inQuotes(Shorten(e.Word)))
		if e.Problem != "" {
			b.WriteString(" " + e.Problem)
		}
	case e.Problem != "":
		b.WriteString(e.Problem)
	default:
		b.WriteString("the line ends too early")
	}
	if e.Expected != "" {
		if e.Problem != "" || e.Word == "" {
			b.WriteString(";")
		} else {
			b.WriteString(" does not fit here;")
		}
		b.WriteString(" expected " + e.Expected)
	}
	if e.Hint != "" {
		b.WriteString(` (did you mean "` + e.Hint + `"?)`)
	}
	return b.String()
}

// inQuotes sets a word off from the sentence around it.
func inQuotes(word string) string {
	if strings.Contains(word, `"`) {
		return "'" + word + "'"
	}
	return `"` + word + `"`
}

// Position is where the fault is, for participle.
func (e *Error) Position() lexer.Position {
	return lexer.Position{Line: e.Pos.Line, Column: e.Pos.Col}
}

// Errors are all faults of a text, in order.
type Errors []*Error

// Error is one fault a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is nil when there are none.
func (es Errors) Err() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// Shorten is a word as a message can show it.
func Shorten(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "..."
}

// Near is the known word that a mistyped one resembles most, or "".
func Near(word string, known []string) string {
	if len(word) > 40 || len(word) < 2 {
		return ""
	}
	word = strings.ToLower(word)
	best, least := "", 3
	for _, k := range known {
		if d := distance(word, strings.ToLower(k)); d < least && d*3 <= len(k)+1 {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to change, add, drop or swap.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	last := make([]int, len(b)+1)
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
