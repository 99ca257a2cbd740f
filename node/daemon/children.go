package daemon

import (
	"context"
	"os"

	"crm/node"
	"crm/node/respawn"
)

// keepChildren runs the programs of the respawn lines. What they print goes
// where the daemon's own standard error goes.
func (d *Daemon) keepChildren(ctx context.Context) {
	var lines []respawn.Line
	for _, c := range d.settings.ring.Respawn {
		lines = append(lines, respawn.Line{User: c.User, Argv: c.Argv})
	}
	respawn.Run(ctx, lines, respawn.Options{Output: os.Stderr, Notice: func(trouble bool, text string) {
		level := node.Info
		if trouble {
			level = node.Warn
		}
		d.notice(level, text)
	}})
}
