package cib

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// resources is a CIB of one version with this inside <resources>.
func resources(t testing.TB, epoch int, inside string) *Document {
	t.Helper()
	return parse(t, fmt.Sprintf(`<cib crm_feature_set="3.16.1" epoch="%d" num_updates="0" admin_epoch="0"><configuration><resources>%s</resources></configuration></cib>`, epoch, inside))
}

// changes is a patch set as one line a change.
func changes(patch *etree.Element) string {
	var b strings.Builder
	for c := range Children(patch, "change") {
		if Attr(c, "path") == "/cib" {
			continue
		}
		b.WriteString(Attr(c, "operation") + " " + strings.TrimPrefix(Attr(c, "path"), "/cib/configuration/resources"))
		if at := Attr(c, "position"); at != "" {
			b.WriteString(" @" + at)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPatchSetsSayWhatChanged(t *testing.T) {
	p := func(ids ...string) string {
		return `<p id="` + strings.Join(ids, `"/><p id="`) + `"/>`
	}
	tests := []struct{ name, a, b, want string }{
		{"create in front", p("a", "b"), p("x", "a", "b"), "create  @0\n"},
		{"delete", p("a", "b"), p("b"), "delete /p[@id='a']\n"},
		{"one element moves back", p("a", "b", "c"), p("c", "a", "b"), "move /p[@id='c'] @0\n"},
		{"one element moves on", p("a", "b", "c"), p("b", "c", "a"), "move /p[@id='a'] @2\n"},
		{"deletions come first", p("a", "b", "c", "d"), p("d", "x", "b", "a"),
			"delete /p[@id='c']\nmove /p[@id='d'] @0\ncreate  @1\nmove /p[@id='b'] @2\n"},
		{"modify", p("a"), `<p id="a" z="1"/>`, "modify /p[@id='a']\n"},
		{"another name", p("a"), `<q id="a"/>`, "delete /p[@id='a']\ncreate  @0\n"},
		{"inside a group", `<g id="g">` + p("a") + `</g>`, `<g id="g">` + p("a", "b") + `</g>`, "create /g[@id='g'] @1\n"},
		{"comments", `<!--a-->` + p("x") + `<!--b-->`, `<!--b-->` + p("x") + `<!--c-->`,
			"delete /comment @0\ndelete /comment @1\ncreate  @0\ncreate  @2\n"},
		{"what no path can name is replaced", `<g id="g"><q/><q a="1"/></g>`, `<g id="g"><q/><q a="2"/></g>`, "delete /g[@id='g']\ncreate  @0\n"},
		{"text", `<g id="g">one</g>`, `<g id="g">two</g>`, "delete /g[@id='g']\ncreate  @0\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, b := resources(t, 1, test.a), resources(t, 2, test.b)
			patch := Diff(a, b, DiffOptions{Digest: true})
			if diff := cmp.Diff(test.want, changes(patch)); diff != "" {
				t.Error(diff)
			}
			got, err := a.Patched(patch)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(b.Bytes()), string(got.Bytes())); diff != "" {
				t.Error(diff)
			}
		})
	}
	if Diff(resources(t, 1, p("a")), resources(t, 1, p("a")), DiffOptions{}) != nil {
		t.Error("a patch set of no change")
	}
}

// drawTree draws the inside of an element: few names and ids, so that things
// meet again elsewhere.
func drawTree(t *rapid.T, parent *etree.Element, depth int) {
	for range rapid.IntRange(0, 5).Draw(t, "children") {
		switch rapid.IntRange(0, 11).Draw(t, "kind") {
		case 0:
			parent.CreateComment(rapid.SampledFrom([]string{"x", "y", " z "}).Draw(t, "comment"))
			continue
		case 1:
			if depth < 3 && rapid.IntRange(0, 5).Draw(t, "text") == 0 {
				parent.CreateText("some <text>")
				continue
			}
		}
		e := parent.CreateElement(rapid.SampledFrom([]string{"p", "q"}).Draw(t, "tag"))
		if id := rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e", "f", "it's"}).Draw(t, "id"); id != "" {
			e.CreateAttr("id", id)
		}
		for _, name := range rapid.SampledFrom([][]string{nil, {"k"}, {"l"}, {"k", "l"}, {"l", "k"}}).Draw(t, "attrs") {
			e.CreateAttr(name, rapid.SampledFrom([]string{"1", "2", "\n<'\""}).Draw(t, "value"))
		}
		if depth > 0 {
			drawTree(t, e, depth-1)
		}
	}
}

func drawDocument(t *rapid.T, epoch int) *Document {
	d := New()
	d.SetVersion(Version{0, epoch, 0})
	drawTree(t, d.MakeSection(Resources), 2)
	return d
}

func TestApplyingADifferenceGivesTheOtherDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawDocument(t, 1)
		b := drawDocument(t, rapid.IntRange(1, 2).Draw(t, "epoch"))
		for _, opt := range []DiffOptions{{}, {Digest: true}, {NoVersion: true}} {
			before := string(a.Bytes())
			want := b
			if opt.NoVersion {
				want = b.Copy()
				want.SetVersion(a.Version())
			}
			patch := Diff(a, b, opt)
			if patch == nil {
				if string(want.Bytes()) != before {
					t.Fatal("a difference was not seen")
				}
				continue
			}
			// As it comes over the wire.
			patch, err := ParseElement(Format(patch))
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Patched(patch)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want.Bytes()), string(got.Bytes())); diff != "" {
				t.Fatalf("%s\n%s", diff, Format(patch))
			}
			if string(a.Bytes()) != before {
				t.Fatal("the source was changed")
			}
			inPlace := a.Copy()
			if err := inPlace.Apply(patch); err != nil || !Equal(inPlace.Root(), got.Root()) {
				t.Fatalf("applied in place: %v", err)
			}
		}
	})
}

func TestAPatchSetThatDoesNotFitChangesNothing(t *testing.T) {
	good := Format(Diff(resources(t, 1, `<p id="a"/>`), resources(t, 2, `<p id="a" x="1"/><p id="b"/>`), DiffOptions{Digest: true}))
	tests := []struct{ old, new, want string }{
		{`epoch="1"`, `epoch="7"`, "it is for version 0.7.0, the CIB has version 0.1.0"},
		{`digest="`, `digest="0`, "was announced"},
		{`format="2"`, `format="1"`, `format "1" found`},
		{`p[@id='a']`, `p[@id='z']`, "/cib/configuration/resources/p[@id='z']: there is no such element"},
		{`p[@id='a']`, `p[@id='a`, "not closed"},
		{`path="/cib/configuration/resources"`, `path="resources"`, "resources: the path is not of the form"},
		{`operation="modify"`, `operation="fold"`, `operation "fold" is not known`},
		{`operation="set"`, `operation="put"`, `attribute operation "put"`},
		{`position="1"`, `position="x"`, `position "x" is no number`},
		{`path="/cib/configuration/resources"`, `path=""`, "a path is expected"},
		{`name="x"`, `name="x y"`, `"x y" is no name of an attribute`},
	}
	for _, test := range tests {
		patch, err := ParseElement(strings.Replace(good, test.old, test.new, 1))
		if err != nil || Format(patch) == good {
			t.Fatal(test.old, err)
		}
		if test.old != `digest="` {
			patch.RemoveAttr("digest") // so that it is applied in place
		}
		d := resources(t, 1, `<p id="a"/>`)
		before := string(d.Bytes())
		err = d.Apply(patch)
		var patchError *PatchError
		if !errors.As(err, &patchError) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.new, err, test.want)
		}
		if string(d.Bytes()) != before {
			t.Errorf("%s: the document was changed", test.new)
		}
	}
}

func TestALargePatchIsAppliedQuickly(t *testing.T) {
	a := parse(t, string(large(2000)))
	b := a.Copy()
	list := b.Section(Resources)
	for i, e := range list.ChildElements() {
		switch i % 3 {
		case 0:
			list.RemoveChild(e)
		case 1:
			e.CreateAttr("description", "x")
		}
	}
	first := list.ChildElements()[0]
	list.RemoveChild(first)
	list.AddChild(first)
	b.Bump(a)
	patch := Diff(a, b, DiffOptions{Digest: true})
	if err := a.Apply(patch); err != nil {
		t.Fatal(err)
	}
	if !Equal(a.Root(), b.Root()) {
		t.Error("the result differs")
	}
}

func TestVersionsFollowWhatChanged(t *testing.T) {
	base := parse(t, sample)
	tests := []struct {
		edit func(d *Document)
		want string
	}{
		{func(*Document) {}, "0.5.2"},
		{func(d *Document) { d.SetProperty("x", "y") }, "0.6.0"},
		{func(d *Document) { d.Root().CreateAttr("validate-with", "pacemaker-3.9") }, "0.6.0"},
		{func(d *Document) { d.Root().CreateAttr("dc-uuid", "2") }, "0.5.3"},
		{func(d *Document) { d.Status().CreateElement("node_state") }, "0.5.3"},
		{func(d *Document) { d.SetVersion(Version{}) }, "0.5.2"},
		{func(d *Document) { d.SetVersion(Version{1, 0, 0}) }, "1.0.1"},
		{func(d *Document) { d.SetVersion(Version{0, 9, 7}); d.SetProperty("x", "y") }, "0.10.0"},
	}
	for i, test := range tests {
		d := base.Copy()
		test.edit(d)
		if changed := d.Bump(base); changed != (test.want != "0.5.2") || d.Version().String() != test.want {
			t.Errorf("%d: %v %v, want %s", i, changed, d.Version(), test.want)
		}
	}
}

func TestUnifiedDiffReadsAsDiffDoes(t *testing.T) {
	a := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n"
	b := "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n"
	want := "--- old\n+++ new\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -13,3 +13,4 @@\n 13\n 14\n 15\n+16\n"
	if diff := cmp.Diff(want, UnifiedDiff("old", "new", a, b)); diff != "" {
		t.Error(diff)
	}
	if got := UnifiedDiff("old", "new", a, a); got != "" {
		t.Error(got)
	}
	if got, want := UnifiedDiff("a", "b", "", "x\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n"; got != want {
		t.Errorf("%q", got)
	}
}

func TestUnifiedDiffKeepsEveryLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 30)
		x, y := lines.Draw(t, "x"), lines.Draw(t, "y")
		at := 0
		var got []string
		for _, e := range editLines(x, y) {
			got = append(append(got, x[at:e.a0]...), y[e.b0:e.b1]...)
			at = e.a1
		}
		got = append(got, x[at:]...)
		if strings.Join(got, "") != strings.Join(y, "") {
			t.Fatalf("%v became %v, not %v", x, got, y)
		}
	})
}

// crmDiff runs Pacemaker's crm_diff, or skips.
func crmDiff(t *rapid.T, args ...string) string {
	out, err := exec.Command("crm_diff", args...).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 1) {
		t.Fatalf("crm_diff %v: %v", args, err)
	}
	return string(out)
}

// Both ways with the original: our patch sets in its hands, its in ours.
func TestPacemakerAgreesOnPatchSets(t *testing.T) {
	if _, err := exec.LookPath("crm_diff"); err != nil {
		t.Skip("crm_diff is not installed")
	}
	dir := t.TempDir()
	file := func(t *rapid.T, name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > 40 { // two processes each
			return
		}
		a, b := drawDocument(t, 1), drawDocument(t, 2)
		for _, d := range []*Document{a, b} {
			d.Root().CreateAttr("crm_feature_set", "3.16.1")
			for _, e := range d.Root().FindElements("//*") {
				simplify(e)
			}
		}
		patch := Diff(a, b, DiffOptions{Digest: true})
		o, p := file(t, "o", string(a.Bytes())), file(t, "p", Format(patch))
		result, err := Parse([]byte(crmDiff(t, "-o", o, "-p", p)))
		if err != nil {
			t.Fatalf("%v\n%s", err, Format(patch))
		}
		for _, d := range []*Document{result, b} {
			for _, e := range d.Root().FindElements("//*") {
				e.SortAttrs()
			}
			d.Root().SortAttrs()
		}
		if diff := cmp.Diff(string(b.Bytes()), string(result.Bytes())); diff != "" {
			t.Fatalf("%s\n%s", diff, Format(patch))
		}
		if plainTree(a.Root()) && plainTree(b.Root()) {
			theirs, err := ParseElement(crmDiff(t, "-c", "-o", o, "-n", file(t, "n", string(b.Bytes()))))
			if err != nil {
				t.Fatal(err)
			}
			theirs.RemoveAttr("digest") // rarely that of something else
			got, err := a.Patched(theirs)
			if err != nil || !equal(got.Root(), b.Root()) {
				t.Fatalf("%v\n%s", err, Format(theirs))
			}
		}
	})
}

// simplify takes out what is beyond the original: text, quotes in ids, line
// ends in values.
func simplify(e *etree.Element) {
	for _, t := range slices.Clone(e.Child) {
		if text, ok := t.(*etree.CharData); ok {
			e.RemoveChild(text)
		}
	}
	for i := range e.Attr {
		e.Attr[i].Value = strings.NewReplacer("\n", "", "it's", "its").Replace(e.Attr[i].Value)
	}
}

// plainTree tells whether the original can describe all of a tree: it does not
// see elements without an id come.
func plainTree(e *etree.Element) bool {
	for c := range Walk(e) {
		if !plain(c) || (c.Tag == "p" || c.Tag == "q") && ID(c) == "" {
			return false
		}
	}
	return true
}
