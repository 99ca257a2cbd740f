package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// longestLine bounds a script's line; anything longer is not a script.
const longestLine = 4 << 20

// Batch runs a script: logical line after logical line, going on after a line
// that failed. Errors are reported where they happen, with the script's name
// and the line, up to mostFaults of them: after that they are counted. The
// error returned at the end names all failing lines.
func (s *Session) Batch(ctx context.Context, name string, script io.Reader) error {
	var failed []int
	told := tally{Env: s.Env}
	defer func() { s.script = scriptLine{} }()
	err := eachLine(name, script, func(line string, number int) error {
		s.script = scriptLine{name, number}
		err := s.Exec(ctx, line)
		if errors.Is(err, ErrQuit) {
			return err
		}
		if err != nil {
			told.report(within(err, name, number))
			failed = append(failed, number)
		}
		return ctx.Err()
	})
	switch {
	case errors.Is(err, ErrQuit):
	case err != nil && ctx.Err() != nil:
		s.work = nil // what was not committed is not committed now
		return failf("%s: interrupted; what was not committed is dropped", name)
	case err != nil:
		told.report(err)
		failed = append(failed, lineOf(err))
	}
	closed := s.Close(ctx)
	if closed != nil {
		told.report(within(closed, name, 0))
	}
	told.rest()
	if closed != nil {
		return errors.Join(ErrReported, s.summary(name, failed))
	}
	return s.summary(name, failed)
}

// tally reports the first errors of a script and counts the others.
type tally struct {
	*Env
	told, left int
}

func (t *tally) report(err error) {
	for _, one := range flatten(err) {
		if n, is := one.(more); is {
			t.left += int(n)
		} else if errors.Is(one, ErrReported) {
			continue
		} else if t.told == mostFaults {
			t.left++
		} else {
			t.told++
			t.Report(one)
		}
	}
}

// rest says how many errors were not told.
func (t *tally) rest() {
	if t.left > 0 {
		t.Report(more(t.left))
	}
}

func lineOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Line
	}
	return 0
}

// summary is the last word on a script: which lines failed.
func (s *Session) summary(name string, failed []int) error {
	if len(failed) == 0 {
		return nil
	}
	if len(failed) == 1 && s.Options.Quiet {
		return ErrReported
	}
	const most = 20
	var list []string
	for i, n := range failed {
		if i == most {
			list = append(list, fmt.Sprintf("and %d more", len(failed)-most))
			break
		}
		list = append(list, strconv.Itoa(n))
	}
	plural := ""
	if len(failed) > 1 {
		plural = "s"
	}
	return failf("%s: %d line%s failed: %s", name, len(failed), plural, strings.Join(list, ", "))
}

// eachLine cuts a script into logical lines. A last line that ends in a
// backslash is an error: its rest is missing.
func eachLine(name string, script io.Reader, do func(line string, number int) error) error {
	r, shared := script.(*bufio.Reader) // a command may read the rest: "load update -"
	if !shared {
		r = bufio.NewReaderSize(script, 64<<10)
	}
	var j Joiner
	for {
		text, err := readLine(r)
		if errors.Is(err, bufio.ErrTooLong) {
			return &Error{Kind: Syntax, File: name, Line: j.number + 1, Text: fmt.Sprintf("a line of more than %d MB", longestLine>>20)}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return &Error{Kind: Unreadable, File: name, Line: j.number + 1, Text: err.Error(), cause: err}
		}
		if err != nil && text == "" {
			break
		}
		line, number, ok := j.Add(text)
		if !ok {
			continue
		}
		if err := do(line, number); err != nil {
			return err
		}
	}
	if number := j.Drop(); number > 0 {
		return &Error{Kind: Syntax, File: name, Line: number,
			Text: "the line ends in a backslash and the script ends: its rest is missing, nothing of it was run"}
	}
	return nil
}

// readLine reads a line without its end; it takes no more than that from r.
func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, err := r.ReadSlice('\n')
		if b.Len()+len(part) > longestLine {
			return "", bufio.ErrTooLong
		}
		b.Write(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return strings.TrimSuffix(strings.TrimSuffix(b.String(), "\n"), "\r"), err
		}
	}
}

// Strict runs a script that must go through whole: it is rehearsed first, on
// a copy of the cluster's configuration that nothing is written from, and the
// first failing line ends it with nothing committed. Only then it is run.
func (s *Session) Strict(ctx context.Context, name string, script string) error {
	if err := s.rehearse(ctx, name, script); err != nil {
		return err
	}
	return s.strictly(ctx, name, script)
}

func (s *Session) strictly(ctx context.Context, name, script string) error {
	err := eachLine(name, strings.NewReader(script), func(line string, number int) error {
		err := s.Exec(ctx, line)
		if err != nil && !errors.Is(err, ErrQuit) {
			return within(err, name, number)
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrQuit) {
		s.work = nil
		return err
	}
	return s.Close(ctx)
}

// rehearse runs the script in a world that forgets everything.
func (s *Session) rehearse(ctx context.Context, name, script string) error {
	env := *s.Env
	env.Out, env.Err = io.Discard, io.Discard
	env.Cluster = &rehearsal{Cluster: s.Cluster}
	env.Files = readOnly{s.Files}
	env.Lab, env.Edit, env.Execute, env.Ask = nil, nil, nil, nil
	mirror := NewSession(&env, s.Options)
	for _, l := range s.path[1:] {
		e, ok := mirror.here().lookup(l.Name)
		if !ok || e.level == nil {
			return failf("there is no level %s", l.Name)
		}
		if err := mirror.push(ctx, e.level); err != nil {
			return err
		}
	}
	if err := mirror.strictly(ctx, name, script); err != nil {
		return err
	}
	return nil
}
