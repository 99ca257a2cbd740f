package cib

import (
	"bytes"
	"fmt"
	"io"

	"github.com/beevik/etree"
)

// Document is one CIB: configuration and status. The zero value is not
// usable; make one with Parse, Read or New.
type Document struct {
	tree *etree.Document
}

// Parse reads a CIB from its XML text. The error names the line where the
// text stops being a CIB.
func Parse(text []byte) (*Document, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(text); err != nil {
		return nil, fmt.Errorf("read CIB: %w", err)
	}
	root := tree.Root()
	if root == nil || root.Tag != "cib" {
		return nil, fmt.Errorf("read CIB: root element is not <cib>")
	}
	return &Document{tree: tree}, nil
}

// Read reads a CIB from r; see Parse.
func Read(r io.Reader) (*Document, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read CIB: %w", err)
	}
	return Parse(text)
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
func (d *Document) Root() *etree.Element { return d.tree.Root() }

// Configuration is the <configuration> element, made if it is missing.
func (d *Document) Configuration() *etree.Element { return d.child("configuration") }

// Status is the <status> element, made if it is missing.
func (d *Document) Status() *etree.Element { return d.child("status") }

func (d *Document) child(tag string) *etree.Element {
	if e := d.Root().SelectElement(tag); e != nil {
		return e
	}
	return d.Root().CreateElement(tag)
}

// Copy returns a document that shares nothing with d.
func (d *Document) Copy() *Document { return &Document{tree: d.tree.Copy()} }

// WriteTo writes the document as XML.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	d.tree.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true}
	return d.tree.WriteTo(w)
}

// Bytes is the document as XML.
func (d *Document) Bytes() []byte {
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		panic(err) // a bytes.Buffer does not fail
	}
	return b.Bytes()
}
