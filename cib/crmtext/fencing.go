package crmtext

import (
	"sort"
	"strconv"
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// fencing makes the topology, or replaces the whole of it.
func (ed *Editor) fencing(s *grammar.Fencing, replace bool) error {
	old := ed.doc.Section(cib.FencingTopology)
	if cib.Child(old, "fencing-level") != nil && !replace {
		return &Error{Problem: "is there already, and there is one for the whole cluster", Expected: "\"delete fencing_topology\" first"}
	}
	m := ed.maker(old)
	e := element(cib.FencingTopology)
	index := map[string]int{}
	for _, t := range s.Targets.List {
		targets := []grammar.FencingTarget{t}
		if t.Node == "" && t.Pattern == "" && t.Attr == "" {
			targets = ed.everyNode(t)
		}
		for _, t := range targets {
			m.levels(e, t, index)
		}
	}
	return ed.finish(m, func() {
		if old != nil {
			ed.ids.Forget(old)
			cib.Remove(old)
		}
		comment(e, old, grammar.Comments(s))
		section := ed.doc.MakeSection(cib.FencingTopology)
		parent, at := section.Parent(), section.Index()
		parent.RemoveChildAt(at)
		parent.InsertChildAt(at, e)
		ed.add(e)
	})
}

// everyNode is a target for each node, by name.
func (ed *Editor) everyNode(t grammar.FencingTarget) []grammar.FencingTarget {
	var names []string
	for n := range cib.Children(ed.doc.Section(cib.Nodes), "node") {
		names = append(names, cib.Attr(n, "uname"))
	}
	sort.Strings(names)
	out := make([]grammar.FencingTarget, len(names))
	for i, name := range names {
		out[i] = grammar.FencingTarget{Node: name, Levels: t.Levels}
	}
	return out
}

func levelsOf(t grammar.FencingTarget) string { return t.Node + "\x00" + t.Pattern + "\x00" + t.Attr }

func (m *maker) levels(e *etree.Element, t grammar.FencingTarget, index map[string]int) {
	// crmsh counts the levels of one attribute over all its values.
	key := levelsOf(t)
	for _, devices := range t.Levels {
		index[key]++
		e.AddChild(element("fencing-level", "target", t.Node, "index", strconv.Itoa(index[key]), "devices", devices,
			"target-pattern", t.Pattern, "target-attribute", t.Attr, "target-value", t.Value, "id", m.id("fencing")))
	}
}

// readFencing turns the topology into one statement. Where every node has the
// same levels no target is named.
func readFencing(e *etree.Element, nodes []string) (grammar.Statement, bool) {
	s := &grammar.Fencing{Word: "fencing_topology"}
	index := map[string]int{}
	for c := range cib.Children(e) {
		a, ok := attrsOf(c, "target", "target-pattern", "target-attribute", "target-value", "index", "devices")
		if !ok || c.Tag != "fencing-level" || strings.ContainsAny(a["devices"], " ") || a["devices"] == "" {
			return nil, false
		}
		t := grammar.FencingTarget{Node: a["target"], Pattern: a["target-pattern"], Attr: a["target-attribute"], Value: a["target-value"]}
		if t.Node == "" && t.Pattern == "" && t.Attr == "" {
			return nil, false // words without a target mean every node, not none
		}
		if strings.ContainsAny(t.Node+t.Pattern, " \t") || !grammar.FencingAttr(t.Attr) || !grammar.FencingAttr(t.Value) {
			return nil, false // crmsh shows such a target as XML
		}
		last := target(s, t)
		if len(last.Levels) == grammar.MostLevels {
			return nil, false // there is no statement for more
		}
		last.Levels = append(last.Levels, a["devices"])
		index[levelsOf(t)]++
		if a["index"] != strconv.Itoa(len(last.Levels)) && a["index"] != strconv.Itoa(index[levelsOf(t)]) {
			return nil, false
		}
	}
	if levels, same := sameForAll(s.Targets.List, nodes); same {
		s.Targets.List = []grammar.FencingTarget{{Levels: levels}}
	}
	return s, true
}

// target finds or adds a target.
func target(s *grammar.Fencing, t grammar.FencingTarget) *grammar.FencingTarget {
	list := s.Targets.List
	for i := range list {
		if list[i].Node == t.Node && list[i].Pattern == t.Pattern && list[i].Attr == t.Attr && list[i].Value == t.Value {
			return &list[i]
		}
	}
	s.Targets.List = append(list, t)
	return &s.Targets.List[len(list)]
}

func sameForAll(list []grammar.FencingTarget, nodes []string) ([]string, bool) {
	if len(list) == 0 || len(list) != len(nodes) {
		return nil, false
	}
	named := map[string]bool{}
	for _, t := range list {
		if t.Node == "" || strings.Join(t.Levels, " ") != strings.Join(list[0].Levels, " ") {
			return nil, false
		}
		named[t.Node] = true
	}
	for _, n := range nodes {
		if !named[n] {
			return nil, false
		}
	}
	return list[0].Levels, true
}
