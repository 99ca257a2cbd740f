package daemon

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"crm/node/control"
	"crm/node/wire"
)

// The frames of heartbeat's client socket: the length of the text and a magic
// number, both little-endian, and the text in classic form with a NUL.
const (
	frameMagic  = 0xabcd
	frameMost   = 64 << 10
	mostClients = 64
	// clientIdle is how long a client may keep its place without a question.
	clientIdle = time.Hour
)

// register answers heartbeat's own clients (cl_status) at the socket where
// they look for it. Clients may ask; they may not join the ring.
type register struct {
	listener net.Listener
	info     func(context.Context) (control.Info, error)

	mu      sync.Mutex
	clients map[net.Conn]bool
	working sync.WaitGroup
}

// openRegister listens at path; nil without an error when its folder is not
// there, because then there are no clients of heartbeat on this machine.
func openRegister(path string, info func(context.Context) (control.Info, error)) (*register, error) {
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
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(fmt.Errorf("heartbeat's clients: %w", err), listener.Close())
	}
	g := &register{listener: listener, info: info, clients: map[net.Conn]bool{}}
	g.working.Go(g.accept)
	return g, nil
}

func (g *register) accept() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			return // closed
		}
		g.mu.Lock()
		full := len(g.clients) >= mostClients || g.clients == nil
		if !full {
			g.clients[conn] = true
		}
		g.mu.Unlock()
		if full {
			conn.Close()
			continue
		}
		g.working.Go(func() { g.serve(conn) })
	}
}

// close ends all conversations.
func (g *register) close() error {
	err := g.listener.Close()
	g.mu.Lock()
	for conn := range g.clients { // order: all are closed
		conn.Close()
	}
	g.clients = nil
	g.mu.Unlock()
	g.working.Wait()
	return err
}

func (g *register) serve(conn net.Conn) {
	defer func() {
		conn.Close()
		g.mu.Lock()
		delete(g.clients, conn)
		g.mu.Unlock()
	}()
	for {
		if conn.SetDeadline(time.Now().Add(clientIdle)) != nil {
			return
		}
		asked, err := readFrame(conn)
		if err != nil || asked.Type() != "hbapi-req" || asked.Get("reqtype") == "signoff" {
			return
		}
		info, err := g.info(context.Background())
		if err != nil {
			return
		}
		for _, m := range answerClient(info, asked) {
			if _, err := conn.Write(appendFrame(nil, m)); err != nil {
				return
			}
		}
	}
}

func readFrame(r io.Reader) (*wire.Message, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:4])
	if magic := binary.LittleEndian.Uint32(head[4:]); magic != frameMagic || n > frameMost {
		return nil, fmt.Errorf("a frame of %d bytes with magic %#x: expected at most %d and %#x", n, magic, frameMost, frameMagic)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	m := &wire.Message{}
	return m, wire.ParseClassic(m, text)
}

func appendFrame(dst []byte, m *wire.Message) []byte {
	text := wire.AppendClassic(nil, m)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(text)))
	dst = binary.LittleEndian.AppendUint32(dst, frameMagic)
	return append(dst, text...)
}

// answerClient answers one question: in one message, or in one for each thing
// of a list.
func answerClient(info control.Info, asked *wire.Message) []*wire.Message {
	kind := asked.Get("reqtype")
	reply := func(result string, pairs ...string) *wire.Message {
		m := wire.New("hbapi-resp").Add("reqtype", kind)
		for i := 0; i < len(pairs); i += 2 {
			m.Add(pairs[i], pairs[i+1])
		}
		return m.Add("result", result)
	}
	one := func(pairs ...string) []*wire.Message { return []*wire.Message{reply("OK", pairs...)} }
	no := func(why string) []*wire.Message { return []*wire.Message{reply("badreq", "info", why)} }
	switch kind {
	case "signon":
		return []*wire.Message{signedOn(info)}
	case "nodelist":
		var all []*wire.Message
		for i, n := range info.Ring.Nodes {
			result := "ok/more"
			if i == len(info.Ring.Nodes)-1 {
				result = "OK"
			}
			all = append(all, reply(result, "node", n.Name, "nodetype", n.Type, "st", n.State))
		}
		return all
	case "numnodes":
		return one("numnodes", strconv.Itoa(len(info.Ring.Nodes)))
	case "getparm":
		if value, known := parameterOf(info, asked.Get("pname")); known {
			return one("pvalue", value)
		}
		return no("no such parameter")
	case "getrsc":
		return one("rsc_hold", info.Ring.Hold)
	}
	i := slices.IndexFunc(info.Ring.Nodes, func(n control.RingNode) bool { return strings.EqualFold(n.Name, asked.Get("node")) })
	if i < 0 {
		return no("no such request or node")
	}
	return answerOfNode(info.Ring.Nodes[i], kind, asked.Get("ifname"), reply)
}

func signedOn(info control.Info) *wire.Message {
	return wire.New("hbapi-resp").Add("reqtype", "signon").Add("result", "OK").
		Add("deadtime", strconv.FormatInt(info.Ring.DeadTime.Milliseconds(), 16)).
		Add("keepalive", strconv.FormatInt(info.Ring.KeepAlive.Milliseconds(), 16)).
		Add("node", info.Node).Add("hbversion", info.Version).
		Add("pacemaker", strconv.FormatBool(info.Ring.Hold == "")).Add("logfacility", "-1")
}

// parameterOf is a parameter as clients ask for it.
func parameterOf(info control.Info, name string) (string, bool) {
	switch name {
	case "hbversion":
		return info.Version, true
	case "pacemaker", "crm":
		if info.Ring.Hold == "" {
			return "crm", true
		}
		return "false", true
	}
	value, known := info.Ring.Parameters[name]
	return value, known
}

// answerOfNode answers what is asked of one node.
func answerOfNode(n control.RingNode, kind, link string, reply func(string, ...string) *wire.Message) []*wire.Message {
	one := func(pairs ...string) []*wire.Message { return []*wire.Message{reply("OK", pairs...)} }
	switch kind {
	case "nodestatus":
		return one("st", n.State)
	case "nodetype":
		return one("nodetype", n.Type)
	case "nodeweight":
		return one("weight", "100")
	case "nodesite":
		return one("site", "")
	case "iflist":
		var all []*wire.Message
		for i, l := range n.Links {
			result := "ok/more"
			if i == len(n.Links)-1 {
				result = "OK"
			}
			all = append(all, reply(result, "ifname", l.Name))
		}
		return all
	case "ifstatus":
		for _, l := range n.Links {
			switch {
			case l.Name != link:
			case l.Up:
				return one("st", "up")
			default:
				return one("st", "dead")
			}
		}
		return []*wire.Message{reply("badreq", "info", "no such link")}
	}
	return []*wire.Message{reply("badreq", "info", "no such request")}
}
