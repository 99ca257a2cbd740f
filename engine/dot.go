package engine

import (
	"slices"
	"strconv"
	"strings"
)

// Dot is the transition as a graph for Graphviz. With all, actions that need
// not happen are shown, too; with ids, each has its number.
func (o *Output) Dot(all, ids bool) string {
	var b strings.Builder
	b.WriteString(" digraph \"g\" {\n")
	c := o.c
	if all {
		c.orderRestarts(true)
		c.disableInvalid()
		for _, a := range c.actions {
			a.mergeInputs()
		}
	}
	names := make([]string, len(c.actions)+1)
	for _, a := range slices.Backward(c.actions) {
		names[a.id] = a.dotName(ids)
		if style := a.dotStyle(all); style != "" {
			a.set(actDotted)
			b.WriteString(`"` + names[a.id] + `" [ ` + style + "]\n")
		}
	}
	for _, a := range slices.Backward(c.actions) {
		for _, l := range a.before {
			style := ""
			switch {
			case l.graphed:
				style = "bold"
			case l.rel == noRelation:
				continue
			case all, a.shownInDot() && l.action.shownInDot() && l.rel != ifOnSameNodeOrTarget:
				style = "dashed"
			default:
				continue
			}
			b.WriteString(`"` + names[l.action.id] + `" -> "` + names[a.id] + `" [ style = ` + style + "]\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func (a *action) shownInDot() bool { return a.is(actDotted) || a.is(actGraphed) }

func (a *action) dotStyle(all bool) string {
	font := "black"
	if a.is(actPseudo) {
		font = "orange"
	}
	switch {
	case a.is(actGraphed):
		return `style=bold color="green" fontcolor="` + font + `"`
	case a.rsc != nil && !a.rsc.Managed():
		if !all {
			return ""
		}
		return `style=dashed color="red" fontcolor="purple"`
	case !a.required():
		if !all {
			return ""
		}
		return `style=dashed color="blue" fontcolor="` + font + `"`
	}
	return `style=dashed color="red" fontcolor="` + font + `"`
}

func (a *action) dotName(ids bool) string {
	host := ""
	if a.node != nil {
		host = a.node.Name
	} else if !a.is(actPseudo) {
		host = "<none>"
	}
	name := a.keyText()
	task := a.task
	switch {
	case a.rsc != nil && a.rsc.HistoryID != "":
		name = a.historyKey("notify_key_type", "notify_key_operation", task == "notify" || task == "notified")
	case task == "stonith":
		name = "stonith '" + a.fenceHow() + "'"
	case a.rsc == nil && host != "":
		name = task
	}
	if a.cancelTask != "" {
		name = "Cancel " + name
	}
	if host != "" {
		name += " " + host
	}
	if ids {
		name += " (" + strconv.Itoa(a.id) + ")"
	}
	return name
}
