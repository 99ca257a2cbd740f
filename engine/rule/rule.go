package rule

import (
	"iter"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// Values are names with values: node attributes, parameters, meta-attributes.
type Values interface {
	Lookup(name string) (value string, ok bool)
}

// Context is what a rule can ask about. What is not supplied is undefined to
// it.
type Context struct {
	Now    time.Time
	Node   Values // attributes of the node the question is about
	Params Values // instance attributes of the resource
	Meta   Values // meta-attributes of the resource

	Resource              bool // the next three are supplied
	Class, Provider, Type string

	Operation bool // the next two are supplied
	OpName    string
	OpMS      int64 // the interval in milliseconds

	Match []string // what %0 to %9 stand for: submatches of a resource pattern

	// Resolve finds what an element with id-ref stands for; nil if nothing.
	Resolve func(*etree.Element) *etree.Element

	// Changes is told of times (epoch seconds) at which an evaluation could
	// come out differently. It may be nil.
	Changes func(epoch int64)
}

// Passes evaluates a rule.
func (c *Context) Passes(rule *etree.Element) bool {
	rule = c.resolve(rule)
	if rule == nil || attr(rule, "id") == "" {
		return false
	}
	all := true
	switch op := attr(rule, "boolean-op"); {
	case op == "" || strings.EqualFold(op, "and"):
	case strings.EqualFold(op, "or"):
		all = false
	default:
		return false
	}
	conditions := false
	for e := range children(rule) {
		holds, known := c.condition(e)
		if !known {
			continue
		}
		conditions = true
		if holds != all {
			return holds
		}
	}
	return all || !conditions
}

// condition evaluates one child of a rule; known is false for an element that
// is no condition.
func (c *Context) condition(e *etree.Element) (holds, known bool) {
	switch e.Tag {
	case "rule":
		return c.Passes(e), true
	case "expression":
		return c.expression(c.resolve(e)), true
	case "date_expression":
		return c.dateExpression(c.resolve(e)), true
	case "rsc_expression":
		return c.resourceExpression(e), true
	case "op_expression":
		return c.operationExpression(e), true
	}
	return false, false
}

func (c *Context) resolve(e *etree.Element) *etree.Element {
	if e == nil || attr(e, "id-ref") == "" || c.Resolve == nil {
		return e
	}
	return c.Resolve(e)
}

// Static tells whether a rule gives the same answer for every node.
func (c *Context) Static(rule *etree.Element) bool {
	rule = c.resolve(rule)
	if rule == nil {
		return true
	}
	for e := range children(rule) {
		if e.Tag == "expression" || e.Tag == "rule" && !c.Static(e) {
			return false
		}
	}
	return true
}

func attr(e *etree.Element, name string) string {
	v, _ := lookup(e, name)
	return v
}

func lookup(e *etree.Element, name string) (string, bool) {
	if e == nil {
		return "", false
	}
	for i := range e.Attr {
		if e.Attr[i].Key == name && e.Attr[i].Space == "" {
			return e.Attr[i].Value, true
		}
	}
	return "", false
}

func children(e *etree.Element) iter.Seq[*etree.Element] {
	return func(yield func(*etree.Element) bool) {
		for _, t := range e.Child {
			if c, ok := t.(*etree.Element); ok && !yield(c) {
				return
			}
		}
	}
}

func child(e *etree.Element, tag string) *etree.Element {
	for c := range children(e) {
		if c.Tag == tag {
			return c
		}
	}
	return nil
}
