package crmtext

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"crm/cib"
	"crm/grammar"

	"github.com/beevik/etree"
)

// corpusCase is one case of crmsh's behaviour, recorded outside of this project.
type corpusCase struct {
	ID, Status, Mode, Base, Pre string
	Setup, Input                []string
	XML                         [][2]string
	ExpectXML                   string `json:"expect_xml"`
	ExpectShow                  string `json:"expect_show"`
}

// sharedData is the folder of the recorded cases; without it the test is skipped.
func sharedData(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CRM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "conformance", "crmsh")
	if _, err := os.Stat(filepath.Join(dir, "corpus.jsonl")); err != nil {
		t.Skip("the recorded cases are not here; CRM_SHARED names their folder")
	}
	return dir
}

func corpus(t *testing.T, dir string) (cases []corpusCase) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "corpus.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		var c corpusCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// run gives the document that a case ends with; ok is false when it holds
// commands besides statements, or is refused.
func (c corpusCase) run(t *testing.T, dir string, style Style) (doc *cib.Document, ok bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, c.Pre))
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = cib.Parse(text); err != nil {
		t.Fatal(err)
	}
	for _, x := range c.XML {
		e, err := cib.ParseElement("<x>" + x[1] + "</x>")
		if err != nil {
			t.Fatal(err)
		}
		for _, child := range e.ChildElements() {
			doc.MakeSection(x[0]).AddChild(child)
		}
	}
	return c.add(t, doc, style)
}

// add types or loads the lines of a case.
func (c corpusCase) add(t *testing.T, doc *cib.Document, style Style) (_ *cib.Document, ok bool) {
	t.Helper()
	statements, faults := grammar.Parse(strings.Join(c.Input, "\n"))
	if faults != nil {
		return doc, false
	}
	ed := styled(doc)
	ed.Style = style
	if c.Mode == "load" {
		return doc, ed.ApplyAll(statements) == nil
	}
	for _, st := range statements {
		grammar.SetComments(st, nil) // typed comments are not kept
		if ed.Create(st) != nil {
			return doc, false
		}
	}
	return doc, true
}

// canonical is a configuration without what does not matter: the order of
// attributes, of objects and of sections, and empty sections.
func canonical(e *etree.Element) string {
	e = e.Copy()
	var sections []string
	for _, s := range e.ChildElements() {
		var objects []string
		pending := ""
		for _, t := range s.Child {
			switch t := t.(type) {
			case *etree.Comment:
				pending += "<!--" + t.Data + "-->"
			case *etree.Element:
				objects = append(objects, t.Tag+" "+cib.ID(t)+"\n"+pending+flat(t))
				pending = ""
			}
		}
		if s.Tag != cib.FencingTopology {
			sort.Strings(objects)
		}
		if len(objects) > 0 {
			sections = append(sections, s.Tag+"\n"+strings.Join(objects, "\n"))
		}
	}
	sort.Strings(sections)
	return strings.Join(sections, "\n")
}

func flat(e *etree.Element) string {
	e.SortAttrs()
	var b strings.Builder
	b.WriteString("<" + e.Tag)
	for _, a := range e.Attr {
		fmt.Fprintf(&b, " %s=%q", a.Key, a.Value)
	}
	b.WriteString(">")
	for _, t := range e.Child {
		switch t := t.(type) {
		case *etree.Element:
			b.WriteString(flat(t))
		case *etree.Comment:
			b.WriteString("<!--" + t.Data + "-->")
		}
	}
	return b.String() + "</" + e.Tag + ">"
}

// checkFloor holds counts against those that were reached before, in a file;
// they may rise, not fall.
func checkFloor(t *testing.T, got map[string]int, floors string) {
	t.Helper()
	text, err := os.ReadFile(floors)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var name string
		var least int
		if n, _ := fmt.Sscan(line, &name, &least); n == 2 && got[name] < least {
			t.Errorf("%s: %d cases, %d were reached before (%s)", name, got[name], least, floors)
		}
	}
}

// Statements of the corpus make the XML and the text that crmsh makes, and
// that text makes the same configuration again.
func TestCorpus(t *testing.T) {
	dir := sharedData(t)
	got := map[string]int{}
	for _, c := range corpus(t, dir) {
		if c.Status != "ok" {
			continue
		}
		doc, ok := c.run(t, dir, Style4)
		if !ok {
			continue
		}
		shown := Show(doc)
		if c.ExpectXML != "" && c.Mode != "xml" {
			want, err := cib.ParseElement(c.ExpectXML)
			if err != nil {
				t.Fatal(err)
			}
			if canonical(doc.Configuration()) == canonical(want) {
				got["xml"]++
			} else {
				t.Logf("%s: other XML", c.ID)
			}
		}
		if strings.TrimSpace(shown) == strings.TrimSpace(c.ExpectShow) {
			got["show"]++
		} else {
			t.Logf("%s: other text", c.ID)
		}
		got["ran"]++
		if why := roundTrip(doc); why == "" {
			got["fixed-point"]++
		} else {
			t.Logf("%s: %s", c.ID, why)
		}
	}
	t.Log(got)
	checkFloor(t, got, "testdata/corpus.floor")
}

// roundTrip shows a document, makes another from the text, and so on; it says
// what differs.
func roundTrip(doc *cib.Document) string {
	text := complete(doc)
	second, err := again(doc, text)
	if err != nil {
		return fmt.Sprintf("its own text is refused: %v\n%s", err, text)
	}
	if next := complete(second); next != text {
		return fmt.Sprintf("the text changes:\n%s\n%s", text, next)
	}
	third, err := again(doc, text)
	if err != nil {
		return fmt.Sprintf("the second text is refused: %v", err)
	}
	if canonical(second.Configuration()) != canonical(third.Configuration()) {
		return "the XML changes"
	}
	return ""
}

// complete is the text of a document with the ids that it refers to.
func complete(doc *cib.Document) string { return completeIn(doc, Style4) }

func completeIn(doc *cib.Document, style Style) string {
	p := NewPrinter(doc)
	p.KeepReferred, p.Style = true, style
	return p.Text(Objects(doc)...)
}

// again applies a text to an empty configuration of the same schema.
func again(doc *cib.Document, text string) (*cib.Document, error) {
	next := cib.New()
	cib.SetAttr(next.Root(), "validate-with", cib.Attr(doc.Root(), "validate-with"))
	statements, faults := grammar.Parse(text)
	if faults != nil {
		return nil, faults
	}
	if errs := NewEditor(next).ApplyAll(statements); errs != nil {
		return nil, errs[0]
	}
	return next, nil
}
