package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"crm/node/agent"
	"crm/node/lab"
)

// inside runs what the binary is besides a shell and a daemon: the lab's own
// processes and fence device, a built-in agent as a script, the check of
// a ring's files, the web server of the examples.
func inside(argv []string, stdin io.Reader, stdout, stderr io.Writer) (code int, asked bool) {
	if code, asked := lab.Child(argv[1:]); asked {
		return code, true
	}
	if filepath.Base(argv[0]) == lab.FenceAgent {
		return lab.FenceMain(context.Background(), argv[1:], stdin, stdout, stderr), true
	}
	if len(argv) < 2 {
		return 0, false
	}
	switch argv[1] {
	case "agent":
		return agent.Command(context.Background(), argv[2:], os.Environ(), stdout, stderr), true
	case "daemon":
		return runDaemon(argv[2:], stderr), true
	case "ring":
		return runRing(argv[2:], stdout, stderr), true
	case "lab":
		if len(argv) > 2 && isWord(argv[2]) {
			return 0, false // a command of the shell's level of that name
		}
		return runLab(argv[2:], stdout, stderr), true
	case "httpd":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
		defer stop()
		return agent.WebServer(ctx, argv[2:], os.Environ(), stderr), true
	}
	return 0, false
}

// isWord tells a command from a number and from an option.
func isWord(arg string) bool {
	return arg != "" && (arg[0] >= 'a' && arg[0] <= 'z' || arg[0] >= 'A' && arg[0] <= 'Z')
}
