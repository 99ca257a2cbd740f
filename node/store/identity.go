package store

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// UUID is this member's lasting identity on the ring (heartbeat's hb_uuid);
// made by chance the first time.
func (s *Store) UUID() (id [16]byte, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		kept, err := get(meta, uuidKey)
		if err != nil {
			return err
		}
		if len(kept) == len(id) {
			copy(id[:], kept)
			return nil
		}
		if _, err := rand.Read(id[:]); err != nil {
			return err
		}
		id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4, RFC 4122
		return put(meta, uuidKey, id[:])
	})
	if err != nil {
		return id, fmt.Errorf("read this member's uuid from %s: %w", s.db.Path(), err)
	}
	return id, nil
}

// NextGeneration counts the starts of this member (heartbeat's
// hb_generation): it is higher at every call, also over crashes. floor is
// used when nothing is stored yet; heartbeat takes the time in seconds.
func (s *Store) NextGeneration(floor uint64) (uint64, error) {
	var next uint64
	err := s.db.Update(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		kept, err := get(meta, generationKey)
		if err != nil {
			return err
		}
		next = floor
		if len(kept) == 8 {
			next = binary.BigEndian.Uint64(kept)
		}
		next++
		return put(meta, generationKey, key(next))
	})
	if err != nil {
		return 0, fmt.Errorf("count this start in %s: %w", s.db.Path(), err)
	}
	return next, nil
}
