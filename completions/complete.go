package completions

import (
	"slices"
	"strings"

	"crm/cib"
)

// Candidate is one word that may come next.
type Candidate struct {
	Text    string
	Meaning string // beside it in the list, "" when it speaks for itself
	Open    bool   // more is typed right behind it: "ip=", "ocf:"
	Kind    string // of an object of the configuration: "primitive"
}

// View is what a completion looks at.
type View struct {
	CIB    *cib.Document // nil when none could be read
	Agents Agents        // nil when none are known
	Words  []Candidate   // commands and levels of the present level
	Levels []Candidate   // levels that "cd" can reach
	Text   string        // the part of the word before the cursor
	Line   string        // the whole command up to the cursor
	Own    []Candidate   // what the command itself knows (shadows, members, ...)
	// Below lists the commands and levels of the level that words lead to from
	// the present one; nil when they lead to none.
	Below func(words []string) []Candidate
}

// Completer gives what may stand where the cursor is; args are the complete
// words before it. It need not look at View.Text: what does not begin with it
// is filtered out afterwards.
type Completer func(v *View, args []string) []Candidate

// Filter keeps the candidates that begin with text, once each, in order.
func Filter(list []Candidate, text string) []Candidate {
	seen := make(map[string]bool, len(list))
	kept := list[:0:0]
	for _, c := range list {
		if strings.HasPrefix(c.Text, text) && !seen[c.Text] {
			seen[c.Text] = true
			kept = append(kept, c)
		}
	}
	return kept
}

// Sort puts candidates in the order of their text.
func Sort(list []Candidate) []Candidate {
	slices.SortStableFunc(list, func(a, b Candidate) int { return strings.Compare(a.Text, b.Text) })
	return list
}

// words makes candidates of "word" or "word: meaning" pairs.
func words(pairs ...[2]string) []Candidate {
	list := make([]Candidate, len(pairs))
	for i, p := range pairs {
		list[i] = Candidate{Text: p[0], Meaning: p[1], Open: strings.HasSuffix(p[0], "=") || strings.HasSuffix(p[0], ":")}
	}
	return list
}

// plain makes candidates of words that speak for themselves.
func plain(texts ...string) []Candidate {
	list := make([]Candidate, len(texts))
	for i, t := range texts {
		list[i] = Candidate{Text: t, Open: strings.HasSuffix(t, "=") || strings.HasSuffix(t, ":")}
	}
	return list
}

// Nothing completes nothing: what is wanted is the user's to invent.
func Nothing(*View, []string) []Candidate { return nil }

// InTurn completes the first argument by the first completer, the second by
// the second, and so on; none after the last.
func InTurn(list ...Completer) Completer {
	return func(v *View, args []string) []Candidate {
		if len(args) >= len(list) {
			return nil
		}
		return list[len(args)](v, args)
	}
}

// Each completes every argument in the same way, without those already given.
func Each(one Completer) Completer {
	return func(v *View, args []string) []Candidate {
		return slices.DeleteFunc(one(v, args), func(c Candidate) bool { return slices.Contains(args, c.Text) })
	}
}

// Either offers what any of the completers offers.
func Either(list ...Completer) Completer {
	return func(v *View, args []string) []Candidate {
		var all []Candidate
		for _, one := range list {
			all = append(all, one(v, args)...)
		}
		return all
	}
}

// Words completes fixed words, each with its meaning.
func Words(pairs ...[2]string) Completer {
	list := words(pairs...)
	return func(*View, []string) []Candidate { return slices.Clone(list) }
}

// Plain completes fixed words.
func Plain(texts ...string) Completer {
	list := plain(texts...)
	return func(*View, []string) []Candidate { return slices.Clone(list) }
}
