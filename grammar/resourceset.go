package grammar

import (
	"slices"
	"strings"
)

// Set is a set of resources in a constraint. In the text () say that its
// members do not wait for each other, [] that one of them is enough.
type Set struct {
	Refs []Ref
	// Parallel is sequential=false.
	Parallel bool
	// AnyOne is require-all=false.
	AnyOne bool
}

// Sets are the sets of a constraint. Forced is the word _rsc_set_: one set
// even where two resources alone would make a plain constraint.
type Sets struct {
	List   []Set
	Forced bool
}

// rscSet is crmsh's word for a set that is not written with brackets.
const rscSet = "_rsc_set_"

var brackets = map[string]string{"(": ")", "[": "]"}

// sets reads resources and bracketed sets until something else stands there.
func (r reader) sets(what string, suffixes []string, end string) (Sets, error) {
	var s Sets
	if !r.done() && strings.EqualFold(r.peek(), rscSet) {
		s.Forced = true
		r.take()
	}
	plain := make(run, 1) // outside brackets
	for !r.done() && r.peek() != end {
		word := r.peek()
		if _, is := brackets[word]; is {
			s.add(plain)
			plain = make(run, 1)
			sets, err := r.bracketed(what, suffixes)
			if err != nil {
				return s, err
			}
			last := sets.last()
			s.Forced = s.Forced || !last.Parallel && !last.AnyOne
			s.add(sets)
			continue
		}
		if strings.IndexByte(word, '=') > 0 {
			took, err := r.setFlag(plain.last())
			if err != nil {
				return s, err
			}
			if !took {
				break
			}
			s.Forced = s.Forced || !plain.last().Parallel && !plain.last().AnyOne
			continue
		}
		f, err := r.ref(what, suffixes)
		if err != nil {
			return s, err
		}
		plain.add(f)
	}
	s.add(plain)
	return s, nil
}

// add puts a run in.
func (s *Sets) add(sets run) {
	if len(sets[0].Refs) > 0 {
		s.List = append(s.List, sets...)
	}
}

// run is what stands between brackets, or outside of them: one set, or several
// when roles or actions differ. A flag is for the set it stands in and those
// that are split off behind it.
type run []Set

func (sets run) last() *Set { return &sets[len(sets)-1] }

func (sets *run) add(f Ref) {
	last := sets.last()
	if n := len(last.Refs); n > 0 && f.Suffix != last.Refs[n-1].Suffix {
		*sets = append(*sets, Set{Parallel: last.Parallel, AnyOne: last.AnyOne})
		last = sets.last()
	}
	last.Refs = append(last.Refs, f)
}

func (r reader) bracketed(what string, suffixes []string) (run, error) {
	open := r.take()
	closing := brackets[open]
	set := run{{Parallel: true, AnyOne: open == "["}}
	for {
		if r.done() {
			return set, r.fault("", closing)
		}
		switch word := r.peek(); {
		case word == closing && len(set[0].Refs) == 0:
			return set, r.fault("closes an empty set", "one or more resources")
		case word == closing:
			r.take()
			return set, nil
		case word == ")" || word == "]":
			return set, r.fault("does not match "+open, closing)
		case strings.IndexByte(word, '=') > 0:
			took, err := r.setFlag(set.last())
			if err != nil {
				return set, err
			}
			if !took {
				return set, r.fault("", "sequential=, require-all= or "+closing, "sequential", "require-all")
			}
		default:
			f, err := r.ref(what, suffixes)
			if err != nil {
				return set, err
			}
			set.add(f)
		}
	}
}

var setFlags = []string{"sequential", "require-all"}

// setFlag reads sequential= or require-all=.
func (r reader) setFlag(set *Set) (took bool, err error) {
	name, value, _ := strings.Cut(r.peek(), "=")
	name, known := oneOf(name, setFlags)
	if !known {
		return false, nil
	}
	yes, is := boolean(value)
	if !is {
		return false, r.fault("is not a yes or no", name+"=true or "+name+"=false")
	}
	if name == "sequential" {
		set.Parallel = !yes
	} else {
		set.AnyOne = !yes
	}
	r.take()
	return true, nil
}

// boolean reads yes and no in the words that crmsh takes.
func boolean(word string) (yes, is bool) {
	switch strings.ToLower(word) {
	case "true", "on", "yes":
		return true, true
	case "false", "off", "no":
		return false, true
	}
	return false, false
}

// simple tells whether the sets are n single resources outside any set.
func (s Sets) simple(n int) bool {
	count := 0
	for _, set := range s.List {
		if set.Parallel || set.AnyOne {
			return false
		}
		count += len(set.Refs)
	}
	return count == n && !s.Forced
}

// Pair gives both resources of a plain constraint.
func (s Sets) Pair() (a, b Ref, ok bool) {
	if !s.simple(2) {
		return a, b, false
	}
	if len(s.List) == 1 {
		return s.List[0].Refs[0], s.List[0].Refs[1], true
	}
	return s.List[0].Refs[0], s.List[1].Refs[0], true
}

// Single gives the only resource of a plain ticket.
func (s Sets) Single() (Ref, bool) {
	if !s.simple(1) {
		return Ref{}, false
	}
	return s.List[0].Refs[0], true
}

// count is how many resources there are in all.
func (s Sets) count() (n int) {
	for _, set := range s.List {
		n += len(set.Refs)
	}
	return n
}

// words of the sets as they are printed.
func (s Sets) words() []string {
	var ws []string
	if s.Forced && s.count() <= 2 {
		ws = append(ws, rscSet)
	}
	for _, set := range s.List {
		open, closing := "", ""
		switch {
		case set.AnyOne:
			open, closing = "[", "]"
		case set.Parallel:
			open, closing = "(", ")"
		}
		if open != "" {
			ws = append(ws, open)
		}
		for _, f := range set.Refs {
			ws = append(ws, f.text())
		}
		if set.AnyOne && !set.Parallel {
			ws = append(ws, "sequential=true")
		}
		if closing != "" {
			ws = append(ws, closing)
		}
	}
	return ws
}

// apart takes brackets off the words they stick to. Those of a location are
// between braces.
func apart(keyword string, ws []Word) ([]Word, *Error) {
	from, to := 0, len(ws)
	if keyword == "location" {
		if len(ws) < 3 || ws[2].Text != "{" {
			return ws, nil
		}
		from = 1
		if n := slices.IndexFunc(ws, func(w Word) bool { return w.Text == "}" }); n >= 0 {
			to = n
		}
	}
	if err := stuck(keyword, ws[from:to]); err != nil {
		return nil, err
	}
	out := slices.Concat(ws[:from], spread(ws[from:to]), ws[to:])
	if len(out) > mostWords {
		return nil, tooMany(out[mostWords])
	}
	return out, nil
}

// stuck refuses brackets without a blank that crmsh takes for parts of names:
// those on both ends of one word, and all in a constraint that has no more
// resources than one without sets.
func stuck(keyword string, ws []Word) *Error {
	rest := ws[min(2, len(ws)):]
	if len(rest) > 0 && strings.HasSuffix(rest[0].Text, ":") {
		rest = rest[1:]
	}
	for n := len(rest) - 1; n >= 0 && strings.IndexByte(rest[n].Text, '=') >= 0 && !strings.ContainsAny(rest[n].Text, ")]"); n-- {
		if name, _, _ := strings.Cut(rest[n].Text, "="); contains(setFlags, name) {
			break
		}
		rest = rest[:n] // the attributes of the constraint
	}
	least := map[string]int{"colocation": 2, "collocation": 2, "order": 2, "rsc_ticket": 1}[keyword]
	for _, w := range rest {
		name := strings.Trim(w.Text, "([])")
		before, after, _ := strings.Cut(w.Text, name)
		if name != "" && before+after != "" && (before != "" && after != "" || len(rest) <= least) {
			expected := strings.TrimSpace(before + " " + name + " " + after)
			return &Error{Keyword: keyword, Pos: w.Pos, Word: w.Text, Problem: "has a bracket that sticks to it", Expected: expected}
		}
	}
	return nil
}

// spread takes brackets off the words they stick to, up to one word too many.
func spread(words []Word) []Word {
	out := make([]Word, 0, len(words))
	for _, w := range words {
		for len(w.Text) > 1 && len(out) <= mostWords && strings.ContainsRune("([", rune(w.Text[0])) {
			out = append(out, Word{Text: w.Text[:1], Pos: w.Pos, Offset: w.Offset})
			w = Word{Text: w.Text[1:], Pos: Pos{w.Pos.Line, w.Pos.Col + 1}, Offset: w.Offset + 1}
		}
		end := len(w.Text)
		for end > 1 && strings.ContainsRune(")]", rune(w.Text[end-1])) {
			end--
		}
		tail := w.Text[end:]
		out = append(out, Word{Text: w.Text[:end], Pos: w.Pos, Offset: w.Offset})
		for i := range tail {
			if len(out) > mostWords {
				break
			}
			out = append(out, Word{Text: tail[i : i+1], Pos: Pos{w.Pos.Line, w.Pos.Col + end + i}, Offset: w.Offset + end + i})
		}
	}
	return out
}
