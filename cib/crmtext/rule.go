package crmtext

import (
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

func dots(id string) string { return strings.ReplaceAll(id, "#", ".") }

// rule builds a rule. Without a score it gets INFINITY.
func (m *maker) rule(r grammar.Rule, owner string, scored bool) *etree.Element {
	if r.IDRef != "" {
		return element("rule", "id-ref", m.reference("rule", r.IDRef, r.Pos))
	}
	e := element("rule", "role", r.Role)
	switch {
	case r.Score == nil:
		if scored {
			cib.SetAttr(e, "score", "INFINITY")
		}
	case r.Score.Attribute:
		cib.SetAttr(e, "score-attribute", r.Score.Value)
	default:
		cib.SetAttr(e, "score", r.Score.Value)
	}
	if r.Or {
		cib.SetAttr(e, "boolean-op", "or")
	}
	cib.SetAttr(e, "id", m.choose(r.ID, r.Pos, nil, owner, "rule"))
	for _, x := range r.Exprs {
		e.AddChild(m.expression(x, cib.ID(e)))
	}
	return e
}

func (m *maker) expression(x grammar.Expr, rule string) *etree.Element {
	switch {
	case x.Date:
		return m.date(x, rule)
	case x.Agent != nil:
		return element("rsc_expression", "class", x.Agent.Class, "provider", x.Agent.Provider, "type", x.Agent.Type,
			"id", m.id(rule, "expression"))
	case x.Operation:
		return element("op_expression", "name", x.Value, "interval", x.Interval, "id", m.id(rule, "expression"))
	}
	e := element("expression", "operation", x.Op, "attribute", x.Attr, "type", x.Type)
	if x.Op != "defined" && x.Op != "not_defined" {
		cib.SetAttr(e, "value", x.Value)
	}
	if x.Source != "" {
		cib.SetAttr(e, "value-source", x.Source)
	}
	cib.SetAttr(e, "id", m.id(rule, "expression"))
	return e
}

func (m *maker) date(x grammar.Expr, rule string) *etree.Element {
	e := element("date_expression", "operation", x.Op)
	id := m.id(rule, "expression")
	var inner *etree.Element
	switch x.Op {
	case "lt":
		cib.SetAttr(e, "end", x.Value)
	case "gt":
		cib.SetAttr(e, "start", x.Value)
	case "date_spec":
		inner = element("date_spec")
	}
	for _, p := range x.Pairs {
		if p.Name == "start" || p.Name == "end" {
			cib.SetAttr(e, p.Name, p.Value)
			continue
		}
		if inner == nil {
			inner = element("duration")
		}
		cib.SetAttr(inner, p.Name, p.Value)
	}
	cib.SetAttr(e, "id", id)
	if inner != nil {
		cib.SetAttr(inner, "id", m.id(id, inner.Tag))
		e.AddChild(inner)
	}
	return e
}

// readRule turns a rule into words; ok is false where the language lacks them.
func readRule(e *etree.Element) (r grammar.Rule, ok bool) {
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "id-ref":
			r.IDRef = a.Value
		case "role":
			r.Role = a.Value
		case "score":
			if !grammar.IsScore(a.Value) { // INF too: in the CIB that is not an infinity
				return r, false
			}
			s := grammar.NewScore(a.Value)
			if a.Value != "INFINITY" {
				r.Score = &s
			}
		case "score-attribute":
			r.Score = &grammar.Score{Value: a.Value, Attribute: true}
			if !grammar.NewScore(or(a.Value, "0")).Attribute || !grammar.PlainName(a.Value) {
				return r, false
			}
		case "boolean-op":
			r.Or = a.Value == "or"
			if a.Value != "or" && a.Value != "and" {
				return r, false
			}
		default:
			return r, false
		}
	}
	if r.IDRef != "" {
		return r, len(e.ChildElements()) == 0
	}
	for c := range cib.Children(e) {
		x, ok := readExpression(c)
		if !ok {
			return r, false
		}
		r.Exprs = append(r.Exprs, x)
	}
	return r, len(r.Exprs) > 0
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func readExpression(e *etree.Element) (x grammar.Expr, ok bool) {
	switch e.Tag {
	case "expression":
	case "date_expression":
		return readDate(e)
	case "rsc_expression", "op_expression":
		return readDefaults(e)
	default:
		return x, false
	}
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "operation":
			x.Op = a.Value
		case "attribute":
			x.Attr = a.Value
		case "type":
			// Without a type strings are compared.
			if a.Value != "string" {
				x.Type = a.Value
			}
		case "value":
			x.Value = a.Value
		case "value-source":
			x.Source = a.Value
		default:
			return x, false
		}
	}
	// What crmsh itself falls back to XML for: a literal source, a name with blanks.
	ok = x.Source != "literal" && grammar.NodeAttribute(x.Attr) && sayable(x.Value) && !strings.ContainsAny(x.Source+x.Type, " {}")
	return x, ok && (x.Source == "" || !strings.ContainsAny(x.Value, " \t\"'\\"))
}

// readDefaults reads an expression about the agent or the operation.
func readDefaults(e *etree.Element) (x grammar.Expr, ok bool) {
	if e.Tag == "op_expression" {
		a, ok := attrsOf(e, "name", "interval")
		x.Operation, x.Value, x.Interval = true, a["name"], a["interval"]
		return x, ok && grammar.SayableOperation(x.Value) && sayable(x.Interval)
	}
	a, ok := attrsOf(e, "class", "provider", "type")
	x.Agent = &grammar.AgentKind{Class: a["class"], Provider: a["provider"], Type: a["type"]}
	return x, ok && x.Agent.Sayable()
}

func readDate(e *etree.Element) (x grammar.Expr, ok bool) {
	x.Date = true
	var start, end string
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
		case "operation":
			x.Op = a.Value
		case "start":
			start = a.Value
			x.Pairs = append(grammar.Pairs{{Name: "start", Value: a.Value}}, x.Pairs...)
		case "end":
			end = a.Value
			x.Pairs = append(x.Pairs, grammar.Pair{Name: "end", Value: a.Value})
		default:
			return x, false
		}
	}
	inner := e.ChildElements()
	switch x.Op {
	case "gt", "lt":
		x.Value = start
		if x.Op == "lt" {
			x.Value = end
		}
		return x, len(x.Pairs) == 1 && x.Value != "" && len(inner) == 0 && sayable(x.Value)
	case "in_range":
		if len(inner) == 0 {
			return x, len(x.Pairs) == 2
		}
		return x, len(inner) == 1 && inner[0].Tag == "duration" && readSpan(inner[0], &x) && len(x.Pairs) > 1
	case "date_spec":
		return x, len(inner) == 1 && inner[0].Tag == "date_spec" && len(x.Pairs) == 0 && readSpan(inner[0], &x) && len(x.Pairs) > 0
	}
	return x, false
}

// readSpan reads a duration or date_spec.
func readSpan(e *etree.Element, x *grammar.Expr) bool {
	for _, a := range e.Attr {
		if a.Key == "id" {
			continue
		}
		known := false
		for _, unit := range grammar.DateUnits {
			known = known || unit == a.Key
		}
		if !known || !sayable(a.Value) {
			return false
		}
		x.Pairs = append(x.Pairs, grammar.Pair{Name: a.Key, Value: a.Value})
	}
	return true
}
