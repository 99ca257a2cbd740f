package shell

import (
	"crm/cib/crmtext"
	"crm/grammar"
)

// scriptLine is the line of a script that is being run; the zero value when
// lines are typed.
type scriptLine struct {
	file string
	line int
}

// doubt tells somebody at the prompt at once that a statement names what is
// not there. That may come later, so only verify can tell whether it is wrong.
func (c *Call) doubt(st grammar.Statement, list []*crmtext.Error) {
	for _, e := range list {
		if c.Interactive && c.script.file == "" && e.Keyword == st.Keyword() && e.ID == st.ObjectID() {
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
