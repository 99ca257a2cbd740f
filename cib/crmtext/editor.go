package crmtext

import (
	"slices"
	"sort"
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// Editor changes the configuration of one document statement by statement.
// While it is in use nothing else may change the document.
type Editor struct {
	// Providers, if set, lists the providers of ocf agents of a type. An agent
	// given by its type alone is then of heartbeat if that has it, else of
	// pacemaker, else of the first.
	Providers func(agentType string) []string
	// Whole says that statements tell all there is of their objects, as a text
	// that was shown and edited does: nodes and property sets are replaced by
	// Apply, not merged.
	Whole bool
	// Style says how Create completes what was typed.
	Style Style
	// Promotable, if set, tells the agents that promote and demote.
	Promotable func(class, provider, agentType string) bool

	doc   *cib.Document
	ids   *cib.Index
	notes []string
	// now is the statement that is being applied.
	now     grammar.Statement
	doubts  []*Error
	guessed int // how often it was looked what a missing id was meant to be
}

// NewEditor indexes a document.
func NewEditor(doc *cib.Document) *Editor { return &Editor{doc: doc, ids: doc.Index()} }

// Apply makes the object of one statement, or replaces it.
func Apply(doc *cib.Document, st grammar.Statement) error { return NewEditor(doc).Apply(st) }

// Notes are what was changed besides the objects named, one sentence each.
func (ed *Editor) Notes() []string { return ed.notes }

// Create makes the object of a statement; it refuses one that exists. Nodes
// and property sets are merged, a topology is replaced.
func (ed *Editor) Create(st grammar.Statement) error {
	if ed.Style == Style5 {
		ed.modern(st)
	}
	return ed.apply(st, false)
}

// Apply makes the object of a statement, or replaces it.
func (ed *Editor) Apply(st grammar.Statement) error { return ed.apply(st, true) }

// ApplyAll applies a whole text. Statements that others refer to come first,
// whatever their order. It returns every fault; the others are applied.
func (ed *Editor) ApplyAll(sts []grammar.Statement) []error {
	sorted := append([]grammar.Statement(nil), sts...)
	sort.SliceStable(sorted, func(i, j int) bool { return rank(sorted[i].Keyword()) < rank(sorted[j].Keyword()) })
	sorted, twice := doubled(sorted)
	var faults []error
	for {
		var left []grammar.Statement
		faults, ed.guessed = twice, 0
		for _, st := range sorted {
			if err := ed.Apply(st); err != nil {
				faults = append(faults, err)
				left = append(left, st)
			}
		}
		// What referred to a later statement can be applied now.
		if len(left) == 0 || len(left) == len(sorted) {
			return faults
		}
		sorted = left
	}
}

// doubled takes out the statements whose object another statement of the text
// describes already. Nodes and property sets may be told in parts.
func doubled(sts []grammar.Statement) (kept []grammar.Statement, faults []error) {
	seen := map[string]bool{}
	for _, st := range sts {
		k, object := kinds[st.Keyword()]
		key := st.ObjectID()
		if k.apart {
			key = st.Keyword() + " " + key
		}
		if object && seen[key] {
			faults = append(faults, &Error{Pos: grammar.WhereID(st), Keyword: st.Keyword(), ID: st.ObjectID(), Word: st.ObjectID(), Problem: "is described twice in this text", Expected: "each object once"})
			continue
		}
		seen[key] = seen[key] || object
		kept = append(kept, st)
	}
	return kept, faults
}

// applied is the order in which statements are applied.
var applied = []string{"node", "rsc_template", "primitive", "monitor", "group", "bundle", "clone", "ms", "xml", "tag",
	"location", "colocation", "order", "rsc_ticket", "property", "rsc_defaults", "op_defaults", "fencing_topology",
	"role", "user", "acl_target", "acl_group", "alert"}

func rank(keyword string) int {
	for i, k := range applied {
		if k == keyword {
			return i
		}
	}
	return len(applied)
}

// apply finds what builds a statement of this kind.
func (ed *Editor) apply(st grammar.Statement, replace bool) error {
	ed.now = st
	err := ed.dispatch(st, replace)
	if err == nil {
		ed.doubt(st)
	}
	if fault, ours := err.(*Error); ours {
		if fault.Pos.Line == 0 {
			fault.Pos = grammar.Where(st)
		}
		if _, raw := st.(*grammar.XML); fault.Word == "" && !raw {
			fault.Word = grammar.WordAt(st, fault.Pos)
		}
		fault.Keyword, fault.ID = st.Keyword(), st.ObjectID()
	}
	return err
}

func (ed *Editor) dispatch(st grammar.Statement, replace bool) error {
	if ed.Style == Style5 {
		modernIntervals(st)
	}
	for i, line := range grammar.Comments(st) {
		if strings.Contains(line, "--") || strings.HasSuffix(line, "-") {
			return &Error{Pos: grammar.WhereComment(st, i), Word: line, Problem: "has -- in it or ends in -, which XML cannot hold", Expected: "a comment without that"}
		}
	}
	switch st := st.(type) {
	case *grammar.Node:
		return ed.node(st, replace)
	case *grammar.Property:
		return ed.property(st)
	case *grammar.Fencing:
		return ed.fencing(st, replace)
	case *grammar.Monitor:
		return ed.monitor(st)
	case *grammar.XML:
		return ed.xml(st, replace)
	}
	kind, known := kinds[st.Keyword()]
	if !known {
		return &Error{Problem: "is not understood here", Expected: "another statement"}
	}
	old := ed.find(kind, st.ObjectID())
	switch {
	case old == nil:
	case !replace:
		return &Error{Pos: grammar.WhereID(st), Problem: "is " + oneOf(old) + " already", Expected: "a name that is free"}
	case !kind.is(old):
		return &Error{Pos: grammar.WhereID(st), Problem: "is " + oneOf(old) + " already, which is something else", Expected: "a name that is free"}
	}
	m := ed.maker(old)
	e := kind.build(m, st)
	if m.err != nil {
		return m.err
	}
	ed.place(kind.section, old, e, st)
	return nil
}

// kind is how the objects of one keyword are stored.
type kind struct {
	section string
	tags    []string
	build   func(*maker, grammar.Statement) *etree.Element
	// apart says that the ids of this kind are their own name space.
	apart bool
}

var kinds = map[string]kind{
	"primitive":    {section: cib.Resources, tags: []string{"primitive"}, build: (*maker).primitive},
	"rsc_template": {section: cib.Resources, tags: []string{"template"}, build: (*maker).primitive},
	"group":        {section: cib.Resources, tags: []string{"group"}, build: (*maker).group},
	"clone":        {section: cib.Resources, tags: []string{"clone", "master"}, build: (*maker).clone},
	"ms":           {section: cib.Resources, tags: []string{"clone", "master"}, build: (*maker).clone},
	"bundle":       {section: cib.Resources, tags: []string{"bundle"}, build: (*maker).bundle},
	"location":     {section: cib.Constraints, tags: []string{"rsc_location"}, build: (*maker).location},
	"colocation":   {section: cib.Constraints, tags: []string{"rsc_colocation"}, build: (*maker).colocation},
	"order":        {section: cib.Constraints, tags: []string{"rsc_order"}, build: (*maker).order},
	"rsc_ticket":   {section: cib.Constraints, tags: []string{"rsc_ticket"}, build: (*maker).ticket},
	"tag":          {section: cib.Tags, tags: []string{"tag"}, build: (*maker).tag},
	"role":         {section: cib.ACLs, tags: []string{"acl_role"}, build: (*maker).role},
	"user":         {section: cib.ACLs, tags: []string{"acl_user"}, build: (*maker).user, apart: true},
	"acl_target":   {section: cib.ACLs, tags: []string{"acl_target"}, build: (*maker).target, apart: true},
	"acl_group":    {section: cib.ACLs, tags: []string{"acl_group"}, build: (*maker).target, apart: true},
	"alert":        {section: cib.Alerts, tags: []string{"alert"}, build: (*maker).alert},
}

func (k kind) is(e *etree.Element) bool {
	for _, t := range k.tags {
		if t == e.Tag {
			return true
		}
	}
	return false
}

// find is the object that has an id already.
func (ed *Editor) find(k kind, id string) *etree.Element {
	if !k.apart {
		return ed.ids.Find(id)
	}
	if e := ed.ids.Find(id); e != nil {
		return e
	}
	for e := range cib.Children(ed.doc.Section(k.section), k.tags...) {
		if cib.ID(e) == id {
			return e
		}
	}
	return nil
}

// place puts a finished element into its section, or where the old one stood.
func (ed *Editor) place(section string, old, e *etree.Element, st grammar.Statement) {
	comment(e, old, grammar.Comments(st))
	fresh := ed.members(e)
	if old == nil {
		ed.doc.MakeSection(section).AddChild(e)
	} else {
		ed.forget(old)
		parent := old.Parent()
		at := old.Index()
		parent.RemoveChildAt(at)
		parent.InsertChildAt(at, e)
		ed.release(old)
	}
	ed.add(e)
	ed.follow(e, fresh)
}

// forget takes the ids of an element's own parts out of the index.
func (ed *Editor) forget(old *etree.Element) {
	var inner []*etree.Element
	for c := range cib.Children(old) {
		if cib.IsResource(c) {
			inner = append(inner, c)
		}
	}
	ed.ids.Forget(old)
	for _, c := range inner {
		ed.ids.Add(c)
	}
}

// add enters the ids of an element's own parts; those of resources in it are
// known already.
func (ed *Editor) add(e *etree.Element) { ed.ids.Add(e) }

func describe(e *etree.Element) string {
	names := map[string]string{"template": "rsc_template", "master": "ms", "rsc_location": "location", "rsc_colocation": "colocation",
		"rsc_order": "order", "acl_role": "role", "cluster_property_set": "property set"}
	if name, is := names[e.Tag]; is {
		return name
	}
	return e.Tag
}

// orKinds is "a primitive or a group" of tags.
func orKinds(tags []string) string {
	var names []string
	for _, tag := range tags {
		if name := oneOf(etree.NewElement(tag)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " or " + names[n]
	}
	return strings.Join(names, "")
}

// oneOf is what describe says with its article.
func oneOf(e *etree.Element) string {
	word := describe(e)
	if strings.IndexByte("aeiou", word[0]) >= 0 {
		return "an " + word
	}
	return "a " + word
}

// comment puts the comment lines of a statement into its element, where crmsh
// keeps them, or keeps those of the old one.
func comment(e, old *etree.Element, lines []string) {
	if len(lines) == 0 && old != nil {
		lines = commentsOf(old)
	}
	for i, line := range lines {
		e.InsertChildAt(i, etree.NewComment(line))
	}
}

// commentLines are the lines of a comment, each beginning with #. What would
// not be read back is left out: delete characters, and backslashes at the end,
// which join lines.
func commentLines(text string) []string {
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\x7f", "")) {
		line = strings.TrimSpace(strings.TrimRight(line, "\\ \t\r\n"))
		if !strings.HasPrefix(line, "#") {
			line = strings.TrimSpace("# " + line)
		}
		lines = append(lines, line)
	}
	return lines
}

func commentsOf(e *etree.Element) []string {
	var lines []string
	for _, t := range e.Child {
		if c, is := t.(*etree.Comment); is {
			lines = append(lines, commentLines(c.Data)...)
		}
	}
	return lines
}
