package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"crm/node/agent"
	"crm/node/control"
	"crm/node/daemon"
)

// runDaemon is `crm daemon`: one member, in the foreground. The first SIGTERM
// or SIGINT stops it cleanly, its resources move away; a second one at once.
// SIGUSR1 ends it at once too: what it runs goes on, for the next daemon here.
// SIGHUP reads authkeys again.
func runDaemon(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("crm daemon", flag.ContinueOnError)
	flags.SetOutput(stderr)
	opts := daemon.Options{Version: version, Agents: agent.Configured(os.Environ()), Log: slog.New(slog.NewTextHandler(stderr, nil))}
	flags.StringVar(&opts.ConfigDir, "config", daemon.DefaultConfigDir, "`folder` of ha.cf and authkeys")
	flags.StringVar(&opts.StateDir, "state", daemon.DefaultStateDir, "`folder` of what the member must not forget")
	flags.StringVar(&opts.Socket, "socket", control.Socket(), "`path` of the socket for the shell")
	flags.StringVar(&opts.Clients, "clients", "", "`path` of the socket for heartbeat's own clients, served if its folder is there\n(default: "+daemon.DefaultClients+" of the member at the usual --socket)")
	flags.StringVar(&opts.Name, "node", os.Getenv(control.NodeVar), "node `name` (default: the host's)")
	bind := flags.String("bind", "", "own `address`, for several members on one machine (default: all)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "crm daemon: unexpected word %q\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	if opts.Clients == "" && opts.Socket == control.DefaultSocket {
		opts.Clients = daemon.DefaultClients
	}
	if *bind != "" {
		addr, err := netip.ParseAddr(*bind)
		if err != nil {
			fmt.Fprintf(stderr, "crm daemon: --bind: %v\n", err)
			return 2
		}
		opts.Bind = addr
	}
	clean, stopClean := context.WithCancel(context.Background())
	defer stopClean()
	now, stopNow := context.WithCancel(context.Background())
	defer stopNow()
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	opts.Reload, opts.Reboot = reload, resetMachine
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1)
	go func() {
		for sig := range signals {
			if sig == syscall.SIGUSR1 || clean.Err() != nil {
				stopNow()
				return
			}
			stopClean()
		}
	}()
	if err := daemon.Run(clean, now, opts); err != nil {
		fmt.Fprintf(stderr, "crm daemon: %v\n", err)
		var wrong *daemon.NotConfigured
		if errors.As(err, &wrong) {
			return 6 // what an init script says of a service that is not configured (LSB)
		}
		return 1
	}
	return 0
}
