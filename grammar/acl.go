package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Role is what those who have it may read and write.
//
//	role ID [description=TEXT] read|write|deny [ID:] [description=TEXT] WHAT ...
//
// WHAT is xpath:XPATH, ref:ID, type:ELEMENT [attr:NAME], or a shortcut:
// meta:RSC:NAME, params:RSC:NAME, utilization:RSC, location:RSC,
// property[:NAME], node[:NODE], nodeattr[:NAME], nodeutil[:NODE], status, cib.
type Role struct {
	Head
	Word  string          `parser:"@\"role\""`
	ID    ID              `parser:"@@"`
	Desc  Description     `parser:"@@"`
	Rules RolePermissions `parser:"@@"`
}

// User is a user with roles or permissions, as schemas before 2.0 had them.
//
//	user ID role:ROLE ... | read|write|deny WHAT ...
type User struct {
	Head
	Word  string      `parser:"@\"user\""`
	ID    TargetID    `parser:"@@"`
	Roles UserRoles   `parser:"@@"`
	Rules Permissions `parser:"@@"`
}

// Target gives roles to a user (acl_target) or to a group of users (acl_group).
//
//	acl_target ID ROLE ...
type Target struct {
	Head
	Word  string      `parser:"@(\"acl_target\"|\"acl_group\")"`
	ID    TargetID    `parser:"@@"`
	Roles TargetRoles `parser:"@@"`
}

// Permission is one right of a role.
type Permission struct {
	Pos      Pos
	Kind     string // read, write, deny
	ID       string
	Desc     string
	XPath    string
	Ref      string
	Type     string // of elements
	Attr     string
	Tagged   bool   // the type was given as tag:, the word from before schema 2.0
	Shortcut string // with its arguments, as typed
	More     bool   // of the right that the permission before it is of
}

// Permissions are the rights of a role, in order.
type Permissions struct{ List []Permission }

var (
	rights = []string{"read", "write", "deny"}
	// shortcuts and how many arguments they need and may have.
	shortcuts = map[string][2]int{"meta": {1, 2}, "params": {1, 2}, "utilization": {1, 1}, "location": {1, 1},
		"property": {0, 1}, "node": {0, 1}, "nodeattr": {0, 1}, "nodeutil": {0, 1}, "status": {0, 0}, "cib": {0, 0}}
	shortcutNames = []string{"meta", "params", "utilization", "location", "property", "node", "nodeattr", "nodeutil", "status", "cib"}
	typeWords     = []string{"type", "tag"}
	attrWords     = []string{"attr", "attribute"}
	aclWords      = append([]string{"xpath", "ref", "reference", "type", "tag", "attr", "attribute"}, shortcutNames...)
)

// Parse reads permissions to the end.
func (ps *Permissions) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		got, err := r.permissions()
		if err != nil {
			return err
		}
		ps.List = append(ps.List, got...)
	}
	return nil
}

// RolePermissions are the permissions of a role, which has one at least.
type RolePermissions struct{ Permissions }

// Parse reads permissions to the end.
func (ps *RolePermissions) Parse(lex *lexer.PeekingLexer) error {
	if r := (reader{lex}); r.done() {
		return r.fault("", list(rights))
	}
	return ps.Permissions.Parse(lex)
}

// permissions reads one read, write or deny. Each thing behind it is a
// permission of its own; type: and attr: belong together. What is said twice
// counts as said last; shortcuts are said for xpath:.
func (r reader) permissions() ([]Permission, error) {
	p := Permission{Pos: r.pos()}
	kind, is := r.keyword(rights...)
	if !is {
		return nil, r.fault("", list(rights), append([]string{"description="}, rights...)...)
	}
	r.take()
	p.Kind = kind
	// What a right is about may end in a colon too; ids have none inside.
	if id, colon := strings.CutSuffix(r.peek(), ":"); colon && !contains(aclWords, id) && !strings.Contains(id, ":") {
		if !PlainName(id) {
			return nil, r.fault("is not an id", "ID:")
		}
		p.ID = id
		r.take()
	}
	if text, is := r.description(); is {
		p.Desc = text
		r.take()
	}
	if r.done() {
		return nil, r.fault("", aclExpected)
	}
	for !r.done() {
		if _, next := r.keyword(rights...); next {
			break
		}
		if err := r.aclWord(&p); err != nil {
			return nil, err
		}
	}
	return p.apart()
}

// apart makes a permission of each thing that a right is about.
func (p Permission) apart() ([]Permission, error) {
	var all []Permission
	add := func(one Permission) {
		one.Pos, one.Kind, one.ID, one.Desc, one.More = p.Pos, p.Kind, p.ID, p.Desc, len(all) > 0
		all = append(all, one)
	}
	if p.XPath != "" || p.Shortcut != "" {
		add(Permission{XPath: p.XPath, Shortcut: p.Shortcut})
	}
	if p.Ref != "" {
		add(Permission{Ref: p.Ref})
	}
	if p.Type != "" {
		add(Permission{Type: p.Type, Attr: p.Attr, Tagged: p.Tagged})
	}
	switch {
	case len(all) == 0:
		return nil, &Error{Pos: p.Pos, Word: p.Kind, Problem: "has nothing behind it", Expected: aclExpected}
	case p.Attr != "" && p.Type == "":
		return nil, &Error{Pos: p.Pos, Word: p.Kind, Problem: "has attr: without type:", Expected: "type:ELEMENT attr:NAME"}
	case p.ID != "" && len(all) > 1:
		return nil, &Error{Pos: p.Pos, Word: p.ID + ":", Problem: "would be the id of several permissions", Expected: "one thing behind an id"}
	}
	return all, nil
}

const aclExpected = "xpath:XPATH, ref:ID, type:ELEMENT, attr:NAME or a shortcut such as meta:RSC:NAME"

// aclWord reads one word that says what a permission is about.
func (r reader) aclWord(p *Permission) error {
	name, value, _ := strings.Cut(r.peek(), ":")
	var field *string
	switch name {
	case "xpath":
		field = &p.XPath
	case "ref", "reference":
		field = &p.Ref
	case typeWords[0], typeWords[1]:
		field = &p.Type
		p.Tagged = name == "tag"
	case attrWords[0], attrWords[1]:
		field = &p.Attr
	default:
		return r.shortcut(p, name)
	}
	if value == "" {
		return r.fault("says nothing", name+":VALUE")
	}
	if field != &p.XPath && !PlainName(value) {
		return r.fault("has blanks or quotes in it", name+":NAME")
	}
	if field == &p.XPath {
		p.Shortcut = ""
	}
	*field = value
	r.take()
	return nil
}

func (r reader) shortcut(p *Permission, name string) error {
	limits, known := shortcuts[name]
	if !known {
		return r.fault("", aclExpected, aclWords...)
	}
	args := strings.Split(r.peek(), ":")[1:]
	for _, a := range args {
		if !PlainName(a) {
			return r.fault("has an empty part, or blanks or quotes in it", name+":NAME")
		}
	}
	switch {
	case len(args) < limits[0]:
		return r.fault("lacks its argument", name+":RSC")
	case len(args) > limits[1]:
		return r.fault("has too many parts", "")
	}
	p.Shortcut, p.XPath = r.take(), ""
	return nil
}

func (p Permission) text() string {
	ws := []string{p.Kind}
	if p.ID != "" {
		ws = append(ws, p.ID+":")
	}
	if p.Desc != "" {
		ws = append(ws, "description="+Quote(p.Desc))
	}
	switch {
	case p.Shortcut != "":
		ws = append(ws, p.Shortcut)
	case p.XPath != "":
		ws = append(ws, "xpath:"+Quote(p.XPath))
	case p.Ref != "":
		ws = append(ws, "ref:"+p.Ref)
	}
	if p.Tagged {
		ws = append(ws, "tag:"+p.Type)
		if p.Attr != "" {
			ws = append(ws, "attribute:"+p.Attr)
		}
		return strings.Join(ws, " ")
	}
	if p.Attr != "" {
		ws = append(ws, "attr:"+p.Attr)
	}
	if p.Type != "" {
		ws = append(ws, "type:"+p.Type)
	}
	return strings.Join(ws, " ")
}

// TargetID is the name of a user or a group of users.
type TargetID string

// Parse reads a name.
func (id *TargetID) Parse(lex *lexer.PeekingLexer) error {
	var plain ID
	err := plain.Parse(lex)
	*id = TargetID(plain)
	return err
}

// UserRoles are the roles of a user.
type UserRoles struct{ IDs []string }

// Parse reads role:NAME words.
func (u *UserRoles) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		name, is := strings.CutPrefix(r.peek(), "role:")
		if !is {
			break
		}
		if !ValidID(name) {
			return r.fault("is not a role", "role:NAME")
		}
		u.IDs = append(u.IDs, name)
		r.take()
	}
	if r.done() && len(u.IDs) == 0 {
		return r.fault("", "role:NAME, read, write or deny")
	}
	return nil
}

// TargetRoles are the roles of a target.
type TargetRoles struct{ IDs []string }

// Parse reads names to the end.
func (t *TargetRoles) Parse(lex *lexer.PeekingLexer) error {
	var names TagObjects
	err := names.Parse(lex)
	t.IDs = names.IDs
	return err
}

// Keyword is role.
func (s *Role) Keyword() string { return "role" }

// ObjectID is the id of the role.
func (s *Role) ObjectID() string { return string(s.ID) }

func (s *Role) print(p *printer) {
	p.word(string(s.ID))
	p.description(s.Desc)
	for _, rule := range s.Rules.List {
		p.part(rule.text())
	}
}

// Keyword is user.
func (s *User) Keyword() string { return "user" }

// ObjectID is the name of the user.
func (s *User) ObjectID() string { return string(s.ID) }

func (s *User) print(p *printer) {
	p.word(string(s.ID))
	for _, role := range s.Roles.IDs {
		p.part("role:" + role)
	}
	for _, rule := range s.Rules.List {
		p.part(rule.text())
	}
}

// Keyword is acl_target or acl_group.
func (s *Target) Keyword() string { return strings.ToLower(s.Word) }

// ObjectID is the name of the user or group.
func (s *Target) ObjectID() string { return string(s.ID) }

func (s *Target) print(p *printer) {
	p.word(string(s.ID))
	for _, role := range s.Roles.IDs {
		p.part(role)
	}
}

// Sayable tells whether a permission can be written in the language.
func (p Permission) Sayable() bool {
	things := 0
	for _, s := range []string{p.Shortcut, p.XPath, p.Ref, p.Type} {
		if s != "" {
			things++
		}
		if strings.ContainsAny(s, "\n\r\t") {
			return false
		}
	}
	return things == 1 && contains(rights, p.Kind) && (p.Attr == "" || p.Type != "") && !strings.ContainsAny(p.Ref+p.Type+p.Attr, " \"'\\")
}
