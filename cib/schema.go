package cib

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// The rules of the schemas are a text (schemaText) of this form:
//
//	nvpair
//	  name! value id!id
//	| id-ref!ref name
//	primitive : description ...        (what all forms have)
//	  class!class ...  { meta_attributes* instance_attributes* } { operations? }
//
// A line at the margin names a rule, indented lines say what may stand in the
// element: attributes, then children. "|" begins another form: an element is
// good when one of its forms fits. "!" after an attribute's name means that it
// must be there; a type may follow. A group in braces holds children in any
// order; groups stand one behind the other. A child is a tag (or several, with
// "/" between) and how often: once, or ?, * or +. tag=rule takes another rule
// than that of the tag's own name. "@3.7" behind anything means from that
// schema on, "@-2.10" up to that one, "@1.2-2.10" both.

// reach is the schemas in which something holds.
type reach struct{ from, to int }

func (r reach) holds(version int) bool {
	return version >= r.from && (r.to == 0 || version <= r.to)
}

// schemaNumber makes a schema's name comparable: 307 for pacemaker-3.7.
func schemaNumber(major, minor int) int { return major*100 + minor }

// elementRule is what may stand in an element.
type elementRule struct {
	name  string
	forms []*schemaForm
	open  bool // anything may stand in it
}

// schemaForm is one way that an element may look.
type schemaForm struct {
	reach
	attrs  []attrRule
	groups [][]childRule
}

// attrRule is one attribute.
type attrRule struct {
	reach
	name  string
	must  bool
	value *valueType
}

// childRule is one kind of child, or several that stand for each other.
type childRule struct {
	tags     []childTag
	min, max int // max 0: any number
}

// childTag is a child's name and its rule.
type childTag struct {
	reach
	tag  string
	rule *elementRule
}

// valueType is what a value must look like.
type valueType struct {
	name     string
	words    []string // of a list of words
	reaches  []reach  // of each word
	expected string   // for people
}

// schemaRules are all rules by their names; "cib" is the first.
var schemaRules = sync.OnceValue(func() map[string]*elementRule { return parseSchema(schemaText) })

// schemaParser reads the text of the rules. It is ours, so a fault in it is a
// bug and panics; a test reads it.
type schemaParser struct {
	rules map[string]*elementRule
	types map[string]*valueType
}

func parseSchema(text string) map[string]*elementRule {
	p := &schemaParser{map[string]*elementRule{}, basicTypes()}
	var rule *elementRule
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "type":
			p.types[words[1]] = wordList(words[2])
		case line[0] != ' ' && line[0] != '|':
			rule = p.rule(words[0])
			rule.open = len(words) > 1 && words[1] == "open"
		default:
			if words[0] == "|" || len(rule.forms) == 0 {
				rule.forms = append(rule.forms, &schemaForm{})
			}
			if words[0] == "|" {
				words = words[1:]
			}
			p.form(rule.forms[len(rule.forms)-1], words)
		}
	}
	for name, r := range p.rules { // order: each by itself
		if !r.open && len(r.forms) == 0 {
			r.forms = []*schemaForm{{}}
		}
		if r.name != name {
			panic("cib: schema rule " + name)
		}
	}
	return p.rules
}

func (p *schemaParser) rule(name string) *elementRule {
	r := p.rules[name]
	if r == nil {
		r = &elementRule{name: name}
		p.rules[name] = r
	}
	return r
}

func (p *schemaParser) form(f *schemaForm, words []string) {
	inside := false
	for _, word := range words {
		switch {
		case word == "{":
			inside = true
			f.groups = append(f.groups, nil)
		case word == "}":
			inside = false
		case inside:
			last := len(f.groups) - 1
			f.groups[last] = append(f.groups[last], p.child(word))
		case word[0] == '@':
			_, f.reach = cutReach(word)
		default:
			f.attrs = append(f.attrs, p.attr(word))
		}
	}
}

// attr reads name, name!, name:type, name!type, each with a reach.
func (p *schemaParser) attr(word string) attrRule {
	word, reach := cutReach(word)
	name, kind, must := strings.Cut(word, "!")
	if !must {
		name, kind, _ = strings.Cut(word, ":")
	}
	if kind == "" {
		kind = "text"
	}
	value := p.types[kind]
	if value == nil {
		value = wordList(kind)
	}
	return attrRule{reach, name, must, value}
}

// child reads tag, tag/tag, tag=rule, with how often behind.
func (p *schemaParser) child(word string) childRule {
	c := childRule{min: 1, max: 1}
	switch word[len(word)-1] {
	case '?':
		c.min = 0
	case '*':
		c.min, c.max = 0, 0
	case '+':
		c.max = 0
	}
	for part := range strings.SplitSeq(strings.TrimRight(word, "?*+"), "/") {
		part, reach := cutReach(part)
		tag, rule, other := strings.Cut(part, "=")
		if !other {
			rule = tag
		}
		c.tags = append(c.tags, childTag{reach, tag, p.rule(rule)})
	}
	return c
}

// cutReach takes @3.7, @-2.10 or @1.2-2.10 off a word.
func cutReach(word string) (string, reach) {
	word, text, found := strings.Cut(word, "@")
	if !found {
		return word, reach{}
	}
	from, to, _ := strings.Cut(text, "-")
	return word, reach{numberOf(from), numberOf(to)}
}

func numberOf(text string) int {
	if text == "" {
		return 0
	}
	a, b, _ := strings.Cut(text, ".")
	major, err := strconv.Atoi(a)
	minor, err2 := strconv.Atoi(b)
	if err != nil || err2 != nil {
		panic(fmt.Sprintf("cib: schema number %q", text))
	}
	return schemaNumber(major, minor)
}

// wordList reads a|b|c@3.7.
func wordList(text string) *valueType {
	v := &valueType{name: "words"}
	for word := range strings.SplitSeq(text, "|") {
		word, reach := cutReach(word)
		v.words = append(v.words, word)
		v.reaches = append(v.reaches, reach)
	}
	return v
}

func basicTypes() map[string]*valueType {
	types := map[string]*valueType{}
	for _, t := range [][2]string{
		{"text", "a text"}, {"id", "an XML name"}, {"ref", "the id of another element"}, {"number", "a whole number"},
		{"natural", "a whole number from 0 on"}, {"score", "a whole number, INFINITY or -INFINITY"}, {"positive", "a whole number from 1 on"},
		{"range", "a port or ports like 80-90"}, {"names", "ids with commas between them"},
	} {
		types[t[0]] = &valueType{name: t[0], expected: t[1]}
	}
	return types
}

// expects says for people what a value should be, "" when it is good.
func (v *valueType) expects(value string, version int) string {
	good := true
	switch v.name {
	case "id", "ref":
		good = isNCName(strings.Trim(value, " \t\n\r"))
	case "number":
		good = wholeNumber(strings.TrimSpace(value))
	case "natural":
		good = wholeNumber(value) && value[0] != '-'
	case "score":
		good = isSchemaScore(value)
	case "positive":
		good = wholeNumber(value) && strings.Trim(value, "+0") != "" && value[0] != '-'
	case "range":
		good = value != "" && strings.Trim(value, "0123456789-") == ""
	case "names":
		good = goodNames(value)
	case "words":
		return v.expectsWord(value, version)
	}
	if good {
		return ""
	}
	return v.expected
}

func (v *valueType) expectsWord(value string, version int) string {
	for i, word := range v.words {
		if word == value && v.reaches[i].holds(version) {
			return ""
		}
	}
	var words []string
	for i, word := range v.words {
		if v.reaches[i].holds(version) {
			words = append(words, word)
		}
	}
	if len(words) == 1 {
		return words[0]
	}
	return "one of " + strings.Join(words, ", ")
}

// goodNames tells whether s is a list of names with commas between them.
func goodNames(s string) bool {
	for name := range strings.SplitSeq(s, ",") {
		if name == "" || strings.ContainsAny(name, " \t\n") {
			return false
		}
	}
	return true
}
