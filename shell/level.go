package shell

import (
	"context"
	"strings"
	"unicode"

	"crm/completions"
	"crm/grammar"
)

// Level is a place in the shell: commands, and levels below it.
type Level struct {
	Name     string
	Short    string // one line for lists
	Help     string // what "help LEVEL" tells besides the list of commands
	Commands []*Command
	Levels   []*Level
	// enter runs when the level is entered, leave when it is left; an error
	// of leave keeps the session in the level.
	enter func(ctx context.Context, s *Session) error
	leave func(ctx context.Context, s *Session) error
}

// Command is one command of a level, declared: dispatch, help and completion
// are all made from the same declaration.
type Command struct {
	Name     string
	Aliases  []string // other spellings that are good, and shown by help
	Old      []string // spellings of older crm shells: accepted, with a hint at Name
	Usage    string   // the arguments, as "<rsc> [<node>]"
	Short    string   // one line for lists
	Help     string   // the longer text, with examples
	Args     Arity
	Complete completions.Completer // nil only when the command takes no arguments
	Run      func(ctx context.Context, c *Call) error
	Hidden   bool // not listed
	Ours     bool // unknown to crmsh: never takes part in crmsh's abbreviations
}

// Call is one command about to run.
type Call struct {
	*Session
	Command    *Command
	Args       []string
	words      []grammar.Word // the command and its arguments, with their places
	line       grammar.Line
	source     string // the file that is loaded, and what is in it
	sourceText string
}

// Arity is how many arguments a command takes.
type Arity struct{ Least, Most int } // Most < 0: any number

func none() Arity            { return Arity{0, 0} }
func exactly(n int) Arity    { return Arity{n, n} }
func atLeast(n int) Arity    { return Arity{n, -1} }
func between(a, b int) Arity { return Arity{a, b} }

// entry is what a word can mean at a level.
type entry struct {
	level   *Level
	command *Command
	word    string // the name that was matched
	old     bool   // matched a spelling of older shells
	ours    bool
}

func (e entry) name() string {
	if e.level != nil {
		return e.level.Name
	}
	return e.command.Name
}

// spellings lists every word the level knows, commands before levels.
func (l *Level) spellings() []entry {
	list := make([]entry, 0, 3*len(l.Commands)+len(l.Levels))
	for _, c := range l.Commands {
		list = append(list, entry{command: c, word: c.Name, ours: c.Ours})
		for _, a := range c.Aliases {
			list = append(list, entry{command: c, word: a, ours: c.Ours})
		}
		for _, a := range c.Old {
			list = append(list, entry{command: c, word: a, old: true, ours: c.Ours})
		}
	}
	for _, sub := range l.Levels {
		list = append(list, entry{level: sub, word: sub.Name, ours: sub.Name == "lab"})
	}
	return list
}

// lookup finds what word means here: its exact name or alias; else the only
// spelling that begins with it; else the only one that holds its letters in
// order, beginning with the first ("cfg" for configure). Our own additions
// are asked last, so that they never take an abbreviation away.
func (l *Level) lookup(word string) (entry, bool) {
	if e, ok := l.named(word); ok {
		return e, true
	}
	all := l.spellings()
	for _, match := range []func(name, word string) bool{hasPrefixFold, hasLetters} {
		for _, ours := range []bool{false, true} {
			if e, ok := only(all, word, ours, match); ok {
				return e, true
			}
		}
	}
	return entry{}, false
}

// named finds what word is the exact name or alias of.
func (l *Level) named(word string) (entry, bool) {
	for _, e := range l.spellings() {
		if e.word == word {
			return e, true
		}
	}
	return entry{}, false
}

// only returns the one spelling that matches. Each alias counts for itself,
// so a beginning shared by a command and its own alias is not enough.
func only(all []entry, word string, ours bool, match func(name, word string) bool) (entry, bool) {
	var found entry
	n := 0
	for _, e := range all {
		if hidden := e.command != nil && e.command.Hidden && e.ours; !hidden && e.ours == ours && match(e.word, word) {
			found = e
			n++
		}
	}
	return found, n == 1
}

func hasPrefixFold(name, word string) bool {
	return len(name) >= len(word) && strings.EqualFold(name[:len(word)], word)
}

func hasLetters(name, word string) bool {
	letters := []rune(word)
	for i, r := range name {
		if len(letters) == 0 {
			return true
		}
		same := unicode.ToLower(r) == unicode.ToLower(letters[0])
		if i == 0 && !same {
			return false
		}
		if same {
			letters = letters[1:]
		}
	}
	return len(letters) == 0
}
