// Command crm is a high-availability cluster in one binary: the crm shell,
// the policy engine, the node daemon, and Pacemaker's tools by their names.
package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"crm/shell"
	"crm/tools"
)

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }

func run(argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if code, asked := inside(argv, stdin, stdout, stderr); asked {
		return code
	}
	if tool, args, ok := findTool(argv); ok {
		return tool(args, tools.Streams{In: stdin, Out: stdout, Err: stderr})
	}
	defer tools.Frugally(32 << 20)() // most calls are over before the first collection
	return runShell(argv[1:], stdin, stdout, stderr)
}

// exitCode is the one place where the kind of an error becomes a number.
func exitCode(err error) int {
	switch {
	case err == nil, errors.Is(err, shell.ErrQuit):
		return 0
	case shell.KindOf(err) == shell.Unreadable:
		return 2
	}
	return 1
}

// findTool tells which of the binary's other names is meant: by the name it
// was called by (a link to crm), by the first word (crm crm_simulate ...), or
// as "crm simulate ...".
func findTool(argv []string) (tools.Tool, []string, bool) {
	if tool, ok := tools.Lookup(filepath.Base(argv[0])); ok {
		return tool, argv[1:], true
	}
	if len(argv) < 2 {
		return nil, nil, false
	}
	if tool, ok := tools.Lookup(argv[1]); ok {
		return tool, argv[2:], true
	}
	if argv[1] == "simulate" {
		tool, ok := tools.Lookup("crm_simulate")
		return tool, argv[2:], ok
	}
	return nil, nil, false
}
