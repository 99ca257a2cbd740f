package daemon

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"strconv"

	"crm/node"
	"crm/node/haconf"
	"crm/node/respawn"
)

// keepChildren runs the programs of the respawn lines, from when this member
// has joined the ring. What they print goes where the daemon's own standard
// error goes.
func (d *Daemon) keepChildren(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-d.beside.joined:
	}
	respawn.Run(ctx, children(d.opts, d.settings.ring), respawn.Options{Output: os.Stderr, Notice: func(trouble bool, text string) {
		level := node.Info
		if trouble {
			level = node.Warn
		}
		d.notice(level, text)
	}})
}

// children are the respawn lines with what the programs find in their
// environment: what heartbeat's do, and ha.cf's env lines with HA_ before them.
func children(o Options, cf *haconf.Config) []respawn.Line {
	env := []string{"HA_DIR=" + o.ConfigDir, "HA_CURHOST=" + o.Name, "HA_DEBUG=" + strconv.Itoa(cf.Debug)}
	for name, value := range map[string]string{"HA_LOGFILE": cf.LogFile, "HA_DEBUGLOG": cf.DebugFile, "HA_LOGFACILITY": cf.LogFacility} { // order: names differ
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	for _, e := range cf.Env {
		env = append(env, "HA_"+e)
	}
	var lines []respawn.Line
	for _, c := range cf.Respawn {
		lines = append(lines, respawn.Line{User: c.User, Argv: c.Argv, Env: env})
	}
	return lines
}

// CheckUsers says which respawn and apiauth lines this system can not follow:
// heartbeat does not start with them, and neither does this daemon.
func CheckUsers(file string, cf *haconf.Config) []haconf.Problem {
	var all []haconf.Problem
	for i, l := range children(Options{}, cf) {
		if err := l.Check(); err != nil {
			all = append(all, haconf.Problem{File: file, Line: cf.Respawn[i].Line, Text: fmt.Sprintf("respawn %s %s: %v", l.User, l.Argv[0], err)})
		}
	}
	for _, a := range cf.APIAuth {
		for _, name := range a.Users {
			if _, err := user.Lookup(name); err != nil && !number(name) {
				all = append(all, haconf.Problem{File: file, Line: a.Line, Text: fmt.Sprintf("apiauth %s: there is no user %q here", a.Client, name)})
			}
		}
		for _, name := range a.Groups {
			if _, err := user.LookupGroup(name); err != nil && !number(name) {
				all = append(all, haconf.Problem{File: file, Line: a.Line, Text: fmt.Sprintf("apiauth %s: there is no group %q here", a.Client, name)})
			}
		}
	}
	return all
}

func number(word string) bool {
	_, err := strconv.ParseUint(word, 10, 32)
	return err == nil
}
