package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"crm/shell"
)

// version is set by the linker.
var version = "devel"

// runShell is the crm shell in all its ways of being called.
func runShell(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(args)
	if err != nil {
		(&shell.Env{Err: stderr}).Report(err)
		return 1
	}
	switch {
	case o.help:
		fmt.Fprint(stdout, usage)
		return 0
	case o.version:
		fmt.Fprintln(stdout, "crm", version)
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if !isTerminal(stdin) {
		stdin = bufio.NewReader(stdin) // a script and what its commands read have the same one
	}
	out := &output{to: stdout}
	env, err := openEnv(o, stdin, out, stderr)
	if err != nil {
		env.Report(err)
		return 1
	}
	if o.compgen != nil {
		return compgen(ctx, env, o)
	}
	s := shell.NewSession(env, o.Options)
	for _, p := range o.prefer {
		if err := s.Prefer(p[0], p[1]); err != nil {
			env.Report(err)
			return 1
		}
	}
	err = errors.Join(serve(ctx, s, o, stdin), out.err)
	if err != nil && !errors.Is(err, shell.ErrQuit) {
		env.Report(err)
	}
	return exitCode(err)
}

// serve runs what was asked for: a script, one command, lines of standard
// input, or a conversation.
func serve(ctx context.Context, s *shell.Session, o options, stdin io.Reader) error {
	if len(o.words) > 0 {
		err := s.Exec(ctx, shell.JoinWords(o.words))
		if err != nil || len(s.Path()) == 0 {
			return errors.Join(err, s.Close(ctx))
		}
	}
	if o.script != "" && o.script != "-" {
		text, err := readScript(o.script)
		if err != nil {
			return err
		}
		return runScript(ctx, s, o, o.script, bytes.NewReader(text))
	}
	if o.script == "" && isTerminal(stdin) && isTerminal(s.Out) {
		return converse(ctx, s)
	}
	return runScript(ctx, s, o, "standard input", stdin)
}

func runScript(ctx context.Context, s *shell.Session, o options, name string, script io.Reader) error {
	if !o.strict {
		return s.Batch(ctx, name, script)
	}
	text, err := io.ReadAll(script)
	if err != nil {
		return &shell.Error{Kind: shell.Unreadable, Text: err.Error()}
	}
	return s.Strict(ctx, name, string(text))
}

// readScript reads a script file; what is not text is not a script.
func readScript(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, &shell.Error{Kind: shell.Unreadable, Text: "the script cannot be read: " + err.Error()}
	}
	if at := bytes.IndexByte(text, 0); at >= 0 {
		return nil, &shell.Error{Kind: shell.Unreadable, File: name, Line: bytes.Count(text[:at], []byte("\n")) + 1,
			Text: "a NUL byte: this is not a text file, nothing of it was run"}
	}
	return text, nil
}

// output remembers that something could not be written: a full disk must not
// look like success.
type output struct {
	to  io.Writer
	err error
}

// Write hands on what is written.
func (o *output) Write(b []byte) (int, error) {
	n, err := o.to.Write(b)
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("the output cannot be written: %w", err)
	}
	return n, err
}

func isTerminal(stream any) bool {
	if o, wrapped := stream.(*output); wrapped {
		stream = o.to
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// compgen prints what may come next, for the login shell: one a line.
func compgen(ctx context.Context, env *shell.Env, o options) int {
	point, line := 0, ""
	if len(o.compgen) > 1 {
		line = strings.Join(o.compgen[1:], " ")
	}
	if len(o.compgen) > 0 {
		if _, err := fmt.Sscan(o.compgen[0], &point); err != nil || point < 0 || point > len(line) {
			point = len(line)
		}
	}
	_, line, _ = strings.Cut(line[:point], " ") // without the name of the program
	s := shell.NewSession(env, o.Options)
	for _, c := range s.Complete(ctx, line) {
		fmt.Fprintln(env.Out, c.Text)
	}
	return 0
}
