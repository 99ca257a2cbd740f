package rule

import (
	"strings"

	"github.com/beevik/etree"
)

// Why tells in words what makes a rule pass: all conditions of an "and", those
// that hold of an "or". It is nil for a rule that does not pass.
func (c *Context) Why(rule *etree.Element) []string {
	rule = c.resolve(rule)
	if !c.Passes(rule) {
		return nil
	}
	var all []string
	for e := range children(rule) {
		if holds, known := c.condition(e); !known || !holds {
			continue
		}
		switch e.Tag {
		case "rule":
			all = append(all, c.Why(e)...)
		case "expression":
			all = append(all, c.sayExpression(c.resolve(e)))
		case "date_expression":
			all = append(all, c.sayDate(c.resolve(e)))
		}
	}
	return all
}

// sayExpression is an expression that holds, with the value that it met.
func (c *Context) sayExpression(e *etree.Element) string {
	name := c.Expand(attr(e, "attribute"))
	actual, defined := find(c.Node, name)
	if !defined {
		actual = "not set"
	}
	says := name + " is " + actual
	op := strings.ToLower(attr(e, "operation"))
	switch op {
	case "eq":
		return says
	case "not_defined":
		return says
	case "defined":
		return name + " is set (" + actual + ")"
	}
	value := attr(e, "value")
	switch from := attr(e, "value-source"); from {
	case "param", "meta":
		values := map[string]Values{"param": c.Params, "meta": c.Meta}[from]
		wanted, _ := find(values, value)
		value = from + " " + value + ", " + wanted
	}
	return says + " (" + op + " " + value + ")"
}

// sayDate is a date expression that holds.
func (c *Context) sayDate(e *etree.Element) string {
	start, end := attr(e, "start"), attr(e, "end")
	switch op := strings.ToLower(attr(e, "operation")); {
	case op == "date_spec":
		var parts []string
		if spec := c.resolve(child(e, "date_spec")); spec != nil {
			for _, a := range spec.Attr {
				if a.Key != "id" {
					parts = append(parts, a.Key+"="+a.Value)
				}
			}
		}
		return "the date fits " + strings.Join(parts, " ")
	case op == "gt", end == "" && child(e, "duration") == nil:
		return "the date is after " + start
	case op == "lt", start == "":
		return "the date is before " + end
	case end == "":
		return "the date is within the duration from " + start
	}
	return "the date is between " + start + " and " + end
}
