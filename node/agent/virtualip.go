package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// virtualIPAgent adds an address to an interface and tells the neighbours.
func virtualIPAgent() *builtin {
	return &builtin{
		meta: Metadata{Name: "VirtualIP", Version: "1.0", Short: "An IP address that moves with the service",
			Long: "Adds an IPv4 or IPv6 address to a network interface and announces it (gratuitous ARP, unsolicited neighbour\n" +
				"advertisement), so that neighbours send to this node at once. Addresses of 127.0.0.0/8 answer on every machine\n" +
				"without being added; for them only a note is kept.",
			Parameters: []Parameter{
				{Name: "ip", Type: "string", Required: true, Unique: true, Short: "The address", Long: "IPv4 or IPv6 address, e.g. 192.0.2.10. " +
					"A length may follow, e.g. 192.0.2.10/24."},
				{Name: "cidr_netmask", Type: "string", Short: "Length of the network prefix", Long: "Length of the network prefix, 24 for 255.255.255.0 " +
					"(which is understood too). By default that of the network on the interface, else the whole address."},
				{Name: "nic", Type: "string", Short: "Network interface", Long: "Interface that the address is added to. By default the one that " +
					"has a network the address belongs to, else the one that the route to it uses."},
				{Name: "broadcast", Type: "string", Short: "Broadcast address", Long: "Broadcast address of the network. By default computed from the prefix."},
				{Name: "iflabel", Type: "string", Short: "Label of the address", Long: "Added to the interface name as eth0:LABEL, IPv4 only."},
				{Name: "announce_count", Type: "integer", Default: "5", HasDefault: true, Reloadable: true, Short: "Number of announcements",
					Long: "How many times the address is announced; the first time before the start is reported, the others in the background."},
				{Name: "announce_interval", Type: "string", Default: "0.2", HasDefault: true, Reloadable: true, Short: "Seconds between announcements",
					Long: "Seconds between two announcements."},
				{Name: "check_link", Type: "boolean", Default: "true", HasDefault: true, Reloadable: true, Short: "Whether a dead link is a failure",
					Long: "Whether monitor fails when the interface has no carrier."},
			},
			Actions: []Action{{Name: "start", Timeout: "20s"}, {Name: "stop", Timeout: "20s"}, {Name: "monitor", Timeout: "20s", Interval: "10s", Depth: "0"},
				{Name: "validate-all", Timeout: "20s"}, {Name: "reload-agent", Timeout: "20s"}, {Name: "meta-data", Timeout: "5s"}},
		},
		actions: map[string]func(context.Context, *call) Result{
			"start": vipStart, "announce": vipAnnounce, "stop": vipStop, "monitor": vipMonitor, "reload-agent": vipMonitor,
			"validate-all": func(_ context.Context, c *call) Result { _, res := vipOf(c); return res },
		},
	}
}

// vip is a virtual address as configured.
type vip struct {
	addr   netip.Addr
	bits   int // -1 when not given
	nic    string
	label  string
	bcast  netip.Addr
	count  int
	pause  time.Duration
	marker string // for loopback addresses: the note that we have it
}

// vipOf reads the parameters.
func vipOf(c *call) (vip, Result) {
	v := vip{bits: -1, nic: c.param("nic"), label: c.param("iflabel"), count: 5}
	text := c.param("ip")
	if text == "" {
		return v, refuse(NotConfigured, "the parameter ip is missing")
	}
	if prefix, err := netip.ParsePrefix(text); err == nil {
		v.addr, v.bits = prefix.Addr(), prefix.Bits()
	} else if v.addr, err = netip.ParseAddr(text); err != nil {
		return v, refuse(NotConfigured, "ip=%q: expected an IPv4 or IPv6 address", text)
	}
	if mask := c.param("cidr_netmask"); mask != "" {
		bits, err := prefixLength(mask, v.addr.BitLen())
		if err != nil {
			return v, refuse(NotConfigured, "%v", err)
		}
		v.bits = bits
	}
	if text := c.param("broadcast"); text != "" {
		var err error
		if v.bcast, err = netip.ParseAddr(text); err != nil || !v.bcast.Is4() {
			return v, refuse(NotConfigured, "broadcast=%q: expected an IPv4 address", text)
		}
	}
	if n, err := strconv.Atoi(c.param("announce_count")); err == nil && n >= 0 {
		v.count = n
	} else {
		return v, refuse(NotConfigured, "announce_count=%q: expected a number", c.param("announce_count"))
	}
	var err error
	if v.pause, err = c.seconds("announce_interval"); err != nil {
		return v, refuse(NotConfigured, "%v", err)
	}
	if v.addr.IsLoopback() {
		v.marker = c.note(".up")
	}
	return v, ok()
}

// prefixLength reads 24 or 255.255.255.0.
func prefixLength(text string, most int) (int, error) {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= most {
		return n, nil
	}
	if ip := net.ParseIP(text).To4(); ip != nil && most == 32 {
		if ones, size := net.IPMask(ip).Size(); size != 0 {
			return ones, nil
		}
	}
	return 0, fmt.Errorf("cidr_netmask=%q: expected a prefix length from 0 to %d", text, most)
}

func vipStart(_ context.Context, c *call) Result {
	v, res := vipOf(c)
	if res.RC != OK {
		return res
	}
	if v.marker != "" {
		if err := c.keep(v.marker, v.addr.String()+"\n"); err != nil {
			return refuse(GenericError, "%v", err)
		}
		return ok()
	}
	link, err := v.held()
	if err == nil && link == nil {
		link, err = v.add()
	}
	if err != nil {
		return vipError(err)
	}
	v.announce(link)
	return ok()
}

// vipAnnounce tells the neighbours again, when the address is here: another
// machine may have answered for it meanwhile.
func vipAnnounce(_ context.Context, c *call) Result {
	v, res := vipOf(c)
	if res.RC != OK || v.marker != "" {
		return res
	}
	link, err := v.held()
	switch {
	case err != nil:
		return vipError(err)
	case link == nil:
		return Result{RC: NotRunning}
	}
	v.count = 1
	v.announce(link)
	return ok()
}

// vipError tells a missing right from other failures.
func vipError(err error) Result {
	var missing netlink.LinkNotFoundError
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return refuse(InsufficientPriv, "addresses may not be changed here: %v (CAP_NET_ADMIN is needed)", err)
	case errors.As(err, &missing):
		return refuse(CodeNotInstalled, "%v", err)
	}
	return refuse(GenericError, "%v", err)
}

func vipStop(_ context.Context, c *call) Result {
	v, res := vipOf(c)
	if res.RC != OK {
		return res
	}
	if v.marker != "" {
		if err := os.Remove(v.marker); err != nil && !os.IsNotExist(err) {
			return refuse(GenericError, "%v", err)
		}
		return ok()
	}
	for {
		link, err := v.held()
		if err != nil {
			return vipError(err)
		}
		if link == nil {
			return ok()
		}
		if err := v.remove(link); err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) {
			return vipError(err)
		}
	}
}

func vipMonitor(_ context.Context, c *call) Result {
	v, res := vipOf(c)
	if res.RC != OK {
		return res
	}
	if v.marker != "" {
		if _, err := os.Stat(v.marker); err != nil {
			return Result{RC: NotRunning}
		}
		return ok()
	}
	link, err := v.held()
	switch {
	case err != nil:
		return vipError(err)
	case link == nil:
		return Result{RC: NotRunning}
	case truth(c.param("check_link")) && !carries(link):
		return refuse(GenericError, "interface %s has no carrier", link.Attrs().Name)
	}
	return ok()
}

// carries tells whether the interface is up and its other end is there.
func carries(l netlink.Link) bool {
	const up, lowerUp = unix.IFF_UP, unix.IFF_LOWER_UP
	return l.Attrs().RawFlags&up != 0 && l.Attrs().RawFlags&lowerUp != 0
}

func (v vip) family() int {
	if v.addr.Is4() {
		return netlink.FAMILY_V4
	}
	return netlink.FAMILY_V6
}

func (v vip) ip() net.IP { return net.IP(v.addr.AsSlice()) }

// held finds the interface that has the address, nil when none has.
func (v vip) held() (netlink.Link, error) {
	addrs, err := netlink.AddrList(nil, v.family())
	if err != nil {
		return nil, fmt.Errorf("addresses of this machine: %w", err)
	}
	for _, a := range addrs {
		if a.IP.Equal(v.ip()) {
			return netlink.LinkByIndex(a.LinkIndex)
		}
	}
	return nil, nil
}

// add puts the address on its interface.
func (v vip) add() (netlink.Link, error) {
	link, bits, err := v.place()
	if err != nil {
		return nil, err
	}
	a := &netlink.Addr{IPNet: &net.IPNet{IP: v.ip(), Mask: net.CIDRMask(bits, v.addr.BitLen())}}
	if v.addr.Is4() && v.label != "" {
		a.Label = link.Attrs().Name + ":" + v.label
	}
	if v.bcast.IsValid() {
		a.Broadcast = net.IP(v.bcast.AsSlice())
	}
	if v.addr.Is6() {
		a.Flags = unix.IFA_F_NODAD // ours by the cluster's word; waiting would delay the service
	}
	if err := netlink.AddrAdd(link, a); err != nil && !errors.Is(err, unix.EEXIST) {
		return nil, fmt.Errorf("address %s on %s: %w", a.IPNet, link.Attrs().Name, err)
	}
	return link, nil
}

func (v vip) remove(link netlink.Link) error {
	addrs, err := netlink.AddrList(link, v.family())
	if err != nil {
		return err
	}
	for _, a := range addrs {
		if a.IP.Equal(v.ip()) {
			return netlink.AddrDel(link, &a)
		}
	}
	return unix.EADDRNOTAVAIL
}

// place chooses the interface and the prefix length.
func (v vip) place() (netlink.Link, int, error) {
	addrs, err := netlink.AddrList(nil, v.family())
	if err != nil {
		return nil, 0, fmt.Errorf("addresses of this machine: %w", err)
	}
	var near *netlink.Addr
	var nearBits int
	for i := range addrs {
		ones, _ := addrs[i].Mask.Size()
		if addrs[i].Contains(v.ip()) && ones > nearBits && ones < v.addr.BitLen() && v.onNic(addrs[i].LinkIndex) {
			near, nearBits = &addrs[i], ones
		}
	}
	bits := v.bits
	if bits < 0 {
		if bits = v.addr.BitLen(); near != nil {
			bits = nearBits
		}
	}
	if v.nic != "" {
		link, err := netlink.LinkByName(v.nic)
		if err != nil {
			return nil, 0, fmt.Errorf("interface %s: %w", v.nic, err)
		}
		return link, bits, nil
	}
	if near != nil {
		link, err := netlink.LinkByIndex(near.LinkIndex)
		return link, bits, err
	}
	routes, err := netlink.RouteGet(v.ip())
	if err != nil || len(routes) == 0 {
		return nil, 0, fmt.Errorf("no interface for %s: none has a network that it belongs to and no route leads to it; set nic", v.addr)
	}
	link, err := netlink.LinkByIndex(routes[0].LinkIndex)
	return link, bits, err
}

func (v vip) onNic(index int) bool {
	if v.nic == "" {
		return true
	}
	link, err := netlink.LinkByIndex(index)
	return err == nil && link.Attrs().Name == v.nic
}

// announce tells the neighbours now, and goes on in the background. A network
// without neighbours (no hardware address) needs no word.
func (v vip) announce(link netlink.Link) {
	at := link.Attrs()
	if len(at.HardwareAddr) != 6 || v.count == 0 {
		return
	}
	tell := func() error {
		if v.addr.Is4() {
			return announceARP(at.Index, at.HardwareAddr, v.addr)
		}
		return announceND(at.Index, at.HardwareAddr, v.addr)
	}
	if tell() != nil || v.count == 1 {
		return
	}
	go func() {
		for range v.count - 1 {
			time.Sleep(v.pause)
			if l, err := v.held(); err != nil || l == nil || l.Attrs().Index != at.Index || tell() != nil {
				return // it has moved on meanwhile
			}
		}
	}()
}
