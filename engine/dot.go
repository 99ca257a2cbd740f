package engine

import (
	"slices"
	"strconv"
	"strings"
)

// Dot is the transition as a graph for Graphviz, in which with ids each action
// has its number. Actions that need not happen are shown when the input asked
// for them.
func (o *Output) Dot(ids bool) string {
	var b strings.Builder
	b.WriteString(" digraph \"g\" {\n")
	c, all := o.c, o.c.in.AllActions
	shown := newActionSet(c)
	names := make([]string, len(c.actions)+1)
	for _, a := range slices.Backward(c.actions) {
		names[a.id] = a.dotName(ids)
		if style := a.dotStyle(all); style != "" {
			shown.add(a)
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
			case all, shown.has(a) && shown.has(l.action) && l.rel != ifOnSameNodeOrTarget:
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
