package main

import (
	"fmt"
	"os/exec"
	"regexp"
)

var metric = regexp.MustCompile(`([0-9.]+) (p50|p99|max)-ms`)

// benchCompletion times Tab over many buffers; the shell's own benchmark
// types them, since a process for each would time the process.
func benchCompletion() error {
	out, err := exec.Command("go", "test", "-run", "^$", "-bench", "CompleteAnyBuffer", "-benchtime", "1x", "./cmd/crm").CombinedOutput()
	if err != nil {
		return fmt.Errorf("completion: %w: %s", err, out)
	}
	fmt.Printf("\n%-44s", "Tab at any buffer, 1,000 primitives")
	for _, m := range metric.FindAllSubmatch(out, -1) {
		fmt.Printf(" %s %s ms", m[2], m[1])
	}
	fmt.Println()
	return nil
}
