package engine

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/rule"
	"crm/engine/score"
)

// resolve finds the element that a reference by id-ref stands for; any other
// element stands for itself.
func (c *cluster) resolve(e *etree.Element) *etree.Element {
	if e == nil {
		return nil
	}
	ref, isRef := cib.LookupAttr(e, "id-ref")
	if !isRef {
		return e
	}
	if c.elements == nil {
		c.elements = map[string]*etree.Element{}
		for x := range cib.Walk(c.config) {
			if id := cib.ID(x); id != "" {
				c.elements[x.Tag+" "+id] = x
			}
		}
	}
	return c.elements[e.Tag+" "+ref]
}

// blocks lists the attribute sets of one kind below some elements in the
// order in which they count: the set with the id first, then by score, then
// the last in the document before those in front of it.
func (c *cluster) blocks(tag, first string, of ...*etree.Element) []*etree.Element {
	var list []*etree.Element
	for _, e := range of {
		for b := range cib.Children(e, tag) {
			if b = c.resolve(b); b != nil {
				list = append(list, b)
			}
		}
	}
	if len(list) < 2 {
		return list
	}
	slices.Reverse(list)
	rank := func(b *etree.Element) score.Score {
		if first != "" && cib.ID(b) == first {
			return score.Infinity + 1
		}
		s, _ := score.Parse(cib.Attr(b, "score")) // none counts 0
		return s
	}
	slices.SortStableFunc(list, func(a, b *etree.Element) int { return int(rank(b)) - int(rank(a)) })
	return list
}

// merge adds what attribute sets say to a list; what is set already stays.
func (c *cluster) merge(blocks []*etree.Element, ctx *rule.Context, into *attributes) {
	for _, b := range blocks {
		if r := cib.Child(b, "rule"); r != nil && !ctx.Passes(r) {
			continue
		}
		c.mergePairs(b, into)
	}
}

func (c *cluster) mergePairs(b *etree.Element, into *attributes) {
	for e := range cib.Children(b) {
		switch e.Tag {
		case "attributes":
			c.mergePairs(e, into)
		case "nvpair":
			pair := c.resolve(e)
			if pair == nil {
				continue
			}
			name := cib.Attr(e, "name")
			if name == "" {
				name = cib.Attr(pair, "name")
			}
			value, given := cib.LookupAttr(pair, "value")
			switch {
			case !given || name == "":
			case strings.EqualFold(value, "#default"):
				into.remove(name)
			default:
				into.add(name, value)
			}
		}
	}
}

// ruleContext is what all rules may ask about.
func (c *cluster) ruleContext() *rule.Context {
	return &rule.Context{Now: c.now, Resolve: c.resolve, Changes: c.changesAt}
}

// hasRule tells whether any of the blocks depends on a rule.
func hasRule(blocks []*etree.Element) bool {
	for _, b := range blocks {
		if cib.Child(b, "rule") != nil {
			return true
		}
	}
	return false
}
