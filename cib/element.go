package cib

import (
	"iter"

	"github.com/beevik/etree"
)

// Attr is the value of an attribute, "" when e is nil or has none. It is what
// loops should use: etree's SelectAttrValue takes names apart at every call.
func Attr(e *etree.Element, name string) string {
	if e == nil {
		return ""
	}
	for i := range e.Attr {
		if e.Attr[i].Key == name && e.Attr[i].Space == "" {
			return e.Attr[i].Value
		}
	}
	return ""
}

// LookupAttr is Attr, and whether there is such an attribute.
func LookupAttr(e *etree.Element, name string) (string, bool) {
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

// SetAttr sets an attribute where it stands, or adds it behind the others.
func SetAttr(e *etree.Element, name, value string) { e.CreateAttr(name, value) }

// ID is the id attribute of e.
func ID(e *etree.Element) string { return Attr(e, "id") }

// Child is the first child element with the tag, nil when there is none or e
// is nil.
func Child(e *etree.Element, tag string) *etree.Element {
	if e == nil {
		return nil
	}
	for _, t := range e.Child {
		if c, ok := t.(*etree.Element); ok && c.Tag == tag && c.Space == "" {
			return c
		}
	}
	return nil
}

// Children yields the child elements of e with one of the tags, or all when
// none is given, in document order. The tree must not change meanwhile.
func Children(e *etree.Element, tags ...string) iter.Seq[*etree.Element] {
	return func(yield func(*etree.Element) bool) {
		if e == nil {
			return
		}
		for _, t := range e.Child {
			if c, ok := t.(*etree.Element); ok && (len(tags) == 0 || isOneOf(c, tags)) && !yield(c) {
				return
			}
		}
	}
}

func isOneOf(e *etree.Element, tags []string) bool {
	for _, tag := range tags {
		if e.Tag == tag && e.Space == "" {
			return true
		}
	}
	return false
}

// Walk yields e and all elements below it, in document order. The tree must
// not change meanwhile.
func Walk(e *etree.Element) iter.Seq[*etree.Element] {
	return func(yield func(*etree.Element) bool) { walk(e, yield) }
}

func walk(e *etree.Element, yield func(*etree.Element) bool) bool {
	if e == nil {
		return true
	}
	if !yield(e) {
		return false
	}
	for _, t := range e.Child {
		if c, ok := t.(*etree.Element); ok && !walk(c, yield) {
			return false
		}
	}
	return true
}

// Remove takes e out of its parent.
func Remove(e *etree.Element) {
	if p := e.Parent(); p != nil {
		p.RemoveChild(e)
	}
}

// Path names e from the root on, as patch sets and cibadmin --node-path do:
// /cib/configuration/resources/primitive[@id='x'].
func Path(e *etree.Element) string {
	path := ""
	for ; e != nil && e.Tag != ""; e = e.Parent() {
		path = "/" + step(e) + path
	}
	return path
}
