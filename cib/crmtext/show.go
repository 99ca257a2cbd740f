package crmtext

import (
	"path"
	"sort"
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// Listed is one object of the configuration as the language sees it.
type Listed struct {
	Keyword string // of its statement: "primitive", "ms", "property"
	ID      string // a node's is its name; the topology's is "fencing_topology"
	Element *etree.Element
}

// shown is the order of crmsh's show.
var shown = []string{"node", "rsc_template", "primitive", "bundle", "group", "ms", "clone", "tag", "colocation", "location",
	"order", "fencing_topology", "rsc_ticket", "property", "rsc_defaults", "op_defaults", "role", "user", "acl_group", "acl_target", "alert"}

// Objects lists all objects in the order of show: by kind, then by id;
// colocations, locations and orders are one kind, and so are tickets and the
// fencing topology.
func Objects(doc *cib.Document) []Listed {
	all := gathered(doc)
	ranks := showRanks()
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		if ranks[a.Keyword] != ranks[b.Keyword] {
			return ranks[a.Keyword] < ranks[b.Keyword]
		}
		return sortID(a) < sortID(b)
	})
	return all
}

func sortID(l *Listed) string {
	if id := cib.ID(l.Element); id != "" {
		return id // of a node it is not the name
	}
	return l.ID
}

func showRanks() map[string]int {
	ranks := make(map[string]int, len(shown))
	for i, k := range shown {
		ranks[k] = i
	}
	ranks["colocation"], ranks["location"] = ranks["order"], ranks["order"]
	ranks["fencing_topology"] = ranks["rsc_ticket"]
	return ranks
}

// AsStored lists all objects by kind, those of a kind in the order in which
// the document has them; constraints are one kind.
func AsStored(doc *cib.Document) []Listed {
	all := gathered(doc)
	ranks := showRanks()
	ranks["ms"] = ranks["clone"]
	sort.SliceStable(all, func(i, j int) bool { return ranks[all[i].Keyword] < ranks[all[j].Keyword] })
	return all
}

// gathered are all objects, section after section.
func gathered(doc *cib.Document) []Listed {
	var all []Listed
	for _, section := range cib.Sections() {
		s := doc.Section(section)
		if section == cib.FencingTopology {
			if s != nil {
				all = append(all, Listed{"fencing_topology", "fencing_topology", s})
			}
			continue
		}
		for e := range cib.Children(s) {
			all = list(all, e, section)
		}
	}
	return all
}

var keywords = map[string]string{"node": "node", "primitive": "primitive", "template": "rsc_template", "group": "group",
	"clone": "clone", "master": "ms", "bundle": "bundle", "rsc_location": "location", "rsc_colocation": "colocation",
	"rsc_order": "order", "rsc_ticket": "rsc_ticket", "cluster_property_set": "property", "tag": "tag", "alert": "alert",
	"acl_role": "role", "acl_target": "acl_target", "acl_group": "acl_group", "acl_user": "user"}

// list adds an element and the resources inside it.
func list(all []Listed, e *etree.Element, section string) []Listed {
	l := Listed{keywords[e.Tag], cib.ID(e), e}
	switch section {
	case cib.RscDefaults, cib.OpDefaults:
		l.Keyword = section
	case cib.Nodes:
		l.ID = cib.Attr(e, "uname")
	}
	if l.Keyword == "" {
		return all
	}
	all = append(all, l)
	if section == cib.Resources {
		for c := range cib.Children(e) {
			if cib.IsResource(c) {
				all = list(all, c, section)
			}
		}
	}
	return all
}

// Show is the whole configuration as text, each object as crmsh prints it,
// with a newline behind the last.
func Show(doc *cib.Document) string { return NewPrinter(doc).Text(Objects(doc)...) }

// Printer turns objects of a document into text. It must not be kept when
// the document changes.
type Printer struct {
	// KeepReferred prints the ids that other places refer to, so that the text
	// can be read into another configuration; crmsh's show leaves most out.
	KeepReferred bool
	// Hide is a pattern of attribute names whose values are shown as stars, as
	// crmsh's obscure_pattern: "passw*". Empty hides nothing.
	Hide string
	// Style is the crmsh whose layout is followed.
	Style Style

	nodes    []string
	referred map[string]bool // ids that an id-ref names
}

// Stars are shown in the place of a hidden value.
const Stars = "******"

// NewPrinter gathers what objects need to know of others.
func NewPrinter(doc *cib.Document) *Printer {
	p := &Printer{referred: map[string]bool{}}
	for e := range cib.Walk(doc.Configuration()) {
		if e.Tag == "node" {
			p.nodes = append(p.nodes, cib.Attr(e, "uname"))
		}
		if ref := cib.Attr(e, "id-ref"); ref != "" {
			p.referred[ref] = true
		}
	}
	return p
}

// keptID is an id that must be printed, else "".
func (p *Printer) keptID(id string) string {
	if p.KeepReferred && p.referred[id] {
		return id
	}
	return ""
}

// Hides tells whether the values of a name are not to be shown.
func (p *Printer) Hides(name string) bool {
	if p.Hide == "" {
		return false
	}
	for pattern := range strings.FieldsSeq(p.Hide) {
		if match, err := path.Match(pattern, name); err == nil && match {
			return true
		}
	}
	return false
}

// Text is several objects, each on its own lines.
func (p *Printer) Text(objects ...Listed) string {
	var b strings.Builder
	for _, o := range objects {
		b.WriteString(p.Object(o))
		b.WriteByte('\n')
	}
	return b.String()
}

// Object is one object as text.
func (p *Printer) Object(o Listed) string { return grammar.Print(p.Statement(o)) }

// Statement is one object as a statement; one that the language has no words
// for is an xml statement.
func (p *Printer) Statement(o Listed) grammar.Statement {
	st, ok := p.read(o)
	if !ok || !common(o.Element) && !readsBack(st) {
		st = &grammar.XML{Text: xmlText(o.Element)}
	}
	if comments := commentsOf(o.Element); len(comments) > 0 {
		grammar.SetComments(st, comments)
	}
	return st
}

// common tells a resource made of everyday characters, of which text can
// surely be read back; there are many of these. Values are quoted and may
// hold any printable character.
func common(e *etree.Element) bool {
	if !cib.IsResource(e) || e.Tag == "bundle" {
		return false
	}
	for c := range cib.Walk(e) {
		if c.Tag == "op" && (cib.Attr(c, "role") != "" || cib.Attr(c, "on-fail") != "" || cib.Attr(c, "interval") == "") {
			return false
		}
		for _, a := range c.Attr {
			switch {
			case a.Key == "value" && c.Tag == "nvpair", a.Key == "description":
				if !sayable(a.Value) {
					return false
				}
			case !everyday(a.Value) || a.Value == "":
				return false
			}
		}
	}
	return true
}

func everyday(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' || s[i] >= '0' && s[i] <= '9' || s[i] == '_' || s[i] == '-' || s[i] == '.') {
			return false
		}
	}
	return true
}

// readsBack prints a statement, reads that and prints it again.
func readsBack(st grammar.Statement) bool {
	text := grammar.Print(st)
	got, faults := grammar.Parse(text)
	if faults != nil || len(got) != 1 {
		return false
	}
	if b, is := got[0].(*grammar.Bundle); is { // how it is laid out is not in the words
		b.Tall = st.(*grammar.Bundle).Tall
	}
	return grammar.Print(got[0]) == text
}

func xmlText(e *etree.Element) string { return cib.FormatJoined(withoutComments(e)) }

// withoutComments is a copy of an element whose own comments are shown above it.
func withoutComments(e *etree.Element) *etree.Element {
	if len(commentsOf(e)) == 0 {
		return e
	}
	c := cib.CopyElement(e)
	for i := len(c.Child) - 1; i >= 0; i-- {
		if _, is := c.Child[i].(*etree.Comment); is {
			c.RemoveChildAt(i)
		}
	}
	return c
}

func (p *Printer) read(o Listed) (grammar.Statement, bool) {
	e := o.Element
	switch o.Keyword {
	case "node":
		return p.readNode(e)
	case "primitive", "rsc_template":
		return p.readPrimitive(e)
	case "group":
		return p.readGroup(e)
	case "clone", "ms":
		return p.readClone(e)
	case "bundle":
		return p.readBundle(e)
	case "location":
		return p.readLocation(e)
	case "colocation":
		return readColocation(e)
	case "order":
		return readOrder(e)
	case "rsc_ticket":
		return readTicket(e)
	case "property", "rsc_defaults", "op_defaults":
		return p.readProperty(e)
	case "fencing_topology":
		return readFencing(e, p.nodes)
	case "tag":
		return readTag(e)
	case "role":
		return readRole(e)
	case "user":
		return readUser(e)
	case "acl_target", "acl_group":
		return readTarget(e)
	case "alert":
		return p.readAlert(e)
	}
	return nil, false
}
