package grammar

import (
	"slices"
	"strings"
)

// AgentKind says which agents are meant; what is empty is not asked for.
type AgentKind struct{ Class, Provider, Type string }

// ForDefaults tells an expression about what defaults are for: the agent of
// a resource or an operation. The language of crmsh has no words for these.
func (e Expr) ForDefaults() bool { return e.Operation || e.Agent != nil }

// defaultsExpr reads what stands behind op or rsc.
func (r reader) defaultsExpr(e *Expr) error {
	if e.Attr == "rsc" {
		return r.agentKind(e)
	}
	if r.done() || !PlainName(r.peek()) {
		return r.fault("", "the name of an operation, as monitor, or a comparison ("+list(comparisons)+")", comparisons...)
	}
	e.Attr, e.Operation, e.Value = "", true, r.take()
	if interval, is := strings.CutPrefix(r.peek(), "interval="); is && interval != "" {
		e.Interval = interval
		r.take()
	}
	return nil
}

func (r reader) agentKind(e *Expr) error {
	parts := strings.Split(r.peek(), ":")
	var kind AgentKind
	switch len(parts) {
	case 2:
		kind = AgentKind{Class: parts[0], Type: parts[1]}
	case 3:
		kind = AgentKind{parts[0], parts[1], parts[2]}
	}
	if r.done() || !kind.Sayable() {
		return r.fault("", "CLASS:PROVIDER:TYPE, each may be empty but not all, or a comparison ("+list(comparisons)+")", comparisons...)
	}
	r.take()
	e.Attr, e.Agent = "", &kind
	return nil
}

// Sayable tells whether the language can say it.
func (k AgentKind) Sayable() bool {
	for _, part := range []string{k.Class, k.Provider, k.Type} {
		if part != "" && (!PlainName(part) || strings.Contains(part, ":")) {
			return false
		}
	}
	return k != AgentKind{} && !isComparison(k.text())
}

// text leaves the provider out where the class has none.
func (k AgentKind) text() string {
	if k.Provider == "" && k.Class != "" && k.Type != "" {
		return k.Class + ":" + k.Type
	}
	return k.Class + ":" + k.Provider + ":" + k.Type
}

// SayableOperation tells whether an expression can have an operation of this name.
func SayableOperation(name string) bool { return PlainName(name) && !isComparison(name) }

func (e Expr) defaultsText() string {
	switch {
	case e.Agent != nil:
		return "rsc " + e.Agent.text()
	case e.Interval != "":
		return "op " + e.Value + " " + Pair{Name: "interval", Value: e.Interval}.word()
	}
	return "op " + e.Value
}

// ForDefaults tells whether any of the rule's expressions is.
func (rule Rule) ForDefaults() bool { return slices.ContainsFunc(rule.Exprs, Expr.ForDefaults) }

// onlyDefaults refuses expressions for defaults in the rule of anything else.
func (rule Rule) onlyDefaults() error {
	for _, e := range rule.Exprs {
		if e.ForDefaults() {
			word := "rsc"
			if e.Operation {
				word = "op"
			}
			return &Error{Pos: e.Pos, Word: word, Problem: "is asked for in rules of rsc_defaults and op_defaults only",
				Expected: "defined NAME, " + word + " eq VALUE, or date ..."}
		}
	}
	return nil
}
