package ring

import (
	"math"
	"strconv"
	"testing"
)

func TestNumerals(t *testing.T) {
	var s numerals
	for _, from := range []uint64{0, 1, 0xf0, 0xffe, 1 << 32, 5, math.MaxUint64 - 2*batch} {
		for n := from; n < from+batch+2; n++ {
			if got, want := s.hex(n), strconv.FormatUint(n, 16); got != want {
				t.Fatalf("%d is written %q, want %q", n, got, want)
			}
		}
	}
}
