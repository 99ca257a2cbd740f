package shell

import (
	"context"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
)

// propertyDefault is what holds for a cluster option that is not set.
func propertyDefault(name string) (string, bool) {
	p, ok := completions.PropertyNamed(name)
	return p.Default, ok && p.Default != ""
}

// agentFindings are what the agents' meta-data says against a configuration.
func (s *Session) agentFindings(doc *cib.Document) []finding {
	return nil
}

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
		e := next.Resource(word.Text)
		if e == nil || e.Tag != "primitive" {
			return newError(NotFound, word.Pos, "there is no primitive %s", word.Text)
		}
		m := c.agentOf(next, e)
		if m == nil {
			return newError(NotFound, word.Pos, "the agent of %s is not installed here: nothing is known of its timeouts", word.Text)
		}
		for op := range cib.Children(cib.Child(e, "operations"), "op") {
			for _, a := range m.Actions {
				if a.Name == attr(op, "name") && a.Timeout != "" && attr(op, "timeout") != a.Timeout {
					c.Info("%s: %s gets timeout=%s", word.Text, a.Name, a.Timeout)
					op.CreateAttr("timeout", a.Timeout)
				}
			}
		}
	}
	return c.replaceWith(ctx, next)
}

// runValidateAll lets the agent of a resource check its parameters.
func runValidateAll(ctx context.Context, c *Call) error {
	w, err := c.configuration(ctx)
	if err != nil {
		return err
	}
	e := w.doc.Resource(c.Args[0])
	if e == nil || e.Tag != "primitive" {
		return newError(NotFound, c.words[1].Pos, "there is no primitive %s", c.Args[0])
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
