package shell

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostile are files that are made to hurt, or were never meant for us, and
// what somebody is told who loads them.
func hostile() map[string]struct{ text, told string } {
	noise := make([]byte, 2<<20)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	entities := `<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">`, 20) + `]>`
	return map[string]struct{ text, told string }{
		"two megabytes of noise":   {string(noise), "a NUL byte: this is not a text file"},
		"noise without NUL":        {strings.ReplaceAll(string(noise), "\x00", "\n"), "more errors"},
		"a line of a megabyte":     {"group g " + strings.Repeat("a ", 1<<19) + "=", `x:1:131077: "a" is one word too many; expected at most 65536 in one statement`},
		"a word of a megabyte":     {strings.Repeat("x", 1<<20), `xxx..." is not a statement`},
		"ten thousand brackets":    {"order o " + strings.Repeat("( ", 10000), `x:1:11: order: "(" is not a resource`},
		"brackets without blanks":  {"colocation c inf: " + strings.Repeat("(", 10000), `x:1:20: colocation: "(" is not a resource`},
		"entities in a statement":  {"xml " + entities + "<tag>&b;</tag>", "x:1:5: xml: a CIB has no document type or entity declarations"},
		"entities in a CIB":        {"<?xml version=\"1.0\"?>" + entities + "<cib>&b;</cib>", "a CIB has no document type or entity declarations"},
		"ten thousand elements in": {"xml " + strings.Repeat("<a id=\"x\">", 10000), "x:1:2565: xml x: elements are nested more than 256 deep"},
		"a deep CIB":               {strings.Repeat("<cib>", 10000), "elements are nested more than 256 deep"},
		"half a million quotes":    {"primitive p Dummy params a=" + strings.Repeat(`''`, 1<<19) + "'", "opens a quote that is not closed"},
		"a hundred thousand rules": {"location l a " + strings.Repeat("rule 1: a eq 1 ", 100000), "is one word too many; expected at most 65536 in one statement"},
		"half a million params":    {"primitive p Dummy params" + strings.Repeat(" a=1", 1<<19), "is one word too many"},
		"half a million levels":    {"fencing_topology" + strings.Repeat(" a", 1<<15), `x:1:36: fencing_topology: "a" is the tenth level of one target`},
		"twenty thousand faults":   {strings.Repeat("primitive p\n", 20000), "and 19800 more errors"},
		"what nothing has":         {strings.Repeat("group g nosuch\n", 20000), "more errors"},
		"no UTF-8":                 {"primitive p Dummy params a=\xff\xfe", "x:1:28: the byte 0xff is not UTF-8 text; expected"},
		"UTF-16":                   {"p\x00r\x00i\x00m\x00", "a NUL byte: this is not a text file"},
		"an escape":                {"primitive p Dummy params a=\x1b[31m", "x:1:28: the control character U+001B is not text; expected"},
		"a quote that stays open":  {"primitive p Dummy params a=\"b\n" + strings.Repeat("y ", 1<<18), `x:1:28: '"b' opens a quote that is not closed`},
		"an endless statement":     {"primitive p Dummy " + strings.Repeat("\\\n", 1<<18), "the last line ends in a backslash: its rest is missing"},
	}
}

// Loading them ends with few clear words, in bounded memory and time, and
// changes nothing.
func TestHostileFiles(t *testing.T) {
	const (
		mostWords  = 64 << 10
		mostMemory = 200 << 20 // allocated in all, most of it at once free again
		mostTime   = 60 * time.Second
	)
	for name, h := range hostile() {
		s := newScene(twoNodes, Options{})
		s.files["x"] = h.text
		before := string(s.cluster.doc.Bytes())
		var m0, m1 runtime.MemStats
		runtime.ReadMemStats(&m0)
		began := time.Now()
		err := s.Exec(t.Context(), "configure load update x")
		took := time.Since(began)
		runtime.ReadMemStats(&m1)
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		s.Report(err)
		said := s.out.String()
		allocated := m1.TotalAlloc - m0.TotalAlloc
		t.Logf("%s: %d KB allocated, %s", name, allocated>>10, took)
		switch {
		case !strings.Contains(said, h.told):
			t.Errorf("%s: told %.300q, want %q in it", name, said, h.told)
		case len(said) > mostWords:
			t.Errorf("%s: %d bytes of words", name, len(said))
		case allocated > mostMemory || took > mostTime:
			t.Errorf("%s: %d MB allocated, %s", name, allocated>>20, took)
		}
		if string(s.cluster.doc.Bytes()) != before || s.Pending() {
			t.Errorf("%s: something changed", name)
		}
	}
}

// Line ends of other systems are line ends.
func TestLoadTakesCarriageReturns(t *testing.T) {
	s := newScene(twoNodes, Options{})
	s.files["x"] = "primitive p Dummy \\\r\n\tparams state=b\r\ngroup g p\r\n"
	if err := s.Exec(t.Context(), "configure load update x"); err != nil {
		t.Error(err)
	}
}

// Run as a script, line by line, they end in words too, and change nothing.
func TestHostileScripts(t *testing.T) {
	const mostWords = 64 << 10
	for name, h := range hostile() {
		s := newScene(twoNodes, Options{})
		before := string(s.cluster.doc.Bytes())
		began := time.Now()
		err := s.Batch(t.Context(), "x", strings.NewReader("configure\n"+h.text))
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		s.Report(err)
		said, took := s.out.String(), time.Since(began)
		told := strings.Count(said, "ERROR: ")
		if !strings.Contains(said, "ERROR: x:") || told > mostFaults+2 || len(said) > mostWords || took > 60*time.Second {
			t.Errorf("%s: %d bytes of words in %s: %.300q", name, len(said), took, said)
		}
		if string(s.cluster.doc.Bytes()) != before {
			t.Errorf("%s: something changed", name)
		}
	}
}

// Pasted at the prompt they end in words as well, a line at a time, and nothing
// is asked.
func TestHostilePaste(t *testing.T) {
	for name, h := range hostile() {
		s := newScene(twoNodes, Options{})
		s.converse()
		before := string(s.cluster.doc.Bytes())
		refused := 0
		var j Joiner
		began := time.Now()
		for line := range strings.SplitSeq("configure\n"+h.text, "\n") {
			text, _, ok := j.Add(line)
			if !ok {
				continue
			}
			if err := s.Exec(t.Context(), text); err != nil {
				refused++
				s.Report(err)
				if said := s.said(); len(said) > 64<<10 || !strings.Contains(said, "ERROR: ") {
					t.Errorf("%s: %d bytes of words: %.300q", name, len(said), said)
				}
			}
		}
		if number := j.Drop(); refused == 0 && number == 0 && name != "an endless statement" { // an empty line ends it
			t.Errorf("%s: taken", name)
		}
		if took := time.Since(began); took > 60*time.Second || string(s.cluster.doc.Bytes()) != before {
			t.Errorf("%s: %s, or something changed", name, took)
		}
	}
}

// TestFaultsOfACommitAreBounded: one statement can have any number of them.
func TestFaultsOfACommitAreBounded(t *testing.T) {
	var line strings.Builder
	line.WriteString("primitive p ocf:heartbeat:Dummy params")
	for i := range 10 * mostFaults {
		fmt.Fprintf(&line, " x%d=1", i)
	}
	s := newScene(twoNodes, Options{})
	err := s.Batch(t.Context(), "x", strings.NewReader("configure\n"+line.String()+"\ncommit\n"))
	if err == nil {
		t.Fatal("taken")
	}
	s.Report(err)
	said := s.out.String()
	if n := strings.Count(said, "is not known to its agent"); n == 0 || n > mostFaults || !strings.Contains(said, "more errors") {
		t.Errorf("%d faults told: %.300q", n, said)
	}
}
