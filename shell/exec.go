package shell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crm/grammar"
)

// Exec runs one logical line. The prompt, a batch file, standard input and
// the words of a command line all come through here.
//
// Words are looked up level by level: names of levels lead down, the first
// command takes the rest as its arguments. A line that only names levels
// stays there; after a command the session is back where it was.
func (s *Session) Exec(ctx context.Context, text string) error {
	s.seen, s.glanced = nil, false
	lines, open := grammar.Lines(text)
	if open {
		return newError(Syntax, noPos, "the line ends in a backslash: its rest is missing; expected another line")
	}
	for _, line := range lines {
		if line.Blank() || line.Comment() {
			continue
		}
		if err := s.execLine(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) execLine(ctx context.Context, line grammar.Line) error {
	words, fault := line.Words()
	if fault != nil {
		return fault
	}
	began := slices.Clone(s.path)
	for i, w := range words {
		e, ok := s.find(w.Text)
		if !ok {
			return errors.Join(s.noSuch(w), s.backTo(ctx, began))
		}
		if s.Interactive && !hasPrefixFold(e.word, w.Text) {
			s.Info("%q is taken for %q", w.Text, e.word)
		}
		if e.level != nil {
			if err := s.push(ctx, e.level); err != nil {
				return errors.Join(err, s.backTo(ctx, began))
			}
			continue
		}
		c := &Call{Session: s, Command: e.command, Args: texts(words[i+1:]), words: words[i:], line: line}
		return s.runCommand(ctx, c, e, began)
	}
	return nil
}

func (s *Session) runCommand(ctx context.Context, c *Call, e entry, began []*Level) error {
	if slices.Contains(moves, c.Command.Name) { // these decide where the session is
		return c.run(ctx)
	}
	if e.old && s.Interactive {
		s.Warn("%s is an old word here, %s is the present one", e.word, c.Command.Name)
	}
	err := c.atWord(c.run(ctx))
	if len(s.path) == len(began) {
		return err
	}
	return errors.Join(err, s.backTo(ctx, began))
}

// moves are the commands that leave the session somewhere else.
var moves = []string{"up", "cd", "quit"}

func (c *Call) run(ctx context.Context) error {
	n, a := len(c.Args), c.Command.Args
	if n >= 1 && (c.Args[n-1] == "--help" || c.Args[n-1] == "-h") {
		return c.helpCommand(c.here(), c.Command)
	}
	switch {
	case n < a.Least:
		return newError(Usage, c.line.At(len(c.line.Text)), "%s: the line ends too early, %s needed and %d given; usage: %s", c.Command.Name, a.count(), n, c.usage())
	case a.Most >= 0 && n > a.Most:
		return newError(Usage, c.words[a.Most+1].Pos, "%s: %q is one too many, it takes %s; usage: %s", c.Command.Name, c.Args[a.Most], a.count(), c.usage())
	}
	return c.Command.Run(ctx, c)
}

// atWord puts a refusal that names one of the call's words, and no place, at
// that word.
func (c *Call) atWord(err error) error {
	e, ours := err.(*Error)
	if !ours || e.Line > 0 || e.File != "" || e.Kind == NoCluster {
		return err
	}
	for _, w := range c.words[1:] {
		if strings.Contains(e.Text, strconv.Quote(w.Text)) {
			e.Line, e.Column = w.Pos.Line, w.Pos.Col
			break
		}
	}
	return err
}

func (c *Call) usage() string {
	return strings.TrimSpace(c.Command.Name + " " + c.Command.Usage)
}

func (a Arity) count() string {
	plural := "s"
	switch {
	case a.Least == a.Most && a.Least == 0:
		return "no arguments"
	case a.Least == a.Most:
		if a.Least == 1 {
			plural = ""
		}
		return fmt.Sprintf("%d argument%s", a.Least, plural)
	case a.Most < 0:
		if a.Least == 1 {
			plural = ""
		}
		return fmt.Sprintf("at least %d argument%s", a.Least, plural)
	}
	return fmt.Sprintf("%d to %d arguments", a.Least, a.Most)
}

// find looks a word up at the present level and among what every level has.
func (s *Session) find(word string) (entry, bool) { return s.here().lookup(word) }

func (s *Session) noSuch(w grammar.Word) error {
	err := newError(Usage, w.Pos, "no such command %q", grammar.Shorten(w.Text))
	if path := s.Path(); len(path) > 0 {
		err.Text = strings.Join(path, ".") + ": " + err.Text
	}
	var known []string
	for _, e := range s.here().spellings() {
		if e.command == nil || !e.command.Hidden {
			known = append(known, e.word)
		}
	}
	_, above := s.tree.lookup(w.Text)
	guess := grammar.Near(w.Text, known)
	begun := begunWith(w.Text, known)
	switch {
	case above && len(s.path) > 1:
		err.Text += fmt.Sprintf("; %q is a word of the top level: \"cd /\" goes there", w.Text)
	case len(begun) > 0:
		err.Text += fmt.Sprintf("; did you mean %s?", oneOfThese(begun, ""))
	case guess != "":
		err.Text += fmt.Sprintf("; did you mean %q?", guess)
	default:
		err.Text += `; "ls" lists what there is`
		near := slices.Concat(s.path, s.tree.Levels) // the level that this one is in comes first
		for _, l := range near {
			if e, is := l.named(w.Text); is && e.command != nil && !e.command.Hidden && l != s.here() {
				err.Text += fmt.Sprintf(", and the level %s has a %q", l.Name, w.Text)
				break
			}
		}
	}
	return err
}

// begunWith are the few known words that a shortened one begins.
func begunWith(word string, known []string) (list []string) {
	const most = 4
	for _, k := range known {
		if strings.HasPrefix(k, word) && !slices.Contains(list, strconv.Quote(k)) {
			list = append(list, strconv.Quote(k))
		}
	}
	if len(list) > most {
		return nil
	}
	return list
}

func texts(words []grammar.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return list
}
