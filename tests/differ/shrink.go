package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/beevik/etree"

	"crm/cib"
)

// smallest takes elements and attributes away as long as the two still differ
// in the same kind of answer, and writes what is left.
func (j judges) smallest(seed uint64, doc *cib.Document, d difference, dir string) error {
	for changed := true; changed; {
		changed = false
		for depth := 1; depth < 8; depth++ {
			for i := 0; ; i++ {
				e := nth(doc.Root(), depth, i)
				if e == nil {
					break
				}
				if next := without(doc, depth, i); next != nil && j.still(next, d) {
					doc, changed = next, true
					i--
				}
			}
		}
	}
	final, err := j.compare(doc.Bytes())
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n<!--\n%s-->\n", doc.Bytes(), final)
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.xml", seed)), []byte(text), 0o644)
}

// still tells whether the two differ as they did.
func (j judges) still(doc *cib.Document, d difference) bool {
	now, err := j.compare(doc.Bytes())
	return err == nil && d.sharesWith(now)
}

// nth is the element number i at a depth, in document order.
func nth(root *etree.Element, depth, i int) *etree.Element {
	var found *etree.Element
	var walk func(e *etree.Element, d int)
	walk = func(e *etree.Element, d int) {
		if found != nil {
			return
		}
		if d == depth {
			if i == 0 {
				found = e
			}
			i--
			return
		}
		for c := range cib.Children(e) {
			walk(c, d+1)
		}
	}
	walk(root, 0)
	return found
}

// without is the document less one element; nil if that makes no sense.
func without(doc *cib.Document, depth, i int) *cib.Document {
	copied := doc.Copy()
	e := nth(copied.Root(), depth, i)
	switch e.Tag {
	case "configuration", "status", "crm_config", "nodes", "resources", "constraints", "lrm_resources", "lrm":
		return nil
	}
	cib.Remove(e)
	return copied
}
