package shell

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
	"crm/grammar"
)

// propertyDefault is what holds for a cluster option that is not set.
func propertyDefault(name string) (string, bool) {
	p, ok := completions.PropertyNamed(name)
	return p.Default, ok && p.Default != ""
}

// agentFindings are what the agents' meta-data says against the primitives
// and templates for which want holds.
func (s *Session) agentFindings(doc *cib.Document, want func(*etree.Element) bool) []finding {
	if s.Agents == nil {
		return nil
	}
	var list []finding
	for e := range cib.Children(doc.Section(cib.Resources), "template") {
		if want(e) {
			list = append(list, s.checkAgent(doc, e)...)
		}
	}
	for e := range doc.AllResources() {
		if e.Tag == "primitive" && want(e) {
			list = append(list, s.checkAgent(doc, e)...)
		}
	}
	return list
}

// checkAgent compares one primitive with its agent's description.
func (s *Session) checkAgent(doc *cib.Document, e *etree.Element) []finding {
	agent := e
	if t := attr(e, "template"); t != "" {
		if agent = doc.Find(t); agent == nil {
			return nil // verify tells
		}
	}
	class, provider, typ := attr(agent, "class"), attr(agent, "provider"), attr(agent, "type")
	m := s.Agents.Metadata(class, provider, typ)
	if m == nil {
		if agent != e {
			return nil // told of the template
		}
		return []finding{fault(e, "", typ, noAgent(s.Agents, class, provider, typ))}
	}
	return slices.Concat(checkParameters(doc, m, class, agent, e), checkMeta(e), checkOperations(m, e))
}

// checkParameters looks for parameters that are missing or unknown.
func checkParameters(doc *cib.Document, m *completions.Metadata, class string, agent, e *etree.Element) []finding {
	given := map[string]bool{}
	var list []finding
	for _, owner := range []*etree.Element{agent, e} {
		givenElsewhere(doc, owner, given)
		for nv := range cib.NVPairs(owner, cib.InstanceAttributes) {
			name := attr(nv, "name")
			if name == "" || given[name] {
				continue
			}
			given[name] = true
			p, known := m.Parameter(name)
			if text := wrongType(p, attr(nv, "value")); known && text != "" && owner == e {
				list = append(list, doubt(nv, name, attr(nv, "value"), text))
			}
			if !known && owner == e && !anyAgentTakes(class, name) {
				list = append(list, fault(nv, name, attr(nv, "value"), unknownParameter(m, name)))
			}
		}
	}
	if e.Tag == "template" {
		return list
	}
	for _, p := range m.Parameters {
		if p.Required && !given[p.Name] && !givenByFencer(class, p.Name) {
			list = append(list, missingParameter(e, p))
		}
	}
	return list
}

// givenElsewhere adds the names of parameters that stand in other objects, to
// whose sets or values the owner's refer.
func givenElsewhere(doc *cib.Document, owner *etree.Element, given map[string]bool) {
	for set := range cib.Children(owner, cib.InstanceAttributes) {
		if ref := attr(set, "id-ref"); ref != "" {
			set = doc.Find(ref)
		}
		for nv := range cib.Children(set, "nvpair") {
			if ref := doc.Find(attr(nv, "id-ref")); ref != nil && attr(nv, "name") == "" {
				nv = ref
			}
			if nv.Parent().Parent() != owner {
				given[attr(nv, "name")] = true
			}
		}
	}
}

// fault is a finding that stops a commit, about an element or an attribute of
// it; doubt is one that does not.
func fault(e *etree.Element, name, value, text string) finding {
	f := doubt(e, name, value, text)
	f.fault = true
	return f
}

func doubt(e *etree.Element, name, value, text string) finding {
	return finding{text: objectName(e) + ": " + text, at: e, name: name, value: value}
}

// missingParameter is told at the agent, which needs it.
func missingParameter(e *etree.Element, p completions.Parameter) finding {
	agent, of := attr(e, "type"), "the agent "
	if t := attr(e, "template"); t != "" {
		agent, of = t, "the agent of "
	}
	text := of + strconv.Quote(agent) + " needs the parameter " + p.Name
	if p.Short != "" {
		text += " (" + p.Short + ")"
	}
	return fault(e, "", agent, text+"; expected params "+p.Name+"=VALUE")
}

// givenByFencer tells the parameters of a fence agent that are filled in when
// it is called: what to do, and to whom.
func givenByFencer(class, name string) bool {
	return class == "stonith" && slices.Contains([]string{"action", "port", "plug", "nodename"}, name)
}

func unknownParameter(m *completions.Metadata, name string) string {
	var names []string
	for _, p := range m.Parameters {
		names = append(names, p.Name)
	}
	return "parameter " + strconv.Quote(name) + " is not known to its agent; expected " + oneOfThese(names, "no parameter") + didYouMean(name, names)
}

// oneOfThese names the words that are right, when they are few.
func oneOfThese(words []string, none string) string {
	const most = 8
	switch {
	case len(words) == 0:
		return none
	case len(words) == 1:
		return words[0]
	case len(words) > most:
		return fmt.Sprintf("%s or %d others", strings.Join(words[:most], ", "), len(words)-most)
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// didYouMean asks for the known word that a wrong one resembles, "" if none
// does.
func didYouMean(word string, known []string) string {
	if guess := grammar.Near(word, known); guess != "" {
		return " (did you mean " + strconv.Quote(guess) + "?)"
	}
	return ""
}

// anyAgentTakes tells parameters that are not the agent's: those of the
// fencing daemon, and of the agents' library for tracing.
func anyAgentTakes(class, name string) bool {
	if class == "stonith" && (strings.HasPrefix(name, "pcmk_") || slices.Contains([]string{"priority", "provides", "stonith-timeout"}, name)) {
		return true
	}
	return name == "trace_ra" || name == "trace_dir" || name == "trace_file" || name == "OCF_CHECK_LEVEL"
}

// checkMeta warns of meta attributes that mean nothing: they are taken, and do
// nothing.
func checkMeta(e *etree.Element) []finding {
	var list []finding
	known := completions.KnownMeta()
	for nv := range cib.NVPairs(e, cib.MetaAttributes) {
		name := attr(nv, "name")
		if name == "" || slices.Contains(known, name) {
			continue
		}
		text := "there is no meta attribute " + strconv.Quote(name) + ", so it does nothing; expected one that the cluster knows"
		list = append(list, doubt(nv, name, attr(nv, "value"), text+didYouMean(name, known)))
	}
	return list
}

// checkOperations warns of operations that the agent does not have, and of
// timeouts shorter than it advises.
func checkOperations(m *completions.Metadata, e *etree.Element) []finding {
	var list []finding
	for op := range cib.Children(cib.Child(e, "operations"), "op") {
		name, timeout := attr(op, "name"), attr(op, "timeout")
		if text := unknownOperation(m, name); text != "" {
			list = append(list, doubt(op, "", name, text))
			continue
		}
		a := advisedFor(m, name, attr(op, "role"))
		given, ok := span(timeout)
		advised, ok2 := span(a.Timeout)
		if ok && ok2 && timeout != "" && a.Timeout != "" && given < advised {
			list = append(list, doubt(op, "timeout", timeout, "timeout "+timeout+" of "+name+" is shorter than its agent advises; expected "+a.Timeout+" or more"))
		}
	}
	return list
}

// unknownOperation says what is wrong with the name of an operation, "" when
// nothing is. Agents that list no actions are believed to have it.
func unknownOperation(m *completions.Metadata, name string) string {
	var known []string
	for _, a := range m.Actions {
		if a.Name == name {
			return ""
		}
		known = append(known, a.Name)
	}
	if len(known) == 0 || slices.Contains([]string{"start", "stop", "monitor", "notify", "migrate"}, name) {
		return ""
	}
	return "operation " + strconv.Quote(name) + " is not known to its agent; expected " + oneOfThese(known, "none") + didYouMean(name, known)
}

// span reads a duration as Pacemaker writes it: a number with a unit, of
// seconds without one.
func span(text string) (time.Duration, bool) {
	end := len(text)
	for end > 0 && (text[end-1] == ' ' || text[end-1]|0x20 >= 'a' && text[end-1]|0x20 <= 'z') {
		end--
	}
	n, err := strconv.ParseInt(text[:end], 10, 32)
	if err != nil {
		return 0, false
	}
	unit, ok := units[strings.TrimSpace(text[end:])]
	return time.Duration(n) * unit, ok
}

// units are the units of times in meta-data and options; seconds when none is
// given.
var units = map[string]time.Duration{"": time.Second, "s": time.Second, "sec": time.Second, "ms": time.Millisecond,
	"msec": time.Millisecond, "us": time.Microsecond, "m": time.Minute, "min": time.Minute, "h": time.Hour, "hr": time.Hour}

// agentOf describes the agent of a primitive or template, nil when it is not
// known here.
func (s *Session) agentOf(doc *cib.Document, e *etree.Element) *completions.Metadata {
	if s.Agents == nil {
		return nil
	}
	if t := attr(e, "template"); t != "" {
		if e = doc.Find(t); e == nil {
			return nil
		}
	}
	return s.Agents.Metadata(attr(e, "class"), attr(e, "provider"), attr(e, "type"))
}

// runDefaultTimeouts gives operations the timeouts that agents advise.
func runDefaultTimeouts(ctx context.Context, c *Call) error {
	next, err := c.copyForEdit(ctx)
	if err != nil {
		return err
	}
	for _, word := range c.words[1:] {
		e, err := primitiveNamed(next, word)
		if err != nil {
			return err
		}
		m := c.agentOf(next, e)
		if m == nil {
			return newError(NotFound, word.Pos, "the agent of %s is not installed here: nothing is known of its timeouts", word.Text)
		}
		template := next.Find(attr(e, "template")) // what it says of an operation holds
		for op := range cib.Children(cib.Child(e, "operations"), "op") {
			a := advisedFor(m, attr(op, "name"), attr(op, "role"))
			if a.Timeout != "" && len(operationsOf(template, a.Name, "")) == 0 && attr(op, "timeout") != a.Timeout {
				c.Info("%s: %s gets timeout=%s", word.Text, a.Name, a.Timeout)
				op.CreateAttr("timeout", a.Timeout)
			}
		}
		names := []string{"start", "stop"}
		if cib.IsPromotable(topmost(e)) {
			names = append(names, "promote", "demote")
		}
		for _, name := range names {
			if a := advisedFor(m, name, ""); a.Timeout != "" && len(operationsOf(e, name, ""))+len(operationsOf(template, name, "")) == 0 {
				addOperation(next, e, name, "0", a.Timeout)
			}
		}
	}
	return c.replaceWith(ctx, next)
}

// primitiveNamed is the primitive that a word names.
func primitiveNamed(doc *cib.Document, word grammar.Word) (*etree.Element, error) {
	e := doc.Resource(word.Text)
	switch {
	case e == nil:
		if t := doc.Find(word.Text); t != nil {
			return nil, newError(Refused, word.Pos, "%s is a %s; expected a primitive", word.Text, kindOf(t))
		}
		return nil, noObject(doc, word.Text, word)
	case e.Tag != "primitive":
		return nil, newError(Refused, word.Pos, "%s is a %s; expected a primitive", word.Text, kindOf(e))
	}
	return e, nil
}

// advisedFor is what the agent advises for an operation of a role (or of
// none), else the first of the name.
func advisedFor(m *completions.Metadata, name, role string) (found completions.Action) {
	for _, a := range m.Actions {
		switch {
		case a.Name != name:
		case sameRole(a.Role, role):
			return a
		case found.Name == "":
			found = a
		}
	}
	return found
}

// sameRole compares roles by what they mean: some have an old word.
func sameRole(a, b string) bool {
	old := strings.NewReplacer("master", "promoted", "slave", "unpromoted")
	return old.Replace(strings.ToLower(a)) == old.Replace(strings.ToLower(b))
}

// runValidateAll lets the agent of a resource check its parameters.
func runValidateAll(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	e, err := primitiveNamed(w.doc, c.words[1])
	if err != nil {
		return err
	}
	if c.agentOf(w.doc, e) == nil {
		return newError(NotFound, c.words[1].Pos, "the agent of %s is not installed here", c.Args[0])
	}
	params := map[string]string{}
	for nv := range cib.NVPairs(e, cib.InstanceAttributes) {
		params[attr(nv, "name")] = attr(nv, "value")
	}
	parts := []string{attr(e, "class"), attr(e, "provider"), attr(e, "type")}
	spec := strings.ReplaceAll(strings.Join(parts, ":"), "::", ":")
	text, err := c.Agents.Validate(ctx, spec, params)
	c.print(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Args[0], err)
	}
	return nil
}
