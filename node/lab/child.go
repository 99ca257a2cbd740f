package lab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The words by which the binary is told to be one of the lab's own processes.
const (
	switchWord = "lab-switch"
	initWord   = "lab-init"
)

// Child runs one of the lab's own processes when the arguments (without the
// program's name) ask for it; the binary must call it first thing. It returns
// the exit code and whether it was asked.
func Child(args []string) (code int, asked bool) {
	if len(args) != 1 || args[0] != switchWord && args[0] != initWord {
		return 0, false
	}
	orders, ready := os.NewFile(3, "orders"), os.NewFile(4, "ready")
	if !isPipe(orders) || !isPipe(ready) {
		fmt.Fprintf(os.Stderr, "crm %s: this is a part of crm lab and not to be run by hand\n", args[0])
		return 2, true
	}
	main := switchMain
	if args[0] == initWord {
		main = initMain
	}
	if err := main(orders, ready); err != nil {
		fmt.Fprintln(ready, err)
		ready.Close()
		return 1, true
	}
	return 0, true
}

func isPipe(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// wired gives a command its two pipes: orders to it (it ends when they end),
// and the line that says it is ready. Close cmd.ExtraFiles after the start.
func wired(cmd *exec.Cmd) (orders, ready *os.File, err error) {
	in, orders, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	ready, out, err := os.Pipe()
	if err != nil {
		in.Close()
		orders.Close()
		return nil, nil, err
	}
	cmd.ExtraFiles = []*os.File{in, out}
	return orders, ready, nil
}

// waitReady reads the line that a child says when it is ready, or its error.
func waitReady(ready io.Reader) error {
	line, err := bufio.NewReader(ready).ReadString('\n')
	switch {
	case err != nil:
		return errors.New("it ended before it was ready")
	case line != "ok\n":
		return errors.New(strings.TrimSpace(line))
	}
	return nil
}

// program finds a command by the PATH of an environment that is not ours.
func program(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	path := ""
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok {
			path = v
		}
	}
	for _, dir := range filepath.SplitList(path) {
		full := filepath.Join(dir, name)
		if info, err := os.Stat(full); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return full, nil
		}
	}
	return "", fmt.Errorf("%s: %w in PATH=%s", name, fs.ErrNotExist, path)
}
