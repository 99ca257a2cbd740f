package icmp

import "testing"

// TestChecksum holds it against the example of RFC 1071, section 3, and
// against what makes it a checksum: with it put in, the sum is zero.
func TestChecksum(t *testing.T) {
	if got := Checksum([]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}); got != ^uint16(0xddf2) {
		t.Errorf("%#x, want %#x", got, ^uint16(0xddf2))
	}
	odd := []byte{8, 0, 0, 0, 0x12, 0x34, 0, 1, 'x'}
	sum := Checksum(odd)
	odd[2], odd[3] = byte(sum>>8), byte(sum)
	if got := Checksum(odd); got != 0 {
		t.Errorf("%#x left over", got)
	}
}
