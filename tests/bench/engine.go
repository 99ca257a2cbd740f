package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const peerSim = "/usr/sbin/crm_simulate"

// shape is a CIB that the generator of the cases writes.
type shape struct {
	prims, nodes int
	state, more  string // more of the generator's options
	goal         goal
}

// String is the shape as its row names it.
func (s shape) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d x %d %s %s", s.prims, s.nodes, s.state, strings.ReplaceAll(s.more, "--", "")))
}

func (s shape) args() []string {
	return append([]string{"--prims", strconv.Itoa(s.prims), "--nodes", strconv.Itoa(s.nodes), "--state", s.state}, strings.Fields(s.more)...)
}

// anyInput is what holds for every input of 100 resources and more.
func anyInput(user time.Duration, megabytes int64) goal {
	return goal{times: 10, share: 0.5, user: user, memory: megabytes << 20}
}

var shapes = []shape{
	{100, 2, "fresh", "", anyInput(0, 0)},
	{100, 2, "noprobe", "", anyInput(0, 0)},
	{100, 4, "steady", "", anyInput(0, 0)},
	{100, 4, "lost", "", anyInput(0, 0)},
	{100, 4, "fresh", "--group 10", anyInput(0, 0)},
	{100, 16, "steady", "--clones 50 --ms 20", anyInput(0, 0)},
	{100, 16, "fresh", "--clones 50 --ms 20", anyInput(0, 0)},
	{100, 8, "steady", "--ms 100", anyInput(0, 0)},
	{200, 8, "lost", "", anyInput(0, 0)},
	{300, 16, "noprobe", "--locs 8", anyInput(0, 0)},
	{500, 8, "noprobe", "--chain 50 --deps 1", anyInput(0, 0)},
	{1000, 16, "noprobe", "", anyInput(0, 0)},
	{1000, 16, "lost", "", anyInput(0, 0)},
	{1000, 16, "steady", "--group 10", anyInput(0, 0)},
	{1000, 16, "fresh", "--group 10", anyInput(0, 0)},
	{1000, 8, "noprobe", "--group 100", anyInput(0, 0)},
	{1000, 8, "steady", "--group 1000", anyInput(0, 0)},
	{1000, 8, "noprobe", "--group 1000", anyInput(0, 0)},
	{1000, 32, "steady", "", anyInput(360*time.Millisecond, 256)},
	{1000, 32, "fresh", "", anyInput(1200*time.Millisecond, 200)},
	{5000, 16, "noprobe", "", anyInput(600*time.Millisecond, 130)},
	{5000, 16, "steady", "", anyInput(2500*time.Millisecond, 500)},
	{5000, 16, "fresh", "", anyInput(10*time.Second, 0)},
}

// benchEngine times decisions beside crm_simulate.
func (b *runner) benchEngine() error {
	if b.cases == "" {
		fmt.Println("\nlarge inputs: skipped, gencib.py is not here (CRM_SHARED can say where)")
		return nil
	}
	b.board.head("crm_simulate -S, primitives x nodes", "input")
	for _, s := range shapes {
		if err := b.benchShape(s); err != nil {
			return fmt.Errorf("%v: %w", s, err)
		}
	}
	if err := b.benchClones(); err != nil {
		return err
	}
	return b.benchLargeCases()
}

// benchClones times one clone of many instances, on 16 nodes that know nothing
// of it yet. That a number is absurd shall cost no more.
func (b *runner) benchClones() error {
	for _, x := range []struct {
		kind      string
		instances int
	}{{"", 1000}, {"unique", 100}, {"unique", 1000}, {"unique", 5000}, {"unique", 1_000_000_000}} {
		what := strings.TrimSpace(fmt.Sprintf("1 x 16 clone-max %d %s", x.instances, x.kind))
		file, err := b.clone(what, x.instances, x.kind == "unique")
		if err != nil {
			return err
		}
		if err := b.beside(what, file, file, anyInput(2*time.Second, 500)); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func (b *runner) benchShape(s shape) error {
	file, err := b.generated(s.String(), s.args())
	if err != nil {
		return err
	}
	return b.beside(s.String(), file, file, s.goal)
}

// beside times ours and the peer, where it is installed.
func (b *runner) beside(what, file, old string, g goal) error {
	ours, err := several(nil, b.sim, "-x", file, "-S")
	if err != nil {
		return err
	}
	b.simulated[what] = ours
	var peer *sample
	if installed(peerSim) {
		s, err := several(nil, peerSim, "-x", old, "-S")
		if err != nil {
			return err
		}
		peer = &s
	}
	b.board.row(what, size(file), ours, peer, g)
	return nil
}

// manyEntries is from how many resources, or entries about them in the
// history of nodes, a case counts as a large one.
const manyEntries = 100

// benchLargeCases times the larger ones of the cases.
func (b *runner) benchLargeCases() error {
	files, err := b.caseFiles()
	if err != nil {
		return err
	}
	fmt.Println()
	b.board.head("crm_simulate -S, large cases", "input")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		resources := bytes.Count(text, []byte("<primitive "))
		if resources < manyEntries && bytes.Count(text, []byte("<lrm_resource ")) < manyEntries {
			continue
		}
		old, err := b.inOldNames(file)
		if err != nil {
			return err
		}
		g := goal{}
		if resources >= manyEntries {
			g = anyInput(0, 0)
		}
		what := fmt.Sprintf("%.34s (%d)", strings.TrimSuffix(filepath.Base(file), ".xml"), resources)
		if err := b.beside(what, file, old, g); err != nil {
			return err
		}
	}
	return nil
}

func (b *runner) caseFiles() ([]string, error) {
	if b.cases == "" {
		return nil, nil
	}
	return filepath.Glob(filepath.Join(b.cases, "scheduler", "xml", "*.xml"))
}

// benchCases runs every case twice, a process each.
func (b *runner) benchCases() error {
	files, err := b.caseFiles()
	if err != nil || len(files) == 0 {
		return err
	}
	var spent time.Duration
	for range 2 {
		for _, file := range files {
			cmd := exec.Command(b.sim, "-x", file, "-S")
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				return err
			}
			spent += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		}
	}
	b.board.figure(fmt.Sprintf("%d cases, two runs each, all CPU time", len(files)), spent.Seconds(), 12, "s")
	return nil
}

// benchGrowth holds ten times the primitives against the time.
func (b *runner) benchGrowth() error {
	if b.cases == "" {
		return nil
	}
	for _, kind := range []struct {
		state, more string
		from, to    int
	}{{"noprobe", "", 1000, 10000}, {"steady", "", 1000, 10000}, {"noprobe", "--group 10", 1000, 10000}} {
		var user [2]time.Duration
		for i, prims := range []int{kind.from, kind.to} {
			s := shape{prims: prims, nodes: 16, state: kind.state, more: kind.more}
			file, err := b.generated(s.String(), s.args())
			if err != nil {
				return err
			}
			ours, err := several(nil, b.sim, "-x", file, "-S")
			if err != nil {
				return err
			}
			user[i] = ours.user
		}
		b.board.figure(fmt.Sprintf("growth 1,000 to 10,000, %s %s", kind.state, kind.more), float64(user[1])/float64(user[0]), 14, "times")
	}
	return nil
}
