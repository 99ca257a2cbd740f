package hbapi

import (
	"encoding/binary"
	"fmt"
	"io"

	"crm/node/wire"
)

// The frames of the socket: the length of the text and a magic number, both
// little-endian, and the text in classic form with a NUL.
const (
	frameMagic = 0xabcd
	// frameMost is what the ring carries, less what the daemon adds to a
	// message. heartbeat's own bound is 256 KiB.
	frameMost = wire.MaxUnpacked - 4<<10
)

func readFrame(r io.Reader) (*wire.Message, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:4])
	if magic := binary.LittleEndian.Uint32(head[4:]); magic != frameMagic || n > frameMost {
		return nil, fmt.Errorf("a frame of %d bytes with magic %#x: expected at most %d and %#x", n, magic, frameMost, frameMagic)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	m := &wire.Message{}
	return m, wire.ParseClassic(m, text)
}

func appendFrame(dst []byte, m *wire.Message) []byte {
	text := wire.AppendClassic(nil, m)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(text)))
	dst = binary.LittleEndian.AppendUint32(dst, frameMagic)
	return append(dst, text...)
}
