package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Agent is a resource agent, class:provider:type, or the template that a
// primitive is made from (@name).
type Agent struct {
	Pos      Pos
	Class    string
	Provider string
	Type     string
	Template string
	// Bare says that only the type was given; class and provider are the
	// usual ones, and somebody who knows the agents may find better.
	Bare bool
}

// Parse reads class:provider:type, class:type, type, or @template. A type
// alone is looked for among the ocf agents of the provider heartbeat.
func (a *Agent) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() {
		return r.fault("", "an agent, as class:provider:type, or @template")
	}
	word := r.peek()
	a.Pos = r.pos()
	if name, is := strings.CutPrefix(word, "@"); is {
		if !ValidID(name) {
			return r.fault("is not the name of a template", "@ and an id")
		}
		a.Template = name
		r.take()
		return nil
	}
	if !a.set(strings.Split(word, ":")) {
		return r.fault("is not an agent", "class:provider:type, class:type or type")
	}
	r.take()
	return nil
}

func (a *Agent) set(parts []string) bool {
	for _, p := range parts {
		if p == "" || p[0] == '@' || strings.ContainsAny(p, "= \t\"'<>&") {
			return false
		}
	}
	switch len(parts) {
	case 1:
		a.Class, a.Provider, a.Type, a.Bare = "ocf", "heartbeat", parts[0], true
	case 2:
		a.Class, a.Type = parts[0], parts[1]
		if a.Class == "ocf" {
			a.Provider = "heartbeat"
		}
	case 3:
		a.Class, a.Provider, a.Type = parts[0], parts[1], parts[2]
		return a.Class == "ocf"
	default:
		return false
	}
	return true
}

// Text is the agent as it is typed, as short as it can be.
func (a Agent) Text() string {
	switch {
	case a.Template != "":
		return "@" + a.Template
	case a.Class == "ocf" && a.Provider == "heartbeat":
		return a.Type
	case a.Provider == "":
		return a.Class + ":" + a.Type
	}
	return a.Class + ":" + a.Provider + ":" + a.Type
}
