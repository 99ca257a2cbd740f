package daemon

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"crm/node"
	"crm/node/haconf"
	"crm/node/transport"
	"crm/node/wire"
)

// Network opens a member's ways to the others.
type Network func(NetworkConfig) (transport.Media, transport.Sealed, error)

// NetworkConfig is what a Network is opened with.
type NetworkConfig struct {
	Name    string
	Ring    *haconf.Config
	Keys    *wire.Keyring
	Bind    netip.Addr
	Receive func(peer string, message []byte)
	Notice  func(node.Level, string)
}

// urgentBelow is the deadtime below which a beat may not wait for the tenth of
// a second that the kernel gives to one of several threads of the same
// real-time priority (sched_rr_get_interval(2)).
const urgentBelow = 500 * time.Millisecond

func urgent(cf *haconf.Config) bool { return cf.Realtime && cf.DeadTime < urgentBelow }

// UDP is the Network of ha.cf's media, with the sealed channel on the same
// port number.
func UDP(c NetworkConfig) (transport.Media, transport.Sealed, error) {
	var peers []string
	for _, name := range c.Ring.Nodes {
		if name != c.Name {
			peers = append(peers, name)
		}
	}
	sealed, err := transport.Listen(transport.ChannelConfig{Self: c.Name, Peers: peers, Bind: c.Bind, Port: c.Ring.Port, Keys: c.Keys,
		Receive: c.Receive, Say: func(text string) { c.Notice(node.Info, text) }})
	if err != nil {
		return nil, nil, err
	}
	forged := &refusals{notice: c.Notice, quiet: !c.Ring.LogBad}
	udp, err := transport.OpenUDP(transport.UDPConfig{Lines: lines(c.Ring.Media), Bind: c.Bind, Keys: c.Keys,
		Refused: forged.see, Urgent: urgent(c.Ring)})
	if err != nil {
		return nil, nil, errors.Join(err, sealed.Close())
	}
	cables := serialLines(c.Ring.Media)
	if len(cables) == 0 {
		return udp, sealed, nil
	}
	serial, err := transport.OpenSerial(transport.SerialConfig{Lines: cables, Self: c.Name, Keys: c.Keys, Refused: forged.see,
		Heard: func(p transport.Packet) { udp.Put(p) }})
	if err != nil {
		return nil, nil, errors.Join(err, udp.Close(), sealed.Close())
	}
	return transport.Cabled{UDP: udp, Lines: serial}, sealed, nil
}

func serialLines(media []haconf.Medium) []transport.SerialLine {
	var all []transport.SerialLine
	for _, m := range media {
		if m.Kind == haconf.Serial {
			all = append(all, transport.SerialLine{Device: m.Interface, Baud: m.Baud})
		}
	}
	return all
}

func lines(media []haconf.Medium) []transport.Line {
	var all []transport.Line
	for _, m := range media {
		if m.Kind == haconf.Serial {
			continue
		}
		all = append(all, transport.Line{Kind: transport.Kind(m.Kind), Interface: m.Interface, Peer: m.Peer, Port: m.Port,
			TTL: m.TTL, Loop: m.Loop, IPv6: m.IPv6})
	}
	return all
}

// say names the source of a packet that was not believed.
func (r *refusals) say(link string, from netip.AddrPort, err error, more int) {
	text := fmt.Sprintf("packet from %s on %s was not believed: %v", from, link, err)
	if more > 0 {
		text += fmt.Sprintf(" (and %d more since the last such line)", more)
	}
	r.notice(node.Warn, text)
}
