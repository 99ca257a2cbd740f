package crmtext

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crm/cib"
	"crm/grammar"
)

// typed makes a document by statements that are typed in style 5, as crmsh
// 5.1 would take them, and shows it.
func typed(t *testing.T, doc *cib.Document, text string) string {
	t.Helper()
	statements, faults := grammar.Parse(text)
	if faults != nil {
		t.Fatal(faults)
	}
	ed := styled(doc)
	for _, st := range statements {
		if err := ed.Create(st); err != nil {
			t.Error(err)
		}
	}
	return shown5(doc)
}

// styled is an editor of style 5 that knows one promotable agent.
func styled(doc *cib.Document) *Editor {
	ed := NewEditor(doc)
	ed.Style = Style5
	ed.Providers = func(agent string) []string { return map[string][]string{"ping": {"pacemaker"}}[agent] }
	ed.Promotable = func(_, _, agent string) bool { return agent == "Stateful" }
	return ed
}

func shown5(doc *cib.Document) string {
	p := NewPrinter(doc)
	p.Style = Style5
	return p.Text(Objects(doc)...)
}

func TestStyle5(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"bundles have an attribute a line": {
			"bundle b docker image=x replicas=3 options=\"-v a\" network ip-range-start=10.0.0.1 control-port=9 port-mapping id=p port=80 " +
				"storage storage-mapping target-dir=t source-dir=s meta priority=1",
			"bundle b \\\n\tdocker image=x \\\n\t\treplicas=3 \\\n\t\toptions=\"-v a\" \\\n\tnetwork ip-range-start=10.0.0.1 \\\n\t\tcontrol-port=9 \\\n" +
				"\t\tport-mapping port=80 \\\n\tstorage \\\n\t\tstorage-mapping target-dir=t source-dir=s \\\n\tmeta priority=1\n"},
		"defaults for agents and operations are said in words": {
			"op_defaults d: rule op monitor interval=10s and rsc ocf:heartbeat:Dummy timeout=60s\nop_defaults e: rule rsc stonith:null or op start timeout=5s\n" +
				"rsc_defaults f: rule 5: rsc ::Dummy and op eq 1 priority=1\nop_defaults g: rule op stop and op start timeout=1",
			"rsc_defaults f: \\\n\trule 5: rsc ::Dummy and op eq 1 \\\n\tpriority=1\n" +
				"op_defaults d: \\\n\trule op monitor interval=10s and rsc ocf:heartbeat:Dummy \\\n\ttimeout=60s\n" +
				"op_defaults e: \\\n\trule rsc stonith:null or op start \\\n\ttimeout=5s\n" +
				"op_defaults g: \\\n\trule op stop and op start \\\n\ttimeout=1\n"},
		"times get units, and a missing interval is 0s": {
			"primitive p Dummy op start timeout=20 op monitor interval=10 timeout=1m",
			"primitive p Dummy \\\n\top start timeout=20s interval=0s \\\n\top monitor interval=10s timeout=1m\n"},
		"clones of primitives interleave": {
			"primitive a Dummy\nprimitive s Stateful\nprimitive v Dummy\ngroup g v\nclone ca a\nclone cs s meta notify=true\nclone cg g",
			"primitive a Dummy\nprimitive s Stateful\nprimitive v Dummy\ngroup g v\nclone ca a \\\n\tmeta interleave=true\nclone cg g\n" +
				"clone cs s \\\n\tmeta notify=true promotable=true interleave=true\n"},
		"what was said of a clone stays": {
			"primitive s Stateful\nclone cs s meta interleave=false promotable=false",
			"primitive s Stateful\nclone cs s \\\n\tmeta interleave=false promotable=false\n"},
		"old roles get their new names": {
			"primitive a Stateful op monitor interval=5s role=Slave\nlocation l a rule $role=Master 5: #uname eq n\nlocation m a role=Master inf: n\n" +
				"colocation c inf: a:Master b:Slave\nrsc_ticket t T: a:Master",
			"primitive a Stateful \\\n\top monitor interval=5s role=Unpromoted\ncolocation c inf: a:Promoted b:Unpromoted\n" +
				"location l a \\\n\trule $role=Promoted 5: #uname eq n\nlocation m a role=Promoted inf: n\nrsc_ticket t T: a:Promoted\n"},
		"only remote nodes have a type": {
			"node a:member\nnode b:remote",
			"xml <node uname=\"a\" type=\"member\" id=\"a\"/>\nnode b:remote\n"},
	} {
		if got := typed(t, cib.New(), c.text); got != c.want {
			t.Errorf("%s: want\n%s\ngot\n%s", name, c.want, got)
		}
	}
}

// Before schema 3.7 there are only the old roles.
func TestStyle5UsesTheRolesOfTheSchema(t *testing.T) {
	doc := cib.New()
	cib.SetAttr(doc.Root(), "validate-with", "pacemaker-3.0")
	if got := typed(t, doc, "location l a role=Promoted inf: n"); got != "location l a role=Master inf: n\n" {
		t.Error(got)
	}
}

// A text from a file is taken as it is, but for an interval that it lacks,
// and what style 5 shows can be read back.
func TestStyle5Loads(t *testing.T) {
	text := "bundle b \\\n\tdocker image=x \\\n\t\treplicas=3\nprimitive p Dummy \\\n\top start timeout=20 interval=0s\nms m p\n"
	doc := cib.New()
	statements, _ := grammar.Parse(strings.Replace(text, " interval=0s", "", 1))
	if errs := styled(doc).ApplyAll(statements); errs != nil {
		t.Fatal(errs)
	}
	want := "primitive p Dummy \\\n\top start timeout=20 interval=0s\nbundle b \\\n\tdocker image=x \\\n\t\treplicas=3\nms m p\n"
	if got := shown5(doc); got != want {
		t.Errorf("got\n%s", got)
	}
}

// corpus5 are the cases with what crmsh 5.1 makes of them.
func corpus5(t *testing.T, dir string) []corpusCase {
	t.Helper()
	byID := map[string]corpusCase{}
	for _, c := range corpus(t, dir) {
		byID[c.ID] = c
	}
	f, err := os.Open(filepath.Join(dir, "corpus-head.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []corpusCase
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		var head struct {
			ID        string
			Differs   []string
			ExpectXML string `json:"expect_xml"`
			Show      string `json:"expect_show"`
		}
		if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
			t.Fatal(err)
		}
		c := byID[head.ID]
		if slices.Contains(head.Differs, "expect_xml") {
			c.ExpectXML = head.ExpectXML
		}
		if slices.Contains(head.Differs, "expect_show") {
			c.ExpectShow = head.Show
		}
		cases = append(cases, c)
	}
	return cases
}

// run5 gives the document that a case ends with in style 5, its preparation
// typed too; ok is false when it holds commands besides statements.
func (c corpusCase) run5(t *testing.T, dir string) (doc *cib.Document, ok bool) {
	t.Helper()
	if len(c.Setup) == 0 {
		return c.run(t, dir, Style5)
	}
	first := c
	first.Pre, first.Input, first.Mode = filepath.Join("bases", c.Base+".xml"), c.Setup, "cmd"
	if doc, ok = first.run(t, dir, Style5); !ok {
		return doc, false
	}
	return c.add(t, doc, Style5)
}

// Typed in style 5 the statements of the corpus make what crmsh 5.1 makes of
// them, and are shown as it shows them.
func TestCorpus5(t *testing.T) {
	dir := sharedData(t)
	known := knownDifferences(t, "known-differences-crmsh.txt", "known-differences-crmsh-5.txt")
	got := map[string]int{}
	for _, c := range corpus5(t, dir) {
		if known[c.ID] || c.ExpectXML == "" && c.Mode != "xml" || c.ExpectShow == "" {
			continue
		}
		doc, ok := c.run5(t, dir)
		if !ok {
			continue
		}
		got["equal"]++
		if c.ExpectXML != "" && c.Mode != "xml" {
			want, err := cib.ParseElement(c.ExpectXML)
			if err != nil {
				t.Fatal(err)
			}
			if canonical(doc.Configuration()) != canonical(want) {
				t.Errorf("%s: other XML:\nwant %s\ngot  %s", c.ID, canonical(want), canonical(doc.Configuration()))
			}
		}
		if shown := stars5(doc); strings.TrimSpace(shown) != strings.TrimSpace(c.ExpectShow) {
			t.Errorf("%s: want\n%s\ngot\n%s", c.ID, c.ExpectShow, shown)
		}
	}
	t.Log(got)
	checkFloor(t, got, "testdata/corpus-5.floor")
}

// stars5 shows a document with passwords hidden, as crmsh does unasked.
func stars5(doc *cib.Document) string {
	p := NewPrinter(doc)
	p.Style, p.Hide = Style5, "passw*"
	return p.Text(Objects(doc)...)
}

// knownDifferences are the ids listed in pages of docs.
func knownDifferences(t *testing.T, names ...string) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if id, _, _ := strings.Cut(line, " "); !strings.HasPrefix(line, "#") {
				ids[strings.TrimSpace(id)] = true
			}
		}
	}
	return ids
}
