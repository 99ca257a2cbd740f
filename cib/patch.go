package cib

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// PatchError says why a patch set does not fit a document.
type PatchError struct {
	Path    string // of the change, "" for the whole set
	Problem string
}

// Error names the path and the problem.
func (e *PatchError) Error() string {
	if e.Path == "" {
		return "apply patch: " + e.Problem
	}
	return "apply patch: " + e.Path + ": " + e.Problem
}

// PatchVersions reads the versions that a patch set leads from and to; ok is
// false when it does not say.
func PatchVersions(patch *etree.Element) (source, target Version, ok bool) {
	v := Child(patch, "version")
	from, to := Child(v, "source"), Child(v, "target")
	if from == nil || to == nil {
		return Version{}, Version{}, false
	}
	return versionOf(from), versionOf(to), true
}

// Patched returns the document that a version 2 patch set makes of d, which
// stays as it is. A set made for another version than d's is refused, and so
// is a result whose digest is not the announced one.
func (d *Document) Patched(patch *etree.Element) (*Document, error) {
	if err := d.fits(patch); err != nil {
		return nil, err
	}
	next := d.Copy()
	if err := next.apply(patch); err != nil {
		return nil, err
	}
	if want := Attr(patch, "digest"); want != "" {
		if got := next.Digest(); got != want {
			return nil, &PatchError{"", "the result has digest " + got + ", " + want + " was announced"}
		}
	}
	return next, nil
}

// fits checks the form of a patch set and the version that it is for.
func (d *Document) fits(patch *etree.Element) error {
	if patch.Tag != "diff" {
		return &PatchError{"", "<" + patch.FullTag() + "> found, <diff> expected"}
	}
	if format := Attr(patch, "format"); format != "2" {
		return &PatchError{"", "format " + strconv.Quote(format) + " found, 2 expected"}
	}
	source, _, versioned := PatchVersions(patch)
	if have := d.Version(); versioned && have != source {
		return &PatchError{"", fmt.Sprintf("it is for version %s, the CIB has version %s", source, have)}
	}
	return nil
}

// Apply is Patched in place. On an error nothing is changed. Only a set that
// announces a digest needs a copy; any other is as quick as it is small.
func (d *Document) Apply(patch *etree.Element) error {
	if Attr(patch, "digest") == "" {
		if err := d.fits(patch); err != nil {
			return err
		}
		return d.apply(patch)
	}
	next, err := d.Patched(patch)
	if err == nil {
		d.Become(next)
	}
	return err
}

// patcher applies the changes of one set. All of them are looked up and checked
// before the first is made. What is deleted, moved and created is collected
// for each parent, because a position counts among what is left of the old
// children (all moved ones taken out first) and what has been put before it.
type patcher struct {
	doc     *Document
	edits   []func()             // modifications and replacements
	gone    map[etree.Token]bool // deleted or moved
	inserts map[*etree.Element][]insertion
	touched []*etree.Element // parents to rebuild, in order
	lookups map[*etree.Element]map[string]*etree.Element
	counts  map[*etree.Element]int
}

type insertion struct {
	position int
	token    etree.Token
}

func (d *Document) apply(patch *etree.Element) error {
	p := &patcher{
		doc: d, gone: map[etree.Token]bool{}, inserts: map[*etree.Element][]insertion{},
		lookups: map[*etree.Element]map[string]*etree.Element{}, counts: map[*etree.Element]int{},
	}
	for c := range Children(patch, "change") {
		if problem := p.change(c); problem != "" {
			return &PatchError{Attr(c, "path"), problem}
		}
	}
	for _, edit := range p.edits {
		edit()
	}
	for _, parent := range p.touched {
		if _, changed := p.inserts[parent]; changed {
			p.rebuild(parent)
			delete(p.inserts, parent)
		}
	}
	if _, target, versioned := PatchVersions(patch); versioned && d.Version() != target {
		d.SetVersion(target)
	}
	return nil
}

// change does or notes one change; it returns what is wrong with it.
func (p *patcher) change(c *etree.Element) (problem string) {
	path := Attr(c, "path")
	operation := Attr(c, "operation")
	position, hasPosition := -1, Attr(c, "position") != ""
	if hasPosition {
		n, err := strconv.Atoi(Attr(c, "position"))
		if err != nil || n < 0 {
			return "position " + strconv.Quote(Attr(c, "position")) + " is no number"
		}
		position = n
	}
	if operation == "delete" && strings.HasSuffix(path, "/comment") {
		return p.deleteComment(strings.TrimSuffix(path, "/comment"), position)
	}
	e, problem := p.find(path)
	if problem != "" {
		return problem
	}
	if e == nil {
		if operation == "delete" {
			return "" // it is gone already, as wanted
		}
		return "there is no such element"
	}
	switch operation {
	case "modify":
		return p.modify(e, c)
	case "create":
		for _, t := range c.Child {
			switch t := t.(type) {
			case *etree.Element:
				p.insert(e, position, CopyElement(t))
			case *etree.Comment:
				p.insert(e, position, etree.NewComment(t.Data))
			}
		}
		return ""
	case "delete", "move", "replace":
		return p.displace(operation, e, c, position)
	}
	return "operation " + strconv.Quote(operation) + " is not known: create, modify, move, delete or replace expected"
}

func (p *patcher) displace(operation string, e, c *etree.Element, position int) (problem string) {
	parent := e.Parent()
	if operation == "replace" {
		for content := range Children(c) {
			if e == p.doc.Root() && content.FullTag() != "cib" {
				return "the root element is <cib>, not <" + content.FullTag() + ">"
			}
			p.edits = append(p.edits, func() { replace(e, content) })
			return ""
		}
		return "a replacement without content"
	}
	if parent == nil || e == p.doc.Root() {
		return "the root element cannot be moved or deleted"
	}
	p.touch(parent)
	p.gone[e] = true
	if operation == "move" {
		p.insert(parent, position, e)
	}
	return ""
}

// replace gives e the name, attributes and children of another element.
func replace(e, by *etree.Element) {
	by = CopyElement(by)
	e.Space, e.Tag, e.Attr = by.Space, by.Tag, by.Attr
	e.Child = nil
	for _, t := range slices.Clone(by.Child) {
		e.AddChild(t)
	}
}

func (p *patcher) touch(parent *etree.Element) {
	if _, known := p.inserts[parent]; !known {
		p.inserts[parent] = nil
		p.touched = append(p.touched, parent)
	}
}

func (p *patcher) insert(parent *etree.Element, position int, t etree.Token) {
	p.touch(parent)
	p.inserts[parent] = append(p.inserts[parent], insertion{position, t})
}

func (p *patcher) deleteComment(path string, position int) (problem string) {
	parent, problem := p.find(path)
	if problem != "" || parent == nil {
		return problem
	}
	at := 0
	for _, t := range parent.Child {
		if _, text := t.(*etree.CharData); text || p.gone[t] {
			continue
		}
		if _, ok := t.(*etree.Comment); ok && (position < 0 || at == position) {
			p.touch(parent)
			p.gone[t] = true
			return ""
		}
		at++
	}
	return "there is no comment at position " + strconv.Itoa(position)
}

func (p *patcher) modify(e, c *etree.Element) (problem string) {
	for a := range Children(Child(c, "change-list"), "change-attr") {
		switch operation := Attr(a, "operation"); {
		case operation != "set" && operation != "unset":
			return "attribute operation " + strconv.Quote(operation) + " is not known: set or unset expected"
		case !isName(Attr(a, "name")):
			return strconv.Quote(Attr(a, "name")) + " is no name of an attribute"
		}
	}
	p.edits = append(p.edits, func() { modify(e, c) })
	return ""
}

func modify(e, c *etree.Element) {
	for a := range Children(Child(c, "change-list"), "change-attr") {
		if name := Attr(a, "name"); Attr(a, "operation") == "set" {
			e.CreateAttr(name, Attr(a, "value"))
		} else {
			e.RemoveAttr(name)
		}
	}
	// The result tells the order of the attributes; not their values, which
	// may be stale in a set without versions.
	for result := range Children(Child(c, "change-result")) {
		for i := range result.Attr {
			if a := e.SelectAttr(result.Attr[i].FullKey()); a == nil || len(e.Attr) != len(result.Attr) {
				return
			}
		}
		rank := map[string]int{}
		for i := range result.Attr {
			rank[result.Attr[i].FullKey()] = i
		}
		slices.SortStableFunc(e.Attr, func(a, b etree.Attr) int { return rank[a.FullKey()] - rank[b.FullKey()] })
	}
}

// rebuild gives a parent its children after deletions, moves and creations.
func (p *patcher) rebuild(parent *etree.Element) {
	inserts := p.inserts[parent]
	slices.SortStableFunc(inserts, func(a, b insertion) int {
		switch { // without a position: behind everything
		case a.position < 0 && b.position < 0:
			return 0
		case a.position < 0:
			return 1
		case b.position < 0:
			return -1
		}
		return a.position - b.position
	})
	var left []etree.Token
	for _, t := range parent.Child {
		if _, text := t.(*etree.CharData); text && contentOf(parent) != mixed || p.gone[t] {
			continue
		}
		left = append(left, t)
	}
	children := make([]etree.Token, 0, len(left)+len(inserts))
	for _, in := range inserts {
		for len(left) > 0 && (in.position < 0 || len(children) < in.position) {
			children, left = append(children, left[0]), left[1:]
		}
		children = append(children, in.token)
		if in.token.Parent() == nil {
			parent.AddChild(in.token) // tells it its parent
		}
	}
	parent.Child = append(children, left...)
	parent.ReindexChildren()
}

// find is the element at a path, nil when there is none.
func (p *patcher) find(path string) (e *etree.Element, problem string) {
	rest := path
	for rest != "" {
		tag, id, hasID, nth, after, problem := cutStep(rest)
		if problem != "" {
			return nil, problem
		}
		if e == nil {
			if e = p.doc.Root(); e.FullTag() != tag {
				return nil, ""
			}
		} else if e = p.child(e, tag, id, hasID, nth); e == nil {
			return nil, ""
		}
		rest = after
	}
	if e == nil {
		return nil, "a path is expected"
	}
	return e, ""
}

// cutStep cuts /tag, /tag[@id='x'] or /tag[2] off a path.
func cutStep(path string) (tag, id string, hasID bool, nth int, rest, problem string) {
	n := 1
	for n < len(path) && classes[path[n]] == inName {
		n++
	}
	if path[0] != '/' || n == 1 {
		return "", "", false, 0, "", "the path is not of the form /cib/tag[@id='...']/..."
	}
	tag, rest, nth = path[1:n], path[n:], 1
	const open, end = "[@id='", "']"
	switch {
	case strings.HasPrefix(rest, open):
		k := strings.Index(rest, end)
		if k < 0 {
			return "", "", false, 0, "", "an id in the path is not closed by ']"
		}
		return tag, rest[len(open):k], true, 1, rest[k+len(end):], ""
	case strings.HasPrefix(rest, "["):
		number, after, ok := strings.Cut(rest[1:], "]")
		k, err := strconv.Atoi(number)
		if !ok || err != nil || k < 1 {
			return "", "", false, 0, "", "[" + number + "] in the path is no number"
		}
		return tag, "", false, k, after, ""
	}
	return tag, "", false, 1, rest, ""
}

// child looks one step down. A parent that is asked often gets an index.
func (p *patcher) child(parent *etree.Element, tag, id string, hasID bool, nth int) *etree.Element {
	if hasID && len(parent.Child) > 16 {
		if p.counts[parent]++; p.counts[parent] > 4 {
			lookup := p.lookups[parent]
			if lookup == nil {
				lookup = make(map[string]*etree.Element, len(parent.Child))
				for e := range Children(parent) {
					if key := step(e); lookup[key] == nil {
						lookup[key] = e
					}
				}
				p.lookups[parent] = lookup
			}
			if e := lookup[tag+"[@id='"+id+"']"]; e != nil && !p.gone[e] {
				return e
			}
			return nil
		}
	}
	for e := range Children(parent) {
		if e.FullTag() != tag || hasID && ID(e) != id || p.gone[e] {
			continue
		}
		if nth--; nth == 0 {
			return e
		}
	}
	return nil
}
