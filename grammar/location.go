package grammar

import (
	"cmp"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// Location says where a resource may or may not run.
//
//	location ID RSC|/PATTERN/|{ SETS } [role=ROLE]
//	    [resource-discovery=always|never|exclusive] SCORE: NODE | RULE ...
type Location struct {
	Head
	Word  string        `parser:"@\"location\""`
	ID    ID            `parser:"@@"`
	Whom  Whom          `parser:"@@"`
	Where LocationWhere `parser:"@@"`
}

// Whom is what a location speaks of: a resource (or tag), a pattern of
// resource names, or sets.
type Whom struct {
	Resource string
	Pattern  string
	Sets     Sets
}

// LocationWhere is where it shall run: on a node, or where rules say.
type LocationWhere struct {
	Role      string
	Discovery string
	Score     *Score
	Node      string
	Rules     []Rule
}

var discoveries = []string{"always", "never", "exclusive"}

// Parse reads a resource, /pattern/ or { sets }.
func (w *Whom) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if r.done() {
		return r.fault("", "a resource, /pattern/ or { resources }")
	}
	word := r.peek()
	if word == "{" {
		return w.sets(r)
	}
	if pattern, is := pattern(word); is {
		if pattern == "" {
			return r.fault("is an empty pattern", "/pattern/")
		}
		w.Pattern = pattern
		r.take()
		return nil
	}
	if !ValidID(word) {
		return r.fault("is not a resource", "a resource, /pattern/ or { resources }")
	}
	w.Resource = r.take()
	return nil
}

// pattern takes the slashes off /pattern/.
func pattern(word string) (string, bool) {
	if len(word) < 2 || word[0] != '/' || word[len(word)-1] != '/' {
		return "", false
	}
	return word[1 : len(word)-1], true
}

func (w *Whom) sets(r reader) error {
	r.take()
	sets, err := r.sets("role", roles, "}")
	if err != nil {
		return err
	}
	if r.done() || r.peek() != "}" {
		return r.fault("", "}")
	}
	if len(sets.List) == 0 {
		return r.fault("closes an empty set", "one or more resources")
	}
	w.Sets = sets
	r.take()
	return nil
}

const whereExpected = "SCORE: NODE, or rule"

// Parse reads the attributes, then SCORE: NODE or rules.
func (w *LocationWhere) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	if err := w.attributes(r, "role", "resource-discovery"); err != nil {
		return err
	}
	if r.done() {
		return r.fault("", whereExpected)
	}
	for {
		if _, is := r.keyword("rule"); !is {
			break
		}
		rule, err := r.rule()
		if err == nil {
			err = rule.onlyDefaults()
		}
		if err != nil {
			return err
		}
		w.Rules = append(w.Rules, rule)
	}
	if len(w.Rules) > 0 {
		return nil
	}
	score, is := readScore(r.peek())
	if !is {
		e := r.fault("", whereExpected, "rule", "role", "resource-discovery")
		e.Hint = cmp.Or(scoreHint(r.peek()), e.Hint)
		return e
	}
	if score.Attribute {
		return r.fault("is not a score", "a number or inf, then a colon")
	}
	w.Score = &score
	r.take()
	if r.done() || class(r.peek()) == classPair || strings.ContainsAny(r.peek(), " \t") {
		return r.fault("", "the name of a node")
	}
	w.Node = r.take()
	return w.attributes(r, "role")
}

// attributes reads those of names that stand here.
func (w *LocationWhere) attributes(r reader, names ...string) error {
	for !r.done() {
		name, value, assigned := strings.Cut(strings.TrimPrefix(r.peek(), "$"), "=")
		if !assigned {
			return nil
		}
		if !contains(names, name) {
			return r.fault("", list(names)+" with = and a value", names...)
		}
		switch name {
		case "role":
			if !contains(roles, value) {
				return r.fault("", "role="+list(roles), append([]string{"role"}, roles...)...)
			}
			w.Role = value
		case "resource-discovery":
			if !contains(discoveries, value) {
				return r.fault("", "resource-discovery="+list(discoveries), append([]string{name}, discoveries...)...)
			}
			w.Discovery = value
		}
		r.take()
	}
	return nil
}

// Keyword is location.
func (s *Location) Keyword() string { return "location" }

// ObjectID is the id of the constraint.
func (s *Location) ObjectID() string { return string(s.ID) }

func (s *Location) print(p *printer) {
	p.word(string(s.ID))
	switch {
	case s.Whom.Resource != "":
		p.word(s.Whom.Resource)
	case s.Whom.Pattern != "":
		p.word(patternWord(s.Whom.Pattern))
	default:
		p.word("{")
		p.word(s.Whom.Sets.words()...)
		p.word("}")
	}
	if s.Where.Role != "" {
		p.word("role=" + s.Where.Role)
	}
	if s.Where.Discovery != "" {
		p.word("resource-discovery=" + s.Where.Discovery)
	}
	if s.Where.Score != nil {
		p.word(s.Where.Score.Text()+":", quoteName(s.Where.Node))
	}
	for _, rule := range s.Where.Rules {
		p.part("rule " + rule.text())
	}
}

func patternWord(pattern string) string {
	if strings.ContainsAny(pattern, " \t\"'\\") {
		return Quote("/" + pattern + "/")
	}
	return "/" + pattern + "/"
}

// quoteName quotes a name only where it must be.
func quoteName(name string) string {
	if name == "" || strings.ContainsAny(name, " \t\"'\\") {
		return Quote(name)
	}
	return name
}
