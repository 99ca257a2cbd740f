package tools

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Many lines are one write; standard error keeps its place between them.
func TestBuffered(t *testing.T) {
	var both writes
	std, flush := buffered(Streams{Out: &both, Err: &both})
	fmt.Fprintln(std.Out, "one")
	fmt.Fprintln(std.Out, "two")
	fmt.Fprintln(std.Err, "oops")
	fmt.Fprintln(std.Out, "three")
	if err := flush(); err != nil {
		t.Error(err)
	}
	if got := strings.Join(both, "|"); got != "one\ntwo\n|oops\n|three\n" {
		t.Errorf("%q", got)
	}
}

// A full disk is told in the end.
func TestBufferedFails(t *testing.T) {
	std, flush := buffered(Streams{Out: full{}, Err: &writes{}})
	fmt.Fprintln(std.Out, "one")
	fmt.Fprintln(std.Err, "oops")
	if err := flush(); !errors.Is(err, errFull) {
		t.Errorf("%v, expected %v", err, errFull)
	}
}

// writes are what was written at a time.
type writes []string

func (w *writes) Write(text []byte) (int, error) {
	*w = append(*w, string(text))
	return len(text), nil
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
