package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"crm/cib"
	"crm/shell"
)

const smallCIB = `<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="3"><configuration><crm_config/><nodes/><resources/>` +
	`<constraints/></configuration><status><node_state id="1"/></status></cib>`

func newTestFile(t *testing.T) *fileCluster {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cib.xml")
	if err := os.WriteFile(path, []byte(smallCIB), 0o640); err != nil {
		t.Fatal(err)
	}
	return &fileCluster{path: path, user: "tester", now: time.Now}
}

// change sets a property and commits.
func change(t *testing.T, f *fileCluster, base *cib.Document, value string) error {
	t.Helper()
	next := base.Copy()
	next.SetProperty("cluster-name", value)
	_, err := f.Commit(t.Context(), shell.Change{Base: base, Next: next, Note: "set " + value})
	return err
}

func read(t *testing.T, f *fileCluster) *cib.Document {
	t.Helper()
	doc, err := f.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestFileKeepsStatusModeAndHistory(t *testing.T) {
	f := newTestFile(t)
	if err := os.Chmod(f.path, 0o604); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"one", "two"} {
		if err := change(t, f, read(t, f), value); err != nil {
			t.Fatal(err)
		}
	}
	doc := read(t, f)
	if v := doc.Version(); v != (cib.Version{Epoch: 3}) {
		t.Errorf("the version is %s", v)
	}
	if doc.NodeState("1") == nil {
		t.Error("the status is gone")
	}
	if info, err := os.Stat(f.path); err != nil || info.Mode().Perm() != 0o604 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	history, err := f.History(t.Context())
	if err != nil || len(history) != 3 || history[0].Note != "set two" || history[0].Who != "tester" || history[2].Version.Epoch != 1 {
		t.Errorf("the history is %+v, %v", history, err)
	}
	if string(history[2].CIB) != smallCIB {
		t.Errorf("the first configuration became %s", history[2].CIB)
	}
}

func TestFileRefusesAnOldEdit(t *testing.T) {
	f := newTestFile(t)
	base := read(t, f)
	if err := change(t, f, base, "mine"); err != nil {
		t.Fatal(err)
	}
	var conflict *shell.Conflict
	if err := change(t, f, base, "late"); !errors.As(err, &conflict) || conflict.Now.Epoch != 2 {
		t.Errorf("got %v", err)
	}
	if v, _ := read(t, f).Property("cluster-name"); v != "mine" {
		t.Errorf("cluster-name is %q", v)
	}
}

func TestFileFollowsALink(t *testing.T) {
	f := newTestFile(t)
	link := filepath.Join(t.TempDir(), "link.xml")
	if err := os.Symlink(f.path, link); err != nil {
		t.Fatal(err)
	}
	g := &fileCluster{path: link, now: time.Now}
	if err := change(t, g, read(t, g), "linked"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became a file: %v, %v", info, err)
	}
	if v, _ := read(t, f).Property("cluster-name"); v != "linked" {
		t.Errorf("cluster-name is %q behind the link", v)
	}
}

func TestFileKeepsNoMoreThanItShould(t *testing.T) {
	f := newTestFile(t)
	for i := range mostKept + 5 {
		if err := change(t, f, read(t, f), time.Duration(i).String()); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := f.kept(); err != nil || len(kept) != mostKept {
		t.Errorf("%d are kept, %v", len(kept), err)
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub")
	if err := os.Mkdir(path, 0o755); err != nil { // a folder in the way: the rename fails
		t.Fatal(err)
	}
	if err := replaceFile(path, []byte("new")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

func TestOptions(t *testing.T) {
	o, err := parseOptions([]string{"-Fw", "-fscript", "--cib=x.xml", "-D", "plain", "-o", "style=5", "--strict", "configure", "-x"})
	if err != nil || !o.Force || !o.Wait || o.script != "script" || o.cluster != "x.xml" || o.style != "plain" || !o.strict || len(o.prefer) != 1 ||
		len(o.words) != 2 || o.words[1] != "-x" {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, bad := range [][]string{{"-f"}, {"--force=yes"}, {"-D", "pink"}, {"-o", "style"}, {"-Fz"}} {
		if _, err := parseOptions(bad); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
