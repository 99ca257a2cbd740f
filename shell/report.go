package shell

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"crm/cib/crmtext"
	"crm/grammar"
)

// Report tells of an error. This is the one place where "ERROR:" is written;
// an error made of several (errors.Join) takes a line for each.
func (e *Env) Report(err error) {
	for _, one := range flatten(err) {
		if errors.Is(one, ErrReported) {
			continue
		}
		e.tag("ERROR", e.Style.Error, typed(one))
	}
}

// Warn tells of something that will probably not do what was meant.
func (e *Env) Warn(format string, args ...any) {
	e.tag("WARNING", e.Style.Warning, fmt.Sprintf(format, args...))
}

// Info remarks on what was done.
func (e *Env) Info(format string, args ...any) {
	e.tag("INFO", e.Style.Info, fmt.Sprintf(format, args...))
}

func (e *Env) tag(tag string, style func(string) string, text string) {
	fmt.Fprintf(e.Err, "%s: %s\n", dress(style, tag), text)
}

func (e *Env) printf(format string, args ...any) { fmt.Fprintf(e.Out, format, args...) }

func (e *Env) print(text string) {
	_, _ = io.WriteString(e.Out, text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		_, _ = io.WriteString(e.Out, "\n")
	}
}

func dress(style func(string) string, text string) string {
	if style == nil {
		return text
	}
	return style(text)
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	if faults, ok := err.(grammar.Errors); ok {
		list := make([]error, len(faults))
		for i, f := range faults {
			list[i] = f
		}
		return list
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, one := range many.Unwrap() {
		list = append(list, flatten(one)...)
	}
	return list
}

// within puts the place of a script line in front of an error: the file, the
// line, and the column when it is known. An error knows its line counted from
// where the command began.
func within(err error, file string, line int) error {
	var list []error
	for _, one := range flatten(err) {
		if _, count := one.(more); count || errors.Is(one, ErrReported) || errors.Is(one, ErrQuit) {
			list = append(list, one)
			continue
		}
		list = append(list, placed(one, file, line))
	}
	return errors.Join(list...)
}

func placed(err error, file string, line int) error {
	e := asError(err)
	if e.File != "" {
		return err
	}
	e.File, e.Line = file, line+max(e.Line, 1)-1
	return e
}

// asError is a copy of err as one of ours; faults of the language keep their
// place.
func asError(err error) *Error {
	switch e := err.(type) {
	case *Error:
		c := *e
		return &c
	case *grammar.Error:
		return &Error{Kind: Syntax, Line: e.Pos.Line, Column: e.Pos.Col, Text: e.Message(), cause: err}
	case *crmtext.Error:
		text := *e
		text.Pos = grammar.Pos{}
		return &Error{Kind: Invalid, Line: e.Pos.Line, Column: e.Pos.Col, Text: text.Error(), cause: err}
	}
	return &Error{Kind: KindOf(err), Text: err.Error(), cause: err}
}

// typed is an error of a typed line: its line number says nothing, but its
// column does.
func typed(err error) string {
	e := asError(err)
	if e.File == "" && e.Line <= 1 {
		e.Line = 0
		if e.Column > 0 {
			return fmt.Sprintf("column %d: %s", e.Column, e.Error())
		}
	}
	return e.Error()
}
