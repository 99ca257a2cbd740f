package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	strict := flag.Bool("strict", false, "end with an error when a goal is missed")
	only := flag.String("only", "", "the one part to run: start, language, hostile, completion, replan, cases, growth or engine")
	flag.Parse()
	missed, err := bench(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if *strict && missed > 0 {
		os.Exit(2)
	}
}

// runner is what the parts of the bench share.
type runner struct {
	dir       string // for inputs; goes away
	crm, sim  string // ours
	cases     string // the folder of the peers' cases, "" without it
	board     board
	inputs    map[string]string // written already, by name
	simulated map[string]sample // ours, by input
}

// bench runs the parts in turn. It gives the number of goals missed.
func bench(only string) (missed int, err error) {
	dir, err := os.MkdirTemp("", "crm-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	crm, err := filepath.Abs("bin/crm")
	if err != nil {
		return 0, err
	}
	b := &runner{dir: dir, crm: crm, sim: filepath.Join(filepath.Dir(crm), "crm_simulate"), cases: conformance(),
		inputs: map[string]string{}, simulated: map[string]sample{}}
	// What waits for the slow peer stands last.
	parts := []struct {
		name string
		run  func() error
	}{
		{"start", b.benchStart}, {"language", b.benchLanguage}, {"hostile", b.benchHostile}, {"completion", b.benchCompletion},
		{"replan", b.benchReplan}, {"cases", b.benchCases}, {"growth", b.benchGrowth}, {"engine", b.benchEngine},
	}
	begin := time.Now()
	known := only == ""
	for _, p := range parts {
		if only != "" && only != p.name {
			continue
		}
		known = true
		fmt.Printf("\n[%s, after %v]\n", p.name, time.Since(begin).Round(time.Second))
		if err := p.run(); err != nil {
			return 0, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if !known {
		return 0, fmt.Errorf("-only %s: no such part", only)
	}
	b.board.end()
	return len(b.board.missed), nil
}
