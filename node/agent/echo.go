package agent

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/icmp"
)

// ICMP message types (RFC 792, RFC 4443).
const (
	echoRequest4, echoReply4 = 8, 0
	echoRequest6, echoReply6 = 128, 129
)

// echo sends one ICMP echo request and waits for its answer. The kernel's own
// ping sockets are tried first: they need no right.
func echo(to netip.Addr, seq uint16, limit time.Duration) error {
	family, proto := unix.AF_INET, unix.IPPROTO_ICMP
	request, reply := byte(echoRequest4), byte(echoReply4)
	if to.Is6() {
		family, proto, request, reply = unix.AF_INET6, unix.IPPROTO_ICMPV6, echoRequest6, echoReply6
	}
	raw := false
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, proto)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		raw = true
		fd, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, proto)
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	id := uint16(os.Getpid())
	msg := make([]byte, 16)
	msg[0] = request
	binary.BigEndian.PutUint16(msg[4:], id)
	binary.BigEndian.PutUint16(msg[6:], seq)
	binary.BigEndian.PutUint64(msg[8:], uint64(fd)) // tells our own requests apart
	if to.Is4() {
		binary.BigEndian.PutUint16(msg[2:], icmp.Checksum(msg))
	}
	if err := unix.Sendto(fd, msg, 0, sockaddr(to)); err != nil {
		return fmt.Errorf("echo request to %s: %w", to, err)
	}
	return answered(fd, to, msg, reply, raw, limit)
}

func sockaddr(a netip.Addr) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4()}
	}
	return &unix.SockaddrInet6{Addr: a.As16()}
}

// answered waits for the reply to msg.
func answered(fd int, to netip.Addr, msg []byte, reply byte, raw bool, limit time.Duration) error {
	buf := make([]byte, 1500)
	for end := time.Now().Add(limit); ; {
		left := time.Until(end)
		if left <= 0 {
			return fmt.Errorf("no answer from %s within %s", to, limit)
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if n <= 0 || err != nil {
			continue
		}
		n, _, err = unix.Recvfrom(fd, buf, unix.MSG_DONTWAIT)
		if err != nil {
			continue
		}
		b := buf[:n]
		if raw && to.Is4() && len(b) > 0 { // a raw IPv4 socket gives the IP header too
			b = b[min(len(b), int(b[0]&15)*4):]
		}
		if len(b) >= 16 && b[0] == reply && string(b[6:16]) == string(msg[6:16]) {
			return nil
		}
	}
}
