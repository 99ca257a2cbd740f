package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"

	"crm/cib"
	"crm/node"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *Store) *node.Stored {
	t.Helper()
	st, err := s.Load()
	must(t, err)
	return st
}

func entries(first, last uint64, word string) (all []node.LogEntry) {
	for i := first; i <= last; i++ {
		all = append(all, node.LogEntry{Index: i, Data: fmt.Appendf(nil, "%s %d", word, i)})
	}
	return all
}

func TestNewMemberHasNothingStored(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	if st := load(t, s); st != nil {
		t.Errorf("a new folder holds %+v", st)
	}
}

func TestWhatIsAppliedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	must(t, s.Apply(
		node.Store{Entries: entries(1, 5, "first"), HardState: []byte("hard")},
		node.Store{Entries: entries(4, 6, "second"), Lineage: []byte("line"), Sync: true}))
	must(t, s.Close())

	s = open(t, dir)
	defer s.Close()
	want := &node.Stored{HardState: []byte("hard"), Lineage: []byte("line"),
		Entries: append(entries(1, 3, "first"), entries(4, 6, "second")...)}
	if diff := cmp.Diff(want, load(t, s)); diff != "" {
		t.Error(diff)
	}
}

func TestSnapshotDropsTheLogItHolds(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	must(t, s.Apply(node.Store{Entries: entries(1, 9, "x"), Sync: true}))
	must(t, s.Apply(node.Store{Snapshot: []byte("all"), Compact: 7, Sync: true}))
	want := &node.Stored{Snapshot: []byte("all"), Entries: entries(8, 9, "x")}
	if diff := cmp.Diff(want, load(t, s)); diff != "" {
		t.Error(diff)
	}
}

func TestResetDropsLogSnapshotAndHardState(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	must(t, s.Apply(node.Store{Entries: entries(1, 3, "x"), Snapshot: []byte("s"), HardState: []byte("h"), Sync: true}))
	must(t, s.Apply(node.Store{Reset: true, Lineage: []byte("new"), Entries: entries(1, 1, "y"), Sync: true}))
	want := &node.Stored{Lineage: []byte("new"), Entries: entries(1, 1, "y")}
	if diff := cmp.Diff(want, load(t, s)); diff != "" {
		t.Error(diff)
	}
}

func TestBatchWithoutSyncWaitsForOneWithIt(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	must(t, s.Apply(node.Store{HardState: []byte("commit 1")}))
	if st := load(t, s); st != nil {
		t.Errorf("written without need: %+v", st)
	}
	must(t, s.Apply(node.Store{Entries: entries(1, 1, "x"), Sync: true}))
	if st := load(t, s); string(st.HardState) != "commit 1" {
		t.Errorf("hard state %q", st.HardState)
	}
}

func TestTwoDaemonsCannotShareAFolder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer s.Close()
	_, err := Open(dir)
	if err == nil || !strings.Contains(err.Error(), "another crm daemon is using it") {
		t.Errorf("second Open: %v", err)
	}
}

func TestRottenBytesAreRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	must(t, s.Apply(node.Store{Entries: entries(1, 3, "precious"), Sync: true}))
	must(t, s.Close())

	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path)
	must(t, err)
	at := bytes.LastIndex(text, []byte("precious 2"))
	text[at] ^= 1
	must(t, os.WriteFile(path, text, 0o640))

	s = open(t, dir)
	defer s.Close()
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "rotted") || !strings.Contains(err.Error(), dir) {
		t.Errorf("Load of a rotten file: %v", err)
	}
}

func TestHoleInTheLogIsRefused(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	must(t, s.Apply(node.Store{Entries: entries(1, 3, "x"), Sync: true}))
	must(t, s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(logBucket).Delete(key(2)) }))
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "hole between entries 1 and 3") {
		t.Errorf("Load: %v", err)
	}
}

func TestForeignAndCutFilesAreRefused(t *testing.T) {
	for name, text := range map[string][]byte{"foreign": bytes.Repeat([]byte("not a database\n"), 1000), "cut": make([]byte, 100)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, file), text, 0o640))
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "move the folder") {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

func TestRevisionsComeNewestFirstAndAreBounded(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	var many []node.Revision
	for i := range mostRevisions + 10 {
		many = append(many, node.Revision{Version: cib.Version{Epoch: i}, When: time.Unix(int64(i), 0).UTC(), Who: "root",
			From: "alice", Note: "n", CIB: []byte("<cib/>")})
	}
	must(t, s.Apply(node.Store{Revisions: many, Sync: true}))
	got, err := s.Revisions()
	must(t, err)
	if len(got) != mostRevisions || got[0].Version.Epoch != mostRevisions+9 {
		t.Fatalf("%d revisions, newest %v", len(got), got[0].Version)
	}
	if diff := cmp.Diff(many[len(many)-1], got[0]); diff != "" {
		t.Error(diff)
	}
}

func TestLostConfigurationIsKeptUntilForgotten(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer s.Close()
	lost := &node.Conflict{When: time.Unix(0, 0), Version: cib.Version{Epoch: 7}, Winner: "bob", CIB: []byte("<cib mine/>")}
	must(t, s.Apply(node.Store{Conflict: lost, Lineage: []byte("l"), Sync: true}))
	if st := load(t, s); st.Conflicts != 1 {
		t.Errorf("%d conflicts", st.Conflicts)
	}
	text, err := os.ReadFile(filepath.Join(dir, "conflicts", "19700101T000000Z-0.7.0-lost-to-bob.xml"))
	if err != nil || string(text) != "<cib mine/>" {
		t.Errorf("%q, %v", text, err)
	}
	must(t, s.Apply(node.Store{Acknowledged: true, Sync: true}))
	if st := load(t, s); st.Conflicts != 0 {
		t.Errorf("%d conflicts after they were acknowledged", st.Conflicts)
	}
}

func TestIdentityLastsAndGenerationGrows(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	id, err := s.UUID()
	must(t, err)
	first, err := s.NextGeneration(1000)
	must(t, err)
	must(t, s.Close())
	s = open(t, dir)
	defer s.Close()
	again, err := s.UUID()
	must(t, err)
	second, err := s.NextGeneration(5)
	must(t, err)
	if id != again || first != 1001 || second != 1002 {
		t.Errorf("uuid %x then %x, generations %d, %d", id, again, first, second)
	}
}

func TestFailedWriteIsAnError(t *testing.T) {
	s := open(t, t.TempDir())
	must(t, s.db.Close()) // stands for a disk that is gone
	if err := s.Apply(node.Store{HardState: []byte("h"), Sync: true}); err == nil {
		t.Error("no error from a closed disk")
	}
}
