package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"crm/cib"
	"crm/shell"
)

// mostKept is how many old configurations are kept beside a CIB file.
const mostKept = 50

// fileCluster is a CIB file with no cluster behind it. The configurations
// that commits replaced are kept in FILE.history.
type fileCluster struct {
	path   string
	shadow string // its name, when the file is a shadow CIB
	user   string
	now    func() time.Time
}

// Describe says which file it is.
func (f *fileCluster) Describe() string {
	if f.shadow != "" {
		return "shadow CIB " + f.shadow
	}
	return "the CIB file " + f.path
}

// Name is the file's name, for the prompt.
func (f *fileCluster) Name() string {
	if f.shadow != "" {
		return f.shadow
	}
	return filepath.Base(f.path)
}

// Live is false: nothing runs behind a file.
func (f *fileCluster) Live() bool { return false }

// Read reads the file.
func (f *fileCluster) Read(context.Context) (*cib.Document, error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no CIB file %s; \"crm -c %s cib init\" begins a new one", f.path, f.path)
	}
	if err != nil {
		return nil, fmt.Errorf("the CIB file cannot be read: %w", err)
	}
	doc, err := cib.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return doc, nil
}

// Begin makes the file, which must not exist yet.
func (f *fileCluster) Begin(text []byte) error {
	if _, err := os.Stat(f.path); err == nil {
		return fmt.Errorf("there is a file %s already", f.path)
	}
	return replaceFile(f.path, text)
}

// Commit writes the file anew, if its configuration is still the one the edit
// began with.
func (f *fileCluster) Commit(ctx context.Context, c shell.Change) (cib.Version, error) {
	unlock, err := f.lock()
	if err != nil {
		return cib.Version{}, err
	}
	defer unlock()
	now, err := f.Read(ctx)
	if err != nil {
		return cib.Version{}, err
	}
	if !c.Force && cib.Compact(now.Configuration()) != cib.Compact(c.Base.Configuration()) {
		return cib.Version{}, &shell.Conflict{Base: c.Base.Version(), Now: now.Version()}
	}
	v := now.Version()
	v.Epoch, v.NumUpdates = v.Epoch+1, 0
	next := shell.Successor(now, c.Next, v)
	root := next.Root()
	root.CreateAttr("cib-last-written", f.now().UTC().Format(time.ANSIC))
	root.CreateAttr("update-client", "crm")
	root.CreateAttr("update-user", f.user)
	if err := f.keep(now.Version()); err != nil {
		return cib.Version{}, err
	}
	if err := replaceFile(f.path, next.Bytes()); err != nil {
		return cib.Version{}, err
	}
	f.record(entry{Version: v, When: f.now(), Who: f.user, Note: c.Note})
	return v, nil
}

// Operate does to the file's status what a running cluster would do.
func (f *fileCluster) Operate(ctx context.Context, op shell.Operation) (string, error) {
	unlock, err := f.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	doc, err := f.Read(ctx)
	if err != nil {
		return "", err
	}
	before := doc.Version()
	answer, err := shell.OperateOn(doc, op)
	if err != nil || doc.Version() == before {
		return answer, err
	}
	return answer, replaceFile(f.path, doc.Bytes())
}

// Wait is over at once: nothing runs.
func (f *fileCluster) Wait(context.Context) error { return nil }

// entry is a line of the journal beside the file.
type entry struct {
	Version cib.Version
	When    time.Time
	Who     string
	Note    string
}

func (f *fileCluster) historyDir() string { return f.path + ".history" }

// lock keeps other crm processes from committing to the same file.
func (f *fileCluster) lock() (unlock func(), err error) {
	if real, err := filepath.EvalSymlinks(f.path); err == nil {
		f.path = real // the link stays, what it points at is replaced
	}
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		dir.Close()
		return nil, fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	return func() { dir.Close() }, nil
}

// keep puts the present file into the history under its version, as a second
// name of the same data: nothing is copied.
func (f *fileCluster) keep(v cib.Version) error {
	if err := os.MkdirAll(f.historyDir(), 0o750); err != nil {
		return fmt.Errorf("the history beside the CIB file: %w", err)
	}
	name := filepath.Join(f.historyDir(), v.String()+".xml")
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(f.path, name); err == nil {
		return f.prune()
	}
	text, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, text, 0o640); err != nil {
		return err
	}
	return f.prune()
}

// prune drops the oldest configurations when there are too many.
func (f *fileCluster) prune() error {
	kept, err := f.kept()
	if err != nil {
		return err
	}
	for len(kept) > mostKept {
		if err := os.Remove(filepath.Join(f.historyDir(), kept[0].String()+".xml")); err != nil {
			return err
		}
		kept = kept[1:]
	}
	return nil
}

// kept lists the versions in the history, oldest first.
func (f *fileCluster) kept() ([]cib.Version, error) {
	names, err := os.ReadDir(f.historyDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []cib.Version
	for _, n := range names {
		var v cib.Version
		text, isXML := strings.CutSuffix(n.Name(), ".xml")
		if _, err := fmt.Sscanf(text, "%d.%d.%d", &v.AdminEpoch, &v.Epoch, &v.NumUpdates); err == nil && isXML {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, cib.Version.Compare)
	return list, err
}

// record appends to the journal. A journal that cannot be written loses who
// and when of this commit, not the commit.
func (f *fileCluster) record(e entry) {
	line, err := json.Marshal(e)
	if err != nil {
		return
	}
	j, err := os.OpenFile(filepath.Join(f.historyDir(), "journal"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return
	}
	defer j.Close()
	_, _ = j.Write(append(line, '\n'))
}

func (f *fileCluster) journal() map[cib.Version]entry {
	text, err := os.ReadFile(filepath.Join(f.historyDir(), "journal"))
	if err != nil {
		return nil
	}
	all := map[cib.Version]entry{}
	for line := range strings.SplitSeq(string(text), "\n") {
		var e entry
		if json.Unmarshal([]byte(line), &e) == nil {
			all[e.Version] = e
		}
	}
	return all
}

// History lists the present configuration and the kept ones, newest first.
func (f *fileCluster) History(ctx context.Context) ([]shell.Revision, error) {
	now, err := f.Read(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := f.kept()
	if err != nil {
		return nil, err
	}
	journal := f.journal()
	revision := func(v cib.Version, text []byte) shell.Revision {
		e := journal[v]
		return shell.Revision{Version: v, When: e.When, Who: e.Who, Note: e.Note, CIB: text}
	}
	list := []shell.Revision{revision(now.Version(), now.Bytes())}
	slices.Reverse(kept)
	for _, v := range kept {
		text, err := os.ReadFile(filepath.Join(f.historyDir(), v.String()+".xml"))
		if err != nil {
			return list, err
		}
		list = append(list, revision(v, text))
	}
	return list, nil
}

// replaceFile writes text so that a crash leaves the old or the new file,
// never half of one: a temporary file, synced, renamed, and the folder synced.
func replaceFile(path string, text []byte) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		var at *fs.PathError // names the temporary file, which says nothing to anybody
		if errors.As(err, &at) {
			err = at.Err
		}
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if old, err := os.Stat(path); err == nil {
		likeOld(tmp, old)
	}
	if _, err = tmp.Write(text); err == nil {
		err = tmp.Sync()
	}
	err = errors.Join(err, tmp.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// likeOld gives the new file mode and owner of the old one, as far as this
// user may.
func likeOld(tmp *os.File, old fs.FileInfo) {
	_ = tmp.Chmod(old.Mode().Perm())
	if st, ok := old.Sys().(*syscall.Stat_t); ok {
		_ = tmp.Chown(int(st.Uid), int(st.Gid))
	}
}
