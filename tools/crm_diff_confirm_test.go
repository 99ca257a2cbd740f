package tools

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"crm/cib"
)

// vary makes another CIB of d: elements moved, deleted, created and swapped,
// attributes set and taken away, a version raised.
func vary(d *cib.Document, r *rand.Rand) {
	for n := r.IntN(7); n > 0; n-- {
		var all []*etree.Element
		for e := range cib.Walk(d.Root()) {
			if len(cib.Path(e)) > len("/cib/configuration") {
				all = append(all, e)
			}
		}
		e := all[r.IntN(len(all))]
		switch r.IntN(6) {
		case 0:
			if cib.ID(e) != "" {
				cib.Remove(e)
			}
		case 1:
			e.CreateAttr(fmt.Sprint("x", r.IntN(5)), []string{"a", `<&"'>`, "é x", ""}[r.IntN(4)])
		case 2:
			if a := e.Attr[r.IntN(len(e.Attr)+1)%max(1, len(e.Attr)):]; len(a) > 0 && a[0].Key != "id" {
				e.RemoveAttr(a[0].Key)
			}
		case 3:
			c := etree.NewElement("nvpair")
			c.CreateAttr("id", fmt.Sprint("new", n, "-", r.IntN(1000)))
			e.InsertChildAt(r.IntN(len(e.Child)+1), c)
		case 4:
			to := all[r.IntN(len(all))]
			for up := to; up != nil; up = up.Parent() {
				if up == e {
					to = nil
					break
				}
			}
			if to != nil && cib.ID(e) != "" {
				cib.Remove(e)
				to.InsertChildAt(r.IntN(len(to.Child)+1), e)
			}
		case 5:
			if kids := e.ChildElements(); len(kids) > 1 {
				k := kids[r.IntN(len(kids))]
				cib.Remove(k)
				e.InsertChildAt(r.IntN(len(e.Child)+1), k)
			}
		}
	}
	v := d.Version()
	*[]*int{&v.AdminEpoch, &v.Epoch, &v.NumUpdates, new(int)}[r.IntN(4)] += 1
	d.SetVersion(v)
}

// diffed calls crm_diff, ours or the one at a path, in a folder.
func diffed(t *testing.T, path, dir string, words ...string) (code int, out string) {
	t.Helper()
	for i, w := range words {
		if strings.HasPrefix(w, "./") {
			words[i] = filepath.Join(dir, w)
		}
	}
	var text bytes.Buffer
	if path == "" {
		return Diff(words, Streams{In: strings.NewReader(""), Out: &text, Err: &bytes.Buffer{}}), text.String()
	}
	cmd := exec.CommandContext(t.Context(), path, words...)
	cmd.Stdout = &text
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), text.String()
}

// TestPatchSetsAsTheOriginal: of 120 pairs each tool applies the other's patch
// set to the same end; exit codes and digests are equal. A set of the original
// that it cannot apply itself says nothing of ours.
func TestPatchSetsAsTheOriginal(t *testing.T) {
	path := peer(t, "crm_diff")
	pairs := 20
	if os.Getenv("CRM_CONFIRM") != "" {
		pairs = 120
	}
	r := rand.New(rand.NewPCG(1, 2))
	broken := 0
	for i := range pairs {
		a, err := cib.Parse(read(t, "testdata/cibadmin/in.xml"))
		if err != nil {
			t.Fatal(err)
		}
		b := a.Copy()
		vary(b, r)
		dir := t.TempDir()
		put := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put("a", string(a.Bytes()))
		put("b", string(b.Bytes()))
		want := sameXML(string(b.Bytes()))
		for _, option := range []string{"--verbose", "--cib", "--no-version"} {
			code1, theirs := diffed(t, path, dir, "-o", "./a", "-n", "./b", option)
			code2, ours := diffed(t, "", dir, "-o", "./a", "-n", "./b", option)
			if code1 != code2 || (theirs == "") != (ours == "") || digestOf(theirs) != digestOf(ours) {
				t.Errorf("pair %d %s: ends %d and %d, theirs\n%s\nours\n%s", i, option, code1, code2, theirs, ours)
			}
			if code1 == 0 || option == "--no-version" {
				continue
			}
			put("theirs", theirs)
			put("ours", ours)
			apply := func(tool, patch string) bool {
				code, out := diffed(t, tool, dir, "-o", "./a", "-p", patch)
				return code == 0 && sameXML(out) == want
			}
			if !apply("", "./ours") || !apply(path, "./ours") {
				t.Errorf("pair %d %s: our patch set does not do:\n%s", i, option, ours)
			}
			if !apply(path, "./theirs") {
				broken++
			} else if !apply("", "./theirs") {
				t.Errorf("pair %d %s: their patch set does not do here:\n%s", i, option, theirs)
			}
		}
	}
	if broken > pairs/2 {
		t.Errorf("%d patch sets of the original do not do", broken)
	}
	t.Logf("%d pairs; %d patch sets of the original it cannot apply itself", pairs, broken)
}

func digestOf(patch string) string {
	e, err := cib.ParseElement(patch)
	if err != nil {
		return ""
	}
	return cib.Attr(e, "digest")
}
