package grammar

import "strings"

// Rule says when something holds: expressions joined by one of and, or.
type Rule struct {
	Pos   Pos
	ID    string
	IDRef string
	Role  string // as typed
	Score *Score
	Or    bool // the expressions are joined by "or"
	Exprs []Expr
}

// Expr is one expression of a rule: about a node attribute, or about the date.
type Expr struct {
	Pos   Pos
	Date  bool
	Attr  string // attribute; empty in a date expression
	Op    string // defined, not_defined, lt ... ne; of a date lt, gt, in_range, date_spec
	Type  string // string, integer, number, version; may be empty
	Value string // what an attribute or a date is compared with
	// Source says where Value is taken from: "param" or "meta" of the
	// resource, "literal"; empty is as it stands.
	Source string
	Pairs  Pairs // of in_range and date_spec
	// Of defaults only: about the operation whose name is Value, of this
	// interval if it is not empty, or about the agent of the resource.
	Operation bool
	Interval  string
	Agent     *AgentKind
}

// Words of rules.
var (
	comparisons  = []string{"lt", "gt", "lte", "gte", "eq", "ne"}
	valueTypes   = []string{"string", "integer", "number", "version"}
	dateOps      = []string{"in", "in_range", "spec", "date_spec", "lt", "gt"}
	valueSources = []string{"param", "meta", "literal"}
	// DateUnits are the fields of date specifications and durations.
	DateUnits = []string{"hours", "monthdays", "weekdays", "months", "weeks", "years", "weekyears", "moon", "yearsdays"}
)

// rule reads a rule with its keyword.
func (r reader) rule() (Rule, error) {
	rule := Rule{Pos: r.pos()}
	r.take()
	r.ruleHead(&rule)
	if rule.IDRef != "" {
		return rule, nil
	}
	for {
		e, err := r.expr()
		if err != nil {
			return rule, err
		}
		rule.Exprs = append(rule.Exprs, e)
		join, more := r.keyword("and", "or")
		if !more {
			return rule, nil
		}
		if len(rule.Exprs) > 1 && (join == "or") != rule.Or {
			return rule, r.fault("mixes and with or in one rule", "a second rule")
		}
		rule.Or = join == "or"
		r.take()
	}
}

func (r reader) ruleHead(rule *Rule) {
	for !r.done() {
		name, value, assigned := strings.Cut(strings.TrimPrefix(r.peek(), "$"), "=")
		switch {
		case assigned && name == "id" && r.peek()[0] == '$' && rule.Role == "":
			rule.ID = value
		case assigned && name == "id-ref" && r.peek()[0] == '$':
			rule.IDRef = value
		case assigned && name == "role":
			rule.Role = value
		default:
			if score, is := readScore(r.peek()); is && rule.Score == nil {
				rule.Score = &score
				r.take()
			}
			return
		}
		r.take()
	}
}

func (r reader) expr() (Expr, error) {
	e := Expr{Pos: r.pos()}
	if r.done() {
		return e, r.fault("", "an expression: defined NAME, NAME eq VALUE, or date ...")
	}
	if op := r.peek(); op == "defined" || op == "not_defined" {
		r.take()
		if r.done() || !NodeAttribute(r.peek()) {
			return e, r.fault("", "the name of a node attribute")
		}
		e.Op, e.Attr = op, r.take()
		return e, nil
	}
	if _, is := r.keyword("date"); is {
		r.take()
		return e, r.date(&e)
	}
	if !NodeAttribute(r.peek()) {
		return e, r.fault("is not an expression", "defined NAME, NAME eq VALUE, or date ...")
	}
	e.Attr = r.take()
	if (e.Attr == "op" || e.Attr == "rsc") && !r.compares() {
		return e, r.defaultsExpr(&e)
	}
	if err := r.comparison(&e); err != nil {
		return e, err
	}
	if r.done() {
		return e, r.fault("", "the value to compare "+e.Attr+" with")
	}
	e.Value = r.take()
	if source, name, is := sourced(e.Value); is {
		if !contains(valueSources, source) {
			return e, &Error{Pos: e.Pos, Word: e.Value, Problem: "takes its value from nowhere", Expected: list(valueSources) + " before the brace"}
		}
		e.Source, e.Value = source, name
	}
	return e, nil
}

// sourced splits a value that stands elsewhere: SOURCE{NAME}.
func sourced(value string) (source, name string, is bool) {
	source, rest, _ := strings.Cut(value, "{")
	name, closed := strings.CutSuffix(rest, "}")
	return source, name, closed && name != "" && source != "" && ValidID("_"+source)
}

// NodeAttribute tells whether a word can be the name of a node attribute in a
// rule.
func NodeAttribute(word string) bool {
	word = strings.TrimPrefix(word, "$")
	return PlainName(word) && (ValidID(word[:1]) || strings.IndexByte("#-0123456789", word[0]) >= 0)
}

func (r reader) comparison(e *Expr) error {
	if r.done() || !r.compares() {
		return r.fault("", list(comparisons)+", with "+list(valueTypes)+" and a colon before it or not", comparisons...)
	}
	word := r.take()
	if kind, op, typed := strings.Cut(word, ":"); typed {
		e.Type, e.Op = kind, op
	} else {
		e.Op = word
	}
	return nil
}

// compares tells whether the next word is a comparison, with a type or without.
func (r reader) compares() bool { return isComparison(r.peek()) }

func isComparison(word string) bool {
	kind, op, typed := strings.Cut(word, ":")
	if !typed {
		return contains(comparisons, word)
	}
	return contains(comparisons, op) && contains(valueTypes, kind)
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

func (r reader) date(e *Expr) error {
	e.Date = true
	op := r.peek()
	if !contains(dateOps, op) {
		return r.fault("", list(dateOps), dateOps...)
	}
	r.take()
	switch op {
	case "in", "in_range":
		e.Op, e.Pairs = "in_range", r.datePairs(append([]string{"start", "end"}, DateUnits...))
		if len(e.Pairs) < 2 {
			return r.fault("", "two or more of start=DATE, end=DATE, "+list(DateUnits)+"=NUMBER", append([]string{"start", "end"}, DateUnits...)...)
		}
	case "spec", "date_spec":
		e.Op, e.Pairs = "date_spec", r.datePairs(DateUnits)
		if len(e.Pairs) == 0 {
			return r.fault("", "one or more of "+list(DateUnits)+", then = and a range", DateUnits...)
		}
	default:
		if r.done() {
			return r.fault("", "a date")
		}
		e.Op, e.Value = op, r.take()
	}
	return nil
}

func (r reader) datePairs(names []string) Pairs {
	var ps Pairs
	for !r.done() {
		p, ok := readPair(r.peek(), r.pos())
		if !ok || p.Value == "" || !contains(names, p.Name) {
			break
		}
		ps = append(ps, p)
		r.take()
	}
	return ps
}

// text is the rule behind its keyword.
func (rule Rule) text() string {
	var ws []string
	if rule.IDRef != "" {
		return "$id-ref=" + Quote(rule.IDRef)
	}
	if rule.ID != "" {
		ws = append(ws, "$id="+Quote(rule.ID))
	}
	if rule.Role != "" {
		ws = append(ws, "$role="+Quote(rule.Role))
	}
	if rule.Score != nil {
		ws = append(ws, rule.Score.Text()+":")
	}
	join := "and"
	if rule.Or {
		join = "or"
	}
	for i, e := range rule.Exprs {
		if i > 0 {
			ws = append(ws, join)
		}
		ws = append(ws, e.text())
	}
	return strings.Join(ws, " ")
}

func (e Expr) text() string {
	switch {
	case e.Date:
		return e.dateText()
	case e.ForDefaults():
		return e.defaultsText()
	}
	if e.Op == "defined" || e.Op == "not_defined" {
		return e.Op + " " + e.Attr
	}
	op := e.Op
	if e.Type != "" {
		op = e.Type + ":" + op
	}
	value := quoteName(e.Value)
	if e.Source != "" {
		value = quoteName(e.Source + "{" + e.Value + "}")
	}
	return e.Attr + " " + op + " " + value
}

func (e Expr) dateText() string {
	ws := []string{"date"}
	switch e.Op {
	case "in_range":
		ws = append(ws, "in")
	case "date_spec":
		ws = append(ws, "spec")
	default:
		return "date " + e.Op + " " + Quote(e.Value)
	}
	for _, p := range e.Pairs {
		ws = append(ws, p.word())
	}
	return strings.Join(ws, " ")
}
