package shell

import (
	"github.com/beevik/etree"

	"crm/cib"
)

func attr(e *etree.Element, name string) string { return cib.Attr(e, name) }

// nodeName is what a <node> is called.
func nodeName(n *etree.Element) string {
	if name := attr(n, "uname"); name != "" {
		return name
	}
	return attr(n, "id")
}

// topmost is the clone or bundle that e is in, else e itself.
func topmost(e *etree.Element) *etree.Element {
	for p := e.Parent(); p != nil && cib.IsResource(p); p = p.Parent() {
		if p.Tag == "clone" || p.Tag == "master" || p.Tag == "bundle" {
			return p
		}
	}
	return e
}

// setValue writes name=value into the attribute sets of a resource or a node
// and tells whether anything changed.
func setValue(doc *cib.Document, e *etree.Element, set, name, value string) bool {
	if old, ok := cib.NVValue(e, set, name); ok && old == value {
		return false
	}
	id := attr(e, "id") + "-" + set
	if e.Tag == "node" { // crm_attribute's ids
		id = "nodes-" + attr(e, "id")
		if set == cib.Utilization {
			id += "-utilization"
		}
	}
	doc.SetNV(e, set, id, name, value)
	return true
}

func deleteValue(e *etree.Element, set, name string) bool { return cib.DeleteNV(e, set, name) > 0 }

// nodeNames lists the members of the configuration.
func nodeNames(doc *cib.Document) []string {
	var names []string
	for n := range cib.Children(doc.Section(cib.Nodes), "node") {
		names = append(names, nodeName(n))
	}
	return names
}

// resourceNames lists all resources.
func resourceNames(doc *cib.Document) []string {
	var names []string
	for e := range doc.AllResources() {
		names = append(names, attr(e, "id"))
	}
	return names
}

// tagged lists the ids a tag stands for; ok is false when it is no tag.
func tagged(doc *cib.Document, id string) (ids []string, ok bool) {
	for t := range cib.Children(doc.Section(cib.Tags), "tag") {
		if attr(t, "id") != id {
			continue
		}
		for r := range cib.Children(t, "obj_ref") {
			ids = append(ids, attr(r, "id"))
		}
		return ids, true
	}
	return nil, false
}
