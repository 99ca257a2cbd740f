package transport

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

// SerialLine is one serial line as ha.cf names it.
type SerialLine struct {
	Device string
	Baud   int
}

// SerialConfig is what OpenSerial needs.
type SerialConfig struct {
	Lines   []SerialLine
	Self    string
	Keys    *wire.Keyring
	Heard   func(Packet)
	Refused Refused
}

// Serial is a set of serial lines: cables from member to member, in a ring
// when there are more than two. Messages travel in classic form. What comes in
// on a line goes out on the others, until its ttl is used up or it is back.
type Serial struct {
	cfg     SerialConfig
	ports   []*port
	keys    atomic.Pointer[wire.Keyring]
	running sync.WaitGroup

	mu     sync.Mutex // of what Send and the readers share: the keys they sign with
	own    *wire.Keyring
	given  *wire.Keyring
	opened wire.Message
}

type port struct {
	device  string
	file    *os.File
	waiting chan []byte
	closed  chan struct{}
}

// A line is slow: what waits longer than this many messages is of no use.
const waitingLines = 32

// Serial lines carry lines of text; a packet that is not text is one in
// base64, in a field of its own.
const (
	lineBegin   = ">>>\n"
	lineEnd     = "<<<\n"
	linePacket  = "_packet"
	longestLine = 64 << 10
)

// OpenSerial opens all lines and starts to read. An error names the line.
func OpenSerial(cfg SerialConfig) (*Serial, error) {
	s := &Serial{cfg: cfg}
	s.Rekey(cfg.Keys)
	for _, l := range cfg.Lines {
		f, err := openTTY(l)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("medium serial %s: %w", l.Device, err), s.Close())
		}
		p := &port{device: l.Device, file: f, waiting: make(chan []byte, waitingLines), closed: make(chan struct{})}
		s.ports = append(s.ports, p)
	}
	for _, p := range s.ports {
		s.running.Go(p.write)
		s.running.Go(func() { s.read(p) })
	}
	return s, nil
}

var speeds = map[int]uint32{9600: unix.B9600, 19200: unix.B19200, 38400: unix.B38400, 57600: unix.B57600, 115200: unix.B115200,
	230400: unix.B230400, 460800: unix.B460800}

// openTTY opens a device as a raw line: 8 bits, no parity, one stop bit,
// RTS/CTS.
func openTTY(l SerialLine) (*os.File, error) {
	speed, known := speeds[l.Baud]
	if !known {
		return nil, fmt.Errorf("baud %d is not known", l.Baud)
	}
	fd, err := unix.Open(l.Device, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err == nil {
		t.Iflag, t.Oflag, t.Lflag = unix.IGNBRK|unix.IGNPAR, 0, 0
		t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.CRTSCTS | speed
		t.Ispeed, t.Ospeed = speed, speed
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		err = unix.IoctlSetTermios(fd, unix.TCSETS, t)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("it is no serial line: %w", err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), l.Device), nil
}

// Rekey changes the keys that packets are signed and verified with.
func (s *Serial) Rekey(keys *wire.Keyring) { s.keys.Store(keys.Clone()) }

// Send queues a packet for every line.
func (s *Serial) Send(packet []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := s.signer()
	if _, err := keys.Open(&s.opened, packet); err != nil {
		return fmt.Errorf("medium serial: %w", err)
	}
	text := encode(keys, &s.opened)
	for _, p := range s.ports {
		p.put(text)
	}
	return nil
}

// signer is the keys of those who hold the lock.
func (s *Serial) signer() *wire.Keyring {
	if now := s.keys.Load(); now != s.given {
		s.given, s.own = now, now.Clone()
	}
	return s.own
}

// encode is a message as a line carries it.
func encode(keys *wire.Keyring, m *wire.Message) []byte {
	text := keys.Append(nil, m, wire.Classic)
	if bytes.HasPrefix(text, []byte(lineBegin)) {
		return bytes.TrimRight(text, "\x00")
	}
	return []byte(lineBegin + linePacket + "=" + base64.StdEncoding.EncodeToString(text) + "\n" + lineEnd)
}

// put queues a text; a line that does not keep up loses the oldest.
func (p *port) put(text []byte) {
	for {
		select {
		case p.waiting <- text:
			return
		default:
		}
		select {
		case <-p.waiting:
		default:
		}
	}
}

func (p *port) write() {
	for {
		select {
		case <-p.closed:
			return
		case text := <-p.waiting:
			if _, err := p.file.Write(text); err != nil && !p.rest() {
				return
			}
		}
	}
}

// rest waits a little after an error; it is false when the line was closed.
func (p *port) rest() bool {
	select {
	case <-p.closed:
		return false
	case <-time.After(convalescence):
		return true
	}
}

func (s *Serial) read(p *port) {
	var given, keys *wire.Keyring // keys is this goroutine's own
	r := bufio.NewReaderSize(p.file, 4096)
	var text []byte
	for {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if text = text[:0]; !p.rest() {
				return
			}
			continue
		}
		switch {
		case string(line) == lineBegin:
			text = append(text[:0], line...)
			continue
		case len(text) == 0:
			continue // the rest of something
		case len(text)+len(line) > longestLine:
			text = text[:0]
			continue
		}
		if text = append(text, line...); string(line) != lineEnd {
			continue
		}
		if now := s.keys.Load(); now != given {
			given, keys = now, now.Clone()
		}
		s.take(p, keys, text)
		text = text[:0]
	}
}

// take believes a packet or refuses it, and passes it on.
func (s *Serial) take(p *port, keys *wire.Keyring, text []byte) {
	m := new(wire.Message)
	if inner, ok := unwrap(text); ok {
		text = inner
	}
	if _, err := keys.Open(m, text); err != nil {
		s.cfg.Refused(p.device, netip.AddrPort{}, err)
		return
	}
	if !strings.EqualFold(m.Get(wire.Src), s.cfg.Self) {
		s.forward(p, m)
	}
	s.cfg.Heard(Packet{Link: p.device, Message: m})
}

// unwrap returns the packet that is no text.
func unwrap(text []byte) ([]byte, bool) {
	body, ok := bytes.CutPrefix(text, []byte(lineBegin+linePacket+"="))
	if !ok {
		return nil, false
	}
	body, ok = bytes.CutSuffix(body, []byte("\n"+lineEnd))
	packet, err := base64.StdEncoding.AppendDecode(nil, body)
	return packet, ok && err == nil
}

// forward sends what came in on one line out on the others.
func (s *Serial) forward(from *port, m *wire.Message) {
	ttl, err := strconv.Atoi(m.Get(wire.TTL))
	if err != nil || ttl <= 1 || len(s.ports) < 2 {
		return
	}
	on := m.Clone()
	for i := range on.Fields {
		if f := &on.Fields[i]; f.Name == wire.TTL {
			f.Value = strconv.Itoa(ttl - 1)
		}
	}
	s.mu.Lock()
	text := encode(s.signer(), on)
	s.mu.Unlock()
	for _, p := range s.ports {
		if p != from {
			p.put(text)
		}
	}
}

// Close closes the lines and waits for their readers.
func (s *Serial) Close() error {
	var errs []error
	for _, p := range s.ports {
		close(p.closed)
		errs = append(errs, p.file.Close())
	}
	s.running.Wait()
	return errors.Join(errs...)
}

// Cabled are media with serial lines besides.
type Cabled struct {
	*UDP
	Lines *Serial
}

// Send gives a packet to every medium.
func (c Cabled) Send(packet []byte) error {
	return errors.Join(c.UDP.Send(packet), c.Lines.Send(packet))
}

// Rekey changes the keys of all.
func (c Cabled) Rekey(keys *wire.Keyring) {
	c.UDP.Rekey(keys)
	c.Lines.Rekey(keys)
}

// Close closes all.
func (c Cabled) Close() error { return errors.Join(c.Lines.Close(), c.UDP.Close()) }
