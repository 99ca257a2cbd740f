package transport

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"crm/node/wire"
)

const (
	hello      = "crm1"
	nonceBytes = 32
	// helloBytes: the word, the key's number, a nonce, an X25519 public key.
	helloBytes = len(hello) + 1 + nonceBytes + 32
	// mostFrame bounds what is read before it is known to be good.
	mostFrame = 64 << 10
	tagBytes  = 16
)

var errSealed = errors.New("a frame that was not sealed with the members' key")

// offer is what one side says first: in the clear, made for one connection.
type offer struct {
	private *ecdh.PrivateKey
	bytes   []byte
}

func newOffer(key int) (*offer, error) {
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	b := make([]byte, len(hello)+1+nonceBytes, helloBytes)
	copy(b, hello)
	b[len(hello)] = byte(key)
	if _, err := rand.Read(b[len(hello)+1:]); err != nil {
		return nil, err
	}
	return &offer{private, append(b, private.PublicKey().Bytes()...)}, nil
}

// readOffer reads the other side's offer and returns the key number in it.
func readOffer(r io.Reader) (b []byte, key int, err error) {
	b = make([]byte, helloBytes)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, 0, fmt.Errorf("read the other side's hello: %w", err)
	}
	if !bytes.HasPrefix(b, []byte(hello)) {
		return nil, 0, errors.New("the other side is no member of this kind: its hello is wrong")
	}
	return b, int(b[len(hello)]), nil
}

// sealers makes the two directions' keys: of the side that dialled, and of the
// side that answered.
func sealers(mine *offer, dialled, answered []byte, secret wire.Key) (dial, answer *sealer, err error) {
	theirs := dialled
	if bytes.Equal(mine.bytes, dialled) {
		theirs = answered
	}
	public, err := ecdh.X25519().NewPublicKey(theirs[helloBytes-32:])
	if err != nil {
		return nil, nil, err
	}
	shared, err := mine.private.ECDH(public)
	if err != nil {
		return nil, nil, err
	}
	ikm := append(shared, string(secret.Method)+"\x00"+secret.Secret...)
	salt := sha256.Sum256(append(append([]byte(nil), dialled...), answered...))
	keys := [2]*sealer{}
	for i, info := range []string{"crm channel, dialling side", "crm channel, answering side"} {
		key, err := hkdf.Key(sha256.New, ikm, salt[:], info, 32)
		if err != nil {
			return nil, nil, err
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, nil, err
		}
		keys[i] = &sealer{aead: aead}
	}
	return keys[0], keys[1], nil
}

// sealer seals or opens the frames of one direction. The number of a frame is
// its nonce, so frames can be neither left out, repeated nor swapped.
type sealer struct {
	aead  cipher.AEAD
	count uint64
	buf   []byte
}

func (s *sealer) nonce() []byte {
	var n [12]byte
	binary.BigEndian.PutUint64(n[4:], s.count)
	s.count++
	return n[:]
}

// writeFrame seals one frame: four bytes of length, which are sealed too as
// additional data, and the text. last tells that a message ends here.
func (s *sealer) writeFrame(w io.Writer, part []byte, last bool) error {
	n := uint32(len(part) + tagBytes)
	if last {
		n |= 1 << 31
	}
	s.buf = binary.BigEndian.AppendUint32(s.buf[:0], n)
	s.buf = s.aead.Seal(s.buf, s.nonce(), part, s.buf[:4:4])
	_, err := w.Write(s.buf)
	return err
}

// readFrame reads one frame and appends its text to dst.
func (s *sealer) readFrame(r io.Reader, dst []byte) (_ []byte, last bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return dst, false, err
	}
	n := binary.BigEndian.Uint32(head[:])
	last = n>>31 == 1
	n &^= 1 << 31
	if n < tagBytes || n > mostFrame+tagBytes {
		return dst, false, errSealed
	}
	if cap(s.buf) < int(n) {
		s.buf = make([]byte, mostFrame+tagBytes)
	}
	sealed := s.buf[:n]
	if _, err := io.ReadFull(r, sealed); err != nil {
		return dst, false, err
	}
	// Open alone would grow dst by just what it needs, frame after frame, and
	// copy a large message as often as it has frames.
	out, err := s.aead.Open(slices.Grow(dst, int(n)-tagBytes), s.nonce(), sealed, head[:])
	if err != nil {
		return dst, false, errSealed
	}
	return out, last, nil
}

// writeMessage seals a whole message in as many frames as it takes.
func (s *sealer) writeMessage(w io.Writer, message []byte) error {
	for {
		n := min(len(message), mostFrame)
		last := n == len(message)
		if err := s.writeFrame(w, message[:n], last); err != nil || last {
			return err
		}
		message = message[n:]
	}
}

// readMessage reads a whole message of at most most bytes.
func (s *sealer) readMessage(r io.Reader, most int) ([]byte, error) {
	var message []byte
	for {
		part, last, err := s.readFrame(r, message)
		if err != nil {
			return nil, err
		}
		if message = part; len(message) > most {
			return nil, fmt.Errorf("a message of more than %d bytes", most)
		}
		if last {
			return message, nil
		}
	}
}
