package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"crm/node/agent"
	"crm/node/control"
	"crm/node/lab"
)

const labUsage = `usage: crm lab [N] [options]

Runs a cluster of N members (default 3) on this machine and opens the shell in
it. Nothing is installed, no right is needed, nothing is left behind.

`

// labRun is what the command line of crm lab asks for.
type labRun struct {
	opts lab.Options
	demo bool
}

// runLab is `crm lab`.
func runLab(args []string, stdout, stderr io.Writer) int {
	run, err := labArguments(args, stderr)
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(stderr, "crm lab: %v\n", err)
		}
		return 2
	}
	ended, stopEnded := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stopEnded()
	ctx, stop := signal.NotifyContext(ended, syscall.SIGINT)
	defer stop()
	started := time.Now()
	l, err := lab.Start(ctx, run.opts)
	if err != nil {
		fmt.Fprintf(stderr, "crm lab: %v\n", err)
		return 1
	}
	err = run.show(ctx, l, started, stdout)
	if err == nil && run.converses() {
		stop()
		signal.Ignore(syscall.SIGINT, syscall.SIGQUIT) // from here on the shell's
		err = converseIn(ended, l)
	}
	if closing := l.Close(); err == nil {
		err = closing
	}
	var shell *exec.ExitError
	if errors.As(err, &shell) { // it has said why
		return max(1, shell.ExitCode())
	}
	if err != nil {
		fmt.Fprintf(stderr, "crm lab: %v\n", err)
		return 1
	}
	return 0
}

func labArguments(args []string, stderr io.Writer) (labRun, error) {
	var run labRun
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return run, fmt.Errorf("%q: expected the number of members", args[0])
		}
		if n < 1 {
			return run, fmt.Errorf("%d members: expected at least 1", n)
		}
		run.opts.Size, args = n, args[1:]
	}
	flags := flag.NewFlagSet("crm lab", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, labUsage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&run.demo, "demo", false, "show the main job first: a script, a switchover, a failover; without a terminal end then")
	flags.StringVar(&run.opts.Dir, "dir", "", "`folder` of the lab, kept at the end (default: a temporary one)")
	flags.BoolVar(&run.opts.Loopback, "loopback", false, "no namespaces, all members on loopback addresses")
	flags.DurationVar(&run.opts.KeepAlive, "keepalive", 200*time.Millisecond, "`time` between heartbeats")
	flags.DurationVar(&run.opts.DeadTime, "deadtime", 2*time.Second, "`time` of silence after which a member is dead")
	if err := flags.Parse(args); err != nil {
		return run, err
	}
	if run.demo && run.opts.Size == 1 {
		return run, errors.New("--demo moves a service about: expected at least 2 members")
	}
	if flags.NArg() > 0 {
		return run, fmt.Errorf("%q is one word too many", flags.Arg(0))
	}
	return run, nil
}

// show runs the demonstration, if it was asked for.
func (r labRun) show(ctx context.Context, l *lab.Lab, started time.Time, stdout io.Writer) error {
	if !r.demo {
		fmt.Fprintf(stdout, "%s\n", l.Describe())
		ctx, cancel := context.WithTimeout(ctx, stepLimit)
		defer cancel()
		if err := together(ctx, l, ""); err != nil {
			return errors.Join(err, tails(l))
		}
		return nil
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	d := &demo{lab: l, binary: binary, out: stdout}
	if err := d.run(ctx, started); err != nil {
		return errors.Join(err, tails(l))
	}
	if r.converses() {
		fmt.Fprintf(stdout, "\nThis is the shell of the lab; \"lab\" has the tools to harm it, \"quit\" ends it.\n")
	}
	return nil
}

// converses tells whether the shell is opened: after a demonstration only for
// somebody at a terminal.
func (r labRun) converses() bool { return !r.demo || term.IsTerminal(int(os.Stdin.Fd())) }

// converseIn opens the shell in the lab.
func converseIn(ctx context.Context, l *lab.Lab) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	shell := exec.CommandContext(ctx, binary)
	shell.Cancel = func() error { return shell.Process.Signal(syscall.SIGTERM) }
	shell.WaitDelay = time.Second
	shell.Env = labEnv(l)
	shell.Stdin, shell.Stdout, shell.Stderr = os.Stdin, os.Stdout, os.Stderr
	return shell.Run()
}

// labEnv is the environment by which a crm finds the lab's members.
func labEnv(l *lab.Lab) []string {
	return append(os.Environ(), lab.DirVar+"="+l.Dir, control.SocketVar+"="+l.Sockets(), agent.FenceDirsVar+"="+l.FenceDirs())
}

// tails are the ends of the daemons' logs, for whoever has to find out why a
// demonstration failed.
func tails(l *lab.Lab) error {
	var errs []error
	for _, m := range l.Members {
		text, err := os.ReadFile(m.Dir + "/daemon.log")
		if err != nil {
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		errs = append(errs, fmt.Errorf("the last of the log of %s:\n  %s", m.Name, strings.Join(lines[max(0, len(lines)-15):], "\n  ")))
	}
	return errors.Join(errs...)
}
