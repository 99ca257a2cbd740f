package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"crm/node"
)

// Apply performs Store effects in order, all or nothing, with one sync. When
// none of them asks for a sync they wait for the next that does. After an
// error nothing of the batch is on the disk and the process must end.
func (s *Store) Apply(batch ...node.Store) error {
	sync := false
	for _, b := range batch {
		sync = sync || b.Sync
	}
	if !sync {
		s.later = append(s.later, batch...)
		return nil
	}
	return s.flush(batch)
}

func (s *Store) flush(batch []node.Store) error {
	all := append(s.later, batch...)
	if len(all) == 0 {
		return nil
	}
	for _, b := range all {
		if err := s.keepConflict(b.Conflict); err != nil {
			return err
		}
	}
	err := s.db.Update(func(tx *bolt.Tx) error {
		grown := false
		for _, b := range all {
			if err := apply(tx, b); err != nil {
				return err
			}
			grown = grown || len(b.Revisions) > 0
		}
		if !grown {
			return nil
		}
		return prune(tx.Bucket(revisionBucket))
	})
	if err != nil {
		return fmt.Errorf("write the state to %s: %w", s.db.Path(), err)
	}
	s.later = nil
	for _, b := range all {
		if b.Acknowledged {
			return s.forget()
		}
	}
	return nil
}

// apply writes one effect; the order of its parts is node.Store's.
func apply(tx *bolt.Tx, b node.Store) error {
	meta, log := tx.Bucket(metaBucket), tx.Bucket(logBucket)
	if b.Reset {
		if err := errors.Join(meta.Delete(snapshotKey), meta.Delete(hardStateKey), drop(log, 0, ^uint64(0))); err != nil {
			return err
		}
	}
	if b.Snapshot != nil {
		if err := errors.Join(put(meta, snapshotKey, b.Snapshot), drop(log, 0, b.Compact)); err != nil {
			return err
		}
	}
	if len(b.Entries) > 0 {
		if err := drop(log, b.Entries[0].Index, ^uint64(0)); err != nil {
			return err
		}
	}
	for _, e := range b.Entries {
		if err := put(log, key(e.Index), e.Data); err != nil {
			return err
		}
	}
	if b.HardState != nil {
		if err := put(meta, hardStateKey, b.HardState); err != nil {
			return err
		}
	}
	if b.Lineage != nil {
		if err := put(meta, lineageKey, b.Lineage); err != nil {
			return err
		}
	}
	for _, r := range b.Revisions {
		if err := putRevision(tx.Bucket(revisionBucket), r); err != nil {
			return err
		}
	}
	return nil
}

// drop deletes the entries from first to last, both included.
func drop(log *bolt.Bucket, first, last uint64) error {
	c := log.Cursor()
	for k, _ := c.Seek(key(first)); k != nil && binary.BigEndian.Uint64(k) <= last; k, _ = c.Seek(key(first)) {
		if err := log.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// key sorts as its number does.
func key(index uint64) []byte { return binary.BigEndian.AppendUint64(nil, index) }

// keepConflict writes a lost configuration under conflicts/, durably.
func (s *Store) keepConflict(c *node.Conflict) error {
	if c == nil {
		return nil
	}
	name := fmt.Sprintf("%s-%s-lost-to-%s.xml", c.When.UTC().Format("20060102T150405Z"), c.Version, c.Winner)
	dir := filepath.Join(s.dir, "conflicts")
	if err := writeDurably(dir, name, c.CIB); err != nil {
		return fmt.Errorf("keep a lost configuration: %w", err)
	}
	return nil
}

// forget moves the kept conflicts out of sight, to conflicts/seen.
func (s *Store) forget() error {
	dir := filepath.Join(s.dir, "conflicts")
	kept, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(kept) == 0 {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "seen"), 0o750); err != nil {
		return err
	}
	for _, path := range kept {
		if err := os.Rename(path, filepath.Join(dir, "seen", filepath.Base(path))); err != nil {
			return err
		}
	}
	return nil
}

// writeDurably writes a file so that after a crash it is there whole or not
// at all.
func writeDurably(dir, name string, text []byte) (err error) {
	f, err := os.CreateTemp(dir, name+".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
