package transport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is a bound UDP socket that never blocks.
type socket struct {
	link  string
	port  int
	group netip.Addr
	v6    bool
	fd    int
	ail   time.Time // not looked at before: its interface is down
}

// openSocket makes a socket for a line and binds it.
func openSocket(at netip.AddrPort, line Line, iface *net.Interface, group netip.Addr) (*socket, error) {
	family := unix.AF_INET
	if line.IPv6 {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if line.IPv6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if err = errors.Join(err, options(fd, line, iface, group)); err == nil {
		if err = unix.Bind(fd, sockaddr(at)); err != nil {
			err = fmt.Errorf("bind to %s: %w", at, err)
		}
	}
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return &socket{link: line.Interface, port: line.Port, group: group, v6: line.IPv6, fd: fd}, nil
}

// sender is the address in what the kernel wrote.
func sender(raw *unix.RawSockaddrAny) netip.AddrPort {
	switch raw.Addr.Family {
	case unix.AF_INET:
		in := (*unix.RawSockaddrInet4)(unsafe.Pointer(raw))
		return netip.AddrPortFrom(netip.AddrFrom4(in.Addr), hostOrder(in.Port))
	case unix.AF_INET6:
		in := (*unix.RawSockaddrInet6)(unsafe.Pointer(raw))
		return netip.AddrPortFrom(netip.AddrFrom16(in.Addr).Unmap(), hostOrder(in.Port))
	}
	return netip.AddrPort{}
}

// hostOrder turns a port as the kernel keeps it, in network order, into a
// number.
func hostOrder(port uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(&port))
	return uint16(b[0])<<8 | uint16(b[1])
}

// sockaddr is an address as system calls take it.
func sockaddr(at netip.AddrPort) unix.Sockaddr {
	if at.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	to := &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
	if zone := at.Addr().Zone(); zone != "" {
		if iface, err := net.InterfaceByName(zone); err == nil {
			to.ZoneId = uint32(iface.Index)
		}
	}
	return to
}
