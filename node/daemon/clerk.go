package daemon

import (
	"context"
	"log/slog"
	"time"

	"crm/node"
)

// mostLines bounds what a clerk keeps for a log that does not take it.
const mostLines = 10000

// line is a line for the log, with the moment it tells of.
type line struct {
	at    time.Time
	level node.Level
	text  string
}

// clerk writes for those who must not wait for a disk.
type clerk struct {
	lines *queue[line]
	write func(line)
}

// notice takes a line and returns at once.
func (c *clerk) notice(level node.Level, text string) {
	if c.lines.size() < mostLines {
		c.lines.push(line{time.Now(), level, text})
	}
}

// run writes until ctx ends, and then what is left.
func (c *clerk) run(ctx context.Context) {
	for {
		for _, l := range c.lines.take() {
			c.write(l)
		}
		select {
		case <-c.lines.more:
		case <-ctx.Done():
			for _, l := range c.lines.take() {
				c.write(l)
			}
			return
		}
	}
}

// notice puts a line into the log and before those who watch.
func (d *Daemon) notice(level node.Level, text string) { d.write(line{time.Now(), level, text}) }

func (d *Daemon) write(l line) {
	ctx, level := context.Background(), logLevel(l.level)
	if d.opts.Log.Enabled(ctx, level) {
		_ = d.opts.Log.Handler().Handle(ctx, slog.NewRecord(l.at, level, l.text, 0)) // a log that fails has nowhere to say so
	}
	d.watchers.see(l.level, l.text)
}
