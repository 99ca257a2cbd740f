package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"crm/shell"
	"crm/shell/repl"
)

// converse is the interactive shell.
func converse(ctx context.Context, s *shell.Session) error {
	// Ctrl-C stops a command, not the shell: each command has a context of
	// its own for that.
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	defer stop()
	s.Edit = edit
	if live, ok := s.Cluster.(*liveCluster); ok {
		if err := live.greet(ctx); err != nil { // said once at the start; help works all the same
			s.Warn("%v", err)
		}
	}
	return repl.Run(ctx, s, repl.Config{History: historyPath(), Colours: s.Style.Error != nil})
}

// historyPath is where crmsh keeps typed lines too.
func historyPath() string {
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "crm", "history")
	}
	if home := os.Getenv("HOME"); home != "" {
		return filepath.Join(home, ".cache", "crm", "history")
	}
	return ""
}
