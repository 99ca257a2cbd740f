package rule

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/engine/score"
)

// expression compares a node attribute with a value.
func (c *Context) expression(e *etree.Element) bool {
	name := c.Expand(attr(e, "attribute"))
	if e == nil || name == "" {
		return false
	}
	actual, defined := find(c.Node, name)
	wanted, given := lookup(e, "value")
	op := strings.ToLower(attr(e, "operation"))
	switch op {
	case "defined":
		return !given && defined
	case "not_defined":
		return !given && !defined
	}
	if !given {
		return false
	}
	switch attr(e, "value-source") {
	case "", "literal":
	case "param":
		wanted, given = find(c.Params, wanted)
	case "meta":
		wanted, given = find(c.Meta, wanted)
	default:
		return false
	}
	return compare(op, attr(e, "type"), operand{actual, defined}, operand{wanted, given})
}

func find(v Values, name string) (string, bool) {
	if v == nil {
		return "", false
	}
	return v.Lookup(name)
}

// operand is one side of a comparison.
type operand struct {
	text    string
	defined bool
}

func compare(op, kind string, a, b operand) bool {
	inequality := op == "lt" || op == "lte" || op == "gt" || op == "gte"
	if inequality && (!a.defined || !b.defined) {
		return false
	}
	if kind == "" {
		kind = defaultKind(inequality, a.text, b.text)
	}
	order, ok := order(strings.ToLower(kind), a, b)
	if !ok {
		return false
	}
	switch op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "lt":
		return order < 0
	case "lte":
		return order <= 0
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	}
	return false
}

func defaultKind(inequality bool, a, b string) string {
	switch {
	case !inequality:
		return "string"
	case strings.Contains(a, ".") || strings.Contains(b, "."):
		return "number"
	}
	return "integer"
}

// order compares two values as a type says; what is not defined comes first.
func order(kind string, a, b operand) (order int, ok bool) {
	switch kind {
	case "string", "integer", "number", "version":
	default:
		return 0, false
	}
	if !a.defined || !b.defined {
		return btoi(a.defined) - btoi(b.defined), true
	}
	switch kind {
	case "integer":
		x, okX := score.Integer(a.text)
		y, okY := score.Integer(b.text)
		if okX && okY {
			return cmp.Compare(x, y), true
		}
	case "number":
		x, okX := number(a.text)
		y, okY := number(b.text)
		if okX && okY {
			return cmp.Compare(x, y), true
		}
	case "version":
		return CompareVersions(a.text, b.text), true
	}
	return strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text)), true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// number reads the decimal number that a text begins with.
func number(text string) (float64, bool) {
	s := strings.TrimLeft(text, " \t\n\v\f\r")
	for end := len(s); end > 0; end-- {
		if f, err := strconv.ParseFloat(s[:end], 64); err == nil {
			return f, true
		}
	}
	return 0, false
}

// CompareVersions compares the dotted numbers that two texts begin with.
func CompareVersions(a, b string) int {
	for a, b = version(a), version(b); a != "" || b != ""; {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x) // missing counts 0
		n, _ := strconv.Atoi(y)
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	return 0
}

func version(s string) string {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' && end > 0 && s[end-1] != '.') {
		end++
	}
	return strings.TrimRight(s[:end], ".")
}

// Expand puts the submatches of a resource pattern in the place of %0 to %9.
// Without a pattern nothing is replaced.
func (c *Context) Expand(text string) string {
	if c.Match == nil || !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9' {
			if n := int(text[i+1] - '0'); n < len(c.Match) {
				b.WriteString(c.Match[n])
			}
			i++
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// resourceExpression asks for an agent.
func (c *Context) resourceExpression(e *etree.Element) bool {
	if !c.Resource {
		return false
	}
	for _, want := range [...]struct{ name, actual string }{{"class", c.Class}, {"provider", c.Provider}, {"type", c.Type}} {
		if v, given := lookup(e, want.name); given && v != want.actual {
			return false
		}
	}
	return true
}

// operationExpression asks for an operation.
func (c *Context) operationExpression(e *etree.Element) bool {
	if !c.Operation || attr(e, "name") != c.OpName {
		return false
	}
	text, given := lookup(e, "interval")
	if !given {
		return true
	}
	ms, ok := score.Interval(text)
	return ok && ms == c.OpMS
}
