package crmtext

import (
	"strings"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// shortcut is what a short word in a permission stands for; each @@ is one of
// its arguments. Longer forms of a word come first.
var shortcuts = []struct{ word, xpath string }{
	{"meta::", "//primitive[@id='@@']/meta_attributes/nvpair[@name='@@']"},
	{"meta:", "//primitive[@id='@@']/meta_attributes"},
	{"params::", "//primitive[@id='@@']/instance_attributes/nvpair[@name='@@']"},
	{"params:", "//primitive[@id='@@']/instance_attributes"},
	{"utilization:", "//primitive[@id='@@']/utilization"},
	{"location:", "//rsc_location[@id='cli-prefer-@@' and @rsc='@@']"},
	{"property:", "//crm_config/cluster_property_set/nvpair[@name='@@']"},
	{"property", "//crm_config/cluster_property_set"},
	{"node:", "//nodes/node[@uname='@@']"},
	{"node", "//nodes/node"},
	{"nodeattr:", "//nodes/node/instance_attributes/nvpair[@name='@@']"},
	{"nodeattr", "//nodes/node/instance_attributes"},
	{"nodeutil:", "//nodes/node/utilization[@uname='@@']"},
	{"nodeutil", "//nodes/node/utilization"},
	{"status", "/cib/status"},
	{"cib", "/cib"},
}

// expand turns a shortcut with its arguments into an XPath.
func expand(text string) string {
	words := strings.Split(text, ":")
	pattern := words[0] + strings.Repeat(":", len(words)-1)
	for _, s := range shortcuts {
		if s.word != pattern {
			continue
		}
		parts := strings.Split(s.xpath, "@@")
		for i := range parts[1:] {
			// location names its resource twice.
			parts[i] += words[min(i+1, len(words)-1)]
		}
		return strings.Join(parts, "")
	}
	return ""
}

// shorten finds the shortcut that an XPath can be said with.
func shorten(xpath string) string {
	for _, s := range shortcuts {
		args, fits := match(xpath, strings.Split(s.xpath, "@@"))
		if !fits {
			continue
		}
		if s.word == "location:" {
			if args[0] != args[1] {
				continue
			}
			args = args[:1]
		}
		return strings.Join(append([]string{strings.TrimRight(s.word, ":")}, args...), ":")
	}
	return ""
}

// match splits a text into what stands between the parts of a pattern.
func match(text string, parts []string) (args []string, fits bool) {
	text, fits = strings.CutPrefix(text, parts[0])
	for _, part := range parts[1:] {
		if !fits {
			return nil, false
		}
		var arg string
		arg, text, fits = strings.Cut(text, part)
		if arg == "" || strings.ContainsAny(arg, "'\": ") {
			return nil, false
		}
		args = append(args, arg)
	}
	return args, fits && text == ""
}

// schema is the name of the schema that the document is written in.
func (ed *Editor) schema() string { return cib.Attr(ed.doc.Root(), "validate-with") }

// oldACLs tells a schema from before 2.0, with its other kind of ACLs.
func (ed *Editor) oldACLs() bool {
	schema := ed.schema()
	return strings.HasPrefix(schema, "pacemaker-0") || strings.HasPrefix(schema, "pacemaker-1")
}

// role builds a role.
func (m *maker) role(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Role)
	if s.Desc != "" && m.ed.oldACLs() {
		m.fail(grammar.WherePair(s, "description"), "is not for roles before schema 2.0", "a role without a description")
	}
	e := element("acl_role", "id", string(s.ID), "description", string(s.Desc))
	m.note(string(s.ID))
	m.permissions(e, s.Rules.List)
	return e
}

func (m *maker) permissions(e *etree.Element, list []grammar.Permission) {
	old := m.ed.oldACLs()
	keep := &matcher{old: m.old}
	for _, p := range list {
		if old && p.Type != "" && !p.Tagged {
			m.fail(grammar.WhereFrom(m.ed.now, p.Pos, "type:"+p.Type), "is for schema 2.0 and later", "tag:"+p.Type)
		}
		xpath := p.XPath
		if p.Shortcut != "" {
			xpath = expand(p.Shortcut)
		}
		if !old {
			e.AddChild(element("acl_permission", "kind", p.Kind, "xpath", xpath, "reference", p.Ref, "object-type", p.Type,
				"attribute", p.Attr, "description", p.Desc, "id", m.choose(p.ID, p.Pos, keep.next("acl_permission"), cib.ID(e))))
			continue
		}
		if p.More {
			m.fail(p.Pos, "is about more than one thing, which is for schema 2.0 and later", p.Kind+" before the next thing")
		}
		if p.Desc != "" {
			m.fail(grammar.WhereFrom(m.ed.now, p.Pos, "description="+p.Desc), "is not for permissions before schema 2.0", "a permission without a description")
		}
		if p.ID != "" {
			m.fail(grammar.WhereFrom(m.ed.now, p.Pos, p.ID+":"), "is not for permissions before schema 2.0", "a permission without an id")
		}
		e.AddChild(element(p.Kind, "xpath", xpath, "ref", p.Ref, "tag", p.Type, "attribute", p.Attr,
			"id", m.choose(p.ID, p.Pos, keep.next(p.Kind), cib.ID(e), p.Kind)))
	}
}

// user builds a user of the old kind.
func (m *maker) user(st grammar.Statement) *etree.Element {
	s := st.(*grammar.User)
	if !m.ed.oldACLs() {
		m.fail(grammar.Where(s), "is not in the schema "+m.ed.schema(), "acl_target")
	}
	e := element("acl_user", "id", string(s.ID))
	if len(s.Roles.IDs) > 0 && len(s.Rules.List) > 0 {
		m.fail(s.Rules.List[0].Pos, "begins a permission of a user who has roles", "either roles or permissions")
	}
	if found := m.ed.ids.Find(string(s.ID)); found != nil {
		m.fail(grammar.WhereID(s), "is "+oneOf(found)+" already", "a name that is free")
	}
	for _, r := range s.Roles.IDs {
		e.AddChild(element("role_ref", "id", r))
	}
	m.permissions(e, s.Rules.List)
	return e
}

// target builds an ACL target or group.
func (m *maker) target(st grammar.Statement) *etree.Element {
	s := st.(*grammar.Target)
	if m.ed.oldACLs() {
		m.fail(grammar.Where(s), "is not in the schema "+m.ed.schema(), "user")
	}
	e := element(s.Keyword(), "id", string(s.ID))
	for _, r := range s.Roles.IDs {
		if found := m.ed.ids.Find(r); found == nil || found.Tag != "acl_role" {
			m.missing("the id of a role", r, "acl_role")
		}
		e.AddChild(element("role", "id", r))
	}
	return e
}

func readRole(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e, "description")
	if !ok {
		return nil, false
	}
	s := &grammar.Role{Word: "role", ID: grammar.ID(a["id"]), Desc: grammar.Description(a["description"])}
	s.Rules.List, ok = readPermissions(cib.Children(e))
	return s, ok && len(s.Rules.List) > 0
}

func readPermissions(list func(func(*etree.Element) bool)) (ps []grammar.Permission, ok bool) {
	for c := range list {
		p := grammar.Permission{Kind: c.Tag}
		for _, a := range c.Attr {
			switch a.Key {
			case "id":
			case "kind":
				p.Kind = a.Value
			case "xpath":
				if p.Shortcut = shorten(a.Value); p.Shortcut == "" {
					p.XPath = a.Value
				}
			case "reference", "ref":
				p.Ref = a.Value
			case "object-type", "tag":
				p.Type, p.Tagged = a.Value, a.Key == "tag"
			case "attribute":
				p.Attr = a.Value
			case "description":
				p.Desc = a.Value
			default:
				return nil, false
			}
		}
		if !p.Sayable() || !sayable(p.XPath+p.Desc) {
			return nil, false
		}
		ps = append(ps, p)
	}
	return ps, true
}

func readUser(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e)
	if !ok {
		return nil, false
	}
	s := &grammar.User{Word: "user", ID: grammar.TargetID(a["id"])}
	var rest []*etree.Element
	for c := range cib.Children(e) {
		if c.Tag != "role_ref" {
			rest = append(rest, c)
			continue
		}
		if len(rest) > 0 {
			return nil, false
		}
		s.Roles.IDs = append(s.Roles.IDs, cib.ID(c))
	}
	s.Rules.List, ok = readPermissions(func(yield func(*etree.Element) bool) {
		for _, c := range rest {
			if !yield(c) {
				return
			}
		}
	})
	return s, ok && len(s.Roles.IDs)+len(s.Rules.List) > 0
}

func readTarget(e *etree.Element) (grammar.Statement, bool) {
	a, ok := attrsOf(e)
	if !ok || !onlyChildren(e, "role") {
		return nil, false
	}
	s := &grammar.Target{Word: e.Tag, ID: grammar.TargetID(a["id"])}
	for c := range cib.Children(e) {
		s.Roles.IDs = append(s.Roles.IDs, cib.ID(c))
	}
	return s, len(s.Roles.IDs) > 0
}
