package shell

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
)

// wrongType says what is wrong with the value of a parameter, going by the
// type that its agent declares, "" when nothing is. Agents do not check it
// themselves and are not exact about types, so it is only worth a warning; an
// agent's own default is always right.
func wrongType(p completions.Parameter, value string) string {
	value = strings.TrimSpace(value)
	if value == "" || value == p.Default || value == secretMark {
		return ""
	}
	want, words, kind := "", p.Values, p.Type
	if kind == "integer" && isTime(p.Default) {
		kind = "time" // as of ocf:pacemaker:ping's dampen
	}
	switch kind {
	case "boolean":
		if !cib.IsTrue(value) && !cib.IsFalse(value) {
			want = "true or false"
		}
	case "integer":
		if !isInteger(value) {
			want = "a whole number"
		}
	case "time", "second":
		if !isTime(value) && !isInteger(value) {
			want = "a time like 30s or 5min"
		}
	case "select", "enum":
		if len(words) > 0 && !slices.Contains(words, value) {
			want = "one of " + strings.Join(words, ", ")
		}
	}
	if want == "" {
		return ""
	}
	return "parameter " + p.Name + " is " + strconv.Quote(value) + "; expected " + want + didYouMean(value, words)
}

func isInteger(value string) bool {
	_, err := strconv.ParseInt(value, 0, 64)
	return err == nil || strings.EqualFold(strings.TrimLeft(value, "+-"), "INFINITY")
}

// isTime tells whether a value is a time with a unit.
func isTime(value string) bool {
	_, ok := span(value)
	return (ok || cib.GoodDuration(value)) && !isInteger(value)
}

// unwatched are the primitives without a monitor whose agents advise one:
// nobody notices when they fail.
func (s *Session) unwatched(doc *cib.Document) []finding {
	if s.Agents == nil {
		return nil
	}
	var list []finding
	for e := range doc.AllResources() {
		if e.Tag != "primitive" || monitored(e) {
			continue
		}
		agent := e
		if t := attr(e, "template"); t != "" {
			if agent = doc.Find(t); agent == nil || monitored(agent) {
				continue
			}
		}
		m := s.Agents.Metadata(attr(agent, "class"), attr(agent, "provider"), attr(agent, "type"))
		if m == nil {
			continue
		}
		for _, a := range m.Actions {
			if a.Name == "monitor" && a.Role == "" {
				list = append(list, doubt(e, "", "", "it has no monitor, so nobody notices when it fails; add "+advisedMonitor(a)))
				break
			}
		}
	}
	return list
}

// monitored tells whether an operation list has a recurring monitor, or may
// have one because it stands elsewhere.
func monitored(e *etree.Element) bool {
	ops := cib.Child(e, "operations")
	if attr(ops, "id-ref") != "" {
		return true
	}
	for op := range cib.Children(ops, "op") {
		if attr(op, "name") == "monitor" {
			return true
		}
	}
	return false
}

// advisedMonitor is the operation that an agent advises, as it is typed.
func advisedMonitor(a completions.Action) string {
	text := "op monitor"
	if a.Interval != "" {
		text += " interval=" + a.Interval
	}
	if a.Timeout != "" {
		text += " timeout=" + a.Timeout
	}
	return text
}
