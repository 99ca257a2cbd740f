package shell

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"crm/grammar"
)

// Kind sorts errors by what the user can do about them; cmd/crm makes the
// exit code from it.
type Kind int

// The kinds of errors.
const (
	Failed     Kind = iota // it was understood and did not work
	Syntax                 // the line is not the language
	Usage                  // a command was given wrong arguments, or there is no such command
	NotFound               // something named does not exist
	Invalid                // the configuration would be wrong
	Refused                // it would work, but needs force or another decision
	NoCluster              // nothing to talk to
	Unreadable             // a script that cannot be read
)

// Error is what the shell reports: what is wrong, where, and what to do.
type Error struct {
	Kind   Kind
	File   string // "" for a typed line
	Line   int    // of the script, or of the lines typed; 0 when unknown
	Column int    // 0 when unknown
	Text   string
	Want   string // what was expected, or what to do
	cause  error
}

// Error is "file:line:col: text; want".
func (e *Error) Error() string {
	var b strings.Builder
	if at := e.place(); at != "" {
		b.WriteString(at + ": ")
	}
	b.WriteString(e.Text)
	if e.Want != "" {
		b.WriteString("; expected " + e.Want)
	}
	return b.String()
}

func (e *Error) place() string {
	var parts []string
	if e.File != "" {
		parts = append(parts, e.File)
	}
	if e.Line > 0 {
		parts = append(parts, strconv.Itoa(e.Line))
		if e.Column > 0 {
			parts = append(parts, strconv.Itoa(e.Column))
		}
	}
	return strings.Join(parts, ":")
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

var noPos grammar.Pos

func newError(kind Kind, pos grammar.Pos, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Line: pos.Line, Column: pos.Col, Text: err.Error(), cause: errors.Unwrap(err)}
}

// wrong is a fault of one word of a command, said as those of statements are:
// the word, what is wrong with it, what was expected, and what of the known
// words was most likely meant.
func wrong(kind Kind, command string, w grammar.Word, problem, expected string, known ...string) *Error {
	fault := grammar.Error{Keyword: command, Word: w.Text, Problem: problem, Expected: expected, Hint: grammar.Near(w.Text, known)}
	return &Error{Kind: kind, Line: w.Pos.Line, Column: w.Pos.Col, Text: fault.Message()}
}

// wrong is a fault of one of the call's words, counted from the command.
func (c *Call) wrong(kind Kind, word int, problem, expected string, known ...string) *Error {
	return wrong(kind, c.Command.Name, c.words[word], problem, expected, known...)
}

func failf(format string, args ...any) error  { return newError(Failed, noPos, format, args...) }
func usagef(format string, args ...any) error { return newError(Usage, noPos, format, args...) }
func absentf(format string, args ...any) error {
	return newError(NotFound, noPos, format, args...)
}
func refusef(format string, args ...any) error {
	return newError(Refused, noPos, format, args...)
}

// KindOf is the kind of err, Failed when it has none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	var fault *grammar.Error
	if errors.As(err, &fault) {
		return Syntax
	}
	return Failed
}

// ErrQuit is returned by Exec when the session is to end.
var ErrQuit = errors.New("quit")

// ErrCancelled is an answer of Env.Ask that is neither yes nor no: leave
// everything as it is.
var ErrCancelled = errors.New("cancelled: nothing was done, what was edited is kept")

// ErrReported stands for an error that the user has already been told of.
var ErrReported = errors.New("reported")
