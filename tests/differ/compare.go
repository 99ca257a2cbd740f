package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// judges are the two programs.
type judges struct{ ours, peer string }

// difference is what one says and the other does not, "" for nothing.
type difference struct{ summary, scores, graph string }

func (d difference) any() bool { return d != difference{} }

// kinds names what differs.
func (d difference) kinds() string {
	var list []string
	for _, k := range []struct{ name, text string }{{"plan", d.summary}, {"graph", d.graph}, {"scores", d.scores}} {
		if k.text != "" {
			list = append(list, k.name)
		}
	}
	return strings.Join(list, " ")
}

// String is all that differs.
func (d difference) String() string {
	return "plan\n" + d.summary + "graph\n" + d.graph + "scores\n" + d.scores
}

// sharesWith is true when two differences have a kind in common.
func (d difference) sharesWith(o difference) bool {
	switch {
	case d.summary != "":
		return o.summary != ""
	case d.graph != "":
		return o.graph != ""
	}
	return o.scores != ""
}

// answer is what a program says of a CIB.
type answer struct{ summary, scores, graph []string }

// compare asks both.
func (j judges) compare(text []byte) (difference, error) {
	dir, err := os.MkdirTemp("", "differ")
	if err != nil {
		return difference{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "in.xml")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return difference{}, err
	}
	b, err := ask(j.peer, dir, file)
	if err != nil {
		return difference{}, err
	}
	a, err := ask(j.ours, dir, file)
	if err != nil {
		return difference{}, err
	}
	return difference{diff(a.summary, b.summary), diff(a.scores, b.scores), diff(a.graph, b.graph)}, nil
}

var (
	scoresHeading = regexp.MustCompile(`^(Allocation|Assignment) Scores:$`)
	scoreLine     = regexp.MustCompile(`(allocation|promotion) score`)
	noPlace       = regexp.MustCompile(`promotion score (on none|\(inactive\))`) // 2.1.5 says 0 there
	blanks        = regexp.MustCompile(`\s+`)
)

// errInvalid is a drawn CIB that cannot be compared: the schema refuses it, or
// the peer dies of it.
var errInvalid = errors.New("the CIB is of no use")

// ask runs a program once for all it can tell.
func ask(program, dir, file string) (answer, error) {
	var a answer
	dot := filepath.Join(dir, "dot")
	os.Remove(dot)
	out, err := output(program, "-x", file, "-S", "-s", "--text-fancy", "-D", dot)
	switch {
	case strings.Contains(out, "validity error"), strings.Contains(out, "failed to validate"):
		return a, errInvalid
	case err != nil && strings.Contains(err.Error(), "signal"): // it aborts, or takes too long
		return a, fmt.Errorf("%w: %s: %w", errInvalid, program, err)
	case len(out) == 0:
		return a, fmt.Errorf("%s says nothing: %w", program, err)
	}
	var plan strings.Builder
	for line := range strings.Lines(out) {
		text := strings.TrimPrefix(strings.TrimSpace(line), "* ")
		switch {
		case scoresHeading.MatchString(text):
		case !scoreLine.MatchString(text):
			plan.WriteString(line)
		case !noPlace.MatchString(text):
			a.scores = append(a.scores, strings.Replace(text, "_allocate:", "_assign:", 1))
		}
	}
	a.summary = planLines(plan.String())
	if err != nil {
		a.summary = append(a.summary, "exit: "+err.Error())
	}
	slices.Sort(a.scores)
	if graph, err := os.ReadFile(dot); err == nil {
		a.graph = graphLines(string(graph))
	}
	return a, nil
}

// patience is how long a program may think; the peer goes round in circles over
// some.
const patience = 20 * time.Second

func output(program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// diff are the lines that only one has: "-" ours, "+" the peer's.
func diff(ours, peers []string) string {
	n := map[string]int{}
	for _, l := range ours {
		n[l]++
	}
	for _, l := range peers {
		n[l]--
	}
	var b strings.Builder
	for _, l := range ours {
		if n[l] > 0 {
			n[l]--
			b.WriteString("  ours " + l + "\n")
		}
	}
	for _, l := range peers {
		if n[l] < 0 {
			n[l]++
			b.WriteString("  peer " + l + "\n")
		}
	}
	return b.String()
}
