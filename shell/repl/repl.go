package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	prompt "github.com/c-bata/go-prompt"

	"crm/completions"
	"crm/shell"
)

// Config is what a conversation needs besides its session.
type Config struct {
	History string // file, "" for none
	Colours bool
}

// Run reads lines from the terminal and runs them until the user leaves.
func Run(ctx context.Context, s *shell.Session, c Config) error {
	history := &historyFile{path: c.History}
	t := &talk{session: s, history: history}
	r, err := newReader(t.prefix, t.suggest, history.load(), c.Colours)
	if err != nil {
		return err
	}
	defer r.close()
	t.reader = r
	s.Interactive, s.Ask = true, t.ask
	for {
		line, err := r.read()
		switch {
		case errors.Is(err, errGone):
			return err
		case errors.Is(err, io.EOF):
			err = t.leave(ctx)
		default:
			err = t.run(ctx, line)
		}
		switch {
		case errors.Is(err, shell.ErrCancelled):
			s.Info("%v", shell.ErrCancelled)
		case errors.Is(err, shell.ErrQuit):
			fmt.Fprintln(s.Out, "bye")
			return nil
		case err != nil:
			s.Report(err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// talk is a conversation under way.
type talk struct {
	session *shell.Session
	reader  *reader
	history *historyFile
	joiner  shell.Joiner
	pieces  int    // of a line that goes on, typed so far
	asking  string // the question that is open, "" when there is none
}

func (t *talk) prefix() string {
	switch {
	case t.asking != "":
		return t.asking
	case t.joiner.Open():
		return "   > "
	}
	return t.session.Prompt()
}

// run runs one typed line. Ctrl-C stops the command, not the shell.
func (t *talk) run(ctx context.Context, typed string) error {
	text, _, ok := t.joiner.Add(typed)
	if typed != "" {
		t.pieces++
	}
	t.reader.keys.asking.Store(!ok) // Ctrl-C gives the whole line up, not its last piece
	if !ok {
		return nil
	}
	line := strings.ReplaceAll(oneLine(text), "\n", " ")
	t.reader.joined(t.pieces, line)
	t.pieces = 0
	t.history.add(line)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	err := t.session.Exec(ctx, text)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	return err
}

// oneLine is a continued line as it is joined.
func oneLine(text string) string {
	parts := strings.Split(text, "\n")
	for i, p := range parts {
		parts[i] = strings.TrimSuffix(strings.TrimSpace(p), `\`)
	}
	return strings.Join(parts, "")
}

// leave is Ctrl-D: a continued line is given up, else the session ends.
func (t *talk) leave(ctx context.Context) error {
	t.pieces = 0
	t.reader.keys.asking.Store(false)
	if t.joiner.Drop() > 0 {
		return nil
	}
	if err := t.session.Close(ctx); err != nil {
		return err
	}
	return shell.ErrQuit
}

// ask puts a question and waits for y, n or c (cancel); Ctrl-C and Ctrl-D are c.
func (t *talk) ask(ctx context.Context, question string) (bool, error) {
	t.asking = strings.TrimSuffix(question, "?") + " (y/n/c)? "
	t.reader.keys.asking.Store(true)
	defer func() {
		t.asking = ""
		t.reader.keys.asking.Store(false)
	}()
	for {
		answer, err := t.reader.answer()
		if errors.Is(err, io.EOF) {
			return false, shell.ErrCancelled
		}
		if err != nil || ctx.Err() != nil {
			return false, errors.Join(err, ctx.Err())
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		case "c", "cancel":
			return false, shell.ErrCancelled
		}
		t.session.Info("y: yes, n: no, c: back to the prompt, nothing is lost")
	}
}

// suggest turns the session's candidates into the library's suggestions.
func (t *talk) suggest(line string) []prompt.Suggest {
	if t.asking != "" {
		return nil
	}
	var list []prompt.Suggest
	for _, c := range t.session.Complete(context.Background(), line) {
		list = append(list, suggestion(c))
	}
	return list
}

func suggestion(c completions.Candidate) prompt.Suggest {
	return prompt.Suggest{Text: c.Text, Description: strings.Join(strings.Fields(c.Meaning), " ")}
}
