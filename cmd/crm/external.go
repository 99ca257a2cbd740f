package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"crm/shell"
	"crm/tools"
)

// filter runs a program of the user's with text on its standard input.
func filter(ctx context.Context, program string, text []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", program)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &out, &errs
	if err := cmd.Run(); err != nil {
		if said := bytes.TrimSpace(errs.Bytes()); len(said) > 0 {
			return nil, fmt.Errorf("%s: %w: %s", program, err, said)
		}
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return out.Bytes(), nil
}

// edit lets the user change a text in $EDITOR. The text is kept when the
// editor fails.
func edit(ctx context.Context, editor string, text []byte, suffix string) ([]byte, error) {
	f, err := os.CreateTemp("", "crm-*"+suffix)
	if err != nil {
		return nil, err
	}
	name := f.Name()
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(name)
		return nil, err
	}
	program := cmp.Or(editor, os.Getenv("EDITOR"), os.Getenv("VISUAL"), "vi")
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", program+` "$1"`, "sh", name)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("the editor %s failed (%w); the text is kept in %s", program, err, name)
	}
	changed, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return changed, os.Remove(name)
}

// executor runs the tools that this binary also is. They are shown the CIB
// that the shell works on: a file as it is, that of a daemon as a copy.
func executor(env *shell.Env) func(context.Context, io.Writer, io.Writer, ...string) (int, error) {
	return func(ctx context.Context, out, errs io.Writer, argv ...string) (int, error) {
		tool, ok := tools.Lookup(argv[0])
		if !ok {
			return 0, fmt.Errorf("%s is not built yet", argv[0])
		}
		if file, ok := env.Cluster.(*fileCluster); ok {
			return withFile(file.path, func() int { return tool(argv[1:], tools.Streams{Out: out, Err: errs}) }), nil
		}
		return tool(argv[1:], tools.Streams{Out: out, Err: errs}), nil
	}
}

// withFile sets CIB_file for the time of a call: the tools read it.
func withFile(path string, call func() int) int {
	old, was := os.LookupEnv("CIB_file")
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	os.Setenv("CIB_file", abs)
	defer func() {
		if was {
			os.Setenv("CIB_file", old)
		} else {
			os.Unsetenv("CIB_file")
		}
	}()
	return call()
}
