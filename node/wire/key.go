package wire

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
)

// Method is a way of signing.
type Method string

// The methods of authkeys. SHA256, and AES, which also hides what is said, are
// ours: heartbeat 3.0.6 does not know them.
const (
	CRC    Method = "crc"
	MD5    Method = "md5"
	SHA1   Method = "sha1"
	SHA256 Method = "sha256"
	AES    Method = "aes256-gcm"
)

// Ours tells whether only members of ours know the method.
func (m Method) Ours() bool { return m == SHA256 || m == AES }

// KeyNumbers is how many keys there can be: 0 to 15.
const KeyNumbers = 16

// Key is one line of authkeys.
type Key struct {
	Number int
	Method Method
	Secret string // empty for crc
}

// Keyring signs with one key and verifies with all. It keeps hash states for
// reuse, so it belongs to one goroutine; Clone makes another.
type Keyring struct {
	keys  [KeyNumbers]Key
	macs  [KeyNumbers]hash.Hash // of the keys that sign with a secret
	seals [KeyNumbers]*sealing  // of the keys that seal
	sign  int
	buf   []byte // classic lines, digests, what was sealed
	sum   [sha256.Size]byte
}

// NewKeyring returns a ring that signs with key number sign.
func NewKeyring(sign int, keys ...Key) (*Keyring, error) {
	r := &Keyring{sign: sign}
	for _, k := range keys {
		if err := r.add(k); err != nil {
			return nil, err
		}
	}
	if sign < 0 || sign >= KeyNumbers || r.keys[sign].Method == "" {
		return nil, fmt.Errorf("signing key %d is not among the keys", sign)
	}
	return r, nil
}

func (r *Keyring) add(k Key) error {
	if k.Number < 0 || k.Number >= KeyNumbers {
		return fmt.Errorf("key number %d: expected 0 to %d", k.Number, KeyNumbers-1)
	}
	var h func() hash.Hash
	switch k.Method {
	case CRC:
		if k.Secret != "" {
			return fmt.Errorf("key %d: method crc takes no key", k.Number)
		}
	case MD5:
		h = md5.New
	case SHA1:
		h = sha1.New
	case SHA256:
		h = sha256.New
	case AES:
	default:
		return fmt.Errorf("key %d: unknown method %q, expected %s", k.Number, k.Method, methods())
	}
	if k.Method != CRC && k.Secret == "" {
		return fmt.Errorf("key %d: method %s requires a key", k.Number, k.Method)
	}
	r.keys[k.Number], r.macs[k.Number], r.seals[k.Number] = k, nil, nil
	if h != nil {
		r.macs[k.Number] = hmac.New(h, []byte(k.Secret))
	}
	if k.Method == AES {
		s, err := newSealing(k)
		if err != nil {
			return fmt.Errorf("key %d: %w", k.Number, err)
		}
		r.seals[k.Number] = s
	}
	return nil
}

// Clone returns a ring for another goroutine.
func (r *Keyring) Clone() *Keyring {
	c := &Keyring{sign: r.sign}
	for _, k := range r.keys {
		if k.Method != "" {
			if err := c.add(k); err != nil {
				panic(err) // it was accepted once
			}
		}
	}
	return c
}

// Signing is the key that new messages are signed with.
func (r *Keyring) Signing() Key { return r.keys[r.sign] }

// Keys lists the keys by number.
func (r *Keyring) Keys() []Key {
	var all []Key
	for _, k := range r.keys {
		if k.Method != "" {
			all = append(all, k)
		}
	}
	return all
}

// appendDigest appends the digest of the parts in hex, as key n writes it.
func (r *Keyring) appendDigest(dst []byte, n int, parts ...[]byte) []byte {
	mac := r.macs[n]
	if mac == nil {
		c := uint32(0)
		for _, p := range parts {
			c = crcUpdate(c, p)
		}
		return strconv.AppendUint(dst, uint64(^c), 16)
	}
	mac.Reset()
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(dst, mac.Sum(r.sum[:0]))
}

// cutAuth reads "NUMBER DIGEST". The number is one of our keys.
func (r *Keyring) cutAuth(auth []byte) (n int, digest []byte, err error) {
	i := 0
	for i < len(auth) && i < 3 && auth[i] >= '0' && auth[i] <= '9' {
		n = n*10 + int(auth[i]-'0')
		i++
	}
	if i == 0 || i == 3 || i >= len(auth) || auth[i] != ' ' || n >= KeyNumbers {
		return 0, nil, ErrAuthForm
	}
	if r.keys[n].Method == "" {
		return n, nil, ErrUnknownKey
	}
	return n, auth[i+1:], nil
}

// verify checks a digest of the parts made with key n.
func (r *Keyring) verify(n int, digest []byte, parts ...[]byte) error {
	if r.seals[n] != nil {
		return ErrDigest // that key seals, it does not sign
	}
	r.buf = r.appendDigest(r.buf[:0], n, parts...)
	if subtle.ConstantTimeCompare(r.buf, digest) != 1 {
		return ErrDigest
	}
	return nil
}

// crcTable is of CRC-32 with polynomial 0x04C11DB7, most significant bit
// first, as POSIX cksum has it (without the length that cksum appends).
var crcTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&(1<<31) != 0 {
				c = c<<1 ^ 0x04C11DB7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

func crcUpdate(c uint32, p []byte) uint32 {
	for _, b := range p {
		c = c<<8 ^ crcTable[byte(c>>24)^b]
	}
	return c
}
