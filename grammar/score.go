package grammar

import "strings"

// Score is what stands before a colon: a number, an infinity, or, in rules,
// the name of a node attribute that holds the number.
type Score struct {
	// Value is as the CIB writes it: "100", "-INFINITY", "pingd".
	Value     string
	Attribute bool
}

// readScore reads "100:", "inf:", "mandatory:", "pingd:". Old words are
// translated: mandatory is INFINITY, advisory is 0.
func readScore(word string) (s Score, ok bool) {
	body, colon := strings.CutSuffix(word, ":")
	if !colon || body == "" {
		return s, false
	}
	s = NewScore(body)
	return s, !s.Attribute || PlainName(body)
}

// scoreHint is what a score that lacks its colon should have been.
func scoreHint(word string) string {
	if word == "" || strings.HasSuffix(word, ":") || NewScore(word).Attribute {
		return ""
	}
	return word + ":"
}

// NewScore reads a score without its colon.
func NewScore(body string) Score {
	sign, rest := "", body
	if body[0] == '+' || body[0] == '-' {
		sign, rest = body[:1], body[1:]
	}
	lower, upper := strings.ToLower(rest) == rest, strings.ToUpper(rest) == rest
	switch strings.ToLower(rest) {
	case "inf", "infinity":
		if lower || upper {
			return Score{Value: sign + "INFINITY"}
		}
	case "mandatory":
		if sign == "" {
			return Score{Value: "INFINITY"}
		}
	case "advisory":
		if sign == "" {
			return Score{Value: "0"}
		}
	}
	return Score{Value: body, Attribute: !digits(rest)}
}

// Text is the score as it is typed, without its colon.
func (s Score) Text() string {
	if s.Attribute {
		return s.Value
	}
	return strings.Replace(s.Value, "INFINITY", "inf", 1)
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// IsScore tells a number or an infinity, as the CIB writes them.
func IsScore(value string) bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(value, "+"), "-")
	if strings.HasPrefix(value, "+-") || rest == "" {
		return false
	}
	return rest == "INFINITY" || digits(rest)
}
