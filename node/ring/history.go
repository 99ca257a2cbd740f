package ring

import (
	"time"

	"crm/node/wire"
)

// keep is how many sequenced messages can be asked for again.
const keep = 500

// history is the last messages that this member sent, by sequence number.
type history struct {
	messages [keep]wire.Message
	seqs     [keep]uint64
	times    [keep]time.Time // last sent
}

// slot is where the message with a number will be kept; what was there is
// forgotten.
func (h *history) slot(seq uint64) *wire.Message {
	i := seq % keep
	h.seqs[i] = 0
	return &h.messages[i]
}

func (h *history) sent(seq uint64, now time.Time) {
	h.seqs[seq%keep], h.times[seq%keep] = seq, now
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
