package grammar

import (
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2/lexer"
)

// Fencing is the order in which fence devices are tried; one statement
// describes the whole topology.
//
//	fencing_topology [NODE: | attr:NAME=VALUE | pattern:REGEX] DEV[,DEV] ... ...
type Fencing struct {
	Head
	Word    string         `parser:"@\"fencing_topology\""`
	Targets FencingTargets `parser:"@@"`
}

// FencingTarget is whom the levels that follow are for. All fields empty
// means every node.
type FencingTarget struct {
	Pos     Pos
	Node    string
	Pattern string
	Attr    string
	Value   string
	Levels  []string // device or device,device; the first is level 1
}

// MostLevels is how many levels a target may have: the schema numbers them
// from 1 to 9.
const MostLevels = 9

// FencingTargets are all targets, in order.
type FencingTargets struct{ List []FencingTarget }

// Parse reads targets and their levels.
func (ts *FencingTargets) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		word := r.peek()
		t := FencingTarget{Pos: r.pos()}
		if target, err := t.read(r, word); err != nil {
			return err
		} else if target {
			r.take()
			ts.List = append(ts.List, t)
			continue
		}
		if !validDevices(word) {
			return r.fault("is not a list of fence devices", "DEVICE or DEVICE,DEVICE", "attr", "pattern")
		}
		if len(ts.List) == 0 {
			ts.List = append(ts.List, t)
		}
		last := &ts.List[len(ts.List)-1]
		if len(last.Levels) == MostLevels {
			return r.fault("is the tenth level of one target", "at most nine")
		}
		last.Levels = append(last.Levels, r.take())
	}
	return nil
}

func (t *FencingTarget) read(r reader, word string) (bool, error) {
	if p, is := cutFold(word, "pattern:"); is {
		if p == "" {
			return false, r.fault("has no pattern", "pattern:REGEX")
		}
		t.Pattern = p
		return true, nil
	}
	if a, is := cutFold(word, "attr:"); is {
		name, value, both := strings.Cut(a, "=")
		if !both || name == "" || value == "" {
			return false, r.fault("has no value", "attr:NAME=VALUE")
		}
		if !FencingAttr(name) || !FencingAttr(value) {
			return false, r.fault("has a sign in it that does not fit there", "attr:NAME=VALUE of letters, digits, _ and -")
		}
		t.Attr, t.Value = name, value
		return true, nil
	}
	node, is := strings.CutSuffix(word, ":")
	if is && node == "" {
		return false, r.fault("", "NODE:")
	}
	t.Node = node
	if !is {
		t.Node = ""
	}
	return is, nil
}

// FencingAttr tells whether a text can be the name or the value in
// attr:NAME=VALUE.
func FencingAttr(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c != '_' && c != '-' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }) < 0
}

func validDevices(word string) bool {
	for _, d := range strings.Split(word, ",") {
		if !ValidID(d) {
			return false
		}
	}
	return true
}

// Keyword is fencing_topology.
func (s *Fencing) Keyword() string { return "fencing_topology" }

// ObjectID is empty: there is one topology.
func (s *Fencing) ObjectID() string { return "" }

func (s *Fencing) print(p *printer) {
	for _, t := range s.Targets.List {
		switch {
		case len(t.Levels) == 0:
		case t.Node != "":
			p.part(quoteName(t.Node+":") + " " + strings.Join(t.Levels, " "))
		case t.Pattern != "":
			p.part(quoteName("pattern:"+t.Pattern) + " " + strings.Join(t.Levels, " "))
		case t.Attr != "":
			p.part(quoteName("attr:"+t.Attr+"="+t.Value) + " " + strings.Join(t.Levels, " "))
		default:
			p.word(t.Levels...)
		}
	}
}

// withoutDevices finds a target that has no devices, which says nothing.
func (s *Fencing) withoutDevices() *Error {
	for _, t := range s.Targets.List {
		if len(t.Levels) == 0 {
			return &Error{Pos: t.Pos, Keyword: s.Keyword(), Problem: "a target without fence devices is left out", Expected: "DEVICE or DEVICE,DEVICE behind it"}
		}
	}
	return nil
}

// cutFold takes a prefix in any letter case off a word.
func cutFold(word, prefix string) (rest string, is bool) {
	if len(word) < len(prefix) || !strings.EqualFold(word[:len(prefix)], prefix) {
		return word, false
	}
	return word[len(prefix):], true
}
