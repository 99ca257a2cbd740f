package crmtext

import (
	"slices"
	"strconv"
	"strings"

	"crm/cib"
	"crm/grammar"
)

// Style says whose habits are followed where the releases of crmsh differ.
type Style int

// The styles. The zero value is that of crmsh 4.4.1.
const (
	Style4 Style = iota
	// Style5 is that of crmsh 5.1: bundles are printed with an attribute a
	// line, and statements that are typed get units at their times,
	// interleave=true in their clones, and the words Promoted and Unpromoted.
	Style5
)

// modernIntervals gives operations without an interval the one that crmsh 5.1 writes.
func modernIntervals(st grammar.Statement) {
	s, is := st.(*grammar.Primitive)
	if !is {
		return
	}
	for _, part := range s.Parts.List {
		if o := part.Operation; o != nil && o.NoInterval {
			for i := range o.Attrs {
				if o.Attrs[i].Name == "interval" {
					o.Attrs[i].Value = "0s"
				}
			}
		}
	}
}

// modern completes a typed statement as crmsh 5.1 does.
func (ed *Editor) modern(st grammar.Statement) {
	switch st := st.(type) {
	case *grammar.Primitive:
		for _, part := range st.Parts.List {
			if part.Operation != nil && st.Agent.Template == "" {
				ed.modernOperation(part.Operation)
			}
			if part.Set != nil {
				ed.modernRules(part.Set.Rules)
			}
		}
	case *grammar.Clone:
		if st.Keyword() == "clone" {
			ed.modernClone(st)
		}
	case *grammar.Location:
		ed.modernRole(&st.Where.Role)
		ed.modernRules(st.Where.Rules)
		ed.modernSets(st.Whom.Sets)
	case *grammar.Colocation:
		ed.modernSets(grammar.Sets(st.Sets))
	case *grammar.Ticket:
		ed.modernSets(grammar.Sets(st.Sets))
	}
}

func (ed *Editor) modernOperation(o *grammar.Operation) {
	for i := range o.Attrs {
		switch p := &o.Attrs[i]; p.Name {
		case "interval", "timeout":
			p.Value = seconds(p.Value)
		case "role":
			ed.modernRole(&p.Value)
		}
	}
	for _, set := range o.Sets {
		ed.modernRules(set.Rules)
	}
}

// seconds gives a bare number its unit.
func seconds(time string) string {
	if _, err := strconv.ParseUint(time, 10, 64); err != nil {
		return time
	}
	return time + "s"
}

func (ed *Editor) modernRules(rules []grammar.Rule) {
	for i := range rules {
		ed.modernRole(&rules[i].Role)
	}
}

func (ed *Editor) modernSets(sets grammar.Sets) {
	for _, set := range sets.List {
		for i := range set.Refs {
			ed.modernRole(&set.Refs[i].Suffix)
		}
	}
}

// modernRoles are the old words for roles and those since schema 3.7.
var modernRoles = [][2]string{{"Master", "Promoted"}, {"Slave", "Unpromoted"}}

// modernRole uses the word for a role that the schema prefers.
func (ed *Editor) modernRole(role *string) {
	since37 := ed.newRoles()
	for _, words := range modernRoles {
		from, to := words[1], words[0]
		if since37 {
			from, to = words[0], words[1]
		}
		if strings.EqualFold(*role, from) {
			*role = to
			ed.notes = append(ed.notes, "the role "+from+" is called "+to+" by the schema in use")
		}
	}
}

// newRoles tells a schema that has the words Promoted and Unpromoted.
func (ed *Editor) newRoles() bool {
	version, _ := strings.CutPrefix(cib.Attr(ed.doc.Root(), "validate-with"), "pacemaker-")
	major, minor, _ := strings.Cut(version, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a > 3 || a == 3 && b >= 7
}

// modernClone gives the clone of a primitive the meta attributes that most want.
func (ed *Editor) modernClone(s *grammar.Clone) {
	if e := ed.ids.Find(string(s.Resource)); e == nil || e.Tag != "primitive" {
		return
	}
	wanted := []string{"interleave"}
	if ed.promotable(string(s.Resource)) {
		wanted = []string{"promotable", "interleave"}
	}
	first := -1
	for i, set := range s.Sets.List {
		if set.Keyword != "meta" {
			continue
		}
		if set.IDRef != "" {
			return // the set belongs to another
		}
		if first < 0 {
			first = i
		}
		wanted = slices.DeleteFunc(wanted, func(name string) bool {
			_, given := set.Pairs.Get(name)
			return given
		})
	}
	if len(wanted) == 0 {
		return
	}
	if first < 0 {
		first = len(s.Sets.List)
		s.Sets.List = append(s.Sets.List, grammar.AttrSet{Pos: grammar.Where(s), Keyword: "meta"})
	}
	set := &s.Sets.List[first]
	for _, name := range wanted {
		set.Pairs = append(set.Pairs, grammar.Pair{Pos: set.Pos, Name: name, Value: "true"})
	}
}

// promotable tells a primitive whose agent can promote and demote.
func (ed *Editor) promotable(id string) bool {
	e := ed.ids.Find(id)
	if t := cib.Attr(e, "template"); t != "" {
		e = ed.ids.Find(t)
	}
	return ed.Promotable != nil && e != nil && ed.Promotable(cib.Attr(e, "class"), cib.Attr(e, "provider"), cib.Attr(e, "type"))
}
