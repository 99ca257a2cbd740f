package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

const (
	// MaxMessage is the largest message that a Channel carries.
	MaxMessage = 256 << 20
	// queued bounds what waits for one peer.
	queuedMessages = 1024
	queuedBytes    = MaxMessage
	// strangers is how many connections may be in their handshake at once.
	strangers      = 32
	handshakeTime  = 3 * time.Second
	stuckTime      = 10 * time.Second // a peer that takes nothing for so long
	probeTime      = 5 * time.Minute  // of silence: who is alive, the ring knows
	redialFirst    = 100 * time.Millisecond
	redialLast     = 2 * time.Second
	knownAddresses = 8
)

// ChannelConfig is what Listen needs.
type ChannelConfig struct {
	Self  string
	Peers []string
	Bind  netip.Addr // zero: all addresses
	Port  int
	Keys  *wire.Keyring
	// Receive gets every message, in order for each peer. It may block: then
	// the peer waits.
	Receive func(peer string, message []byte)
	// Say is told what an administrator may want to know.
	Say func(text string)
}

// Channel carries whole messages of any size to single peers.
type Channel struct {
	cfg      ChannelConfig
	listener net.Listener
	ctx      context.Context
	end      context.CancelFunc
	running  sync.WaitGroup
	slots    chan struct{} // one for each connection in its handshake

	mu       sync.Mutex
	keys     map[int]wire.Key
	sign     wire.Key
	peers    map[string]*outbox
	incoming map[string]net.Conn // the newest of each peer
	spoke    time.Time           // of a stranger, last
}

// Listen opens a channel.
func Listen(cfg ChannelConfig) (*Channel, error) {
	bind := cfg.Bind
	if !bind.IsValid() {
		bind = netip.IPv6Unspecified()
	}
	at := netip.AddrPortFrom(bind, uint16(cfg.Port)).String()
	if bind == netip.IPv6Unspecified() {
		at = fmt.Sprintf(":%d", cfg.Port) // IPv4 too, and alone where there is no IPv6
	}
	config := net.ListenConfig{KeepAlive: probeTime}
	listener, err := config.Listen(context.Background(), "tcp", at)
	if err != nil {
		return nil, fmt.Errorf("open the channel for large messages: %w", privileged(err))
	}
	c := &Channel{cfg: cfg, listener: listener, slots: make(chan struct{}, strangers),
		peers: map[string]*outbox{}, incoming: map[string]net.Conn{}}
	c.ctx, c.end = context.WithCancel(context.Background())
	c.Rekey(cfg.Keys)
	for _, name := range cfg.Peers {
		o := newOutbox(name)
		c.peers[name] = o
		c.running.Go(func() { c.deliver(o) })
	}
	c.running.Go(c.accept)
	return c, nil
}

// Rekey changes the keys of connections made from now on. Those that are open
// have keys of their own.
func (c *Channel) Rekey(keys *wire.Keyring) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sign, c.keys = keys.Signing(), map[int]wire.Key{}
	for _, k := range keys.Keys() {
		c.keys[k.Number] = k
	}
}

func (c *Channel) key(number int) (wire.Key, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.keys[number]
	return k, ok
}

func (c *Channel) signing() wire.Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sign
}

// Learn tells an address where a peer was heard from.
func (c *Channel) Learn(peer string, at netip.Addr) {
	if o := c.peers[peer]; o != nil {
		o.learn(at)
	}
}

// Send queues a message.
func (c *Channel) Send(peer string, message []byte) bool {
	o := c.peers[peer]
	return o != nil && o.put(message)
}

// Open tells whether a connection to a peer stands.
func (c *Channel) Open(peer string) bool {
	o := c.peers[peer]
	return o != nil && o.open()
}

// Drop forgets what waits for a peer, and its connections.
func (c *Channel) Drop(peer string) {
	if o := c.peers[peer]; o != nil {
		o.drop()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if conn := c.incoming[peer]; conn != nil {
		conn.Close()
	}
}

// Close ends everything; what waits is lost.
func (c *Channel) Close() error {
	c.end()
	err := c.listener.Close()
	for _, o := range c.peers {
		o.drop()
	}
	c.mu.Lock()
	for _, conn := range c.incoming {
		conn.Close()
	}
	c.mu.Unlock()
	c.running.Wait()
	return err
}

func (c *Channel) accept() {
	for {
		conn, err := c.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files: wait for some to close
			c.pause(redialFirst)
			continue
		}
		select {
		case c.slots <- struct{}{}:
			c.running.Go(func() { c.serve(conn) })
		default:
			conn.Close() // a flood of strangers: members will come again
		}
	}
}

// serve reads what a peer sends over the connection it opened.
func (c *Channel) serve(conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(c.ctx, func() { conn.Close() })
	defer stop()
	peer, in, err := c.welcome(conn)
	<-c.slots
	if err != nil {
		c.complain("connection from %v refused: %v", conn.RemoteAddr(), err)
		return
	}
	c.mu.Lock()
	if old := c.incoming[peer]; old != nil {
		old.Close() // the peer has started anew
	}
	c.incoming[peer] = conn
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.incoming[peer] == conn {
			delete(c.incoming, peer)
		}
	}()
	r := bufio.NewReaderSize(conn, mostFrame)
	for {
		message, err := in.readMessage(r, MaxMessage)
		if err != nil {
			if errors.Is(err, errSealed) {
				c.say("connection from %s ended: %v", peer, err)
			}
			return
		}
		c.cfg.Receive(peer, message)
	}
}

// welcome answers the hello of whoever dialled, and returns who it is.
func (c *Channel) welcome(conn net.Conn) (peer string, in *sealer, err error) {
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return "", nil, err
	}
	dialled, number, err := readOffer(conn)
	if err != nil {
		return "", nil, err
	}
	key, ok := c.key(number)
	if !ok {
		return "", nil, fmt.Errorf("it uses key %d, which authkeys does not have", number)
	}
	mine, err := newOffer(number)
	if err != nil {
		return "", nil, err
	}
	if _, err := conn.Write(mine.bytes); err != nil {
		return "", nil, err
	}
	in, out, err := sealers(mine, dialled, mine.bytes, key)
	if err != nil {
		return "", nil, err
	}
	// The first frame proves the key and says who speaks to whom.
	text, err := in.readMessage(conn, 1024)
	if err != nil {
		return "", nil, err
	}
	var from, to string
	if _, err := fmt.Sscanf(string(text), "%q to %q", &from, &to); err != nil {
		return "", nil, errors.New("it does not say who it is")
	}
	if c.peers[from] == nil || to != c.cfg.Self {
		return "", nil, fmt.Errorf("%q speaks to %q: expected a configured node, and this one (%s)", from, to, c.cfg.Self)
	}
	if err := out.writeMessage(conn, []byte("welcome")); err != nil {
		return "", nil, err
	}
	return from, in, conn.SetDeadline(time.Time{})
}

// greet opens a connection to a peer.
func (c *Channel) greet(peer string, at netip.Addr) (net.Conn, *sealer, error) {
	dialer := net.Dialer{Timeout: handshakeTime, KeepAlive: probeTime, Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			// A dead peer must not hold a connection for minutes. An old
			// kernel that does not know this only takes longer.
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(stuckTime.Milliseconds()))
		})
	}}
	if c.cfg.Bind.IsValid() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.cfg.Bind, 0))
	}
	conn, err := dialer.DialContext(c.ctx, "tcp", netip.AddrPortFrom(at, uint16(c.cfg.Port)).String())
	if err != nil {
		return nil, nil, err
	}
	out, err := c.introduce(conn, peer)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, out, nil
}

func (c *Channel) introduce(conn net.Conn, peer string) (*sealer, error) {
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return nil, err
	}
	key := c.signing()
	mine, err := newOffer(key.Number)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(mine.bytes); err != nil {
		return nil, err
	}
	answered, _, err := readOffer(conn)
	if err != nil {
		return nil, err
	}
	out, in, err := sealers(mine, mine.bytes, answered, key)
	if err != nil {
		return nil, err
	}
	if err := out.writeMessage(conn, fmt.Appendf(nil, "%q to %q", c.cfg.Self, peer)); err != nil {
		return nil, err
	}
	if _, err := in.readMessage(conn, 1024); err != nil {
		return nil, err
	}
	return out, conn.SetDeadline(time.Time{})
}

func (c *Channel) say(format string, args ...any) {
	if c.cfg.Say != nil && c.ctx.Err() == nil {
		c.cfg.Say(fmt.Sprintf(format, args...))
	}
}

// complain says something that strangers can cause: once a second at most.
func (c *Channel) complain(format string, args ...any) {
	c.mu.Lock()
	soon := time.Since(c.spoke) < time.Second
	if !soon {
		c.spoke = time.Now()
	}
	c.mu.Unlock()
	if !soon {
		c.say(format, args...)
	}
}

func (c *Channel) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-c.ctx.Done():
	}
}
