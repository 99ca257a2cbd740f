package shell

import (
	"strings"
	"testing"

	"crm/grammar"
)

// TestEveryCommandHasAnExample walks the tree: each command that is shown has
// a line about it and an example, and each page belongs to a command.
func TestEveryCommandHasAnExample(t *testing.T) {
	used := map[string]bool{}
	var walk func(l *Level)
	walk = func(l *Level) {
		for _, c := range l.Commands {
			if c.Hidden {
				continue
			}
			used[strings.TrimSpace(l.Name+" "+c.Name)], used[c.Name] = true, true
			text := helpText(l, c)
			if c.Short == "" || c.Short == "-" {
				t.Errorf("%s %s: no line about it", l.Name, c.Name)
			}
			example := false
			for line := range strings.SplitSeq(text, "\n") {
				if strings.HasPrefix(line, "  ") {
					example = true
					tryExample(t, l, strings.TrimSpace(line))
				}
			}
			if !example {
				t.Errorf("%s %s: no example", l.Name, c.Name)
			}
		}
		for _, sub := range l.Levels {
			walk(sub)
		}
	}
	walk(Root())
	for line := range strings.SplitSeq(pagesText, "\n") {
		if key, ok := strings.CutPrefix(line, "== "); ok && !used[key] {
			t.Errorf("page %q belongs to no command", key)
		}
	}
}

// tryExample checks that an example begins with a word of the level, and, of
// a statement, that it is one.
func tryExample(t *testing.T, l *Level, line string) {
	words, fault := grammar.Line{Text: line, Pos: grammar.Pos{Line: 1, Col: 1}}.Words()
	if fault != nil {
		t.Errorf("%s: %s: %v", l.Name, line, fault)
		return
	}
	e, ok := l.lookup(words[0].Text)
	if !ok && words[0].Text != "crm" {
		t.Errorf("%s: %s: there is no such command", l.Name, line)
		return
	}
	if l.Name == "configure" && ok && e.command != nil && len(words) > 1 {
		if st, fault := grammar.ParseLine(grammar.Line{Text: line, Pos: grammar.Pos{Line: 1, Col: 1}}); st == nil && fault != nil && isStatement(e.command.Name) {
			t.Errorf("%s: %v", line, fault)
		}
	}
}

func isStatement(word string) bool {
	for _, k := range grammar.Keywords() {
		if k == word {
			return true
		}
	}
	return false
}
