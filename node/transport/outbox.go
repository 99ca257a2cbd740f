package transport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// outbox is what waits for one peer, and where the peer may be found.
type outbox struct {
	peer string
	wake chan struct{}

	mu        sync.Mutex
	waiting   [][]byte
	bytes     int
	addresses []netip.Addr // the likeliest first
	conn      net.Conn     // open while something is being written
}

func newOutbox(peer string) *outbox {
	return &outbox{peer: peer, wake: make(chan struct{}, 1)}
}

func (o *outbox) put(message []byte) bool {
	o.mu.Lock()
	fits := len(o.waiting) < queuedMessages && o.bytes+len(message) <= queuedBytes
	if fits {
		o.waiting = append(o.waiting, message)
		o.bytes += len(message)
	}
	o.mu.Unlock()
	o.stir()
	return fits
}

func (o *outbox) stir() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) learn(at netip.Addr) {
	o.mu.Lock()
	known := slices.Contains(o.addresses, at)
	if !known {
		o.addresses = append(o.addresses, at)
		if len(o.addresses) > knownAddresses { // keep the one that works, forget the oldest other
			o.addresses = slices.Delete(o.addresses, 1, 2)
		}
	}
	o.mu.Unlock()
	if !known {
		o.stir()
	}
}

// prefer puts an address that works first.
func (o *outbox) prefer(at netip.Addr) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := slices.Index(o.addresses, at); i > 0 {
		o.addresses = slices.Insert(slices.Delete(o.addresses, i, i+1), 0, at)
	}
}

func (o *outbox) places() []netip.Addr {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.addresses)
}

func (o *outbox) next() (message []byte, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		o.waiting = nil
		return nil, false
	}
	m := o.waiting[0]
	o.waiting[0] = nil
	o.waiting = o.waiting[1:]
	o.bytes -= len(m)
	return m, true
}

func (o *outbox) empty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.waiting) == 0
}

func (o *outbox) hold(conn net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.conn = conn
}

func (o *outbox) open() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.conn != nil
}

func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting, o.bytes = nil, 0
	if o.conn != nil {
		o.conn.Close()
	}
}

// deliver is the goroutine of one outbox: it connects when there is something
// to send, and keeps the connection.
func (c *Channel) deliver(o *outbox) {
	wait, told := redialFirst, false
	var failing time.Time
	for c.ctx.Err() == nil {
		if o.empty() || len(o.places()) == 0 {
			select {
			case <-o.wake:
			case <-c.ctx.Done():
			}
			continue
		}
		conn, out, err := c.reach(o)
		if err != nil {
			if !told {
				c.say("no channel to %s yet: %v", o.peer, err)
			}
			told = true
			if failing.IsZero() {
				failing = time.Now()
			}
			if time.Since(failing) > stuckTime {
				o.drop() // it may be a heartbeat, which has no channel
			}
			c.pause(wait)
			wait = min(2*wait, redialLast)
			continue
		}
		wait, told, failing = redialFirst, false, time.Time{}
		c.write(o, conn, out)
	}
}

// reach tries the addresses that a peer was heard from.
func (c *Channel) reach(o *outbox) (net.Conn, *sealer, error) {
	var errs []error
	for _, at := range o.places() {
		conn, out, err := c.greet(o.peer, at)
		if err == nil {
			o.prefer(at)
			return conn, out, nil
		}
		errs = append(errs, fmt.Errorf("%v: %w", at, err))
	}
	return nil, nil, errors.Join(errs...)
}

// write sends what waits until the connection breaks.
func (c *Channel) write(o *outbox, conn net.Conn, out *sealer) {
	o.hold(conn)
	closed := make(chan struct{})
	go func() { // the peer sends nothing more: reading ends when it is gone
		var b [1]byte
		conn.Read(b[:])
		close(closed)
	}()
	defer func() {
		conn.Close()
		<-closed
		o.hold(nil)
	}()
	for {
		message, ok := o.next()
		if !ok {
			select {
			case <-o.wake:
				continue
			case <-closed:
				return
			case <-c.ctx.Done():
				return
			}
		}
		if err := conn.SetWriteDeadline(time.Now().Add(stuckTime + time.Duration(len(message)>>20)*time.Second)); err != nil {
			return
		}
		if err := out.writeMessage(conn, message); err != nil {
			c.say("channel to %s broke: %v", o.peer, err)
			return
		}
	}
}
