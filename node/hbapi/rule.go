package hbapi

import (
	"errors"
	"net"
	"os/user"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"crm/node/wire"
)

// Rule says who may sign on under a name. The name "anon" is of clients
// without one, "default" of names without a rule.
type Rule struct {
	Client        string
	Users, Groups []string // names or numbers; either is enough
}

// What a sign-on is refused for, in heartbeat's words.
var (
	errPID       = errors.New("pid mismatch")
	errNoRule    = errors.New("no default client auth")
	errRule      = errors.New("client failed authorization")
	errFalse     = errors.New("incorrect/false credentials")
	errDuplicate = errors.New("duplicate add request")
)

// credentials are what the kernel says of the other end.
func credentials(conn net.Conn) (*unix.Ucred, error) {
	c, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.New("no unix socket")
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var cred *unix.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return nil, err
	}
	return cred, failed
}

// admit looks whether who says so much may sign on.
func (s *Server) admit(cred *unix.Ucred, name string, casual bool, asked *wire.Message) error {
	if pid := asked.Get("pid"); pid != strconv.Itoa(int(cred.Pid)) {
		return errPID
	}
	for field, real := range map[string]uint32{"uid": cred.Uid, "gid": cred.Gid} { // order: both must hold
		if said, ok := asked.Lookup(field); ok && said != strconv.FormatUint(uint64(real), 10) {
			return errFalse
		}
	}
	if casual {
		name = "anon"
	}
	r := s.rule(name)
	if r == nil {
		r = s.rule("default")
	}
	if r == nil {
		return errNoRule
	}
	if !r.fits(cred) {
		return errRule
	}
	return nil
}

func (s *Server) rule(name string) *Rule {
	i := slices.IndexFunc(s.cfg.Rules, func(r Rule) bool { return r.Client == name })
	if i < 0 {
		return nil
	}
	return &s.cfg.Rules[i]
}

// fits looks the names up now, so that a user who was made after the start
// counts.
func (r *Rule) fits(cred *unix.Ucred) bool {
	for _, name := range r.Users {
		if u, err := user.Lookup(name); err == nil {
			name = u.Uid
		}
		if name == strconv.FormatUint(uint64(cred.Uid), 10) {
			return true
		}
	}
	for _, name := range r.Groups {
		if g, err := user.LookupGroup(name); err == nil {
			name = g.Gid
		}
		if name == strconv.FormatUint(uint64(cred.Gid), 10) {
			return true
		}
	}
	return false
}
