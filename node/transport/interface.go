package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"
)

// interfaces lists the names of this machine's network interfaces.
func interfaces() string {
	all, err := net.Interfaces()
	if err != nil {
		return err.Error()
	}
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = one.Name
	}
	return strings.Join(names, ", ")
}

// broadcast is the broadcast address of an interface's first IPv4 address.
func broadcast(iface *net.Interface) (netip.Addr, error) {
	addrs, err := iface.Addrs()
	if err != nil {
		return netip.Addr{}, err
	}
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.To4() == nil || len(n.Mask) != 4 {
			continue
		}
		ip, mask := binary.BigEndian.Uint32(n.IP.To4()), binary.BigEndian.Uint32(n.Mask)
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], ip|^mask)
		return netip.AddrFrom4(b), nil
	}
	return netip.Addr{}, errors.New("the interface has no IPv4 address to broadcast with")
}

// receiveRoom is how much the kernel keeps until it is read.
const receiveRoom = 4 << 20

// options sets a socket's options before it is bound.
func options(fd int, line Line, iface *net.Interface, group netip.Addr) error {
	// With the interface's name the kernel keeps the traffic of others away
	// and the routing table does not matter; where it is not allowed the
	// port alone must do.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
		return fmt.Errorf("ask for broadcasts: %w", err)
	}
	if err := unix.BindToDevice(fd, line.Interface); err != nil && !errors.Is(err, unix.EPERM) {
		return fmt.Errorf("bind to the interface: %w", err)
	}
	if !line.IPv6 {
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, 0x10); err != nil { // low delay
			return fmt.Errorf("set the type of service: %w", err)
		}
	}
	// Room for a flood, so that members' packets are not lost in it. Beyond
	// the system's limit only for root; less room is no reason to stay away.
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveRoom) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveRoom)
	}
	if !group.IsValid() {
		return nil
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if group.Is4() {
		return multicast4(fd, line, iface, group)
	}
	return multicast6(fd, line, iface, group)
}

func multicast4(fd int, line Line, iface *net.Interface, group netip.Addr) error {
	join := &unix.IPMreqn{Multiaddr: group.As4(), Ifindex: int32(iface.Index)}
	via := &unix.IPMreqn{Ifindex: int32(iface.Index)}
	loop := 0
	if line.Loop {
		loop = 1
	}
	if err := errors.Join(unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, join),
		unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, via),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_TTL, line.TTL),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, loop)); err != nil {
		return fmt.Errorf("join the group: %w", err)
	}
	return nil
}

func multicast6(fd int, line Line, iface *net.Interface, group netip.Addr) error {
	join := &unix.IPv6Mreq{Multiaddr: group.As16(), Interface: uint32(iface.Index)}
	loop := 0
	if line.Loop {
		loop = 1
	}
	if err := errors.Join(unix.SetsockoptIPv6Mreq(fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP, join),
		unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, iface.Index),
		unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, line.TTL),
		unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, loop)); err != nil {
		return fmt.Errorf("join the group: %w", err)
	}
	return nil
}
