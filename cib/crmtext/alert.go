package crmtext

import (
	"strconv"
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// alert builds an alert.
func (m *maker) alert(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Alert)
	id := string(s.ID)
	e := element("alert", "id", id, "path", string(s.Path), "description", string(s.Desc))
	m.note(id)
	old := &matcher{old: m.old}
	recipients := 0
	for _, part := range s.Parts.List {
		switch {
		case part.Set != nil:
			tag := setTags[part.Set.Keyword]
			e.AddChild(m.set(*part.Set, tag, id, old.next(tag)))
		case part.Select != nil:
			e.AddChild(m.selection(*part.Select, id))
		default:
			recipients++
			e.AddChild(m.recipient(*part.Recipient, m.id(id, "recipient", strconv.Itoa(recipients))))
		}
	}
	return e
}

func (m *maker) selection(s grammar.Select, owner string) *etree.Element {
	e := element("select")
	for _, kind := range s.Kinds {
		k := element("select_" + kind)
		if kind == "attributes" {
			for _, name := range s.Attributes {
				k.AddChild(element("attribute", "name", name, "id", m.id(owner)))
			}
		}
		e.AddChild(k)
	}
	return e
}

func (m *maker) recipient(to grammar.Recipient, id string) *etree.Element {
	e := element("recipient", "id", id, "value", to.Value, "description", string(to.Desc))
	for _, s := range to.Sets {
		e.AddChild(m.set(s, setTags[s.Keyword], id, nil))
	}
	return e
}

// alertWords are the keywords of an alert's sets by element.
var alertWords = map[string]string{"instance_attributes": "attributes", "meta_attributes": "meta"}

func (p *Printer) readAlert(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e, "path", "description")
	if !ok || a["path"] == "" {
		return nil, false
	}
	s := &grammar.Alert{Word: "alert", ID: grammar.ID(a["id"]), Path: grammar.AlertPath(a["path"]),
		Desc: grammar.Description(a["description"])}
	recipients := 0
	for c := range cib.Children(e) {
		part, ok := p.readAlertPart(c)
		if part.Recipient != nil {
			recipients++
			ok = ok && cib.ID(c) == a["id"]+"-recipient-"+strconv.Itoa(recipients) // crmsh makes new ids of the words
		}
		if !ok {
			return nil, false
		}
		if n := len(s.Parts.List); n > 0 && part.Select != nil {
			if to := s.Parts.List[n-1].Recipient; to != nil && len(to.Sets) > 0 {
				return nil, false // crmsh would read the words behind as attributes of the recipient
			}
		}
		s.Parts.List = append(s.Parts.List, part)
	}
	return s, true
}

func (p *Printer) readAlertPart(e *etree.Element) (part grammar.AlertPart, ok bool) {
	switch e.Tag {
	case "select":
		part.Select, ok = readSelection(e)
	case "recipient":
		part.Recipient, ok = p.readRecipient(e)
	default:
		word := alertWords[e.Tag]
		set, fits := p.readSet(e, word)
		part.Set, ok = &set, fits && word != ""
	}
	return part, ok
}

func readSelection(e *etree.Element) (*grammar.Select, bool) {
	s := &grammar.Select{}
	for c := range cib.Children(e) {
		kind, is := strings.CutPrefix(c.Tag, "select_")
		if !is || len(c.Attr) > 0 {
			return nil, false
		}
		s.Kinds = append(s.Kinds, kind)
		for attr := range cib.Children(c) {
			name := cib.Attr(attr, "name")
			if attr.Tag != "attribute" || kind != "attributes" || !grammar.PlainName(name) {
				return nil, false
			}
			s.Attributes = append(s.Attributes, name)
		}
	}
	return s, len(s.Kinds) > 0
}

func (p *Printer) readRecipient(e *etree.Element) (*grammar.Recipient, bool) {
	// A recipient's description is shown as XML, as crmsh does.
	a, ok := attrsOf(e, "value")
	if !ok || a["value"] == "" || a["value"] == "{" || a["value"] == "}" {
		return nil, false
	}
	to := &grammar.Recipient{Value: a["value"]}
	for c := range cib.Children(e) {
		word := alertWords[c.Tag]
		set, ok := p.readSet(c, word)
		if !ok || word == "" {
			return nil, false
		}
		to.Sets = append(to.Sets, set)
	}
	return to, true
}
