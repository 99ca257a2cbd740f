package hbapi

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"crm/node/wire"
)

// Config is what a Server needs.
type Config struct {
	View func() View
	// Send gives a message of a client to all members. It comes back through
	// Heard when it is for this member too.
	Send   func(*wire.Message)
	Rules  []Rule
	Notice func(trouble bool, text string)
}

const (
	mostClients = 64
	// firstWord is how long a client may take to sign on.
	firstWord = 10 * time.Second
)

// Server serves the clients of this node.
type Server struct {
	cfg      Config
	listener net.Listener
	working  sync.WaitGroup

	curious atomic.Uint64 // all bits that any client's filter has

	mu      sync.Mutex
	closed  bool
	clients map[*client]bool
	gens    int // sign-ons of named clients so far
}

// Listen opens the socket; nil without an error when its folder is not there,
// because then there are no clients of heartbeat on this machine.
func Listen(path string, cfg Config) (*Server, error) {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		conn.Close()
		return nil, fmt.Errorf("heartbeat's clients: somebody listens on %s already: is heartbeat running?", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("heartbeat's clients: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("heartbeat's clients: %w", err)
	}
	// Anybody may connect: who may sign on is decided by the rules.
	if err := os.Chmod(path, 0o777); err != nil {
		return nil, errors.Join(fmt.Errorf("heartbeat's clients: %w", err), listener.Close())
	}
	s := &Server{cfg: cfg, listener: listener, clients: map[*client]bool{}}
	s.working.Go(s.accept)
	return s, nil
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files: some will be closed
			time.Sleep(100 * time.Millisecond)
			continue
		}
		cred, err := credentials(conn)
		c := &client{server: s, conn: conn, cred: cred, out: make(chan []byte, waitingFrames)}
		s.mu.Lock()
		full := err != nil || s.closed || len(s.clients) >= mostClients
		if !full {
			s.clients[c] = true
		}
		s.mu.Unlock()
		if full {
			conn.Close()
			continue
		}
		s.working.Go(c.write)
		s.working.Go(c.serve)
	}
}

// Close ends all conversations.
func (s *Server) Close() error {
	err := s.listener.Close()
	s.mu.Lock()
	s.closed = true
	for c := range s.clients { // order: all are closed
		c.conn.Close()
	}
	s.mu.Unlock()
	s.working.Wait()
	return err
}

// each does something with every client that has signed on.
func (s *Server) each(do func(c *client)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.clients { // order: each is on its own
		if c.signed {
			do(c)
		}
	}
}

// Heard hands a message to the clients it is for, and answers what the
// servers of other nodes ask. Messages of this member come here too.
func (s *Server) Heard(m *wire.Message) {
	if m.Type() == "query-cstatus" {
		s.queried(m)
		return
	}
	to, addressed := m.Lookup("to_id")
	frame := appendFrame(nil, m)
	s.each(func(c *client) {
		if addressed && to != c.name || !addressed && c.casual || c.mask&maskNormal == 0 {
			return
		}
		c.send(frame)
	})
}

// look sums up what clients are curious about; the lock is held.
func (s *Server) look() {
	all := uint64(0)
	for c := range s.clients { // order: summed up
		all |= c.mask
	}
	s.curious.Store(all)
}

// Curious tells whether any client wants to hear of a class of messages.
func (s *Server) Curious(class uint64) bool { return s.curious.Load()&class != 0 }

// Overheard shows a message that is the daemon's affair to those who asked for
// its class.
func (s *Server) Overheard(class uint64, m *wire.Message) {
	frame := appendFrame(nil, m)
	s.each(func(c *client) {
		if c.mask&class != 0 {
			c.send(frame)
		}
	})
}

// NodeChanged tells of a node's new state; kind is normal or ping.
func (s *Server) NodeChanged(name, state, kind string) {
	m := wire.New("status").Add(wire.Seq, "1").Add(wire.TS, fmt.Sprintf("%x", time.Now().Unix())).Add(wire.Src, name).Add(wire.State, state)
	if kind != "normal" {
		m.Add(wire.Info, kind)
	}
	s.tell(m)
}

// LinkChanged tells that a node is heard on a link, or no longer.
func (s *Server) LinkChanged(name, link string, up bool) {
	s.tell(wire.New("ifstat").Add("node", name).Add("ifname", link).Add(wire.State, Link{link, up}.state()))
}

func (s *Server) tell(m *wire.Message) {
	frame := appendFrame(nil, m)
	s.each(func(c *client) {
		if !c.casual && c.mask&maskNormal != 0 {
			c.send(frame)
		}
	})
}

// queried answers another node's question for a client of this one.
func (s *Server) queried(m *wire.Message) {
	s.cfg.Send(wire.New("respond-cstatus").Add(wire.Dest, m.Get(wire.Src)).Add("result", "OK").Add("cn", m.Get("cn")).
		Add("to_id", m.Get("from_id")).Add("cs", s.clientState(m.Get("cn"))))
}

func (s *Server) clientState(name string) string {
	state := "offline"
	s.each(func(c *client) {
		if !c.casual && c.name == name {
			state = "online"
		}
	})
	return state
}
