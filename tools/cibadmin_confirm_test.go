package tools

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"crm/cib"
)

// lines reads a list of cases: what is neither empty nor a comment.
func lines(t *testing.T, name string) []string {
	t.Helper()
	var list []string
	for line := range strings.Lines(string(read(t, filepath.Join("testdata/cibadmin", name)))) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// shellWords splits a line at blanks outside of quotes.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	open := false
	for _, r := range line + " " {
		switch {
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case quote == 0 && r == ' ':
			if open {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(r)
			open = true
		}
	}
	return words
}

// onCIB calls ours, or the tool at a path, with a CIB of its own as CIB_file.
func onCIB(t *testing.T, path, text string, words []string) outcome {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "in.xml")
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CIB_file", in)
	t.Setenv("CIB_shadow", "")
	var o outcome
	if path == "" {
		var out bytes.Buffer
		code := Cibadmin(words, Streams{In: strings.NewReader(""), Out: &out, Err: &bytes.Buffer{}})
		o = outcome{Out: out.String(), Code: code}
	} else {
		cmd := exec.CommandContext(t.Context(), path, words...)
		out, err := cmd.Output()
		var ended *exec.ExitError
		if err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		o = outcome{Out: string(out), Code: cmd.ProcessState.ExitCode()}
	}
	o.Out = sameXML(o.Out)
	o.Files = map[string]string{"in.xml": sameXML(string(read(t, in)))}
	return o
}

// sameXML is plainText without what says who wrote and when.
func sameXML(text string) string {
	doc := etree.NewDocument()
	if doc.ReadFromString(text) != nil || doc.Root() == nil {
		return text
	}
	for _, name := range []string{"cib-last-written", "update-origin", "update-client", "update-user"} {
		doc.Root().RemoveAttr(name)
	}
	text, err := doc.WriteToString()
	if err != nil {
		return text
	}
	return plainText(text)
}

func TestCibadminAsTheOriginal(t *testing.T) {
	path := peer(t, "cibadmin")
	text := string(read(t, "testdata/cibadmin/in.xml"))
	for _, line := range lines(t, "calls.txt") {
		call, differs := strings.CutPrefix(line, "! ")
		words := shellWords(call)
		theirs, ours := onCIB(t, path, text, words), onCIB(t, "", text, words)
		diff := cmp.Diff(theirs, ours)
		switch {
		case differs && diff == "":
			t.Errorf("%s: no difference any more", call)
		case !differs && diff != "":
			t.Errorf("%s: theirs (-) is not ours (+):\n%s", call, diff)
		}
	}
}

// guarded puts access lists into the CIB: role r of nobody with permissions.
func guarded(t *testing.T, text, permissions string) string {
	t.Helper()
	d, err := cib.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	d.SetProperty("enable-acl", "true")
	acls := d.MakeSection(cib.ACLs)
	role := acls.CreateElement("acl_role")
	role.CreateAttr("id", "r")
	for i, p := range strings.Split(permissions, "; ") {
		if kind, what, ok := strings.Cut(p, " "); ok {
			e, err := cib.ParseElement(fmt.Sprintf(`<acl_permission id="p%d" kind="%s" %s/>`, i, kind, what))
			if err != nil {
				t.Fatal(err)
			}
			role.AddChild(e)
		}
	}
	target := acls.CreateElement("acl_target")
	target.CreateAttr("id", "nobody")
	target.CreateElement("role").CreateAttr("id", "r")
	return string(d.Bytes())
}

// TestAccessListsAsTheOriginal: what a query shows and whether an edit is
// let, by the permissions of a role.
func TestAccessListsAsTheOriginal(t *testing.T) {
	path := peer(t, "cibadmin")
	all, tries := lines(t, "permissions.txt"), lines(t, "tries.txt")
	if os.Getenv("CRM_CONFIRM") == "" {
		all = all[:2]
	}
	for _, permissions := range all {
		text := guarded(t, string(read(t, "testdata/cibadmin/in.xml")), permissions)
		for _, try := range tries {
			words := append(shellWords(try), "--user", "nobody")
			theirs, ours := onCIB(t, path, text, words), onCIB(t, "", text, words)
			if ours.Code == exitDenied && !strings.HasPrefix(try, "-Q") {
				theirs.Out = "" // sometimes what was not created
			}
			if diff := cmp.Diff(theirs, ours); diff != "" {
				t.Errorf("%s, with %s: theirs (-) is not ours (+):\n%s", try, permissions, diff)
			}
		}
	}
}
