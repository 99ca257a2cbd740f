package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

// casesOfCorpus are the typed cases of a corpus, with their setup.
func casesOfCorpus(file string) ([]testCase, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []testCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c struct {
			ID, Base, Mode string
			Setup, Input   []string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		base, known := map[string]string{"two39": "two", "bare39": "bare", "two12": "old"}[c.Base]
		if !known || c.Mode != "cmd" || len(c.Input) != 1 || strings.Contains(c.Input[0], "$LAB") || tooSlow(c.Input[0]) {
			continue
		}
		kind, _, _ := strings.Cut(c.Input[0], " ")
		list = append(list, testCase{name: c.ID, kind: strings.ToLower(kind), base: base, lines: append(c.Setup, c.Input[0])})
	}
	return list, lines.Err()
}

// tooSlow tells commands that are no statements, or wait for something.
func tooSlow(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return !slices.Contains(statementWords, strings.ToLower(word))
}

var statementWords = strings.Fields(`node primitive rsc_template group clone ms master bundle location colocation collocation order
	rsc_ticket property rsc_defaults op_defaults fencing_topology role user acl_target tag alert monitor delete rename modgroup set`)

// changed is a case of the corpus whose line is mistyped or reordered.
func changed(seed uint64, given []testCase) testCase {
	d := deck{rand.New(rand.NewPCG(seed, 11))}
	c := given[d.IntN(len(given))]
	c.lines = slices.Clone(c.lines)
	last := len(c.lines) - 1
	for more := true; more; more = d.IntN(3) == 0 {
		c.lines[last] = d.mutate(c.lines[last])
	}
	c.name = fmt.Sprintf("seed %d, %s", seed, c.name)
	return c
}
