package shell

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/grammar"
)

// object is one thing of the configuration that has a name: what show, edit
// and delete work on.
type object struct {
	id, kind string
	element  *etree.Element
}

// objects lists all of them, in the order of show.
func objects(doc *cib.Document) []object {
	listed := crmtext.Objects(doc)
	list := make([]object, len(listed))
	for i, l := range listed {
		list[i] = object{l.ID, l.Keyword, l.Element}
	}
	return list
}

// kindOf is the word that the language has for an element.
func kindOf(e *etree.Element) string {
	switch e.Tag {
	case "template":
		return "rsc_template"
	case "master":
		return "ms"
	case "rsc_location", "rsc_colocation", "rsc_order":
		return strings.TrimPrefix(e.Tag, "rsc_")
	case "acl_role":
		return "role"
	case "acl_user":
		return "user"
	}
	return e.Tag
}

// kinds are the words behind "type:".
var kinds = []string{"node", "primitive", "group", "clone", "ms", "master", "bundle", "rsc_template", "location", "colocation", "order",
	"rsc_ticket", "property", "rsc_defaults", "op_defaults", "fencing_topology", "role", "user", "acl_target", "acl_group", "tag", "alert"}

// selection is what the words of show, edit or save name.
type selection struct {
	all     bool
	xml     bool
	objects []object
	hide    []string // globs of parameter names whose values are not shown
	plain   bool     // as crmsh shows it, without the ids that others refer to
	style   crmtext.Style
	// asStored keeps the order of the document: the option sort-elements is no.
	asStored bool
}

// has tells whether an element is selected.
func (s selection) has(e *etree.Element) bool {
	return s.all || slices.ContainsFunc(s.objects, func(o object) bool { return o.element == e })
}

// choose reads the words: each selects something, "and" between two keeps
// what both do.
func (c *Call) choose(w *work, words []grammar.Word) (selection, error) {
	s := selection{style: c.textStyle(), asStored: c.preference("sort-elements") == "no"}
	var chosen []object
	picked, both := false, false
	all := objects(w.doc)
	for _, word := range words {
		switch {
		case word.Text == "xml":
			s.xml = true
			continue
		case word.Text == "and":
			both = true
			continue
		case word.Text == "or":
			continue
		}
		if glob, ok := strings.CutPrefix(word.Text, "obscure:"); ok {
			s.hide = append(s.hide, glob)
			continue
		}
		some, err := c.pick(w, all, word)
		if err != nil {
			return s, err
		}
		if both {
			chosen = slices.DeleteFunc(chosen, func(o object) bool { return !slices.Contains(some, o) })
		} else {
			chosen = union(chosen, some)
		}
		picked, both = true, false
	}
	s.all, s.objects = !picked, chosen
	return s, nil
}

func union(list, more []object) []object {
	for _, o := range more {
		if !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	return list
}

// pick finds what one word selects.
func (c *Call) pick(w *work, all []object, word grammar.Word) ([]object, error) {
	switch what, arg, _ := strings.Cut(word.Text, ":"); {
	case word.Text == "changed":
		return changedObjects(w, all), nil
	case what == "type" && arg != "":
		if !slices.Contains(kinds, arg) {
			c.Warn("%s", unknownKind(arg))
		}
		return filterObjects(all, func(o object) bool { return o.kind == arg || arg == "master" && o.kind == "ms" }), nil
	case what == "tag" && arg != "":
		ids, ok := tagged(w.doc, arg)
		if !ok {
			return nil, wrong(NotFound, "", grammar.Word{Text: arg, Pos: grammar.Pos{Line: word.Pos.Line, Col: word.Pos.Col + len("tag:")}}, "does not exist", "the id of a tag")
		}
		return filterObjects(all, func(o object) bool { return slices.Contains(ids, o.id) }), nil
	case what == "related" && arg != "":
		if w.doc.Find(arg) != nil {
			return relatedObjects(w.doc, all, arg), nil
		}
		return filterObjects(all, func(o object) bool {
			return o.id == arg || runsAgent(o.element, arg) || w.doc.Node(arg) != nil && attr(o.element, "node") == arg
		}), nil
	}
	if what, isPrefix := strings.CutSuffix(word.Text, ":"); isPrefix && slices.Contains([]string{"type", "tag", "related"}, what) {
		return nil, newError(Usage, word.Pos, "%s what? expected %s", word.Text, map[string]string{"type": "one of " + strings.Join(kinds, ", "),
			"tag": "the id of a tag, as tag:web", "related": "an id or an agent, as related:vip or related:Dummy"}[what])
	}
	found := filterObjects(all, func(o object) bool {
		return o.id == word.Text || o.kind == "node" && attr(o.element, "id") == word.Text
	})
	if len(found) == 0 && strings.ContainsAny(word.Text, "*?[") {
		found = filterObjects(all, func(o object) bool { ok, err := path.Match(word.Text, o.id); return ok && err == nil })
		if len(found) == 0 {
			return nil, wrong(NotFound, "", word, "matches no object", "a pattern that does, or an id")
		}
	}
	if len(found) == 0 {
		return nil, noObject(w.doc, word.Text, word, "changed")
	}
	return found, nil
}

// runsAgent tells a resource whose agent is of a type: Dummy, or
// ocf:heartbeat:Dummy.
func runsAgent(e *etree.Element, agent string) bool {
	typ := attr(e, "type")
	return typ != "" && (typ == agent || attr(e, "class")+":"+typ == agent || attr(e, "class")+":"+attr(e, "provider")+":"+typ == agent)
}

func filterObjects(all []object, keep func(object) bool) []object {
	var list []object
	for _, o := range all {
		if keep(o) {
			list = append(list, o)
		}
	}
	return list
}

func unknownKind(kind string) string {
	if guess := grammar.Near(kind, kinds); guess != "" {
		return "there is no type " + kind + " (did you mean \"" + guess + "\"?)"
	}
	return "there is no type " + kind + "; the types are " + strings.Join(kinds, ", ")
}

// noObject says that an id is none; words are others that could stand there.
// The only one that begins so is a guess, too.
func noObject(doc *cib.Document, id string, word grammar.Word, words ...string) error {
	known := words
	for _, o := range objects(doc) {
		known = append(known, o.id)
	}
	err := wrong(NotFound, "", grammar.Word{Text: id, Pos: word.Pos}, "does not exist", "the id of an object; \"show\" lists them", known...)
	begun := slices.DeleteFunc(known, func(k string) bool { return !strings.HasPrefix(k, id) })
	if len(begun) == 1 && len(id) > 1 && !strings.Contains(err.Text, "did you mean") {
		err.Text += " (did you mean " + strconv.Quote(begun[0]) + "?)"
	}
	return err
}

// changedObjects are those that are new or different in the copy.
func changedObjects(w *work, all []object) []object {
	if w.doc == w.base {
		return nil
	}
	old := map[string]string{}
	for _, o := range objects(w.base) {
		old[o.kind+" "+o.id] = cib.Compact(o.element)
	}
	return filterObjects(all, func(o object) bool { return old[o.kind+" "+o.id] != cib.Compact(o.element) })
}

// relatedObjects are a thing, what it is in or made of, and all that names
// any of them.
func relatedObjects(doc *cib.Document, all []object, id string) []object {
	ids := map[string]bool{id: true}
	e := doc.Find(id)
	for p := e.Parent(); p != nil && cib.IsResource(p); p = p.Parent() {
		ids[attr(p, "id")] = true
	}
	for m := range cib.Members(e) {
		ids[attr(m, "id")] = true
	}
	naming := map[*etree.Element]bool{}
	for ref := range doc.References() {
		if !ids[ref.To] {
			continue
		}
		for e := ref.From; e != nil; e = e.Parent() {
			naming[e] = true
		}
	}
	return filterObjects(all, func(o object) bool { return ids[o.id] || naming[o.element] && o.kind != "group" && o.kind != "clone" })
}
