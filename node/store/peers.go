package store

import (
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Peer is what the ring must not forget of another node: a packet of an older
// generation, or with an older number of this one, is a recording.
type Peer struct {
	Name       string
	UUID       []byte
	Generation uint64
	Seq        uint64
	// Added says that it is a node though no line of ha.cf says so.
	Added bool `json:",omitempty"`
}

var peersBucket = []byte("peers")

// Remember keeps what is known of a node.
func (s *Store) Remember(p Peer) error {
	value, err := json.Marshal(p)
	if err != nil {
		return err
	}
	err = s.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(peersBucket)
		if err != nil {
			return err
		}
		return put(b, []byte(p.Name), value)
	})
	if err != nil {
		return fmt.Errorf("remember node %s in %s: %w", p.Name, s.db.Path(), err)
	}
	return nil
}

// Forget drops what is known of a node.
func (s *Store) Forget(name string) error {
	err := s.db.Update(func(tx *bolt.Tx) error {
		if b := tx.Bucket(peersBucket); b != nil {
			return b.Delete([]byte(name))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget node %s in %s: %w", name, s.db.Path(), err)
	}
	return nil
}

// Peers are the nodes that were remembered, by name.
func (s *Store) Peers() ([]Peer, error) {
	var all []Peer
	err := s.db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(peersBucket)
		if b == nil {
			return nil
		}
		return b.ForEach(func(key, framed []byte) error {
			value, err := checked(key, framed)
			if err != nil {
				return err
			}
			var p Peer
			if err := json.Unmarshal(value, &p); err != nil {
				return err
			}
			all = append(all, p)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the nodes that were remembered from %s: %w", s.db.Path(), err)
	}
	return all, nil
}
