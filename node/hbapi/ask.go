package hbapi

import (
	"errors"
	"net"
	"os"
	"strconv"
	"time"

	"crm/node/wire"
)

// ErrSlow says that a node did not answer in time.
var ErrSlow = errors.New("no timely response")

// ClientStatus asks the daemon at a socket whether a client is online on a
// node, as a client without a name. The answer of another node comes over the
// ring; nothing within limit is an error.
func ClientStatus(path, node, client string, limit time.Duration) (state string, err error) {
	conn, err := net.DialTimeout("unix", path, limit)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	pid := strconv.Itoa(os.Getpid())
	ask := func(kind string) *wire.Message {
		return wire.New("hbapi-req").Add("reqtype", kind).Add("pid", pid).Add("from_id", pid)
	}
	frames := appendFrame(nil, ask("signon").Add("uid", strconv.Itoa(os.Geteuid())).Add("gid", strconv.Itoa(os.Getegid())))
	frames = appendFrame(frames, ask("clientstatus").Add("node", node).Add("cn", client))
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return "", err
	}
	if _, err := conn.Write(frames); errors.Is(err, os.ErrDeadlineExceeded) {
		return "", ErrSlow
	} else if err != nil {
		return "", err
	}
	for {
		m, err := readFrame(conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return "", ErrSlow
		}
		if err != nil {
			return "", err
		}
		switch {
		case m.Get("result") == "badreq":
			return "", errors.New(m.Get(wire.Info))
		case m.Get("cs") != "":
			return m.Get("cs"), nil
		}
	}
}
