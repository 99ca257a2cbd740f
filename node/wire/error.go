package wire

import (
	"errors"
	"strconv"
)

// What a packet was refused for, when it was well formed but not believed.
var (
	ErrDigest     = errors.New("authentication failed: the digest does not match")
	ErrUnknownKey = errors.New("authentication failed: signed with a key number that authkeys does not have")
	ErrAuthForm   = errors.New("authentication failed: expected a key number and a digest")
	ErrUnsigned   = errors.New("authentication failed: the message is not signed")
	ErrTooLong    = errors.New("message too long")
)

// FormatError says where a packet stops being a message.
type FormatError struct {
	Offset int
	Want   string
}

// Error names the byte and what was expected there.
func (e *FormatError) Error() string {
	return "not a message: byte " + strconv.Itoa(e.Offset) + ": expected " + e.Want
}
