package transport

import (
	"errors"
	"os"
	"sync"
	"syscall"
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
	epoll   int       // tells of the bell and of the sockets
	bell    int       // an eventfd: something was put in
	clock   int       // a timerfd: it is time
	alarm   time.Time // when clock rings
	wound   bool      // clock has not rung since alarm was set
	file    *os.File
	raw     syscall.RawConn // of file, which is epoll for Go's own poller
	ready   func(uintptr) bool
	events  [8]unix.EpollEvent
	some    int // of events
	next    int // socket to look at first, so that a flooded one starves none
	buf     []byte
	from    unix.RawSockaddrAny
	given   *wire.Keyring // the keys as they were handed over,
	keys    *wire.Keyring // and the reader's own copy
	message wire.Message

	mu    sync.Mutex
	inbox []Packet
}

func (r *reader) open() (err error) {
	if r.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if r.bell, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return errors.Join(os.NewSyscallError("eventfd", err), unix.Close(r.epoll))
	}
	if r.clock, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
		return errors.Join(os.NewSyscallError("timerfd_create", err), unix.Close(r.epoll), unix.Close(r.bell))
	}
	r.buf = make([]byte, wire.MaxPacket+1)
	r.ready = func(epoll uintptr) bool {
		r.some = poll(int(epoll), r.events[:])
		return r.some > 0
	}
	// Go's poller takes files that do not block.
	if err = errors.Join(r.watch(r.bell), r.watch(r.clock), unix.SetNonblock(r.epoll, true)); err == nil {
		r.file = os.NewFile(uintptr(r.epoll), "media")
		r.raw, err = r.file.SyscallConn()
	}
	if err != nil {
		return errors.Join(err, r.close())
	}
	return nil
}

// watch has the reader woken by a file.
func (r *reader) watch(fd int) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
}

// ignore ends watch.
func (r *reader) ignore(fd int) { _ = unix.EpollCtl(r.epoll, unix.EPOLL_CTL_DEL, fd, nil) }

// close gives bell and clock back. The bell's number may be another file's
// soon, so it is forgotten at once.
func (r *reader) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := errors.Join(unix.Close(r.bell), unix.Close(r.clock))
	r.bell = -1
	if r.file == nil {
		return errors.Join(err, unix.Close(r.epoll))
	}
	return errors.Join(err, r.file.Close())
}

// Wake ends a Next that waits, or the next one.
func (u *UDP) Wake() {
	r := &u.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bell >= 0 {
		raise(r.bell)
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
		woken := !more && u.sleep(until)
		if woken || !time.Now().Before(until) {
			p, found, _ = u.look()
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
		if !s.ail.IsZero() {
			if time.Now().Before(s.ail) || r.watch(s.fd) != nil {
				continue
			}
			s.ail = time.Time{}
		}
		n, err := s.receive(r.buf, &r.from)
		if err == nil {
			p, found = u.open(s, n)
			return p, found, true
		}
		if !errors.Is(err, unix.EAGAIN) {
			r.ignore(s.fd)
			s.ail = time.Now().Add(convalescence)
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
//
// An urgent thread waits in the kernel itself: it is woken before all others
// and needs none of them. It costs more, because Go's scheduler looks after a
// thread that waits where it cannot see it. The others wait in Go's poller.
func (u *UDP) sleep(until time.Time) (woken bool) {
	r := &u.reader
	for _, s := range u.sockets {
		if !s.ail.IsZero() && s.ail.Before(until) {
			until = s.ail
		}
	}
	r.some = 0
	if u.cfg.Urgent {
		wait := unix.NsecToTimespec(max(0, time.Until(until)).Nanoseconds())
		fds := [1]unix.PollFd{{Fd: int32(r.epoll), Events: unix.POLLIN}}
		if _, err := unix.Ppoll(fds[:], &wait, nil); err == nil {
			r.ready(uintptr(r.epoll))
		}
	} else {
		r.wind(until)
		_ = r.raw.Read(r.ready)
	}
	for _, e := range r.events[:r.some] {
		switch int(e.Fd) {
		case r.bell:
			lower(r.bell)
			woken = true
		case r.clock:
			r.wound = false
		}
	}
	return woken
}

// wind sets the clock. Go's own timers would do, but they ring in whole
// milliseconds, too early and then once more.
func (r *reader) wind(until time.Time) {
	if r.wound && r.alarm.Equal(until) {
		return
	}
	r.alarm, r.wound = until, true
	setTimer(r.clock, max(1, time.Until(until))) // 0 would stop it
}
