package crmtext

import (
	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// order builds an order constraint.
func (m *maker) order(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Order)
	e := element("rsc_order", "id", string(s.ID), "kind", string(s.Kind))
	m.note(string(s.ID))
	if a, b, plain := grammar.Sets(s.Sets).Pair(); plain {
		for _, attr := range [][2]string{{"first", a.ID}, {"first-action", a.Suffix}, {"then", b.ID}, {"then-action", b.Suffix}} {
			if attr[1] != "" {
				cib.SetAttr(e, attr[0], attr[1])
			}
		}
	} else {
		m.resourceSets(e, grammar.Sets(s.Sets), "action")
	}
	if s.Kind == "Serialize" && s.Attrs.Symmetrical == "true" {
		m.fail(grammar.WherePair(s, "symmetrical"), "does not go with Serialize", "symmetrical=false, or neither")
	}
	if s.Attrs.Symmetrical != "" {
		cib.SetAttr(e, "symmetrical", s.Attrs.Symmetrical)
	}
	return e
}

func readOrder(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e, "first", "first-action", "then", "then-action", "kind", "symmetrical")
	if !ok || !onlyChildren(e, "resource_set") {
		return nil, false
	}
	s := &grammar.Order{Word: "order", ID: grammar.ID(a["id"]), Kind: grammar.OrderKind(a["kind"])}
	s.Attrs.Symmetrical = a["symmetrical"]
	sets, ok := readEnds(e, "action", a["first"], a["first-action"], a["then"], a["then-action"])
	s.Sets = grammar.OrderSets(sets)
	return s, ok
}

// ticket builds a ticket constraint.
func (m *maker) ticket(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Ticket)
	e := element("rsc_ticket", "id", string(s.ID), "ticket", string(s.Ticket))
	m.note(string(s.ID))
	if f, single := grammar.Sets(s.Sets).Single(); single {
		cib.SetAttr(e, "rsc", f.ID)
		if f.Suffix != "" {
			cib.SetAttr(e, "rsc-role", f.Suffix)
		}
	} else {
		m.resourceSets(e, grammar.Sets(s.Sets), "role")
	}
	if s.Policy != "" {
		cib.SetAttr(e, "loss-policy", string(s.Policy))
	}
	return e
}

func readTicket(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e, "rsc", "rsc-role", "ticket", "loss-policy")
	if !ok || a["ticket"] == "" || !grammar.PlainName(a["ticket"]) || !onlyChildren(e, "resource_set") {
		return nil, false
	}
	s := &grammar.Ticket{Word: "rsc_ticket", ID: grammar.ID(a["id"]), Ticket: grammar.TicketName(a["ticket"])}
	s.Policy = grammar.LossPolicy(a["loss-policy"])
	if a["rsc"] != "" {
		s.Sets.List = []grammar.Set{{Refs: []grammar.Ref{{ID: a["rsc"], Suffix: a["rsc-role"]}}}}
		return s, cib.Child(e, "resource_set") == nil
	}
	sets, ok := readSets(e, "role")
	sets.Forced = ok && forced(sets.List, 1)
	s.Sets = grammar.ColocationSets(sets)
	return s, ok
}
