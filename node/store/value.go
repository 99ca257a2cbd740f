package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// castagnoli is the polynomial with hardware support. Its tables are made when
// they are needed first: most programs of the binary store nothing.
var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// put stores a value behind its checksum.
func put(b *bolt.Bucket, key, value []byte) error {
	sum := crc32.Update(crc32.Checksum(key, castagnoli()), castagnoli(), value)
	framed := make([]byte, 4, 4+len(value))
	binary.BigEndian.PutUint32(framed, sum)
	return b.Put(key, append(framed, value...))
}

// get reads what put stored; nil when there is nothing.
func get(b *bolt.Bucket, key []byte) ([]byte, error) {
	framed := b.Get(key)
	if framed == nil {
		return nil, nil
	}
	return checked(key, framed)
}

// checked returns a copy of the value without its checksum. The key is part
// of the sum, so that a value under another's key is noticed too.
func checked(key, framed []byte) ([]byte, error) {
	if len(framed) < 4 {
		return nil, fmt.Errorf("the value of %q is cut short", key)
	}
	value := framed[4:]
	sum := crc32.Update(crc32.Checksum(key, castagnoli()), castagnoli(), value)
	if sum != binary.BigEndian.Uint32(framed) {
		return nil, fmt.Errorf("the value of %q has rotted: its checksum does not fit", key)
	}
	return bytes.Clone(value), nil
}
