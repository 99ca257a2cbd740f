package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"hash"
	"strings"
)

// A sealed packet has the shape of a netstring packet, so that a real
// heartbeat refuses it as signed by a key it does not know: one binary field
// with the nonce and the sealed fields, and a trailer that names the key.
//
// The nonce is not made by chance but is a MAC of the text (24 bytes of
// HMAC-SHA256 under a key of its own), so that neither a bad random source nor
// a lost generation file can ever use a nonce for two texts; its first half
// picks the message's own AES key, its second half is the nonce of GCM.
const (
	sealedField = "_sealed"
	sealedAuth  = "sealed" // where other methods have their digest
	sealedNonce = 24
)

// sealing holds the keys of one AEAD key of authkeys.
type sealing struct {
	pick, key hash.Hash // HMACs: of the nonce, and of the message's key
	number    byte
	nonce     [sha256.Size]byte
	derived   [sha256.Size]byte
}

func newSealing(k Key) (*sealing, error) {
	s := &sealing{number: byte(k.Number)}
	for _, one := range []struct {
		mac  *hash.Hash
		info string
	}{{&s.pick, "crm ring, nonce"}, {&s.key, "crm ring, key"}} {
		key, err := hkdf.Key(sha256.New, []byte(k.Secret), nil, one.info, sha256.Size)
		if err != nil {
			return nil, err
		}
		*one.mac = hmac.New(sha256.New, key)
	}
	return s, nil
}

// aead is the cipher of one message.
func (s *sealing) aead(nonce []byte) (cipher.AEAD, error) {
	s.key.Reset()
	s.key.Write(nonce[:sealedNonce/2])
	block, err := aes.NewCipher(s.key.Sum(s.derived[:0]))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal appends the nonce and the sealed text.
func (s *sealing) seal(dst, text []byte) ([]byte, error) {
	s.pick.Reset()
	s.pick.Write(text)
	nonce := s.pick.Sum(s.nonce[:0])[:sealedNonce]
	gcm, err := s.aead(nonce)
	if err != nil {
		return dst, err
	}
	dst = append(dst, nonce...)
	return gcm.Seal(dst, nonce[sealedNonce/2:], text, []byte{s.number}), nil
}

// open appends the text that was sealed.
func (s *sealing) open(dst, sealed []byte) ([]byte, error) {
	if len(sealed) < sealedNonce {
		return dst, ErrDigest
	}
	gcm, err := s.aead(sealed)
	if err != nil {
		return dst, err
	}
	text, err := gcm.Open(dst, sealed[sealedNonce/2:sealedNonce], sealed[sealedNonce:], []byte{s.number})
	if err != nil {
		return dst, ErrDigest
	}
	return text, nil
}

// appendSealed appends m, sealed with the signing key.
func (r *Keyring) appendSealed(dst []byte, m *Message) []byte {
	r.buf = m.appendFrame(r.buf[:0], nil)
	sealed, err := r.seals[r.sign].seal(nil, r.buf)
	if err != nil {
		panic(err) // AES takes every key of 32 bytes
	}
	dst = append(dst, netBegin...)
	dst = appendField(dst, Binary, sealedField, sealed)
	dst = append(dst, netEnd...)
	return appendTrailer(dst, r.sign, []byte(sealedAuth))
}

// openSealed reads a packet of which f is the frame and key the number in its
// trailer.
func (r *Keyring) openSealed(m *Message, packet []byte, f frame, key int, auth []byte) error {
	var outer Message
	if f.fields != 1 || string(auth) != sealedAuth {
		return ErrAuthForm
	}
	outer.readFrame(packet, f)
	field := outer.Fields[0]
	if field.Kind != Binary || field.Name != sealedField {
		return ErrAuthForm
	}
	text, err := r.seals[key].open(r.buf[:0], []byte(field.Value))
	if err != nil {
		return err
	}
	r.buf = text
	inner, err := cutFields(text)
	if err != nil || inner.signed != len(text) {
		return errors.Join(&FormatError{inner.signed, "fields and %%% inside what was sealed"}, err)
	}
	m.readFrame(text, inner)
	return m.unpack()
}

// packed is the text of a message that is compressed as a whole: signed, as
// heartbeat has it, unless the packet around it is sealed.
func (r *Keyring) packed(m *Message) []byte {
	if r.seals[r.sign] != nil {
		return AppendClassic(nil, m)
	}
	return r.Append(nil, m, Classic)
}

// methods lists what authkeys may name.
func methods() string {
	names := []string{string(CRC), string(MD5), string(SHA1), string(SHA256)}
	return strings.Join(names, ", ") + " or " + string(AES)
}
