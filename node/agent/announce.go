package agent

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// announceARP sends a gratuitous ARP packet in both forms that are in use,
// request and reply (RFC 5227, section 3; RFC 826), to everybody on the link.
func announceARP(index int, mac net.HardwareAddr, addr netip.Addr) error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	to := &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ARP), Ifindex: index}
	return errors.Join(unix.Sendto(fd, arpFrame(1, mac, addr), 0, to), unix.Sendto(fd, arpFrame(2, mac, addr), 0, to))
}

// bigEndian puts a protocol number in network byte order.
func bigEndian(n uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], n)
	return binary.NativeEndian.Uint16(b[:])
}

// arpFrame is an Ethernet frame with sender and target the address itself.
func arpFrame(op uint16, mac net.HardwareAddr, addr netip.Addr) []byte {
	everybody := []byte{255, 255, 255, 255, 255, 255}
	f := make([]byte, 42)
	copy(f, everybody)
	copy(f[6:], mac)
	binary.BigEndian.PutUint16(f[12:], unix.ETH_P_ARP)
	copy(f[14:], []byte{0, 1, 8, 0, 6, 4}) // Ethernet, IPv4, lengths 6 and 4
	binary.BigEndian.PutUint16(f[20:], op)
	copy(f[22:], mac)
	copy(f[28:], addr.AsSlice())
	if op == 2 {
		copy(f[32:], everybody)
	}
	copy(f[38:], addr.AsSlice())
	return f
}

// announceND sends an unsolicited neighbour advertisement with the override
// flag to all nodes (RFC 4861, section 7.2.6).
func announceND(index int, mac net.HardwareAddr, addr netip.Addr) error {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMPV6)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	err = errors.Join(unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, 255),
		unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, index))
	if err != nil {
		return err
	}
	b := make([]byte, 32)
	b[0], b[4] = 136, 0x20
	copy(b[8:], addr.AsSlice())
	b[24], b[25] = 2, 1 // target link-layer address, one unit of 8 bytes
	copy(b[26:], mac)
	to := &unix.SockaddrInet6{ZoneId: uint32(index)}
	copy(to.Addr[:], net.ParseIP("ff02::1"))
	return unix.Sendto(fd, b, 0, to)
}
