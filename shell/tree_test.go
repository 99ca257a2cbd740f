package shell

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// eachCommand visits every command of every level once.
func eachCommand(l *Level, path string, visit func(path string, c *Command)) {
	for _, c := range l.Commands {
		visit(strings.TrimPrefix(path+" "+c.Name, " "), c)
	}
	for _, sub := range l.Levels {
		eachCommand(sub, strings.TrimPrefix(path+" "+sub.Name, " "), visit)
	}
}

// TestEveryCommandIsDeclaredWhole: help and completion are made from the
// declarations, so none may lack what they need.
func TestEveryCommandIsDeclaredWhole(t *testing.T) {
	eachCommand(Root(), "", func(path string, c *Command) {
		takes := c.Args.Most != 0
		switch {
		case c.Short == "":
			t.Errorf("%s: no short description", path)
		case c.Run == nil:
			t.Errorf("%s: cannot be run", path)
		case takes && c.Usage == "":
			t.Errorf("%s: takes arguments and does not say which", path)
		case !takes && c.Usage != "":
			t.Errorf("%s: takes no arguments but says %q", path, c.Usage)
		case takes && c.Complete == nil:
			t.Errorf("%s: takes arguments and does not complete them", path)
		case strings.HasSuffix(c.Short, ".") || strings.ToUpper(c.Short[:1]) == c.Short[:1] && c.Short[0] >= 'A' && c.Short[0] <= 'Z' && c.Short[1] > 'Z':
			t.Errorf("%s: %q: short descriptions are no sentences", path, c.Short)
		}
	})
}

// TestLevelsHaveNoDoubles: a word means one thing at a level.
func TestLevelsHaveNoDoubles(t *testing.T) {
	var walk func(l *Level)
	walk = func(l *Level) {
		seen := map[string]bool{}
		for _, e := range l.spellings() {
			if seen[e.word] {
				t.Errorf("level %s: %s is declared twice", l.Name, e.word)
			}
			seen[e.word] = true
		}
		for _, sub := range l.Levels {
			walk(sub)
		}
	}
	walk(Root())
}

// TestEveryCommandHasHelp: asking never fails and never needs a cluster.
func TestEveryCommandHasHelp(t *testing.T) {
	s := newScene(twoNodes, Options{})
	s.Cluster = nil
	eachCommand(Root(), "", func(path string, _ *Command) {
		if err := s.Exec(t.Context(), "help "+path); err != nil {
			t.Errorf("help %s: %v", path, err)
		}
	})
}

func TestAbbreviations(t *testing.T) {
	tests := []struct{ level, word, want string }{
		{"", "conf", "configure"}, {"", "cfg", "configure"}, {"", "CONFIGURE", "configure"}, {"", "res", "resource"}, {"", "c", ""},
		{"", "n", "node"}, {"", "l", "ls"}, {"", "lab", "lab"}, {"", "?", "help"}, {"", "--he", "help"},
		{"configure", "prim", "primitive"}, {"configure", "col", ""}, {"configure", "coll", "colocation"}, {"configure", "ve", "verify"},
		{"configure", "rm", "delete"}, {"resource", "st", ""}, {"resource", "sto", "stop"}, {"resource", "migrate", "move"},
		{"node", "status", "status"}, {"node", "stan", "standby"}, {"", "*", ""}, {"", "co.f", ""},
	}
	root := Root()
	for _, tt := range tests {
		l := root
		if tt.level != "" {
			e, _ := root.lookup(tt.level)
			l = e.level
		}
		got := ""
		if e, ok := l.lookup(tt.word); ok {
			got = e.name()
		}
		if got != tt.want {
			t.Errorf("%s %q means %q, want %q", tt.level, tt.word, got, tt.want)
		}
	}
}

// shared is a file of the given data, or the test is skipped.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	for _, root := range []string{os.Getenv("CRM_SHARED"), "../../shared"} {
		if f, err := os.Open(filepath.Join(root, name)); root != "" && err == nil {
			t.Cleanup(func() { f.Close() })
			return f
		}
	}
	t.Skip("neither CRM_SHARED nor ../shared has " + name)
	return nil
}

// TestAbbreviationsAreThoseOfCrmsh compares with its whole table. Words of
// ours are asked last there, so they must not change any row but the ones
// that named nothing; two names mean something of their own here.
func TestAbbreviationsAreThoseOfCrmsh(t *testing.T) {
	lines := bufio.NewScanner(shared(t, "spec/crmsh/abbrev-deb.jsonl"))
	root := Root()
	rows, wrong := 0, 0
	for lines.Scan() {
		var row [3]*string
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		level, word := *row[0], *row[1]
		if row[2] == nil || strings.HasPrefix(*row[2], "!") || word == "co.f" { // nothing; a traceback; its "." matches anything
			continue
		}
		l := root
		if level != "root" {
			e, ok := root.lookup(level)
			if !ok {
				t.Fatalf("there is no level %s", level)
			}
			l = e.level
		}
		rows++
		e, ok := l.lookup(word)
		if ok && e.name() == *row[2] || level == "node" && word == "status" || level == "history" && word == "list" {
			continue
		}
		if wrong++; wrong < 20 {
			t.Errorf("%s %q: %v, crmsh has %s", level, word, ok, *row[2])
		}
	}
	if rows < 1000 {
		t.Errorf("only %d rows were compared", rows)
	}
}

func TestManualHasEveryCommand(t *testing.T) {
	var b strings.Builder
	manualLevel(&b, Root(), "")
	text := b.String()
	var walk func(l *Level, path string)
	walk = func(l *Level, path string) {
		for _, cmd := range l.Commands {
			if head := strings.TrimSpace("## crm "+path) + " " + cmd.Name; !cmd.Hidden && !strings.Contains(text, strings.Join(strings.Fields(head), " ")) {
				t.Errorf("the manual has no %q", head)
			}
		}
		for _, sub := range l.Levels {
			walk(sub, strings.TrimSpace(path+" "+sub.Name))
		}
	}
	walk(Root(), "")
}
