// Command crm is a high-availability cluster in one binary: the crm shell,
// the policy engine, the node daemon, and Pacemaker's tools by their names.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }

func run(argv []string, _ io.Writer, stderr io.Writer) int {
	fmt.Fprintln(stderr, "crm: not built yet:", argv[0])
	return 1
}
