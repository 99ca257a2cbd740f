package cib

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

// shared is the folder of conformance data, or the test is skipped.
func shared(t testing.TB, path ...string) string {
	t.Helper()
	root := os.Getenv("CRM_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	full := filepath.Join(append([]string{root}, path...)...)
	if _, err := os.Stat(full); err != nil {
		t.Skip("no conformance data: set CRM_SHARED (", err, ")")
	}
	return full
}

func parse(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestUnknownThingsSurviveLoadAndSave(t *testing.T) {
	const text = `<?xml version="1.0" encoding="utf-8"?>
<!-- before -->
<cib z="1" a="2" future:x="y">
  <!-- 中文 -->
  <configuration>
    <novelty q="a&quot;b &lt; &amp; &#10;x&#9;y&#13; 'single'"/>
    <?pi some data?>
    <resources>
      <primitive id="p">
        <longdesc>  kept  <b> as </b> it is
</longdesc>
        <raw><![CDATA[a<b]]></raw>
      </primitive>
    </resources>
  </configuration>
</cib>
<!-- after -->
`
	if diff := cmp.Diff(text, string(parse(t, text).Bytes())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(text, string(parse(t, text).Copy().Bytes())); diff != "" {
		t.Error("copy:", diff)
	}
	if diff := cmp.Diff(text, string(parse(t, string(parse(t, text).Compact())).Bytes())); diff != "" {
		t.Error("compact:", diff)
	}
}

func TestValuesAreDecodedAsXMLWants(t *testing.T) {
	d := parse(t, "\ufeff<cib a=\"x\ty\r\nz\" b='\"' c=\"&#x41;&#66;&lt;&apos;\" d = 'é'>\r\n<t>a\r\nb\rc</t></cib >\r\n")
	want := map[string]string{"a": "x y z", "b": `"`, "c": "AB<'", "d": "é"}
	for name, value := range want { // order: each is checked alone
		if got := Attr(d.Root(), name); got != value {
			t.Errorf("%s = %q, want %q", name, got, value)
		}
	}
	if got := Child(d.Root(), "t").Text(); got != "a\nb\nc" {
		t.Errorf("text = %q", got)
	}
}

func TestBadTextIsRefusedWithItsPlace(t *testing.T) {
	deep := strings.Repeat("<a>", 300)
	many := strings.Builder{}
	many.WriteString("<cib ")
	for i := range 100 {
		many.WriteString("a" + strings.Repeat("x", i) + "='' ")
	}
	many.WriteString("axx=''/>")
	tests := []struct{ text, want string }{
		{"", "line 1, column 1: no XML element found"},
		{"junk", "line 1, column 1: text outside of the root element"},
		{"<cib/>\n junk", "line 2, column 2: text outside of the root element"},
		{"<cib/><cib/>", "line 1, column 7: a second root element <cib> after <cib>"},
		{"<cib>\n<a></b>", "line 2, column 4: </b> found, </a> expected"},
		{"<cib><a>", "line 1, column 9: the text ends inside <a>, </a> expected"},
		{"</cib>", "line 1, column 1: </cib> closes nothing"},
		{"<cib", "the text ends inside the tag <cib"},
		{"<cib a='1' b='é' a='2'/>", "line 1, column 18: attribute a of <cib> is given twice"},
		{many.String(), "attribute axx of <cib> is given twice"},
		{"<cib a=1/>", "column 8: a quoted value is expected for the attribute a"},
		{"<cib a/>", "column 7: = is expected after the attribute a"},
		{"<cib a='1'b='2'/>", "column 11: white space is expected before the attribute b"},
		{"<cib a='<'/>", "column 9: < is not allowed in the value"},
		{"<cib a='1/>", "column 8: the value of the attribute a is not closed"},
		{"<cib 1a=''/>", "column 6: an attribute, > or /> is expected"},
		{"<1cib/>", "column 2: an element name is expected"},
		{"<a:b:c/>", "an element name is expected"},
		{"< cib/>", "an element name is expected"},
		{"<cib>&foo;</cib>", "column 6: unknown entity &foo;"},
		{"<cib>a & b</cib>", "column 8: & begins a reference"},
		{"<cib a='&#0;'/>", "&#0; is no character of XML"},
		{"<cib a='&#xD800;'/>", "&#xD800; is no character"},
		{"<cib a='&#x110000;'/>", "no character"},
		{"<!DOCTYPE cib [<!ENTITY x 'y'>]><cib>&x;</cib>", "column 1: a CIB has no document type"},
		{"<cib>\x00</cib>", "column 6: character 0x00 is not allowed"},
		{"<cib a='\x00'/>", "column 9: character 0x00 is not allowed"},
		{"<cib><!--\x01--></cib>", "column 10: character 0x01 is not allowed"},
		{"<cib>\n\xff</cib>", "line 2, column 1: byte 0xff is not UTF-8"},
		{"\xff\xfe<\x00", "the text is UTF-16"},
		{"<cib>\uffff</cib>", "column 6: character U+FFFE or U+FFFF"},
		{"<cib><!-- a -- b --></cib>", "-- is not allowed inside a comment"},
		{"<cib><!-- a", "a comment is not closed, --> expected"},
		{"<cib><![CDATA[ a", "a CDATA section is not closed"},
		{"<cib>]]></cib>", "]]> is not allowed in text"},
		{"<cib><?xml?></cib>", "only at the very beginning"},
		{"<?xml version='1.0' encoding='latin1'?><cib/>", `encoding "latin1" is not supported`},
		{"<? ?><cib/>", "a processing instruction needs a name"},
		{deep, "elements are nested more than 256 deep"},
		{"<html/>", "the root element is <html>, <cib> expected"},
	}
	for _, test := range tests {
		_, err := Parse([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "read CIB: ") {
			t.Errorf("%.60q: %v\nwant %s", test.text, err, test.want)
		}
	}
	var syntax *SyntaxError
	_, err := Parse([]byte("<cib>\n  <x"))
	if !errors.As(err, &syntax) || syntax.Line != 2 || syntax.Column != 5 {
		t.Errorf("%#v", err)
	}
}

func TestACopySharesNothing(t *testing.T) {
	d := parse(t, `<cib a="1" b="2"><configuration x="1"><nodes><node id="a"/><node id="b"/></nodes></configuration><status/></cib>`)
	before := string(d.Bytes())
	c := d.Copy()
	for e := range Walk(c.Root()) {
		e.CreateAttr("new", "1")
	}
	Child(c.Configuration(), "nodes").CreateElement("node")
	Remove(c.Status())
	if after := string(d.Bytes()); after != before {
		t.Error(cmp.Diff(before, after))
	}
	c.Configuration().SelectAttr("x").Value = "2"
	if Attr(d.Configuration(), "x") != "1" {
		t.Error("an attribute is shared")
	}
}

func TestAttributesAppendedDoNotReachIntoTheNextElement(t *testing.T) {
	d := parse(t, `<cib a="1"><x b="2"/><y c="3"/></cib>`)
	d.Root().CreateAttr("n", "new")
	Child(d.Root(), "x").CreateAttr("m", "new")
	Child(d.Root(), "x").CreateElement("child")
	if got, want := string(d.Compact()), `<cib a="1" n="new"><x b="2" m="new"><child/></x><y c="3"/></cib>`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestWhatIsWrittenCanAlwaysBeRead(t *testing.T) {
	d := New()
	d.Root().CreateAttr("x", "a\x01\xffb\n\t\r<>&\"'")
	d.Root().CreateComment("a -- b ---")
	d.Root().CreateText(" ]]> \x02")
	again := parse(t, string(d.Bytes()))
	if got, want := Attr(again.Root(), "x"), "a\uFFFD\uFFFDb\n\t\r<>&\"'"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// sameTree compares with etree's own reader, white space aside.
func sameTree(a, b *etree.Element) bool {
	if a.FullTag() != b.FullTag() || len(a.Attr) != len(b.Attr) {
		return false
	}
	for i := range a.Attr {
		if a.Attr[i].FullKey() != b.Attr[i].FullKey() || a.Attr[i].Value != b.Attr[i].Value {
			return false
		}
	}
	x, y := a.ChildElements(), b.ChildElements()
	if len(x) != len(y) || strings.TrimSpace(a.Text()) != strings.TrimSpace(b.Text()) {
		return false
	}
	for i := range x {
		if !sameTree(x[i], y[i]) || x[i].Parent() != a || a.Child[x[i].Index()] != etree.Token(x[i]) {
			return false
		}
	}
	return true
}

func TestPacemakersCIBsAreReadAsEtreeReadsThem(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "conformance", "scheduler", "xml"), "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := etree.NewDocument()
		if err := want.ReadFromBytes(text); err != nil {
			continue
		}
		d, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if !sameTree(d.Root(), want.Root()) {
			t.Errorf("%s: read otherwise than etree does", file)
		}
		once := d.Bytes()
		if again := parse(t, string(once)).Bytes(); string(again) != string(once) {
			t.Errorf("%s: writing is not stable", file)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"<cib/>", `<?xml version="1.0"?><cib a="&lt;">x<![CDATA[y]]><!-- z --></cib>`, "<cib><a> <b/>t </a></cib>",
		"<cib>\xff", "<cib><a b='1' b='2'/></cib>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		once := string(d.Bytes())
		again, err := Parse([]byte(once))
		if err != nil {
			t.Fatalf("%v\n%q", err, once)
		}
		if got := string(again.Bytes()); got != once {
			t.Fatalf("writing is not stable\n%q\n%q", once, got)
		}
		if got := string(d.Copy().Bytes()); got != once {
			t.Fatalf("a copy differs\n%q\n%q", once, got)
		}
		want := etree.NewDocument()
		if err := want.ReadFromBytes(text); err == nil && !strings.ContainsAny(string(text), "\r\t\n") && !sameTree(d.Root(), want.Root()) {
			t.Fatalf("read otherwise than etree does: %q", once)
		}
	})
}
