// Command pair runs two nodes with haresources in namespaces, each of them of
// ours or a real heartbeat 3.0.6, and a client that asks the virtual address
// every 10 ms: the two-node plan of tests, and the table of times. It is
// called by tests/interop/pair.sh, which installs heartbeat.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pair:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 1 {
		switch args[0] {
		case "echo":
			return echo(args[1])
		case "ask":
			return ask(args[1])
		}
	}
	flags := flag.NewFlagSet("pair", flag.ContinueOnError)
	crm := flags.String("crm", "bin/crm", "`path` of crm")
	timing := flags.Bool("timing", false, "measure instead of testing")
	rest := flags.Duration("rest", 0, "measure for this `time` what a pair costs when nothing happens")
	runs := flags.Int("runs", 1, "measurements of each kind")
	only := flags.String("only", "", "pairs, e.g. `ours+ours,ours+theirs`; none: only the move from heartbeat to crm")
	failbacks := flags.String("failback", "on,off", "values of auto_failback")
	dead := flags.String("deadtime", "1000,500,250,100", "deadtimes in ms, for times")
	events := flags.String("events", "kill,cut,stop,standby", "events, for times")
	script := flags.Bool("ipaddr2", false, "let ours use the script IPaddr2 instead of the built-in address")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pair")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, err := filepath.Abs(*crm)
	if err != nil {
		return err
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-interrupted
		os.Exit(1) // the namespaces end with their first process, which ends with this one
	}()
	_, missing := os.Stat(realDaemon)
	l := &lab{dir: dir, crm: path, script: *script, real: missing == nil}
	if *rest > 0 {
		return l.rest(*rest)
	}
	if *timing {
		return l.table(words(*only), words(*dead), words(*events), *runs)
	}
	var failed []error
	pairs := l.pairs(words(*only), false)
	if *only == "none" {
		pairs, *only = nil, ""
	}
	for _, pair := range pairs {
		for _, failback := range words(*failbacks) {
			failed = append(failed, l.plan(pair, failback))
		}
	}
	if l.real && *only == "" {
		for _, failback := range words(*failbacks) {
			failed = append(failed, l.migrate(failback))
		}
	}
	return errors.Join(failed...)
}

func words(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })
}

// sh runs a line of shell and returns what it wrote.
func sh(format string, args ...any) (string, error) {
	line := fmt.Sprintf(format, args...)
	out, err := exec.Command("/bin/sh", "-c", line).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", line, err, out)
	}
	return strings.TrimSpace(string(out)), err
}
