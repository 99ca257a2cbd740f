package lab

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The lab's network. The client's end, .254, is where the lab itself is.
const (
	labNet     = "10.77.0."
	labBits    = "/24"
	clientPort = "client"
	clientNic  = "lab0"
	memberNic  = "eth0"
)

// hub joins the members' interfaces: a frame that comes in at one port goes
// out at all others that its cable reaches.
type hub struct {
	mu    sync.RWMutex
	ports map[string]*port
	cuts  map[[2]string]bool // from, to
}

// port is one end of a pair of interfaces; the other end is the member's.
type port struct {
	name  string
	link  netlink.Link
	fd    int
	index int
}

func newHub() *hub { return &hub{ports: map[string]*port{}, cuts: map[[2]string]bool{}} }

// plug makes a pair of interfaces and joins our end to the hub. The far end
// gets the given name, in the network namespace of pid (0: in ours).
// Its hardware address is always the same, as that of a machine that reboots.
func (h *hub) plug(name string, number int, farNic string, pid int) error {
	nic := "p" + strconv.Itoa(number)
	attrs := netlink.NewLinkAttrs()
	attrs.Name = nic
	pair := &netlink.Veth{LinkAttrs: attrs, PeerName: farNic, PeerHardwareAddr: net.HardwareAddr{2, 0, 10, 77, 0, byte(number)}}
	if pid != 0 {
		pair.PeerNamespace = netlink.NsPid(pid)
	}
	if err := netlink.LinkAdd(pair); err != nil {
		return fmt.Errorf("interface %s: %w", nic, err)
	}
	link, err := netlink.LinkByName(nic)
	if err != nil {
		return err
	}
	// Our end only passes frames on. It must not answer for the client's
	// address, nor have addresses of its own.
	_ = os.WriteFile("/proc/sys/net/ipv6/conf/"+nic+"/disable_ipv6", []byte("1"), 0o644)
	if err := errors.Join(netlink.LinkSetARPOff(link), netlink.LinkSetUp(link)); err != nil {
		return err
	}
	fd, err := tap(link.Attrs().Index)
	if err != nil {
		return fmt.Errorf("interface %s: %w", nic, err)
	}
	p := &port{name: name, link: link, fd: fd, index: link.Attrs().Index}
	h.mu.Lock()
	h.ports[name] = p
	h.mu.Unlock()
	go h.pass(p)
	return nil
}

// tap opens a packet socket on an interface.
func tap(index int) (int, error) {
	const all = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // network byte order
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, all)
	if err != nil {
		return -1, err
	}
	look := unix.Timeval{Sec: 1} // how soon the reader sees that it is unplugged
	err = errors.Join(unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: index}),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &look))
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// pass reads frames at a port until it is unplugged.
func (h *hub) pass(p *port) {
	defer unix.Close(p.fd)
	buf := make([]byte, 64<<10)
	for h.has(p) {
		n, from, err := unix.Recvfrom(p.fd, buf, 0)
		switch {
		case errors.Is(err, unix.ENETDOWN), errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return
		}
		if at, ok := from.(*unix.SockaddrLinklayer); ok && at.Pkttype == unix.PACKET_OUTGOING {
			continue // what we sent ourselves
		}
		h.deliver(p, buf[:n])
	}
}

func (h *hub) has(p *port) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.ports[p.name] == p
}

// deliver sends a frame to all that can hear it.
func (h *hub) deliver(p *port, frame []byte) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, to := range h.ports { // order: independent wires
		if to == p || h.cuts[[2]string{p.name, to.name}] {
			continue
		}
		_ = unix.Sendto(to.fd, frame, unix.MSG_DONTWAIT, &unix.SockaddrLinklayer{Ifindex: to.index})
	}
}

// unplug takes a port away. The interfaces go with the member's namespace.
func (h *hub) unplug(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.ports[name]
	if p == nil {
		return
	}
	delete(h.ports, name) // its reader closes the socket
	_ = netlink.LinkDel(p.link)
}

// cut stops (or lets) frames between two members, both ways.
func (h *hub) cut(a, b string, off bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, way := range [][2]string{{a, b}, {b, a}} {
		if off {
			h.cuts[way] = true
		} else {
			delete(h.cuts, way)
		}
	}
}

// pull takes a member's cable out of the switch: its interface loses carrier.
func (h *hub) pull(name string, out bool) error {
	h.mu.RLock()
	p := h.ports[name]
	h.mu.RUnlock()
	if p == nil {
		return fmt.Errorf("%s has no cable: it is switched off", name)
	}
	if out {
		return netlink.LinkSetDown(p.link)
	}
	return netlink.LinkSetUp(p.link)
}

// heal joins everything again.
func (h *hub) heal() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.cuts)
	var errs []error
	for _, p := range h.ports { // order: independent wires
		errs = append(errs, netlink.LinkSetUp(p.link))
	}
	return errors.Join(errs...)
}

// cutsOf says in words which cables are cut.
func (h *hub) cutsOf(name string) (pulled bool, from []string) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if p := h.ports[name]; p != nil {
		if link, err := netlink.LinkByIndex(p.index); err == nil {
			pulled = link.Attrs().RawFlags&unix.IFF_UP == 0
		}
	}
	for way := range h.cuts { // order: sorted by the caller
		if way[0] == name {
			from = append(from, way[1])
		}
	}
	return pulled, from
}

// address gives an interface of this namespace its address and brings it up.
// Checksums are made by the kernel, not left to hardware that is not there.
func address(nic, cidr string) error {
	link, err := netlink.LinkByName(nic)
	if err != nil {
		return err
	}
	addr, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	if err := checksumsInSoftware(nic); err != nil {
		return fmt.Errorf("interface %s: %w", nic, err)
	}
	if err := netlink.AddrAdd(link, addr); err != nil {
		return err
	}
	return netlink.LinkSetUp(link)
}

// checksumsInSoftware is `ethtool -K NIC tx off`.
func checksumsInSoftware(nic string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	value := struct{ cmd, data uint32 }{unix.ETHTOOL_STXCSUM, 0}
	var ifreq struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	copy(ifreq.name[:unix.IFNAMSIZ-1], nic)
	ifreq.data = unsafe.Pointer(&value)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&ifreq))); errno != 0 {
		return errno
	}
	return nil
}
