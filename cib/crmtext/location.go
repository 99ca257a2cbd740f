package crmtext

import (
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// location builds a location constraint.
func (m *maker) location(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Location)
	e := element("rsc_location", "id", string(s.ID), "rsc", s.Whom.Resource, "rsc-pattern", s.Whom.Pattern,
		"role", s.Where.Role, "resource-discovery", s.Where.Discovery)
	m.note(string(s.ID))
	m.resourceSets(e, s.Whom.Sets, "role")
	if s.Where.Score != nil {
		cib.SetAttr(e, "score", s.Where.Score.Value)
		cib.SetAttr(e, "node", s.Where.Node)
	}
	for _, r := range s.Where.Rules {
		e.AddChild(m.rule(r, string(s.ID), true))
	}
	return e
}

func (p *Printer) readLocation(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e, "rsc", "rsc-pattern", "role", "resource-discovery", "score", "node")
	if !ok || !onlyChildren(e, "resource_set", "rule") {
		return nil, false
	}
	s := &grammar.Location{Word: "location", ID: grammar.ID(a["id"])}
	s.Whom = grammar.Whom{Resource: a["rsc"], Pattern: a["rsc-pattern"]}
	s.Where.Role, s.Where.Discovery = a["role"], a["resource-discovery"]
	hasSets := cib.Child(e, "resource_set") != nil
	if hasSets {
		if s.Whom.Sets, ok = readLocationSets(e); !ok {
			return nil, false
		}
	}
	if (s.Whom.Resource != "") == (s.Whom.Pattern != "" || hasSets) || s.Whom.Pattern != "" && hasSets {
		return nil, false
	}
	for c := range cib.Children(e, "rule") {
		r, ok := readRule(c)
		if !ok || r.ForDefaults() {
			return nil, false
		}
		if p.referred[cib.ID(c)] {
			r.ID = cib.ID(c)
		}
		s.Where.Rules = append(s.Where.Rules, r)
	}
	if len(s.Where.Rules) > 0 {
		return s, a["node"] == "" && a["score"] == ""
	}
	if !grammar.IsScore(a["score"]) || a["node"] == "" || strings.ContainsAny(a["node"], "= ") {
		return nil, false
	}
	score := grammar.NewScore(a["score"])
	s.Where.Score, s.Where.Node = &score, a["node"]
	return s, true
}

// readLocationSets reads sets inside braces, where one or two resources need
// no word to say that they are a set.
func readLocationSets(e *etree.Element) (grammar.Sets, bool) {
	return readSets(e, "role")
}
