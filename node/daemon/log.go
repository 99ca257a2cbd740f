package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"log/syslog"
	"os"
	"sync"

	"crm/node/haconf"
)

// logs are the places that ha.cf wants lines in, beside standard error.
type logs struct {
	sinks  fan
	opened []io.Closer
}

// openLogs returns a log that writes to base and to the files and the facility
// that ha.cf names. A place that cannot be opened is said on the others: a
// member without its log is better than no member.
func openLogs(base *slog.Logger, conf *haconf.Config) (*slog.Logger, logs) {
	var l logs
	var failed []error
	level := slog.LevelInfo
	if conf.Debug > 0 {
		level = slog.LevelDebug
	}
	file := func(directive, path string, level slog.Level) {
		if path == "" {
			return
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s of ha.cf is not written: %w", directive, err))
			return
		}
		l.opened, l.sinks = append(l.opened, f), append(l.sinks, slog.NewTextHandler(f, &slog.HandlerOptions{Level: level}))
	}
	file("logfile", conf.LogFile, level)
	file("debugfile", conf.DebugFile, slog.LevelDebug)
	if name := conf.LogFacility; name != "" && name != "none" {
		if h, err := newSyslog(name); err != nil {
			failed = append(failed, err)
		} else {
			l.opened, l.sinks = append(l.opened, h), append(l.sinks, h)
		}
	}
	log := base
	if len(l.sinks) > 0 {
		log = slog.New(append(fan{base.Handler()}, l.sinks...))
	}
	for _, err := range failed {
		log.Warn(err.Error())
	}
	return log, l
}

// epitaph is the last line of a member that could not go on. Standard error
// gets it from whoever called.
func (l logs) epitaph(err error) {
	if err != nil && len(l.sinks) > 0 {
		slog.New(l.sinks).Error(err.Error())
	}
}

func (l logs) close() error {
	var errs []error
	for _, c := range l.opened {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// fan hands every line to several handlers.
type fan []slog.Handler

// Enabled tells whether any of them wants a line of this level.
func (f fan) Enabled(ctx context.Context, l slog.Level) bool {
	for _, h := range f {
		if h.Enabled(ctx, l) {
			return true
		}
	}
	return false
}

// Handle gives the line to all that want it.
func (f fan) Handle(ctx context.Context, r slog.Record) error {
	var first error
	for _, h := range f {
		if !h.Enabled(ctx, r.Level) {
			continue
		}
		if err := h.Handle(ctx, r.Clone()); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// WithAttrs is a fan of handlers with these attributes.
func (f fan) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := make(fan, len(f))
	for i, h := range f {
		out[i] = h.WithAttrs(attrs)
	}
	return out
}

// WithGroup is a fan of handlers with this group.
func (f fan) WithGroup(name string) slog.Handler {
	out := make(fan, len(f))
	for i, h := range f {
		out[i] = h.WithGroup(name)
	}
	return out
}

var facilities = map[string]syslog.Priority{
	"kern": syslog.LOG_KERN, "user": syslog.LOG_USER, "mail": syslog.LOG_MAIL, "daemon": syslog.LOG_DAEMON, "auth": syslog.LOG_AUTH,
	"security": syslog.LOG_AUTH, "syslog": syslog.LOG_SYSLOG, "lpr": syslog.LOG_LPR, "uucp": syslog.LOG_UUCP, "cron": syslog.LOG_CRON,
	"authpriv": syslog.LOG_AUTHPRIV, "ftp": syslog.LOG_FTP, "local0": syslog.LOG_LOCAL0, "local1": syslog.LOG_LOCAL1,
	"local2": syslog.LOG_LOCAL2, "local3": syslog.LOG_LOCAL3, "local4": syslog.LOG_LOCAL4, "local5": syslog.LOG_LOCAL5,
	"local6": syslog.LOG_LOCAL6, "local7": syslog.LOG_LOCAL7, "news": syslog.LOG_NEWS,
}

// sysHandler writes lines to the system's log.
type sysHandler struct {
	slog.Handler
	to *sysWriter
}

type sysWriter struct {
	mu    sync.Mutex
	w     *syslog.Writer
	level slog.Level
}

func newSyslog(facility string) (*sysHandler, error) {
	w, err := syslog.New(facilities[facility], "crm")
	if err != nil {
		return nil, fmt.Errorf("logfacility %s: open the system's log: %w", facility, err)
	}
	to := &sysWriter{w: w}
	drop := func(groups []string, a slog.Attr) slog.Attr { // the system's log has these itself
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
			return slog.Attr{}
		}
		return a
	}
	return &sysHandler{slog.NewTextHandler(to, &slog.HandlerOptions{ReplaceAttr: drop}), to}, nil
}

// Handle writes one line with its weight.
func (h *sysHandler) Handle(ctx context.Context, r slog.Record) error {
	h.to.mu.Lock()
	defer h.to.mu.Unlock()
	h.to.level = r.Level
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the way to the system's log.
func (h *sysHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &sysHandler{h.Handler.WithAttrs(attrs), h.to}
}

// WithGroup keeps the way to the system's log.
func (h *sysHandler) WithGroup(name string) slog.Handler {
	return &sysHandler{h.Handler.WithGroup(name), h.to}
}

// Close closes the way to the system's log.
func (h *sysHandler) Close() error { return h.to.w.Close() }

// Write is called by the text handler with one whole line.
func (s *sysWriter) Write(line []byte) (int, error) {
	text := string(bytes.TrimRight(line, "\n"))
	var err error
	switch {
	case s.level >= slog.LevelError:
		err = s.w.Err(text)
	case s.level >= slog.LevelWarn:
		err = s.w.Warning(text)
	default:
		err = s.w.Info(text)
	}
	return len(line), err
}
