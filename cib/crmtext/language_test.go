package crmtext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crm/cib"
	"crm/grammar"
)

// The examples of docs/language.md do what the page says.
func TestLanguagePage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc := cib.New()
	ed := NewEditor(doc)
	blocks := strings.Split(string(page), "\n```")
	examples := 0
	for i, block := range blocks {
		text, is := strings.CutPrefix(block, "crm\n")
		if !is {
			continue
		}
		examples++
		want := text
		if i+2 < len(blocks) {
			if shown, is := strings.CutPrefix(blocks[i+2], "shown\n"); is {
				want = shown
			}
		}
		statements, faults := grammar.Parse(text)
		if faults != nil {
			t.Errorf("%s\n%v", text, faults)
			continue
		}
		var got []string
		for _, st := range statements {
			if err := ed.Create(st); err != nil {
				t.Errorf("%s\n%v", text, err)
			}
			got = append(got, grammar.Print(shownAs(doc, st)))
		}
		if all := strings.Join(got, "\n"); all != want {
			t.Errorf("want\n%s\ngot\n%s", want, all)
		}
	}
	if examples < 20 {
		t.Errorf("only %d examples were found", examples)
	}
	for _, f := range cib.Verify(doc) {
		if f.Severity == cib.Error {
			t.Errorf("the examples together: %s", f)
		}
	}
}

// shownAs is how the object of a statement is shown now.
func shownAs(doc *cib.Document, st grammar.Statement) grammar.Statement {
	for _, o := range Objects(doc) {
		same := o.Keyword == st.Keyword() && (o.ID == st.ObjectID() || st.ObjectID() == "")
		if _, is := st.(*grammar.Monitor); is {
			same = o.ID == st.ObjectID()
		}
		if x, is := st.(*grammar.XML); is {
			same = strings.Contains(x.Text, `id="`+o.ID+`"`)
		}
		if same {
			return NewPrinter(doc).Statement(o)
		}
	}
	return st
}

func TestLanguagePageNamesEveryStatement(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "language.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range grammar.Keywords() {
		if !strings.Contains(string(page), "\n## "+word+"\n") {
			t.Errorf("docs/language.md has no part on %s", word)
		}
	}
}
