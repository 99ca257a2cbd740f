package control

import (
	"context"
	"net"
	"os"
	"os/user"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

type userKey struct{}

// withUser notes who is at the other end of a new connection.
func withUser(ctx context.Context, c net.Conn) context.Context {
	conn, ok := c.(*net.UnixConn)
	if !ok {
		return ctx
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return ctx
	}
	var cred *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) { cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err != nil || credErr != nil {
		return ctx
	}
	return context.WithValue(ctx, userKey{}, userWith(cred))
}

// userWith looks a user up once for a connection.
func userWith(cred *unix.Ucred) User {
	id := strconv.Itoa(int(cred.Uid))
	u := User{Name: "uid " + id, UID: cred.Uid, PID: cred.Pid}
	gids := []string{strconv.Itoa(int(cred.Gid))}
	if known, err := user.LookupId(id); err == nil {
		u.Name = known.Username
		if more, err := known.GroupIds(); err == nil {
			gids = append(gids, more...)
		}
	}
	for _, gid := range gids {
		if g, err := user.LookupGroupId(gid); err == nil && !slices.Contains(u.Groups, g.Name) {
			u.Groups = append(u.Groups, g.Name)
		}
	}
	return u
}

// UserOf is who makes a request: Backend is called with its context.
func UserOf(ctx context.Context) (User, bool) {
	u, ok := ctx.Value(userKey{}).(User)
	return u, ok
}

// Master tells whether a user may do everything, whatever access lists say:
// root, the daemon's own user and hacluster.
func (u User) Master() bool { return u.UID == 0 || int(u.UID) == os.Getuid() || u.Name == Owner }

// trusted users may ask: the masters and the members of Group.
func (u User) trusted() bool { return u.Master() || slices.Contains(u.Groups, Group) }
