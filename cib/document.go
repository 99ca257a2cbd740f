package cib

import (
	"errors"
	"fmt"
	"io"

	"github.com/beevik/etree"
)

// Document is one CIB: configuration and status. The zero value is not
// usable; make one with Parse, Read or New.
type Document struct {
	tree *etree.Document
	size int // of the text it came from: a guess at the text it will make
}

// Parse reads a CIB from its XML text. The error (a *SyntaxError inside)
// names the line and column where the text stops being a CIB. Document types
// and entities are refused, depth and size are bounded.
func Parse(text []byte) (*Document, error) { return ParseText(string(text)) }

// ParseText is Parse without a copy: the document's values are parts of the
// text.
func ParseText(text string) (*Document, error) {
	tree, err := parseTree(text)
	if err != nil {
		return nil, fmt.Errorf("read CIB: %w", err)
	}
	if root := tree.Root(); root.FullTag() != "cib" {
		return nil, fmt.Errorf("read CIB: the root element is <%s>, <cib> expected", root.FullTag())
	}
	return &Document{tree: tree, size: len(text)}, nil
}

// ParseElement reads one XML element, as given to cibadmin -X or to the crm
// language's xml statement.
func ParseElement(text string) (*etree.Element, error) {
	tree, err := parseTree(text)
	if err != nil {
		return nil, fmt.Errorf("read XML: %w", err)
	}
	root := tree.Root()
	tree.RemoveChild(root)
	return root, nil
}

// FromElement makes a document of a <cib> element, which then belongs to the
// document.
func FromElement(root *etree.Element) (*Document, error) {
	if root.FullTag() != "cib" {
		return nil, fmt.Errorf("read CIB: the root element is <%s>, <cib> expected", root.FullTag())
	}
	return &Document{tree: etree.NewDocumentWithRoot(root)}, nil
}

// New returns an empty CIB of the newest schema this package writes.
func New() *Document {
	d, err := Parse([]byte(`<cib validate-with="pacemaker-3.9" epoch="0" num_updates="0" admin_epoch="0">` +
		`<configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>`))
	if err != nil {
		panic(err)
	}
	return d
}

// Root is the <cib> element; callers may change the tree below it.
func (d *Document) Root() *etree.Element {
	for e := range Children(&d.tree.Element) {
		return e
	}
	panic(errors.New("cib: a document without its root element"))
}

// Configuration is the <configuration> element, made if it is missing.
func (d *Document) Configuration() *etree.Element { return d.child("configuration") }

// Status is the <status> element, made if it is missing.
func (d *Document) Status() *etree.Element { return d.child("status") }

func (d *Document) child(tag string) *etree.Element {
	root := d.Root()
	if e := Child(root, tag); e != nil {
		return e
	}
	if tag == "configuration" {
		e := etree.NewElement(tag)
		root.InsertChildAt(0, e)
		return e
	}
	return root.CreateElement(tag)
}

// Copy returns a document that shares nothing with d that can be changed.
func (d *Document) Copy() *Document {
	tree := etree.NewDocument()
	var s slabs
	s.copyChildren(&tree.Element, &d.tree.Element)
	return &Document{tree: tree, size: d.size}
}

// CopyElement returns a deep copy of e that has no parent.
func CopyElement(e *etree.Element) *etree.Element {
	var s slabs
	return s.copyElement(e)
}

// WriteTo writes the document as XML, indented by two blanks a level. Parsing
// what was written and writing it again gives the same bytes.
func (d *Document) WriteTo(to io.Writer) (int64, error) {
	w := writer{to: to, indent: true, buf: make([]byte, 0, flushAt+4096)}
	w.document(d.tree)
	w.flush()
	return w.n, w.err
}

// Bytes is the document as XML, as WriteTo writes it.
func (d *Document) Bytes() []byte {
	w := writer{indent: true, buf: make([]byte, 0, d.size+d.size/4)}
	w.document(d.tree)
	return w.buf
}

// Compact is the document as XML without indentation: for the wire.
func (d *Document) Compact() []byte {
	w := writer{buf: make([]byte, 0, d.size)}
	w.document(d.tree)
	return w.buf
}

// Become gives d the contents of another document, which is then part of d
// and must not be used any more.
func (d *Document) Become(other *Document) { d.tree = other.tree }
