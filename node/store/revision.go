package store

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"crm/cib"
	"crm/node"
)

// mostRevisions is how many committed configurations are kept.
const mostRevisions = 1000

// putRevision stores one revision, packed: a thousand configurations differ
// little and compress well.
func putRevision(b *bolt.Bucket, r node.Revision) error {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if err := errors.Join(json.NewEncoder(w).Encode(r), w.Close()); err != nil {
		return fmt.Errorf("keep revision %s: %w", r.Version, err)
	}
	return put(b, revisionKey(r.Version), packed.Bytes())
}

func unpackRevision(k, v []byte) (r node.Revision, err error) {
	packed, err := checked(k, v)
	if err != nil {
		return r, err
	}
	text, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return r, err
	}
	return r, json.NewDecoder(text).Decode(&r)
}

// revisionKey sorts as versions compare.
func revisionKey(v cib.Version) []byte {
	var k []byte
	for _, n := range []int{v.AdminEpoch, v.Epoch, v.NumUpdates} {
		k = binary.BigEndian.AppendUint64(k, uint64(n))
	}
	return k
}

// prune deletes the oldest revisions beyond mostRevisions.
func prune(b *bolt.Bucket) error {
	surplus := -mostRevisions
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		surplus++
	}
	for k, _ := c.First(); k != nil && surplus > 0; k, _ = c.First() {
		if err := b.Delete(k); err != nil {
			return err
		}
		surplus--
	}
	return nil
}

// Revisions are the committed configurations, newest first.
func (s *Store) Revisions() ([]node.Revision, error) {
	if err := s.flush(nil); err != nil {
		return nil, err
	}
	var all []node.Revision
	err := s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket(revisionBucket).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			r, err := unpackRevision(k, v)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the history from %s: %w", s.db.Path(), err)
	}
	return all, nil
}
