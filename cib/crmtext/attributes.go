package crmtext

import (
	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// setTags are the elements of attribute sets by keyword.
var setTags = map[string]string{"params": "instance_attributes", "meta": "meta_attributes", "utilization": "utilization",
	"attributes": "instance_attributes", "op_params": "instance_attributes", "op_meta": "meta_attributes"}

// matcher gives the old sets of an element back one by one, by tag, so that
// their ids can be kept.
type matcher struct {
	old  *etree.Element
	used map[*etree.Element]bool
}

func (k *matcher) next(tag string) *etree.Element {
	for e := range cib.Children(k.old, tag) {
		if !k.used[e] {
			if k.used == nil {
				k.used = map[*etree.Element]bool{}
			}
			k.used[e] = true
			return e
		}
	}
	return nil
}

// set builds an attribute set of an owner.
func (m *maker) set(s grammar.AttrSet, tag, owner string, old *etree.Element) *etree.Element {
	if s.IDRef != "" {
		return element(tag, "id-ref", m.reference(tag, s.IDRef, s.Pos))
	}
	e := element(tag, "id", m.choose(s.ID, s.Pos, old, owner, tag))
	m.fill(e, s, old)
	return e
}

// fill puts score, rules and pairs into a set that has its id.
func (m *maker) fill(e *etree.Element, s grammar.AttrSet, old *etree.Element) {
	if s.Score != "" {
		cib.SetAttr(e, "score", s.Score)
	}
	for _, r := range s.Rules {
		e.AddChild(m.rule(r, cib.ID(e), true))
	}
	keep := pairsByName(old)
	for _, p := range s.Pairs {
		e.AddChild(m.pair(p, cib.ID(e), keep))
	}
}

func pairsByName(old *etree.Element) map[string]*etree.Element {
	if old == nil {
		return nil
	}
	keep := map[string]*etree.Element{}
	for nv := range cib.Children(old, "nvpair") {
		if name := cib.Attr(nv, "name"); keep[name] == nil {
			keep[name] = nv
		}
	}
	return keep
}

// pair builds an nvpair.
func (m *maker) pair(p grammar.Pair, owner string, keep map[string]*etree.Element) *etree.Element {
	if p.Ref != "" {
		return element("nvpair", "id-ref", m.reference("nvpair", p.Ref, p.Pos), "name", p.Name)
	}
	e := element("nvpair", "name", p.Name)
	if !p.Bare {
		cib.SetAttr(e, "value", p.Value)
	}
	old := keep[p.Name]
	delete(keep, p.Name)
	if cib.CleanID(owner+"-"+p.Name) != dots(owner+"-"+p.Name) {
		m.fail(p.Pos, "cannot be the name of an attribute", "letters, digits, _ - or .")
	}
	cib.SetAttr(e, "id", m.choose(p.ID, p.Pos, old, owner, p.Name))
	return e
}

// referredTo is what people call the elements that others refer to.
var referredTo = map[string]string{"instance_attributes": "set of params", "meta_attributes": "set of meta attributes",
	"utilization": "set of utilization", "operations": "set of operations", "nvpair": "name=value pair", "rule": "rule",
	"cluster_property_set": "set of properties"}

// reference finds the element that an id-ref means: the one with that id, or
// the first of the right kind in the object with that id.
func (m *maker) reference(tag, ref string, pos grammar.Pos) string {
	e := m.ed.ids.Find(ref)
	if e != nil && e.Tag != tag {
		for c := range cib.Walk(e) {
			if c.Tag == tag && cib.ID(c) != "" {
				return cib.ID(c)
			}
		}
		if tag != "rule" {
			e = nil
		}
	}
	if e == nil {
		m.missing("the id of a "+referredTo[tag], ref, tag)
	}
	return ref
}

// readSet turns an attribute set into words. ok is false where it holds what
// the language cannot say.
func (p *Printer) readSet(e *etree.Element, keyword string) (s grammar.AttrSet, ok bool) {
	s.Keyword = keyword
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
			s.ID = p.keptID(a.Value)
		case "id-ref":
			s.IDRef = a.Value
		case "score":
			if !grammar.IsScore(a.Value) {
				return s, false
			}
			s.Score = a.Value
		default:
			return s, false
		}
	}
	for c := range cib.Children(e) {
		switch c.Tag {
		case "rule":
			r, ok := readRule(c)
			if !ok || len(s.Pairs) > 0 || len(s.Rules) > 0 || r.IDRef == "" && len(r.Exprs) == 0 || keyword != "" && r.ForDefaults() {
				return s, false
			}
			s.Rules = append(s.Rules, r)
		case "nvpair":
			nv, ok := p.readPair(c)
			if !ok {
				return s, false
			}
			s.Pairs = append(s.Pairs, nv)
		default:
			return s, false
		}
	}
	return s, s.IDRef == "" || len(s.Pairs) == 0 && len(s.Rules) == 0
}

func (p *Printer) readPair(e *etree.Element) (nv grammar.Pair, ok bool) {
	nv.Bare = true
	for _, a := range e.Attr {
		switch a.Key {
		case "id":
			nv.ID = p.keptID(a.Value)
		case "id-ref":
			nv.Ref = a.Value
		case "name":
			nv.Name = a.Value
		case "value":
			nv.Value, nv.Bare = a.Value, false
		default:
			return nv, false
		}
	}
	if nv.Ref != "" {
		return nv, nv.Bare && !hasElements(e)
	}
	if p.Hides(nv.Name) && !nv.Bare {
		nv.Value = Stars
	}
	return nv, grammar.PlainName(nv.Name) && sayable(nv.Value) && !hasElements(e) && (nv.ID == "" || !nv.Bare)
}

func hasElements(e *etree.Element) bool {
	for range cib.Children(e) {
		return true
	}
	return false
}

// sayable tells a value that can stand on one line.
func sayable(value string) bool {
	for i := 0; i < len(value); i++ {
		if c := value[i]; c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}
