package cib

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/antchfx/xpath"
	"github.com/beevik/etree"
)

// Bounds of a query: a longer expression is refused, a longer walk is given
// up. A walk of the whole of a 5 MB CIB takes some hundred thousand steps.
const (
	longestQuery = 8192
	mostSteps    = 10_000_000
)

// ErrQueryTooLong is returned for an XPath expression whose evaluation takes
// too many steps.
var ErrQueryTooLong = errors.New("the expression takes too long on this CIB, make it more specific")

// Query finds the elements that an XPath 1.0 expression selects, in document
// order, as cibadmin --xpath does. An attribute or text that is selected
// stands for its element. An expression that is no selection (a count, a
// comparison) finds nothing, and so does a path that does not begin with / as
// there is nothing that it could be relative to.
func (d *Document) Query(expression string) ([]*etree.Element, error) {
	nodes, _, err := d.evaluate(expression)
	return nodes, err
}

// QueryValue evaluates an XPath expression that gives a number, a text or a
// truth value, and returns it as XPath writes it; a selection gives the text
// of its first node.
func (d *Document) QueryValue(expression string) (string, error) {
	_, value, err := d.evaluate(expression)
	return value, err
}

func (d *Document) evaluate(expression string) (found []*etree.Element, value string, err error) {
	if len(expression) > longestQuery {
		return nil, "", fmt.Errorf("xpath: the expression has %d characters, at most %d are read", len(expression), longestQuery)
	}
	steps := 0
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p == errSteps:
			found, value, err = nil, "", fmt.Errorf("xpath %s: %w", expression, ErrQueryTooLong)
		default: // the library panics on some expressions it does not know
			found, value, err = nil, "", fmt.Errorf("xpath %s: %v", expression, p)
		}
	}()
	compiled, err := xpath.Compile(idCall().ReplaceAllString(expression, "(//*[@id=$1 and not(self::resource_ref or self::obj_ref or self::role)])"))
	if err != nil {
		return nil, "", fmt.Errorf("xpath %s: %w", expression, err)
	}
	switch result := compiled.Evaluate(&navigator{doc: d.tree, cur: etree.NewComment(""), attr: -1, steps: &steps}).(type) {
	case *xpath.NodeIterator:
		found, value = collect(result)
		return inOrder(d, found), value, nil
	case float64, string, bool:
		return nil, fmt.Sprint(result), nil
	}
	return nil, "", nil
}

// idCall is XPath's id('x'), which the library does not have.
var idCall = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bid\(\s*('[^']*'|"[^"]*")\s*\)`) })

// inOrder sorts elements as they stand in the document: the library gives the
// parts of a union (//a|//b) one behind the other.
func inOrder(d *Document, found []*etree.Element) []*etree.Element {
	if len(found) < 2 {
		return found
	}
	place := make(map[*etree.Element]int, len(found))
	for _, e := range found {
		place[e] = 0
	}
	n := 0
	for e := range Walk(d.Root()) {
		if _, wanted := place[e]; wanted {
			place[e] = n
			n++
		}
	}
	slices.SortFunc(found, func(a, b *etree.Element) int { return place[a] - place[b] })
	return found
}

func collect(nodes *xpath.NodeIterator) (found []*etree.Element, value string) {
	seen := map[*etree.Element]bool{}
	first := true
	for nodes.MoveNext() {
		n, ok := nodes.Current().(*navigator)
		if !ok {
			continue
		}
		if first {
			value, first = n.Value(), false
		}
		e, _ := n.cur.(*etree.Element)
		switch {
		case n.cur == nil:
			e = n.doc.Root() // the document stands for it
		case e == nil:
			e = n.cur.Parent()
		}
		if e != nil && !seen[e] {
			seen[e] = true
			found = append(found, e)
		}
	}
	return found, value
}

// errSteps is thrown by the navigator, which has no other way to stop the
// library, and caught by evaluate.
var errSteps = errors.New("too many steps")

// navigator lets the XPath library walk an etree without a second tree.
type navigator struct {
	doc   *etree.Document
	cur   etree.Token // element, text or comment; nil is the document
	attr  int         // -1: the node itself
	steps *int
}

func (n *navigator) step() {
	if *n.steps++; *n.steps > mostSteps {
		panic(errSteps)
	}
}

func (n *navigator) element() *etree.Element {
	e, _ := n.cur.(*etree.Element)
	return e
}

// NodeType is part of xpath.NodeNavigator.
func (n *navigator) NodeType() xpath.NodeType {
	switch {
	case n.cur == nil:
		return xpath.RootNode
	case n.attr >= 0:
		return xpath.AttributeNode
	}
	switch n.cur.(type) {
	case *etree.Element:
		return xpath.ElementNode
	case *etree.Comment:
		return xpath.CommentNode
	}
	return xpath.TextNode
}

// LocalName is part of xpath.NodeNavigator.
func (n *navigator) LocalName() string {
	e := n.element()
	switch {
	case e == nil:
		return ""
	case n.attr >= 0:
		return e.Attr[n.attr].Key
	}
	return e.Tag
}

// Prefix is part of xpath.NodeNavigator.
func (n *navigator) Prefix() string {
	e := n.element()
	switch {
	case e == nil:
		return ""
	case n.attr >= 0:
		return e.Attr[n.attr].Space
	}
	return e.Space
}

func (n *navigator) text(e *etree.Element, b *strings.Builder) {
	for _, t := range e.Child {
		n.step()
		switch t := t.(type) {
		case *etree.CharData:
			b.WriteString(t.Data)
		case *etree.Element:
			n.text(t, b)
		}
	}
}

// Value is part of xpath.NodeNavigator.
func (n *navigator) Value() string {
	var b strings.Builder
	switch t := n.cur.(type) {
	case *etree.Element:
		if n.attr >= 0 {
			return t.Attr[n.attr].Value
		}
		n.text(t, &b)
	case *etree.CharData:
		return t.Data
	case *etree.Comment:
		return t.Data
	default:
		n.text(&n.doc.Element, &b)
	}
	return b.String()
}

// Copy is part of xpath.NodeNavigator.
func (n *navigator) Copy() xpath.NodeNavigator {
	n.step()
	c := *n
	return &c
}

// MoveToRoot is part of xpath.NodeNavigator.
func (n *navigator) MoveToRoot() { n.cur, n.attr = nil, -1 }

// MoveToParent is part of xpath.NodeNavigator.
func (n *navigator) MoveToParent() bool {
	n.step()
	switch {
	case n.cur == nil:
		return false
	case n.attr >= 0:
		n.attr = -1
		return true
	}
	if p := n.cur.Parent(); p != nil && p != &n.doc.Element {
		n.cur = p
	} else {
		n.cur = nil
	}
	return true
}

// MoveToNextAttribute is part of xpath.NodeNavigator.
func (n *navigator) MoveToNextAttribute() bool {
	n.step()
	e := n.element()
	if e == nil || n.attr+1 >= len(e.Attr) {
		return false
	}
	n.attr++
	return true
}

// visible tells whether XPath sees a token at all.
func visible(t etree.Token) bool {
	switch t.(type) {
	case *etree.Element, *etree.CharData, *etree.Comment:
		return true
	}
	return false
}

func (n *navigator) children() []etree.Token {
	if n.cur == nil {
		return n.doc.Child
	}
	if e := n.element(); e != nil {
		return e.Child
	}
	return nil
}

func (n *navigator) first(tokens []etree.Token) bool {
	n.step()
	for _, t := range tokens {
		if visible(t) {
			n.cur = t
			return true
		}
	}
	return false
}

// MoveToChild is part of xpath.NodeNavigator.
func (n *navigator) MoveToChild() bool { return n.attr < 0 && n.first(n.children()) }

func (n *navigator) siblings() []etree.Token {
	if p := n.cur.Parent(); p != nil {
		return p.Child
	}
	return n.doc.Child
}

// MoveToFirst is part of xpath.NodeNavigator.
func (n *navigator) MoveToFirst() bool { return n.cur != nil && n.attr < 0 && n.first(n.siblings()) }

func (n *navigator) sibling(d int) bool {
	n.step()
	if n.cur == nil || n.attr >= 0 {
		return false
	}
	tokens := n.siblings()
	for i := n.cur.Index() + d; i >= 0 && i < len(tokens); i += d {
		if visible(tokens[i]) {
			n.cur = tokens[i]
			return true
		}
	}
	return false
}

// MoveToNext is part of xpath.NodeNavigator.
func (n *navigator) MoveToNext() bool { return n.sibling(1) }

// MoveToPrevious is part of xpath.NodeNavigator.
func (n *navigator) MoveToPrevious() bool { return n.sibling(-1) }

// MoveTo is part of xpath.NodeNavigator.
func (n *navigator) MoveTo(to xpath.NodeNavigator) bool {
	other, ok := to.(*navigator)
	if !ok || other.doc != n.doc {
		return false
	}
	*n = *other
	return true
}
