package transport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

// Kind is a kind of medium.
type Kind string

// The kinds of media.
const (
	Broadcast Kind = "bcast"
	Unicast   Kind = "ucast"
	Multicast Kind = "mcast"
)

// Line is one medium as ha.cf names it.
type Line struct {
	Kind      Kind
	Interface string
	Peer      string // ucast: address or name of the peer; mcast: the group
	Port      int
	TTL       int
	Loop      bool
	IPv6      bool
}

// UDPConfig is what OpenUDP needs.
type UDPConfig struct {
	Lines []Line
	// Bind is the own address, for several members on one machine; zero
	// means every address of the interface.
	Bind    netip.Addr
	Keys    *wire.Keyring
	Refused Refused
	// Urgent makes Next wait in a way that is never late by another thread's
	// fault, for a thread of real-time priority, and that costs more.
	Urgent bool
}

// UDP is a set of media over UDP sockets: one socket for each interface, port
// and group.
//
// The sockets are read by the goroutine that calls Next, with system calls of
// its own and not through the runtime's poller: a thread with real-time
// priority then needs no other thread to hear a packet or the time.
type UDP struct {
	cfg     UDPConfig
	sockets []*socket
	routes  []route
	keys    atomic.Pointer[wire.Keyring]
	reader  reader
}

type route struct {
	what string
	via  *socket
	to   netip.AddrPort
	addr address // of to, made once
}

// OpenUDP opens all media. An error names the line.
func OpenUDP(cfg UDPConfig) (*UDP, error) {
	u := &UDP{cfg: cfg}
	if err := u.reader.open(); err != nil {
		return nil, err
	}
	for _, line := range cfg.Lines {
		if err := u.add(line); err != nil {
			what := strings.TrimSpace(string(line.Kind) + " " + line.Interface + " " + line.Peer)
			return nil, errors.Join(fmt.Errorf("medium %s: %w", what, privileged(err)), u.Close())
		}
	}
	u.Rekey(cfg.Keys)
	return u, nil
}

func (u *UDP) add(line Line) error {
	iface, err := net.InterfaceByName(line.Interface)
	if err != nil {
		return fmt.Errorf("no such interface on this machine: expected one of %s", interfaces())
	}
	r := route{what: string(line.Kind) + " " + line.Interface}
	var group netip.Addr
	switch line.Kind {
	case Broadcast:
		to, err := broadcast(iface)
		if err != nil {
			return err
		}
		r.to = netip.AddrPortFrom(to, uint16(line.Port))
	case Unicast:
		network := "udp4"
		if line.IPv6 {
			network = "udp6"
		}
		at, err := net.ResolveUDPAddr(network, net.JoinHostPort(line.Peer, fmt.Sprint(line.Port)))
		if err != nil {
			return fmt.Errorf("find the peer's address: %w", err)
		}
		to := at.AddrPort().Addr().Unmap()
		if to.IsLinkLocalUnicast() && to.Is6() {
			to = to.WithZone(line.Interface)
		}
		r.to, r.what = netip.AddrPortFrom(to, uint16(line.Port)), r.what+" "+line.Peer
	case Multicast:
		if group, err = netip.ParseAddr(line.Peer); err != nil {
			return err
		}
		to := group
		if to.Is6() {
			to = to.WithZone(line.Interface)
		}
		r.to, r.what = netip.AddrPortFrom(to, uint16(line.Port)), r.what+" "+line.Peer
	default:
		return fmt.Errorf("unknown kind of medium %q", line.Kind)
	}
	if r.via, err = u.socket(line, iface, group); err != nil {
		return err
	}
	r.addr = addressOf(r.to)
	u.routes = append(u.routes, r)
	return nil
}

// socket finds or opens the socket that a line uses.
func (u *UDP) socket(line Line, iface *net.Interface, group netip.Addr) (*socket, error) {
	for _, s := range u.sockets {
		if s.link == line.Interface && s.port == line.Port && s.group == group && s.v6 == line.IPv6 {
			return s, nil
		}
	}
	bind := u.cfg.Bind
	if group.IsValid() {
		bind = group
	}
	if !bind.IsValid() {
		bind = netip.IPv4Unspecified()
		if line.IPv6 {
			bind = netip.IPv6Unspecified()
		}
	}
	if bind.Is6() && group.IsValid() {
		bind = bind.WithZone(line.Interface)
	}
	s, err := openSocket(netip.AddrPortFrom(bind, uint16(line.Port)), line, iface, group)
	if err != nil {
		return nil, err
	}
	u.sockets = append(u.sockets, s)
	return s, u.reader.watch(s.fd)
}

// privileged says what to do about a port that only root may open.
func privileged(err error) error {
	if errors.Is(err, unix.EACCES) {
		return fmt.Errorf("%w: ports below 1024 are root's; start as root, or choose a udpport of 1024 or more", err)
	}
	return err
}

// Send writes the packet to every medium. A medium whose queue is full has
// not taken it: a beat is not worth waiting for.
func (u *UDP) Send(packet []byte) error {
	var errs []error
	for i := range u.routes {
		r := &u.routes[i]
		if err := r.via.send(packet, &r.addr); err != nil && !errors.Is(err, unix.ECONNREFUSED) {
			errs = append(errs, fmt.Errorf("medium %s: %w", r.what, err))
		}
	}
	if errs == nil {
		return nil
	}
	return errors.Join(errs...)
}

// Rekey changes the keys that packets are verified with.
func (u *UDP) Rekey(keys *wire.Keyring) { u.keys.Store(keys.Clone()) }

// Close closes all sockets. Nobody may be in Next any more.
func (u *UDP) Close() error {
	errs := []error{u.reader.close()}
	for _, s := range u.sockets {
		errs = append(errs, unix.Close(s.fd))
	}
	u.sockets, u.routes = nil, nil
	return errors.Join(errs...)
}
