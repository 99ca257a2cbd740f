package score

import (
	"strconv"
	"strings"
)

// Score is how much a resource wants a node. Infinity means must, its
// negative must not.
type Score int32

// Infinity is the limit of scores on both sides.
const Infinity Score = 1000000

// Add adds two scores: minus infinity wins over all, then infinity; a sum
// that reaches a limit becomes infinite.
func Add(a, b Score) Score {
	switch {
	case a <= -Infinity || b <= -Infinity:
		return -Infinity
	case a >= Infinity || b >= Infinity:
		return Infinity
	}
	return Clamp(int64(a) + int64(b))
}

// Clamp brings a number into the range of scores.
func Clamp(n int64) Score {
	return Score(max(-int64(Infinity), min(int64(Infinity), n)))
}

// String writes a score as Pacemaker does.
func (s Score) String() string {
	switch {
	case s >= Infinity:
		return "INFINITY"
	case s <= -Infinity:
		return "-INFINITY"
	}
	return strconv.Itoa(int(s))
}

// Colors are the scores that the words red, yellow and green stand for.
type Colors struct{ Red, Yellow, Green Score }

// Parse reads a score; ok is false when the text is none. Words for colors
// are not read; see Colors.Parse.
func Parse(text string) (s Score, ok bool) {
	switch text {
	case "-INFINITY":
		return -Infinity, true
	case "INFINITY", "+INFINITY":
		return Infinity, true
	}
	n, ok := Integer(text)
	return Clamp(n), ok
}

// Parse reads a score or the name of a color.
func (c Colors) Parse(text string) (s Score, ok bool) {
	switch {
	case strings.EqualFold(text, "red"):
		return c.Red, true
	case strings.EqualFold(text, "yellow"):
		return c.Yellow, true
	case strings.EqualFold(text, "green"):
		return c.Green, true
	}
	return Parse(text)
}

// Integer reads the whole number that a text begins with, as C's strtoll
// does: blanks, a sign, digits; what follows does not matter. ok is false
// when there are no digits.
func Integer(text string) (n int64, ok bool) {
	n, rest := integerPrefix(text)
	return n, rest != text
}

// integerPrefix is Integer with what follows the digits, which is the whole
// text when there are none.
func integerPrefix(text string) (n int64, rest string) {
	const most = 1<<63 - 1
	s := text
	for s != "" && (s[0] == ' ' || s[0] >= '\t' && s[0] <= '\r') {
		s = s[1:]
	}
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, text
	}
	for s != "" && s[0] >= '0' && s[0] <= '9' {
		d := int64(s[0] - '0')
		switch {
		case n < most/10: // nearly always
			n = n*10 + d
		case n > (most-d)/10:
			n = most
		default:
			n = n*10 + d
		}
		s = s[1:]
	}
	if negative {
		n = -n
	}
	return n, s
}
