package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// fromBenchmark runs a benchmark of a package and gives the figures it
// reports in a unit, by the word before it.
func fromBenchmark(pkg, name string, metric *regexp.Regexp) (map[string]float64, error) {
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", name, "-benchtime", "5x", pkg).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	found := map[string]float64{}
	for _, m := range metric.FindAllSubmatch(out, -1) {
		if found[string(m[2])], err = strconv.ParseFloat(string(m[1]), 64); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s of %s reports no figures: %s", name, pkg, out)
	}
	return found, nil
}

var tabMetric = regexp.MustCompile(`([0-9.]+) (p50|p99|max)-ms`)

// benchCompletion times Tab over many buffers; the shell's own benchmark
// types them, since a process for each would time the process.
func (b *runner) benchCompletion() error {
	found, err := fromBenchmark("./cmd/crm", "CompleteAnyBuffer", tabMetric)
	if err != nil {
		return err
	}
	for _, which := range []string{"p50", "p99", "max"} {
		b.board.figure("Tab at any buffer, 1,000 primitives, "+which, found[which], 5, "ms")
	}
	return nil
}

// benchReplan times what the DC does after one event, in CPU time with that
// of the collector: so many rounds in a process, less a process with one.
func (b *runner) benchReplan() error {
	const rounds = 40
	program := filepath.Join(b.dir, "node.test")
	if out, err := exec.Command("go", "test", "-c", "-o", program, "./node").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	times := func(n int) (sample, error) {
		return once(program, "-test.run", "^$", "-test.bench", "BenchmarkReplan$", "-test.benchtime", strconv.Itoa(n)+"x")
	}
	one, err := times(1)
	if err != nil {
		return err
	}
	many, err := times(1 + rounds)
	if err != nil {
		return err
	}
	b.board.figure("plan after one event, 1,000 resources", (many.cpu()-one.cpu()).Seconds()*1000/rounds, 100, "ms")
	return nil
}
