package haconf

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong, or worth knowing, in a file.
type Problem struct {
	File string
	Line int // 0 when it concerns the file as a whole
	Text string
}

// Error is file:line: text.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems are all that is wrong with a file.
type Problems []Problem

// Error has one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// report gathers errors and warnings of one file.
type report struct {
	file     string
	line     int
	errors   Problems
	warnings []Problem
}

func (r *report) fail(format string, args ...any) {
	r.errors = append(r.errors, Problem{r.file, r.line, fmt.Sprintf(format, args...)})
}

func (r *report) warn(format string, args ...any) {
	r.warnings = append(r.warnings, Problem{r.file, r.line, fmt.Sprintf(format, args...)})
}

func (r *report) warnAt(line int, format string, args ...any) {
	r.warnings = append(r.warnings, Problem{r.file, line, fmt.Sprintf(format, args...)})
}

// beyond warns of words that heartbeat does not look at either.
func (r *report) beyond(name string, words []string, most int) {
	if len(words) > most {
		r.warn("%s: %q is not looked at: one line is one %s", name, strings.Join(words[most:], " "), name)
	}
}

func (r *report) err() error {
	if len(r.errors) == 0 {
		return nil
	}
	return r.errors
}
