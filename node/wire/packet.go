package wire

import (
	"bytes"
	"compress/bzip2"
	"compress/zlib"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	// MaxPacket is what one UDP datagram can carry.
	MaxPacket = 65507
	// MaxUnpacked is the longest message that a compressed one may become.
	MaxUnpacked = 2 << 20
)

// Form is an encoding.
type Form byte

// The encodings. Netstring carries both digests, as heartbeat 3.0.6 sends it;
// Plain has the trailer only (msgfmt netstring); Classic is for peers older
// than 2.0, for serial lines, and for a change of keys beside heartbeat 3.0.x.
const (
	Netstring Form = iota
	Plain
	Classic
)

// Open verifies a packet and reads it into m, whose Fields are reused. It
// returns the number of the key that signed. A compressed message comes back
// unpacked. When it fails m is empty.
func (r *Keyring) Open(m *Message, packet []byte) (key int, err error) {
	m.Fields = m.Fields[:0]
	if bytes.HasPrefix(packet, []byte(netBegin)) {
		key, err = r.openFrame(m, packet)
	} else {
		key, err = r.openClassic(m, packet)
	}
	if err != nil {
		m.Fields = m.Fields[:0]
	}
	return key, err
}

func (r *Keyring) openFrame(m *Message, packet []byte) (key int, err error) {
	f, err := cutFrame(packet)
	if err != nil {
		return 0, err
	}
	key, digest, err := r.cutAuth(packet[f.authFrom:f.auth])
	if err != nil {
		return key, err
	}
	if r.seals[key] != nil {
		return key, r.openSealed(m, packet, f, key, digest)
	}
	if err := r.verify(key, digest, packet[:f.signed]); err != nil {
		return key, err
	}
	m.readFrame(packet, f)
	return key, m.unpack()
}

func (r *Keyring) openClassic(m *Message, packet []byte) (key int, err error) {
	lines, from, to, err := cutClassic(packet)
	if err != nil {
		return 0, err
	}
	if to == 0 {
		return 0, ErrUnsigned
	}
	key, digest, err := r.cutAuth(lines[from+len(Auth+"=") : to-1])
	if err != nil {
		return key, err
	}
	if err := r.verify(key, digest, lines[:from], lines[to:]); err != nil {
		return key, err
	}
	if err := m.readClassic(lines); err != nil {
		return key, err
	}
	return key, m.unpack()
}

// Append signs m and appends it to dst in one of the forms. An auth field
// that m already has is replaced. A key that seals knows one form only.
func (r *Keyring) Append(dst []byte, m *Message, form Form) []byte {
	if r.seals[r.sign] != nil {
		return r.appendSealed(dst, m)
	}
	var auth [2 + 1 + 64]byte
	inner := auth[:0]
	if form == Classic || form == Netstring && !m.classicOnly() {
		r.buf = m.appendLines(r.buf[:0])
		inner = append(strconv.AppendInt(inner, int64(r.sign), 10), ' ')
		inner = r.appendDigest(inner, r.sign, r.buf)
	}
	if form == Classic {
		dst = append(dst, classicBegin...)
		dst = append(dst, r.buf...)
		dst = append(dst, Auth+"="...)
		dst = append(dst, inner...)
		return append(dst, "\n"+classicEnd+"\x00"...)
	}
	if len(inner) == 0 {
		inner = nil
	}
	start := len(dst)
	dst = m.appendFrame(dst, inner)
	return appendTrailer(dst, r.sign, r.appendDigest(auth[:0], r.sign, dst[start:]))
}

// appendTrailer appends the number of a key and the digest made with it.
func appendTrailer(dst []byte, number int, digest []byte) []byte {
	var head [4]byte
	n := append(strconv.AppendInt(head[:0], int64(number), 10), ' ')
	dst = strconv.AppendInt(dst, int64(len(n)+len(digest)), 10)
	dst = append(dst, ':')
	dst = append(dst, n...)
	dst = append(dst, digest...)
	return append(dst, ',')
}

// ParseClassic reads an unsigned classic message: the FIFO's and the client
// socket's form. An auth field is kept but not looked at.
func ParseClassic(m *Message, text []byte) error {
	m.Fields = m.Fields[:0]
	lines, _, _, err := cutClassic(text)
	if err != nil {
		return err
	}
	return m.readClassic(lines)
}

// AppendClassic appends m unsigned, in the FIFO's and the client socket's form.
func AppendClassic(dst []byte, m *Message) []byte {
	dst = append(dst, classicBegin...)
	dst = m.appendLines(dst)
	return append(dst, classicEnd+"\x00"...)
}

// Pack returns a message that carries m compressed with zlib, as heartbeat does
// with traditional_compression (whole, in classic form, signed inside).
func (r *Keyring) Pack(m *Message) *Message {
	var b strings.Builder
	w := zlib.NewWriter(&b)
	w.Write(r.packed(m)) // a strings.Builder does not fail
	w.Close()
	return (&Message{}).AddBinary(Payload, b.String()).Add(Packing, "zlib")
}

// unpack replaces a message that carries a compressed one by that one. The
// trailer vouched for it, so the inner auth is not looked at.
func (m *Message) unpack() error {
	packed, ok := m.Lookup(Payload)
	if !ok {
		return nil
	}
	method := m.Get(Packing)
	m.Fields = m.Fields[:0]
	var from io.Reader
	switch method {
	case "zlib":
		z, err := zlib.NewReader(strings.NewReader(packed))
		if err != nil {
			return fmt.Errorf("unpack message: %w", err)
		}
		from = z
	case "bz2":
		from = bzip2.NewReader(strings.NewReader(packed))
	default:
		return fmt.Errorf("unpack message: unknown compression %q, expected zlib or bz2", method)
	}
	text, err := io.ReadAll(io.LimitReader(from, MaxUnpacked+1))
	if err != nil {
		return fmt.Errorf("unpack message: %w", err)
	}
	if len(text) > MaxUnpacked {
		return fmt.Errorf("unpack message: %w: more than %d bytes", ErrTooLong, MaxUnpacked)
	}
	if err := ParseClassic(m, text); err != nil {
		m.Fields = m.Fields[:0]
		return fmt.Errorf("unpack message: %w", err)
	}
	return nil
}
