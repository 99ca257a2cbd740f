package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"crm/node"
)

// format is written into a new file; another one is refused.
const format = "crm-state-1"

// file is the database's name in the state folder.
const file = "state.db"

// lockWait is how long another process may hold the file before we give up.
const lockWait = time.Second

var (
	metaBucket     = []byte("meta")
	logBucket      = []byte("log")
	revisionBucket = []byte("revisions")

	formatKey     = []byte("format")
	snapshotKey   = []byte("snapshot")
	hardStateKey  = []byte("hard-state")
	lineageKey    = []byte("lineage")
	generationKey = []byte("generation")
	uuidKey       = []byte("uuid")
)

// Store is an open state folder. It is used by one goroutine.
type Store struct {
	dir string
	db  *bolt.DB
	// later are batches that did not ask for a sync; they go to the disk
	// with the next one that does.
	later []node.Store
}

// Open opens the state folder, making it when it is new.
func Open(dir string) (s *Store, err error) {
	if err := os.MkdirAll(filepath.Join(dir, "conflicts"), 0o750); err != nil {
		return nil, fmt.Errorf("open the state folder: %w", err)
	}
	path := filepath.Join(dir, file)
	defer damaged(path, &err) // bbolt panics over rotten pages
	db, err := bolt.Open(path, 0o640, &bolt.Options{Timeout: lockWait})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open %s: another crm daemon is using it", path)
	}
	if err != nil {
		return nil, unusable(path, err)
	}
	s = &Store{dir: dir, db: db}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(unusable(path, err), db.Close())
	}
	return s, nil
}

// prepare makes the buckets of a new file and checks the format of an old one.
func (s *Store) prepare() error {
	return s.db.Update(func(tx *bolt.Tx) error {
		fresh := tx.Bucket(metaBucket) == nil
		for _, name := range [][]byte{metaBucket, logBucket, revisionBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(metaBucket)
		if fresh {
			return put(meta, formatKey, []byte(format))
		}
		found, err := get(meta, formatKey)
		if err != nil {
			return err
		}
		if string(found) != format {
			return fmt.Errorf("its format is %q, this program writes %q", found, format)
		}
		return nil
	})
}

// unusable says what an administrator can do about a state file that cannot
// be read.
func unusable(path string, err error) error {
	return fmt.Errorf("the state in %s cannot be used: %w; to let this member start anew and fetch the "+
		"configuration from the others, move the folder %s away", path, err, filepath.Dir(path))
}

// damaged turns a panic over rotten pages into an error.
func damaged(path string, err *error) {
	if r := recover(); r != nil {
		*err = unusable(path, fmt.Errorf("it is damaged (%v)", r))
	}
}

// Close writes what is waiting and closes the file.
func (s *Store) Close() error {
	return errors.Join(s.flush(nil), s.db.Close())
}

// Load reads what earlier processes stored; nil when this member is new.
func (s *Store) Load() (stored *node.Stored, err error) {
	path := s.db.Path()
	defer damaged(path, &err)
	st := new(node.Stored)
	err = s.db.View(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		var errs [3]error
		st.Snapshot, errs[0] = get(meta, snapshotKey)
		st.HardState, errs[1] = get(meta, hardStateKey)
		st.Lineage, errs[2] = get(meta, lineageKey)
		if err := errors.Join(errs[:]...); err != nil {
			return err
		}
		return loadLog(tx.Bucket(logBucket), st)
	})
	if err != nil {
		return nil, unusable(path, err)
	}
	kept, err := filepath.Glob(filepath.Join(s.dir, "conflicts", "*.xml"))
	if err != nil {
		return nil, err
	}
	st.Conflicts = len(kept)
	if st.Snapshot == nil && st.HardState == nil && st.Lineage == nil && st.Entries == nil {
		return nil, nil
	}
	return st, nil
}

// loadLog reads the entries; a hole between two of them is damage.
func loadLog(log *bolt.Bucket, st *node.Stored) error {
	return log.ForEach(func(k, v []byte) error {
		index := binary.BigEndian.Uint64(k)
		if n := len(st.Entries); n > 0 && st.Entries[n-1].Index+1 != index {
			return fmt.Errorf("the log has a hole between entries %d and %d", st.Entries[n-1].Index, index)
		}
		data, err := checked(k, v)
		if err != nil {
			return err
		}
		st.Entries = append(st.Entries, node.LogEntry{Index: index, Data: data})
		return nil
	})
}
