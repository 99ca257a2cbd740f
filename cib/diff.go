package cib

import (
	"sort"
	"strconv"
	"strings"

	"github.com/beevik/etree"
)

// DiffOptions choose what a patch set says besides the changes.
type DiffOptions struct {
	NoVersion bool // leave the version triple out (crm_diff --no-version)
	Digest    bool // add the digest of the result
}

// Diff is the version 2 patch set (a <diff> element) that makes b out of a,
// nil when nothing differs. Comments and processing instructions outside of
// the root element are not part of it.
func Diff(a, b *Document, opt DiffOptions) *etree.Element {
	to := b.Root()
	if opt.NoVersion {
		to = withVersion(to, a.Root())
	}
	if equal(a.Root(), to) {
		return nil
	}
	f := &differ{}
	if a.Root().FullTag() == to.FullTag() && plain(a.Root()) && plain(to) {
		f.same(a.Root(), to, "/cib")
	} else {
		f.changes = append(f.changes, change("replace", "/cib", -1, to))
	}
	patch := etree.NewElement("diff")
	patch.CreateAttr("format", "2")
	if opt.Digest {
		patch.CreateAttr("digest", b.Digest())
	}
	if !opt.NoVersion {
		version := patch.CreateElement("version")
		versionElement(version.CreateElement("source"), a.Version())
		versionElement(version.CreateElement("target"), b.Version())
	}
	for _, c := range append(f.deletes, f.changes...) {
		patch.AddChild(c)
	}
	return patch
}

func versionElement(e *etree.Element, v Version) {
	e.CreateAttr("admin_epoch", strconv.Itoa(v.AdminEpoch))
	e.CreateAttr("epoch", strconv.Itoa(v.Epoch))
	e.CreateAttr("num_updates", strconv.Itoa(v.NumUpdates))
}

// withVersion is a shallow stand-in for e that has the version of like.
func withVersion(e, like *etree.Element) *etree.Element {
	c := CopyElement(e)
	for _, name := range []string{"admin_epoch", "epoch", "num_updates"} {
		if value, ok := LookupAttr(like, name); ok {
			c.CreateAttr(name, value)
		} else {
			c.RemoveAttr(name)
		}
	}
	return c
}

// differ collects the changes of a patch set: deletions come first.
type differ struct {
	deletes, changes []*etree.Element
}

func change(operation, path string, position int, content etree.Token) *etree.Element {
	e := etree.NewElement("change")
	e.CreateAttr("operation", operation)
	e.CreateAttr("path", path)
	if position >= 0 {
		e.CreateAttr("position", strconv.Itoa(position))
	}
	switch content := content.(type) {
	case *etree.Element:
		e.AddChild(CopyElement(content))
	case *etree.Comment:
		e.CreateComment(content.Data)
	}
	return e
}

// same compares two elements of the same name and id whose children can all
// be addressed.
func (f *differ) same(a, b *etree.Element, path string) {
	if !equalAttrs(a, b) {
		f.changes = append(f.changes, modification(a, b, path))
	}
	keep, moved := match(a, b)
	f.delete(a, keep, path)
	position := 0
	for _, t := range b.Child {
		switch t := t.(type) {
		case *etree.CharData: // white space
			continue
		case *etree.Comment:
			if keep[t] == nil {
				f.changes = append(f.changes, change("create", path, position, t))
			}
		case *etree.Element:
			f.child(keep[t], t, path, position, moved[t])
		}
		position++
	}
}

// child compares an element with what it was; nil when it is new.
func (f *differ) child(was etree.Token, e *etree.Element, path string, position int, moved bool) {
	old, _ := was.(*etree.Element)
	here := path + "/" + step(e)
	switch {
	case old == nil:
		f.changes = append(f.changes, change("create", path, position, e))
		return
	case equal(old, e):
	case !plain(old) || !plain(e):
		f.deletes = append(f.deletes, change("delete", here, -1, nil))
		f.changes = append(f.changes, change("create", path, position, e))
		return
	default:
		f.same(old, e, here)
	}
	if moved {
		f.changes = append(f.changes, change("move", here, position, nil))
	}
}

// delete notes the children of a that are gone.
func (f *differ) delete(a *etree.Element, keep map[etree.Token]etree.Token, path string) {
	position := 0 // among what is left
	for _, t := range a.Child {
		switch t := t.(type) {
		case *etree.CharData:
			continue
		case *etree.Comment:
			if keep[t] == nil {
				f.deletes = append(f.deletes, change("delete", path+"/comment", position, nil))
				continue
			}
		case *etree.Element:
			if keep[t] == nil {
				f.deletes = append(f.deletes, change("delete", path+"/"+step(t), -1, nil))
				continue
			}
		}
		position++
	}
}

func modification(a, b *etree.Element, path string) *etree.Element {
	e := change("modify", path, -1, nil)
	list := e.CreateElement("change-list")
	for i := range b.Attr {
		at := &b.Attr[i]
		if old := a.SelectAttr(at.FullKey()); old == nil || old.Value != at.Value {
			c := list.CreateElement("change-attr")
			c.CreateAttr("name", at.FullKey())
			c.CreateAttr("operation", "set")
			c.CreateAttr("value", at.Value)
		}
	}
	for i := range a.Attr {
		if name := a.Attr[i].FullKey(); b.SelectAttr(name) == nil {
			c := list.CreateElement("change-attr")
			c.CreateAttr("name", name)
			c.CreateAttr("operation", "unset")
		}
	}
	result := e.CreateElement("change-result").CreateElement(b.FullTag())
	for i := range b.Attr {
		result.CreateAttr(b.Attr[i].FullKey(), b.Attr[i].Value)
	}
	return e
}

// step is how a path names an element below its parent.
func step(e *etree.Element) string {
	if id, ok := LookupAttr(e, "id"); ok {
		return e.FullTag() + "[@id='" + id + "']"
	}
	return e.FullTag()
}

// plain tells whether the children of e can be addressed one by one: no text,
// no two with the same name and id, none without an id (which its name alone
// stands for) beside another of its name, no quote in an id.
func plain(e *etree.Element) bool {
	if contentOf(e) == mixed {
		return false
	}
	seen := make(map[string]bool, 2*len(e.Child))
	for _, t := range e.Child {
		switch t := t.(type) {
		case *etree.ProcInst:
			return false
		case *etree.Element:
			tag, name := t.FullTag(), step(t)
			if seen[name] || name == tag && seen["*"+tag] || strings.Contains(ID(t), "'") {
				return false
			}
			seen[name], seen["*"+tag] = true, true
			if name != tag && seen[tag] {
				return false
			}
		}
	}
	return true
}

// match pairs the children of b with those of a, both ways, and tells which
// elements change their place among those that stay. A comment that moved is
// not paired: patch sets cannot move comments.
func match(a, b *etree.Element) (keep map[etree.Token]etree.Token, moved map[*etree.Element]bool) {
	old := map[string][]etree.Token{}
	place := map[etree.Token]int{}
	for i, t := range a.Child {
		if key := matchKey(t); key != "" {
			old[key] = append(old[key], t)
			place[t] = i
		}
	}
	keep = map[etree.Token]etree.Token{}
	moved = map[*etree.Element]bool{}
	var pairs []etree.Token // of b
	var places []int
	for _, t := range b.Child {
		key := matchKey(t)
		if list := old[key]; len(list) > 0 {
			keep[t], keep[list[0]] = list[0], t
			pairs, places = append(pairs, t), append(places, place[list[0]])
			old[key] = list[1:]
		}
	}
	for i, stays := range increasing(places) {
		if stays {
			continue
		}
		if e, ok := pairs[i].(*etree.Element); ok {
			moved[e] = true
			continue
		}
		delete(keep, keep[pairs[i]])
		delete(keep, pairs[i])
	}
	return keep, moved
}

func matchKey(t etree.Token) string {
	switch t := t.(type) {
	case *etree.Element:
		return step(t)
	case *etree.Comment:
		return "!" + t.Data
	}
	return ""
}

// increasing marks a longest increasing subsequence of n: what is not in it
// has to move.
func increasing(n []int) []bool {
	stays := make([]bool, len(n))
	before := make([]int, len(n))
	var ends []int // ends[k]: index of the least end of a run of length k+1
	for i, v := range n {
		k := sort.Search(len(ends), func(k int) bool { return n[ends[k]] >= v })
		before[i] = -1
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			stays[i] = true
		}
	}
	return stays
}

// Equal tells whether two elements are the same: names, attributes in their
// order, children, comments and text; white space between elements aside.
func Equal(a, b *etree.Element) bool { return equal(a, b) }

func equal(a, b *etree.Element) bool {
	if a.Tag != b.Tag || a.Space != b.Space || !equalAttrs(a, b) {
		return false
	}
	text := contentOf(a) == mixed
	if text != (contentOf(b) == mixed) {
		return false
	}
	i, j := 0, 0
	for {
		x, y := nextToken(a, &i, text), nextToken(b, &j, text)
		if x == nil || y == nil {
			return x == nil && y == nil
		}
		if !equalTokens(x, y) {
			return false
		}
	}
}

// nextToken is the child at i or the first behind it that counts.
func nextToken(e *etree.Element, i *int, text bool) etree.Token {
	for *i < len(e.Child) {
		t := e.Child[*i]
		*i++
		if _, blank := t.(*etree.CharData); !blank || text {
			return t
		}
	}
	return nil
}

func equalTokens(x, y etree.Token) bool {
	switch x := x.(type) {
	case *etree.Element:
		y, ok := y.(*etree.Element)
		return ok && equal(x, y)
	case *etree.Comment:
		y, ok := y.(*etree.Comment)
		return ok && x.Data == y.Data
	case *etree.CharData:
		y, ok := y.(*etree.CharData)
		return ok && x.Data == y.Data
	case *etree.ProcInst:
		y, ok := y.(*etree.ProcInst)
		return ok && x.Target == y.Target && x.Inst == y.Inst
	}
	return false
}

func equalAttrs(a, b *etree.Element) bool {
	if len(a.Attr) != len(b.Attr) {
		return false
	}
	for i := range a.Attr {
		x, y := &a.Attr[i], &b.Attr[i]
		if x.Key != y.Key || x.Value != y.Value || x.Space != y.Space {
			return false
		}
	}
	return true
}
