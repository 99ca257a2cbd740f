package ring

import (
	"time"

	"crm/node/wire"
)

const (
	// keep is how many sequenced messages can be asked for again.
	keep = 500
	// keepBytes bounds what they hold.
	keepBytes = 32 << 20
)

// history is the last messages that this member sent, by sequence number.
type history struct {
	messages [keep]wire.Message
	seqs     [keep]uint64
	times    [keep]time.Time // last sent
	sizes    [keep]int
	bytes    int // of all
}

// slot is where the message with a number will be kept; what was there is
// forgotten.
func (h *history) slot(seq uint64) *wire.Message {
	i := seq % keep
	h.forget(i)
	return &h.messages[i]
}

func (h *history) forget(i uint64) {
	h.bytes -= h.sizes[i]
	h.seqs[i], h.sizes[i] = 0, 0
}

func (h *history) sent(seq uint64, now time.Time) {
	i := seq % keep
	for j := range h.messages[i].Fields {
		h.sizes[i] += len(h.messages[i].Fields[j].Value)
	}
	h.seqs[i], h.times[i] = seq, now
	h.bytes += h.sizes[i]
	for k := i + 1; h.bytes > keepBytes && k != i+keep; k++ { // the oldest first
		if n := k % keep; h.seqs[n] != 0 {
			h.forget(n)
			h.messages[n].Fields = nil
		}
	}
}

// find returns the message with a number, and when it was last sent; nil when
// it is no longer kept.
func (h *history) find(seq uint64) (*wire.Message, *time.Time) {
	i := seq % keep
	if seq == 0 || h.seqs[i] != seq {
		return nil, nil
	}
	return &h.messages[i], &h.times[i]
}
