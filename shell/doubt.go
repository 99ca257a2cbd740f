package shell

import (
	"fmt"
	"strconv"
	"strings"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/grammar"
)

// doubt is where a statement named what was not there. That may come later,
// so only verify can tell what is wrong, and verify does not know the place.
type doubt struct {
	id, missing string
	place       string // file:line:column
}

// scriptLine is the line of a script that is being run; the zero value when
// lines are typed.
type scriptLine struct {
	file string
	line int
}

// doubt keeps where a statement named what is not there. Somebody at the
// prompt is told at once.
func (c *Call) doubt(w *work, st grammar.Statement, list []*crmtext.Error) {
	for _, e := range list {
		switch {
		case e.Keyword != st.Keyword() || e.ID != st.ObjectID():
		case c.script.file != "":
			at := c.script.file + ":" + strconv.Itoa(c.script.line+e.Pos.Line-1)
			w.doubts = append(w.doubts, doubt{id: e.ID, missing: e.Missing, place: at + ":" + strconv.Itoa(e.Pos.Col)})
		case c.Interactive:
			c.Warn("%s", typed(e))
		}
	}
}

// unfinished warns of a statement whose last word opens a set that is not
// there: crmsh takes it without a word, and a script may have been cut off.
// From is the place that the statement's lines are counted from.
func (c *Call) unfinished(st grammar.Statement, from scriptLine) {
	fault := grammar.Unfinished(st)
	if fault == nil {
		return
	}
	e := asError(fault)
	if from.file != "" {
		e.File, e.Line = from.file, from.line+e.Line-1
	}
	c.Warn("%s", typed(e))
}

// doubtFile keeps the doubts of a file that was loaded.
func (w *work) doubtFile(file string, list []*crmtext.Error) {
	for _, e := range list {
		place := fmt.Sprintf("%s:%d:%d", file, e.Pos.Line, e.Pos.Col)
		w.doubts = append(w.doubts, doubt{id: e.ID, missing: e.Missing, place: place})
	}
}

// doubted says where the reference was typed that a finding is about.
func (s *Session) doubted(f cib.Finding) string {
	if s.work == nil {
		return ""
	}
	for _, d := range s.work.doubts {
		if (d.id == f.ID || d.id == "") && strings.Contains(f.Problem, strconv.Quote(d.missing)) {
			return " (" + d.place + ")"
		}
	}
	return ""
}
