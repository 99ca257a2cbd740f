package grammar

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// AttrSet is a set of attributes under a keyword: params, meta, utilization,
// attributes, op_params, op_meta.
type AttrSet struct {
	Pos     Pos
	Keyword string
	ID      string
	IDRef   string
	Score   string // of the set among others of its kind, as in the CIB
	Rules   []Rule
	Pairs   Pairs
}

// setWords are the keywords that end an attribute set, by statement; the
// words a set begins with come first.
var (
	resourceSets = []string{"params", "meta", "utilization"}
	resourceEnds = []string{"params", "meta", "utilization", "operations", "op", "op_params", "op_meta"}
	groupSets    = []string{"params", "meta"}
	nodeSets     = []string{"attributes", "utilization"}
	alertEnds    = []string{"attributes", "meta", "select", "to", "}"}
	opSets       = []string{"op_params", "op_meta"}
	setEnds      = append([]string{"attributes"}, resourceEnds...) // of all sets but those of alerts
)

// attrSet reads what follows a keyword, up to one of the words in ends.
func (r reader) attrSet(keyword string, pos Pos, ends []string) (AttrSet, error) {
	set := AttrSet{Pos: pos, Keyword: keyword}
	alert := len(ends) > 0 && ends[len(ends)-1] == "}"
	for !r.done() {
		if _, end := r.keyword(ends...); end {
			break
		}
		if _, foreign := r.keyword(setEnds...); foreign && !alert {
			break
		}
		stop, err := r.setWord(&set)
		if err != nil {
			return set, err
		}
		if stop {
			break
		}
	}
	if set.IDRef != "" && (len(set.Pairs) > 0 || len(set.Rules) > 0) {
		return set, &Error{Pos: pos, Word: "$id-ref=" + set.IDRef, Problem: "takes over a whole set", Expected: "no attributes beside it"}
	}
	return set, nil
}

// setWord reads one word, or one rule, of a set.
func (r reader) setWord(set *AttrSet) (stop bool, err error) {
	word := r.peek()
	if id, is := strings.CutPrefix(word, "$id="); is {
		if len(set.Pairs) > 0 {
			return false, r.fault("must stand before the attributes", "name=value")
		}
		r.take()
		set.ID = id
		return false, nil
	}
	if id, is := strings.CutPrefix(word, "$id-ref="); is {
		r.take()
		set.IDRef = id
		return false, nil
	}
	first := len(set.Rules) == 0 && len(set.Pairs) == 0 && set.Score == ""
	if first && strings.IndexByte(word, '=') < 0 {
		if score, is := readScore(word); is {
			body := strings.TrimSuffix(word, ":")
			if !IsScore(body) { // which is kept as it is typed
				fault := r.fault("is not the score of a set", "a number, INFINITY or -INFINITY, then a colon")
				if !score.Attribute {
					fault.Hint = score.Value + ":"
				}
				return false, fault
			}
			r.take()
			set.Score = body
			return false, nil
		}
	}
	if strings.EqualFold(word, "rule") {
		switch {
		case len(set.Rules) > 0:
			return false, r.fault("is the second rule of one set", "name=value, or another set")
		case len(set.Pairs) > 0:
			return false, r.fault("must stand before the attributes", "name=value")
		}
		rule, err := r.rule()
		if err == nil && set.Keyword != "" {
			err = rule.onlyDefaults()
		}
		set.Rules = append(set.Rules, rule)
		return false, err
	}
	if word == "{" || word == "}" {
		return true, nil
	}
	p, ok := readPair(word, r.pos())
	if !ok {
		return false, r.fault("is not an attribute", "name=value")
	}
	if len(set.Rules) > 0 && p.Ref == "" && p.Bare && len(set.Pairs) == 0 {
		return false, r.fault("", "and, or, or name=value", "and", "or")
	}
	r.take()
	set.Pairs = append(set.Pairs, p)
	return false, nil
}

// ResourceSets are the attribute sets of a group or clone.
type ResourceSets struct{ List []AttrSet }

// Parse reads params and meta sets; bare name=value words are params.
func (ss *ResourceSets) Parse(lex *lexer.PeekingLexer) error {
	r := reader{lex}
	for !r.done() {
		set, err := r.keywordSet(groupSets, "params")
		if err != nil {
			return err
		}
		ss.List = append(ss.List, set)
	}
	return nil
}

// keywordSet reads one set that begins with one of words, or, of the implied
// kind, with anything else that a set may hold.
func (r reader) keywordSet(words []string, implied string) (AttrSet, error) {
	pos := r.pos()
	if k, is := r.keyword(words...); is {
		r.take()
		return r.attrSet(k, pos, words)
	}
	if w := r.peek(); w == "{" || w == "}" {
		return AttrSet{}, r.fault("", "name=value or "+list(words), words...)
	}
	_, foreign := r.keyword(setEnds...)
	if w := r.peek(); foreign || strings.IndexByte(w, '=') < 0 && Near(w, words) != "" {
		return AttrSet{}, r.fault("", "name=value or "+list(words), words...)
	}
	return r.attrSet(implied, pos, words)
}

// list is "a, b or c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// words of the set behind its keyword, as they are printed on one line.
func (s AttrSet) words() []string {
	var ws []string
	if s.ID != "" {
		ws = append(ws, "$id="+Quote(s.ID))
	}
	if s.IDRef != "" {
		ws = append(ws, "$id-ref="+Quote(s.IDRef))
	}
	if s.Score != "" {
		ws = append(ws, s.Score+":")
	}
	for _, r := range s.Rules {
		ws = append(ws, "rule "+r.text())
	}
	for _, p := range s.Pairs {
		ws = append(ws, p.word())
	}
	return ws
}

func (s AttrSet) text() string {
	return strings.Join(append([]string{s.Keyword}, s.words()...), " ")
}
