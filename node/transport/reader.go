package transport

import (
	"errors"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

// convalescence is how long a socket that failed is left alone: its interface
// may be down, and come back.
const convalescence = 100 * time.Millisecond

// reader waits for several sockets, for packets that others put in and for
// the time.
type reader struct {
	bell    int // an eventfd: something was put in
	fds     []unix.PollFd
	next    int // socket to look at first, so that a flooded one starves none
	buf     []byte
	from    unix.RawSockaddrAny
	given   *wire.Keyring // the keys as they were handed over,
	keys    *wire.Keyring // and the reader's own copy
	message wire.Message

	mu    sync.Mutex
	inbox []Packet
}

func (r *reader) open() error {
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	r.bell, r.buf = bell, make([]byte, wire.MaxPacket+1)
	return nil
}

// close gives the bell back. Its number may be another file's soon, so it is
// forgotten at once.
func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := unix.Close(r.bell)
	r.bell = -1
	return err
}

// Wake ends a Next that waits, or the next one.
func (u *UDP) Wake() {
	r := &u.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bell >= 0 {
		one := [8]byte{7: 1, 0: 1} // not zero in either byte order
		_, _ = unix.Write(r.bell, one[:])
	}
}

// mostPut bounds what others have put in and nobody has taken.
const mostPut = 256

// Put adds a packet that was heard in another way. It is false when there is
// no room: packets get lost in networks too.
func (u *UDP) Put(p Packet) bool {
	r := &u.reader
	r.mu.Lock()
	room := len(r.inbox) < mostPut
	if room {
		r.inbox = append(r.inbox, p)
	}
	r.mu.Unlock()
	u.Wake()
	return room
}

// Next returns the next packet that can be believed. When none waits it
// sleeps until one comes, until the moment given, or until Wake.
func (u *UDP) Next(until time.Time) (Packet, bool) {
	for {
		p, found, more := u.look()
		if found {
			return p, true
		}
		if more {
			// Refused: look again, unless the time is up.
			if time.Now().Before(until) {
				continue
			}
			return Packet{}, false
		}
		if woken := u.sleep(until); woken {
			p, found, _ := u.look()
			return p, found
		}
		if !time.Now().Before(until) {
			p, found, _ := u.look()
			return p, found
		}
	}
}

// look takes one packet from the inbox or from the sockets, in turn. more
// tells that there was one which was not believed.
func (u *UDP) look() (p Packet, found, more bool) {
	r := &u.reader
	r.mu.Lock()
	if len(r.inbox) > 0 {
		p, r.inbox = r.inbox[0], r.inbox[1:]
		r.mu.Unlock()
		return p, true, true
	}
	r.mu.Unlock()
	for range u.sockets {
		r.next = (r.next + 1) % len(u.sockets)
		s := u.sockets[r.next]
		if !s.ail.IsZero() && time.Now().Before(s.ail) {
			continue
		}
		n, err := s.receive(r.buf, &r.from)
		switch {
		case err == nil:
			p, found = u.open(s, n)
			return p, found, true
		case !errors.Is(err, unix.EAGAIN):
			s.ail = time.Now().Add(convalescence)
		default:
			s.ail = time.Time{}
		}
	}
	return Packet{}, false, false
}

// open believes a packet or refuses it.
func (u *UDP) open(s *socket, n int) (Packet, bool) {
	r := &u.reader
	if now := u.keys.Load(); now != r.given {
		r.given, r.keys = now, now.Clone()
	}
	from := sender(&r.from)
	if _, err := r.keys.Open(&r.message, r.buf[:n]); err != nil {
		u.cfg.Refused(s.link, from, err)
		return Packet{}, false
	}
	return Packet{Link: s.link, From: from.Addr(), Message: &r.message}, true
}

// sleep waits until something may have come or the time is up, and tells
// whether the bell was rung.
func (u *UDP) sleep(until time.Time) (woken bool) {
	r := &u.reader
	now := time.Now()
	r.fds = append(r.fds[:0], unix.PollFd{Fd: int32(r.bell), Events: unix.POLLIN})
	for _, s := range u.sockets {
		if now.Before(s.ail) {
			if s.ail.Before(until) {
				until = s.ail
			}
			continue
		}
		r.fds = append(r.fds, unix.PollFd{Fd: int32(s.fd), Events: unix.POLLIN})
	}
	wait := unix.NsecToTimespec(max(0, until.Sub(now)).Nanoseconds())
	if _, err := unix.Ppoll(r.fds, &wait, nil); err != nil || r.fds[0].Revents == 0 {
		return false
	}
	var count [8]byte
	_, _ = unix.Read(r.bell, count[:])
	return true
}
