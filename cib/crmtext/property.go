package crmtext

import (
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// options says where the sets of each property statement live.
var options = map[string]struct{ section, tag, id string }{
	"property":     {cib.CrmConfig, "cluster_property_set", "cib-bootstrap-options"},
	"rsc_defaults": {cib.RscDefaults, "meta_attributes", "rsc-options"},
	"op_defaults":  {cib.OpDefaults, "meta_attributes", "op-options"},
}

// property merges a set of options into the one with its id.
func (ed *Editor) property(s *grammar.Property) error {
	where := options[s.Keyword()]
	set := grammar.AttrSet(s.Set)
	set.Pairs = lastSaid(set.Pairs)
	id := or(set.ID, where.id)
	if err := ed.moved(s, set.Pairs); err != nil {
		return err
	}
	if err := asksTooMuch(where.section, set.Rules); err != nil {
		return err
	}
	m := ed.maker(nil)
	if set.IDRef != "" {
		if e := ed.ids.Find(set.IDRef); e != nil && e.Parent() != nil && e.Parent().Tag == where.section {
			return &Error{Pos: set.Pos, Problem: "is in force here already", Expected: "the id of a set that stands elsewhere"}
		}
		e := element(where.tag, "id-ref", m.reference(where.tag, set.IDRef, set.Pos))
		return ed.finish(m, func() { ed.doc.MakeSection(where.section).AddChild(e) })
	}
	old := ed.ids.Find(id)
	if old != nil && (old.Tag != where.tag || old.Parent() == nil || old.Parent().Tag != where.section) {
		return &Error{Pos: grammar.WhereID(s), Word: id, Problem: "is the id of " + oneOf(old) + " already", Expected: "an id that is free"}
	}
	if old == nil {
		e := element(where.tag, "id", m.given(id, set.Pos))
		m.fill(e, set, nil)
		return ed.finish(m, func() {
			comment(e, nil, grammar.Comments(s))
			ed.doc.MakeSection(where.section).AddChild(e)
			ed.add(e)
		})
	}
	if ed.Whole {
		return ed.replaceProperty(s, old, set)
	}
	return ed.merge(m, old, set, id)
}

// lastSaid keeps one pair of a name, with the value given last.
func lastSaid(pairs grammar.Pairs) grammar.Pairs {
	out := make(grammar.Pairs, 0, len(pairs))
	at := make(map[string]int, len(pairs))
	for _, p := range pairs {
		i, twice := at[p.Name]
		switch {
		case p.Ref != "":
			out = append(out, p)
		case twice:
			out[i].Value = p.Value
		default:
			at[p.Name] = len(out)
			out = append(out, p)
		}
	}
	return out
}

// replaceProperty puts a set in the place of the one with its id.
func (ed *Editor) replaceProperty(s *grammar.Property, old *etree.Element, set grammar.AttrSet) error {
	m := ed.maker(old)
	e := element(old.Tag, "id", m.note(cib.ID(old)))
	m.fill(e, set, old)
	return ed.finish(m, func() { ed.swap(old, e, s) })
}

// swap puts an element without resources in the place of another.
func (ed *Editor) swap(old, e *etree.Element, st grammar.Statement) {
	comment(e, old, grammar.Comments(st))
	parent, at := old.Parent(), old.Index()
	ed.ids.Forget(old)
	parent.RemoveChildAt(at)
	parent.InsertChildAt(at, e)
	ed.ids.Add(e)
}

// movedOptions were properties once; schemas from 3.0 on refuse them.
var movedOptions = map[string]string{
	"default-resource-stickiness":         "rsc_defaults resource-stickiness=",
	"default-resource-failure-stickiness": "rsc_defaults migration-threshold=",
	"is-managed-default":                  "rsc_defaults is-managed=",
	"default-action-timeout":              "op_defaults timeout=",
	"expected-quorum-votes":               "",
	"notification-agent":                  "alert",
	"notification-recipient":              "alert",
	"default_resource_stickiness":         "rsc_defaults resource-stickiness=",
	"default_resource_failure_stickiness": "rsc_defaults migration-threshold=",
	"is_managed_default":                  "rsc_defaults is-managed=",
	"default_action_timeout":              "op_defaults timeout=",
	"transition_idle_timeout":             "cluster-delay=",
	"transition-idle-timeout":             "cluster-delay=",
	"cluster_recheck_interval":            "cluster-recheck-interval=",
	"dc_deadtime":                         "dc-deadtime=",
	"election_timeout":                    "election-timeout=",
	"no_quorum_policy":                    "no-quorum-policy=",
	"remove_after_stop":                   "remove-after-stop=",
	"shutdown_escalation":                 "shutdown-escalation=",
	"startup_fencing":                     "startup-fencing=",
	"stonith_action":                      "stonith-action=",
	"stonith_enabled":                     "stonith-enabled=",
	"stop_orphan_actions":                 "stop-orphan-actions=",
	"stop_orphan_resources":               "stop-orphan-resources=",
	"symmetric_cluster":                   "symmetric-cluster=",
}

// moved refuses properties that the schema of the document has no longer.
func (ed *Editor) moved(s *grammar.Property, pairs grammar.Pairs) error {
	schema := cib.Attr(ed.doc.Root(), "validate-with")
	if s.Keyword() != "property" || !strings.HasPrefix(schema, "pacemaker-") || strings.HasPrefix(schema, "pacemaker-0") ||
		strings.HasPrefix(schema, "pacemaker-1") || strings.HasPrefix(schema, "pacemaker-2") {
		return nil
	}
	for _, p := range pairs {
		now, gone := movedOptions[p.Name]
		switch {
		case gone && now == "":
			return &Error{Pos: p.Pos, Word: p.Name, Problem: "is no longer a property in the schema " + schema, Expected: "a line without it"}
		case gone:
			return &Error{Pos: p.Pos, Word: p.Name, Problem: "is no longer a property in the schema " + schema, Expected: now}
		}
	}
	return nil
}

func (ed *Editor) finish(m *maker, change func()) error {
	if m.err != nil {
		return m.err
	}
	change()
	return nil
}

// merge adds to an attribute set: pairs of a known name get the new value.
func (ed *Editor) merge(m *maker, old *etree.Element, set grammar.AttrSet, owner string) error {
	var added []*etree.Element
	values := map[*etree.Element]grammar.Pair{}
	for _, r := range set.Rules {
		added = append(added, m.rule(r, owner, true))
	}
	byName := pairsByName(old)
	for _, p := range set.Pairs {
		if nv := byName[p.Name]; nv != nil && p.Ref == "" {
			values[nv] = p
			continue
		}
		nv := m.pair(p, owner, nil)
		added = append(added, nv)
		if p.Ref == "" {
			byName[p.Name] = nv
		}
	}
	return ed.finish(m, func() {
		if set.Score != "" { // of a node's attributes
			cib.SetAttr(old, "score", set.Score)
		}
		for nv, p := range values { // order: each pair is set by itself
			cib.SetAttr(nv, "value", p.Value)
		}
		for _, e := range added {
			old.AddChild(e)
			ed.add(e)
		}
	})
}

// asksTooMuch refuses rules that ask for what the options of a section are not
// for: those of the cluster belong to no resource, those of a resource to no
// operation.
func asksTooMuch(section string, rules []grammar.Rule) error {
	for _, r := range rules {
		for _, x := range r.Exprs {
			switch {
			case x.Operation && section != cib.OpDefaults:
				return &Error{Pos: x.Pos, Problem: "asks for an operation, as only rules of op_defaults can", Expected: "an expression on nodes, resources or dates"}
			case x.Agent != nil && section == cib.CrmConfig:
				return &Error{Pos: x.Pos, Problem: "asks for a resource, as only rules of rsc_defaults and op_defaults can", Expected: "an expression on nodes or dates"}
			}
		}
	}
	return nil
}

// askable tells whether the rules of a set of defaults can be said in a style.
// Both crmsh show what asks for an agent or an operation as XML; the words for
// it are those of this shell, and kept out of what prints as crmsh 4.4.1 does.
func askable(set grammar.AttrSet, style Style) bool {
	for _, r := range set.Rules {
		if r.ForDefaults() && style != Style5 {
			return false
		}
		if n := len(r.Exprs); n > 0 && len(set.Pairs) > 0 && set.Pairs[0].Name == "interval" && r.Exprs[n-1].Operation && r.Exprs[n-1].Interval == "" {
			return false // the attribute would be read as the operation's interval
		}
	}
	return true
}

func (p *Printer) readProperty(e *etree.Element) (grammar.Statement, bool) {
	words := map[string]string{cib.CrmConfig: "property", cib.RscDefaults: "rsc_defaults", cib.OpDefaults: "op_defaults"}
	set, ok := p.readSet(e, "")
	if !askable(set, p.Style) || asksTooMuch(e.Parent().Tag, set.Rules) != nil {
		return nil, false
	}
	for _, p := range set.Pairs {
		ok = ok && (!p.Bare || p.Ref != "")
	}
	set.ID = cib.ID(e)
	if set.IDRef == "" && (!grammar.ValidID(set.ID) || strings.HasSuffix(set.ID, ":")) {
		return nil, false
	}
	return &grammar.Property{Word: words[e.Parent().Tag], Set: grammar.PropertySet(set)}, ok && set.Score == ""
}
