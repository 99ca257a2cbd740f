package repl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The library takes what one read gives for one key; the cutter must give the
// same keys however the bytes are torn.
func TestKeysAreCutHoweverTheyCome(t *testing.T) {
	tests := []struct{ name, bytes, want string }{
		{"text", "show vip", "show vip"},
		{"text and Enter", "show\rup\r", "show|\r|up|\r"},
		{"fast arrows", "\x1b[D\x1b[D\x1b[C", "\x1b[D|\x1b[D|\x1b[C"},
		{"two tabs", "\t\t", "\t|\t"},
		{"control keys", "\x01\x05\x03", "\x01|\x05|\x03"},
		{"search and words", "\x12\x1bb\x1b[1;5C", codeSearch + "|" + codeLeft + "|" + codeRight},
		{"home of another terminal", "\x1bOH\x1b[4~", "\x1b[H|\x1b[F"},
		{"unknown sequence", "a\x1b[99;3~b", "ab"},
		{"a character of three bytes", "资源", "资源"},
		{"paste", "\x1b[200~one\ntwo\n\x1b[201~x", "one|\r|two|\r|x"},
		{"paste with tabs and carriage returns", "\x1b[200~a\tb\r\nc\x1b[201~", "a b|\r|c"},
		{"paste of a continued line", "\x1b[200~primitive a Dummy \\\n  params b=1\r\x1b[201~", "primitive a Dummy params b=1|\r"},
		{"paste with control characters", "\x1b[200~a\x07b\x1b[201~", "ab"},
	}
	for _, tt := range tests {
		for size := 1; size <= len(tt.bytes); size++ {
			var c cutter
			for rest := tt.bytes; rest != ""; {
				n := min(size, len(rest))
				c.add([]byte(rest[:n]))
				rest = rest[n:]
			}
			c.settle()
			if got := strings.Join(joinText(c.keys), "|"); got != tt.want {
				t.Errorf("%s in pieces of %d: %s", tt.name, size, cmp.Diff(tt.want, got))
				break
			}
		}
	}
}

// A terminal that does not mark what is pasted sends indents as Tabs: in the
// midst of text they are no keys.
func TestTabsInUnmarkedPaste(t *testing.T) {
	var c cutter
	c.add([]byte("primitive a Dummy \\\r\top monitor interval=10s\rup\r\t"))
	want := "primitive a Dummy \\|\r| op monitor interval=10s|\r|up|\r|\t"
	if diff := cmp.Diff(want, strings.Join(joinText(c.keys), "|")); diff != "" {
		t.Error(diff)
	}
}

func TestLoneEscapeAndTornSequence(t *testing.T) {
	var c cutter
	c.add([]byte("\x1b"))
	if len(c.keys) != 0 {
		t.Fatalf("Esc may be the beginning of a sequence, but gave %q", c.keys)
	}
	c.settle()
	c.add([]byte("\x1b[1"))
	c.settle()
	c.add([]byte("x"))
	if diff := cmp.Diff([]string{"\x1b", "x"}, c.keys); diff != "" {
		t.Error(diff)
	}
}

func TestEnterAfterTabOnlyAccepts(t *testing.T) {
	k := &keyboard{}
	var got []string
	for _, key := range []string{"p", "\t", choose, "\x1b[B", "\t", enter, enter} {
		got = append(got, k.meaning(key))
	}
	if diff := cmp.Diff([]string{"p", codeTab, "\t", "\x1b[B", "\t", codeAccept, enter}, got); diff != "" {
		t.Error(diff)
	}
	if !k.gate {
		t.Error("after an Enter nothing may be read before the next line begins")
	}
}

func TestControlCGivesUpAQuestion(t *testing.T) {
	k := &keyboard{}
	k.asking.Store(true)
	k.meaning("\x03")
	if diff := cmp.Diff([]string{"\x04"}, k.cut.keys); diff != "" {
		t.Error(diff)
	}
}

func TestHistoryIsKeptOverSessions(t *testing.T) {
	path := t.TempDir() + "/cache/history"
	h := &historyFile{path: path}
	if lines := h.load(); lines != nil {
		t.Errorf("a new history has %q", lines)
	}
	for _, line := range []string{"show", "show", " secret", "up", ""} {
		h.add(line)
	}
	again := &historyFile{path: path}
	if diff := cmp.Diff([]string{"show", "up"}, again.load()); diff != "" {
		t.Error(diff)
	}
	again.add("up") // the last line of the last session
	if diff := cmp.Diff([]string{"show", "up"}, (&historyFile{path: path}).load()); diff != "" {
		t.Error(diff)
	}
}

func FuzzCutter(f *testing.F) {
	f.Add([]byte("\x1b[200~a\\\nb\x1b[201~\x1b[D资\t\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var whole cutter
		whole.add(b)
		for _, k := range whole.keys {
			if k == "" {
				t.Errorf("%q gives an empty key", b)
			}
		}
	})
}
