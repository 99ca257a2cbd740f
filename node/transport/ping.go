package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/icmp"
	"crm/node/wire"
)

// ICMP message types (RFC 792, RFC 4443).
const (
	echoRequest4, echoReply4 = 8, 0
	echoRequest6, echoReply6 = 128, 129
	icmpHead                 = 8

	lookupEvery = 5 * time.Second
)

// PingNode is something that answers ICMP echo requests.
type PingNode struct {
	Name  string
	Hosts []string // any one's answer counts
	IPv6  bool
	Group bool
}

// PingConfig is what OpenPings needs.
type PingConfig struct {
	Nodes    []PingNode
	Keys     *wire.Keyring
	Answered func(node string)
	Refused  Refused
}

// Pings asks ping nodes whether they are there. What it sends carries a signed
// message of the ping node to ourselves (as heartbeat's does), and only an
// answer that brings such a message back counts.
type Pings struct {
	cfg    PingConfig
	nodes  map[string]*PingNode
	hosts  []*pingHost
	v4, v6 *echoSocket
	keys   *wire.Keyring // of Ask
	given  atomic.Pointer[wire.Keyring]
	wait   []chan struct{}
	seq    uint16
	text   []byte
	packet []byte
}

type pingHost struct {
	node  *PingNode
	host  string
	at    netip.Addr // invalid until the name was found
	next  time.Time  // when to look for the name again
	found chan netip.Addr
}

// echoSocket is a raw socket, or one of the kernel's ping sockets where raw
// ones are not allowed (net.ipv4.ping_group_range).
type echoSocket struct {
	file *os.File
	conn net.PacketConn
	raw  bool
	v6   bool
	id   uint16
}

// OpenPings opens the sockets and starts to read. Names are looked up when
// they are needed, so that a member starts without a name service.
func OpenPings(cfg PingConfig) (*Pings, error) {
	p := &Pings{cfg: cfg, nodes: map[string]*PingNode{}, keys: cfg.Keys.Clone()}
	p.given.Store(cfg.Keys.Clone())
	for i := range cfg.Nodes {
		n := &p.cfg.Nodes[i]
		p.nodes[n.Name] = n
		s := &p.v4
		if n.IPv6 {
			s = &p.v6
		}
		if *s == nil {
			opened, err := openEcho(n.IPv6)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("ping nodes: %w", err), p.Close())
			}
			*s = opened
			done := make(chan struct{})
			p.wait = append(p.wait, done)
			go func() { defer close(done); p.read(opened) }()
		}
		for _, host := range n.Hosts {
			p.hosts = append(p.hosts, &pingHost{node: n, host: host, found: make(chan netip.Addr, 1)})
		}
	}
	return p, nil
}

func openEcho(v6 bool) (*echoSocket, error) {
	family, proto := unix.AF_INET, unix.IPPROTO_ICMP
	if v6 {
		family, proto = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	s := &echoSocket{raw: true, v6: v6, id: uint16(os.Getpid())}
	const flags = unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK
	fd, err := unix.Socket(family, unix.SOCK_RAW|flags, proto)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		s.raw = false
		fd, err = unix.Socket(family, unix.SOCK_DGRAM|flags, proto)
	}
	if err != nil {
		return nil, fmt.Errorf("no socket for echo requests, neither a raw one (CAP_NET_RAW) nor the kernel's own (sysctl net.ipv4.ping_group_range): %w", err)
	}
	s.file = os.NewFile(uintptr(fd), "icmp")
	if s.conn, err = net.FilePacketConn(s.file); err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

// Ask sends an echo request to every host.
func (p *Pings) Ask(now time.Time) error {
	var errs []error
	p.seq++
	for _, h := range p.hosts {
		if !h.find(now) {
			continue
		}
		info := "ping"
		if h.node.Group {
			info = "ping_group"
		}
		m := wire.New("NS_st").Add(wire.State, "ping").Add(wire.Info, info).Add(wire.Src, h.node.Name).
			Add(wire.TS, fmt.Sprintf("%x", now.Unix()))
		p.text = p.keys.Append(p.text[:0], m, wire.Netstring)
		if err := p.send(h); err != nil {
			errs = append(errs, fmt.Errorf("ping %s: %w", h.host, err))
		}
	}
	return errors.Join(errs...)
}

// find tells whether a host's address is known. A name is looked up in the
// background, now and then, because a beat must not wait for a name server.
func (h *pingHost) find(now time.Time) bool {
	if h.at.IsValid() {
		return true
	}
	if at, err := netip.ParseAddr(h.host); err == nil {
		h.at = at
		return true
	}
	select {
	case h.at = <-h.found:
		return true
	default:
	}
	if now.Before(h.next) {
		return false
	}
	h.next = now.Add(lookupEvery)
	network := "ip4"
	if h.node.IPv6 {
		network = "ip6"
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), lookupEvery)
		defer cancel()
		if all, err := net.DefaultResolver.LookupNetIP(ctx, network, h.host); err == nil && len(all) > 0 {
			select {
			case h.found <- all[0].Unmap():
			default: // an earlier answer waits
			}
		}
	}()
	return false
}

func (p *Pings) send(h *pingHost) error {
	s, kind := p.v4, byte(echoRequest4)
	if h.node.IPv6 {
		s, kind = p.v6, echoRequest6
	}
	b := append(p.packet[:0], kind, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, s.id)
	b = binary.BigEndian.AppendUint16(b, p.seq)
	b = append(b, p.text...)
	if !s.v6 { // of IPv6 the kernel makes it
		binary.BigEndian.PutUint16(b[2:], icmp.Checksum(b))
	}
	p.packet = b
	to := net.Addr(&net.IPAddr{IP: h.at.AsSlice(), Zone: h.at.Zone()})
	if !s.raw {
		to = &net.UDPAddr{IP: h.at.AsSlice(), Zone: h.at.Zone()}
	}
	_, err := s.conn.WriteTo(b, to)
	return err
}

func (p *Pings) read(s *echoSocket) {
	var given, keys *wire.Keyring // keys is this goroutine's own
	buf := make([]byte, 4096)
	reply := byte(echoReply4)
	if s.v6 {
		reply = echoReply6
	}
	for {
		n, from, err := s.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // an ICMP error came back
			time.Sleep(10 * time.Millisecond)
			continue
		}
		b := buf[:n]
		if len(b) < icmpHead || b[0] != reply || s.raw && binary.BigEndian.Uint16(b[4:]) != s.id {
			continue // an answer to somebody else
		}
		if now := p.given.Load(); now != given {
			given, keys = now, now.Clone()
		}
		p.take(keys, b[icmpHead:], from)
	}
}

// take looks whether an answer is one to us.
func (p *Pings) take(keys *wire.Keyring, text []byte, from net.Addr) {
	var m wire.Message
	_, err := keys.Open(&m, text)
	n := p.nodes[m.Get(wire.Src)]
	if err == nil && (n == nil || m.Type() != "NS_st") {
		err = errors.New("an echo that is not of a ping node")
	}
	if err != nil {
		at, _ := netip.ParseAddr(from.String())
		p.cfg.Refused("ping", netip.AddrPortFrom(at, 0), err)
		return
	}
	p.cfg.Answered(n.Name)
}

// Rekey changes the keys that requests are signed and answers verified with.
// It belongs to the goroutine that asks.
func (p *Pings) Rekey(keys *wire.Keyring) {
	p.keys = keys.Clone()
	p.given.Store(keys.Clone())
}

// Close closes the sockets and waits for their readers.
func (p *Pings) Close() error {
	var errs []error
	for _, s := range []*echoSocket{p.v4, p.v6} {
		if s != nil {
			errs = append(errs, s.conn.Close(), s.file.Close())
		}
	}
	for _, done := range p.wait {
		<-done
	}
	return errors.Join(errs...)
}
