package ring

import "strconv"

// batch is how many numerals are written at once.
const batch = 64

// numerals writes growing numbers in hex. A beat must not wait for a garbage
// collection, so it should not make garbage: the strings of a batch are parts
// of one.
type numerals struct {
	first uint64
	text  string
	ends  [batch]int
	buf   []byte
}

// hex is n in hex.
func (s *numerals) hex(n uint64) string {
	if s.text == "" || n < s.first || n-s.first >= batch {
		s.write(n)
	}
	i, from := n-s.first, 0
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.text[from:s.ends[i]]
}

func (s *numerals) write(first uint64) {
	s.first, s.buf = first, s.buf[:0]
	for i := range s.ends {
		s.buf = strconv.AppendUint(s.buf, first+uint64(i), 16)
		s.ends[i] = len(s.buf)
	}
	s.text = string(s.buf)
}
