package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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
	return j.compareOnly(text, true, true)
}

// compareOnly asks for the plan, or for the rest.
func (j judges) compareOnly(text []byte, plan, rest bool) (difference, error) {
	dir, err := os.MkdirTemp("", "differ")
	if err != nil {
		return difference{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "in.xml")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return difference{}, err
	}
	a, err := ask(j.ours, dir, file, plan, rest)
	if err != nil {
		return difference{}, err
	}
	b, err := ask(j.peer, dir, file, plan, rest)
	if err != nil {
		return difference{}, err
	}
	return difference{diff(a.summary, b.summary), diff(a.scores, b.scores), diff(a.graph, b.graph)}, nil
}

var (
	scoreLine = regexp.MustCompile(`(allocation|promotion) score`)
	noPlace   = regexp.MustCompile(`promotion score (on none|\(inactive\))`) // 2.1.5 says 0 there
	blanks    = regexp.MustCompile(`\s+`)
)

// errInvalid is a drawn CIB that cannot be compared: the schema refuses it, or
// the peer dies of it.
var errInvalid = errors.New("the CIB is of no use")

// ask runs a program as its users do for the plan, and once more for scores
// and graph.
func ask(program, dir, file string, plan, rest bool) (answer, error) {
	var a answer
	if plan {
		out, err := output(program, "-x", file, "-S")
		if strings.Contains(out, "validity error") {
			return a, errInvalid
		}
		if err != nil && strings.Contains(err.Error(), "signal") {
			return a, fmt.Errorf("%w: %s: %w", errInvalid, program, err) // the peer stumbles over some
		}
		if len(out) == 0 {
			return a, fmt.Errorf("%s says nothing: %w", program, err)
		}
		a.summary = planLines(out)
		if err != nil {
			a.summary = append(a.summary, "exit: "+err.Error())
		}
	}
	if !rest {
		return a, nil
	}
	dot := filepath.Join(dir, "dot")
	os.Remove(dot)
	out, _ := output(program, "-x", file, "-sSQ", "-D", dot)
	if strings.Contains(out, "validity error") {
		return a, errInvalid
	}
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); scoreLine.MatchString(line) && !noPlace.MatchString(line) {
			a.scores = append(a.scores, strings.Replace(line, "_allocate:", "_assign:", 1))
		}
	}
	slices.Sort(a.scores)
	graph, err := os.ReadFile(dot)
	if err == nil {
		a.graph = graphLines(string(graph))
	}
	return a, nil
}

func output(program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
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
