package transport

import (
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of this file are over at once: they never wait. They are
// made without telling Go's scheduler, which would wake its monitor thread
// each time, at several times the cost of the call; and with the caller's
// memory, so that nothing is allocated for a packet that may be part of a
// flood.

// receive reads a waiting datagram.
func (s *socket) receive(buf []byte, from *unix.RawSockaddrAny) (int, error) {
	size := uint32(unix.SizeofSockaddrAny)
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(s.fd), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(from)), uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// send hands a datagram to the kernel.
func (s *socket) send(packet []byte, to *address) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(unsafe.SliceData(packet))), uintptr(len(packet)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&to.raw)), uintptr(to.size))
	if errno != 0 {
		return errno
	}
	return nil
}

// poll tells what an epoll instance has to tell now.
func poll(epoll int, events []unix.EpollEvent) int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// raise rings an eventfd that does not block.
func raise(fd int) {
	one := [8]byte{7: 1, 0: 1} // not zero in either byte order
	_, _, _ = unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&one)), uintptr(len(one)))
}

// lower takes what raise did.
func lower(fd int) {
	var count [8]byte
	_, _, _ = unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&count)), uintptr(len(count)))
}

// setTimer has a timerfd ring once, after a while.
func setTimer(fd int, after time.Duration) {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(after.Nanoseconds())}
	_, _, _ = unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(fd), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

// address is a socket's address as the kernel reads it.
type address struct {
	raw  unix.RawSockaddrAny
	size uint32
}

func addressOf(at netip.AddrPort) address {
	var a address
	switch to := sockaddr(at).(type) {
	case *unix.SockaddrInet4:
		in := (*unix.RawSockaddrInet4)(unsafe.Pointer(&a.raw))
		in.Family, in.Port, in.Addr = unix.AF_INET, hostOrder(uint16(to.Port)), to.Addr
		a.size = unix.SizeofSockaddrInet4
	case *unix.SockaddrInet6:
		in := (*unix.RawSockaddrInet6)(unsafe.Pointer(&a.raw))
		in.Family, in.Port, in.Addr, in.Scope_id = unix.AF_INET6, hostOrder(uint16(to.Port)), to.Addr, to.ZoneId
		a.size = unix.SizeofSockaddrInet6
	}
	return a
}
