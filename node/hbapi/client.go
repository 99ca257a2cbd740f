package hbapi

import (
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

const (
	// waitingFrames is how much may wait for a client that does not read.
	waitingFrames = 1024
	waitingBytes  = 64 << 20
)

// The bits of a client's filter (setfilter): the first lets through what is
// meant for clients, the others what is the daemon's affair.
const (
	maskNormal      = 1
	FilterUnchanged = 2    // beats that tell nothing new
	FilterDropped   = 4    // for other nodes, or consumed by the daemon
	FilterDuplicate = 8    // copies over other media
	FilterRequests  = 0x10 // what clients ask
	FilterProtocol  = 0x20 // about the nodes of the ring
)

// client is one conversation. What others read is changed under the server's
// lock.
type client struct {
	server *Server
	conn   net.Conn
	cred   *unix.Ucred
	out    chan []byte
	queued atomic.Int64 // bytes in out
	name   string       // as from_id
	casual bool
	signed bool
	gen    int
	mask   uint64
	signal unix.Signal
}

// send queues a frame; the server's lock is held. A client that does not keep
// up is given up.
func (c *client) send(frame []byte) {
	if c.queued.Add(int64(len(frame))) > waitingBytes {
		c.conn.Close()
		return
	}
	select {
	case c.out <- frame:
		if c.signal > 0 {
			_ = unix.Kill(int(c.cred.Pid), c.signal) // it may have ended
		}
	default:
		c.conn.Close()
	}
}

// write writes what is queued, to the end, and then hangs up.
func (c *client) write() {
	for frame := range c.out {
		c.queued.Add(-int64(len(frame)))
		if _, err := c.conn.Write(frame); err != nil {
			c.conn.Close() // what is still queued fails too
		}
	}
	c.conn.Close()
}

func (c *client) reply(all []*wire.Message) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	for _, m := range all {
		c.send(appendFrame(nil, m))
	}
}

func (c *client) serve() {
	defer c.leave()
	if c.conn.SetReadDeadline(time.Now().Add(firstWord)) != nil {
		return
	}
	for {
		m, err := readFrame(c.conn)
		if err != nil {
			c.complain(err)
			return
		}
		if m.Type() != "hbapi-req" {
			if !c.speak(m) {
				return
			}
			continue
		}
		kind := m.Get("reqtype")
		if c.signed && c.server.Curious(FilterRequests) {
			c.server.Overheard(FilterRequests, m)
		}
		switch {
		case kind == "signoff":
			return
		case kind == "signon" && !c.signed:
			if !c.signOn(m) {
				return
			}
		case !c.signed || m.Get("from_id") != c.name:
			// heartbeat says nothing to strangers.
		default:
			c.reply(c.answers(kind, m))
		}
	}
}

// complain says why a conversation ends that the client did not end.
func (c *client) complain(err error) {
	if c.signed && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, unix.ECONNRESET) {
		c.server.cfg.Notice(true, "client "+strconv.Quote(c.name)+" is hung up on: "+err.Error())
	}
}

// signOn takes a client in, or says why not and is false.
func (c *client) signOn(m *wire.Message) bool {
	s := c.server
	view := s.cfg.View()
	name := m.Get("from_id")
	casual := name == "" || name == m.Get("pid")
	err := s.admit(c.cred, name, casual, m)
	s.mu.Lock()
	for other := range s.clients { // order: there is one at most
		if err == nil && other.signed && !casual && other.name == name {
			err = errDuplicate
		}
	}
	if err == nil {
		c.name, c.casual, c.signed, c.mask = name, casual, true, maskNormal
		if !casual {
			c.gen = s.gens
			s.gens++
		}
	}
	s.mu.Unlock()
	if err != nil {
		s.cfg.Notice(true, "client "+strconv.Quote(name)+", pid "+m.Get("pid")+", uid "+strconv.Itoa(int(c.cred.Uid))+
			", gid "+strconv.Itoa(int(c.cred.Gid))+", is refused: "+err.Error()+" (apiauth in ha.cf)")
		c.reply([]*wire.Message{view.signedOn(wire.New("hbapi-resp").Add("reqtype", "signon").Add("info", err.Error()).Add("result", "badreq"))})
		return false
	}
	if c.conn.SetReadDeadline(time.Time{}) != nil {
		return false
	}
	c.announce("join", "signon")
	c.reply([]*wire.Message{view.signedOn(wire.New("hbapi-resp").Add("reqtype", "signon").Add("result", "OK"))})
	return true
}

// announce tells the namesakes that a client is there, or no longer.
func (c *client) announce(state, why string) {
	if c.casual {
		return
	}
	c.server.cfg.Notice(false, "client "+c.name+", pid "+strconv.Itoa(int(c.cred.Pid))+": "+why)
	c.server.cfg.Send(c.stamp(wire.New("hbapi-clstat").Add(wire.State, state)).Add(wire.Info, why))
}

// stamp adds who speaks. A client can only talk to its namesakes.
func (c *client) stamp(m *wire.Message) *wire.Message {
	return m.Add("from_id", c.name).Add("to_id", c.name).Add("client_gen", strconv.Itoa(c.gen))
}

// leave ends a conversation: what waits may still be read.
func (c *client) leave() {
	s := c.server
	s.mu.Lock()
	delete(s.clients, c)
	s.look()
	was := c.signed && !s.closed
	c.signed = false
	close(c.out)
	s.mu.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(time.Second)) // fails when it is closed, which is as good
	if was {
		c.announce("leave", "signoff")
	}
}

// own are the fields that a client can not say itself.
var own = []string{wire.SrcUUID, wire.DestUUID, wire.Seq, wire.HG, wire.TS, wire.TTL, wire.Load, wire.Auth, "from_id", "to_id", "client_gen"}

// speak sends what a client says to the other members. It is false when the
// client may not speak.
func (c *client) speak(m *wire.Message) bool {
	kind := m.Type()
	if !c.signed || c.casual || kind == "" || strings.HasPrefix(kind, "NS_") || strings.HasPrefix(kind, "hbapi") ||
		slices.Contains([]string{"status", "shutdone", "reqnodes", "repnodes"}, kind) {
		c.server.cfg.Notice(true, "client "+strconv.Quote(c.name)+" may not send a message of type "+strconv.Quote(kind))
		return false
	}
	self := c.server.cfg.View().Node
	m.Fields = slices.DeleteFunc(m.Fields, func(f wire.Field) bool { return slices.Contains(own, f.Name) })
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Name == wire.Src {
			f.Value = self
		}
	}
	c.server.cfg.Send(c.stamp(m))
	return true
}

// answers answers a question of a client that has signed on.
func (c *client) answers(kind string, m *wire.Message) []*wire.Message {
	s := c.server
	view := s.cfg.View()
	switch kind {
	case "setfilter", "setsignal", "set_sendqlen":
		return c.set(kind, m)
	case "clientstatus":
		return c.clientStatus(&view, m)
	}
	if all := view.answers(kind, m); all != nil {
		return all
	}
	return bad(kind, "EINVAL")
}

// set changes how this client is told things.
func (c *client) set(kind string, m *wire.Message) []*wire.Message {
	field, base := "fmask", 16
	switch kind {
	case "setsignal":
		field, base = "signal", 10
	case "set_sendqlen":
		return nil // what waits for a client has one bound here; heartbeat does not answer
	}
	n, err := strconv.ParseUint(m.Get(field), base, 32)
	if err != nil || kind == "setsignal" && n > 64 || kind == "setfilter" && n == 0 {
		return bad(kind, "EINVAL")
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if kind == "setfilter" {
		c.mask = n
		c.server.look()
	} else {
		c.signal = unix.Signal(n)
	}
	return good(kind)
}

// clientStatus answers for a client of this node; for another's the node is
// asked, and its answer goes to who asked.
func (c *client) clientStatus(view *View, m *wire.Message) []*wire.Message {
	n, name := view.node(m.Get("node")), m.Get("cn")
	if n == nil || n.Type != "normal" || name == "" {
		return bad("clientstatus", badNode)
	}
	if n.Name == view.Node {
		return []*wire.Message{wire.New("hbapi-resp").Add("reqtype", "clientstatus").Add("subt", "respond-cstatus").
			Add("cs", c.server.clientState(name)).Add("result", "OK")}
	}
	c.server.cfg.Send(wire.New("query-cstatus").Add(wire.Dest, n.Name).Add("cn", name).Add("from_id", c.name))
	return nil
}
