package crmtext

import (
	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// colocation builds a colocation constraint.
func (m *maker) colocation(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Colocation)
	e := element("rsc_colocation", "id", string(s.ID), "score", s.Score.Value)
	m.note(string(s.ID))
	if a, b, plain := grammar.Sets(s.Sets).Pair(); plain {
		for _, attr := range [][2]string{{"rsc", a.ID}, {"rsc-role", a.Suffix}, {"with-rsc", b.ID}, {"with-rsc-role", b.Suffix}} {
			if attr[1] != "" {
				cib.SetAttr(e, attr[0], attr[1])
			}
		}
	} else {
		m.resourceSets(e, grammar.Sets(s.Sets), "role")
		if s.Attrs.NodeAttribute != "" {
			m.fail(grammar.WherePair(s, "node-attribute"), "goes with two resources only, not with sets", "two resources, or no node-attribute")
		}
	}
	if s.Attrs.NodeAttribute != "" {
		cib.SetAttr(e, "node-attribute", s.Attrs.NodeAttribute)
	}
	if s.Attrs.Influence != "" {
		cib.SetAttr(e, "influence", s.Attrs.Influence)
	}
	return e
}

func readColocation(e *etree.Element) (grammar.Statement, bool) {
	// crmsh 4.4.1 shows influence as XML only; so do we.
	a, ok := attrsOf(e, "rsc", "rsc-role", "with-rsc", "with-rsc-role", "score", "node-attribute")
	if !ok || !grammar.IsScore(a["score"]) || !onlyChildren(e, "resource_set") {
		return nil, false
	}
	s := &grammar.Colocation{Word: "colocation", ID: grammar.ID(a["id"]), Score: grammar.PlainScore(grammar.NewScore(a["score"]))}
	s.Attrs.NodeAttribute = a["node-attribute"]
	sets, ok := readEnds(e, "role", a["rsc"], a["rsc-role"], a["with-rsc"], a["with-rsc-role"])
	s.Sets = grammar.ColocationSets(sets)
	return s, ok
}

// readEnds reads the two resources of a constraint, or its sets.
func readEnds(e *etree.Element, what string, a, aSuffix, b, bSuffix string) (grammar.Sets, bool) {
	if cib.Child(e, "resource_set") != nil {
		sets, ok := readSets(e, what)
		if !ok || a != "" || b != "" || plainRefs(sets.List) == 1 {
			return sets, false
		}
		sets.Forced = forced(sets.List, 2)
		return sets, true
	}
	refs := []grammar.Ref{{ID: a, Suffix: aSuffix}, {ID: b, Suffix: bSuffix}}
	return grammar.Sets{List: []grammar.Set{{Refs: refs}}}, a != "" && b != ""
}
