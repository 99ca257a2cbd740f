package main

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// testCase is lines to be typed at the configure level, on a CIB.
type testCase struct {
	name, kind, base string
	lines            []string
}

//go:embed language.txt
var language string

// rules of the language: each name's alternatives.
var rules = readRules(language)

func readRules(text string) map[string][]string {
	found := map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, alternatives, _ := strings.Cut(line, ": ")
		for a := range strings.SplitSeq(alternatives, " | ") {
			found[name] = append(found[name], strings.TrimSpace(a))
		}
	}
	return found
}

// kinds of statements, with how often they are drawn.
var kinds = []string{"primitive", "primitive", "primitive", "primitive", "node", "group", "clone", "bundle", "location", "location",
	"location", "colocation", "colocation", "order", "order", "ticket", "property", "property", "fencing", "role", "target_",
	"olduser", "tag", "alert", "alert", "monitor", "xml", "command",
	"loaded", "loaded", "template", "dates", "sets", "sets", "levels", "container_", "receivers", "tagged", "tagged"}

// deck draws from the rules.
type deck struct{ *rand.Rand }

// draw makes the case of a seed.
func draw(seed uint64, only string) testCase {
	d := deck{rand.New(rand.NewPCG(seed, 7))}
	kind := d.pick(kinds)
	if only != "" {
		kind = only
	}
	c := testCase{name: fmt.Sprintf("seed %d", seed), kind: kind, base: "full"}
	if d.IntN(2) == 0 || slices.Contains([]string{"tagged", "template", "levels"}, kind) {
		c.base = "three"
	}
	if kind == "olduser" {
		c.base = "old"
	}
	if kind == "property" {
		c.base = "two"
	}
	if kind == "node" && d.IntN(2) == 0 {
		c.base = "bare"
	}
	if d.IntN(8) == 0 {
		first := d.pick(kinds)
		if first != "olduser" && first != "command" {
			c.lines = append(c.lines, d.expand(first))
		}
	}
	if d.IntN(12) == 0 {
		c.lines = append(c.lines, d.expand("comment"))
	}
	line := d.expand(kind)
	for d.IntN(5) == 0 {
		line = d.mutate(line)
	}
	c.lines = append(c.lines, line)
	return c
}

func (d deck) pick(list []string) string { return list[d.IntN(len(list))] }

var names = regexp.MustCompile(`~[a-z]+_?`)

// expand makes text of a rule.
func (d deck) expand(rule string) string {
	alternatives := rules[rule]
	if alternatives == nil {
		panic("no rule " + rule)
	}
	var words []string
	for _, w := range strings.Split(d.pick(alternatives), " ") {
		n := 1
		switch {
		case len(w) > 1 && rules[w[1:]] == nil:
		case w[0] == '?':
			n, w = d.IntN(2), "~"+w[1:]
		case w[0] == '*':
			n, w = d.IntN(4)*d.IntN(2), "~"+w[1:]
		case w[0] == '+':
			n, w = 1+d.IntN(3), "~"+w[1:]
		}
		for range n {
			words = append(words, names.ReplaceAllStringFunc(w, func(m string) string { return d.expand(m[1:]) }))
		}
	}
	return strings.Join(words, " ")
}

// mutate changes a line as people mistype, or reorders it.
func (d deck) mutate(line string) string {
	words := strings.Split(line, " ")
	i, k := d.IntN(len(words)), d.IntN(len(words))
	switch d.IntN(9) {
	case 0:
		words = append(words[:i:i], words[i+1:]...)
	case 1:
		words[i], words[k] = words[k], words[i]
	case 2:
		words = append(words[:i+1:i+1], words[i:]...)
	case 3:
		words[i] = strings.ToUpper(words[i])
	case 4:
		words[i] = `"` + strings.Trim(words[i], `"`) + `"`
	case 5:
		name, value, has := strings.Cut(words[i], "=")
		if has {
			words[i] = name + `="` + strings.Trim(value, `"`) + `"`
		}
	case 6:
		words[i] = strings.ToLower(words[i])
	case 7:
		if at := strings.Index(words[i], "="); at > 0 {
			words[i] = strings.ReplaceAll(words[i], "-", "_")
		}
	case 8:
		if len(words[i]) > 1 {
			at := d.IntN(len(words[i]))
			words[i] = words[i][:at] + words[i][at+1:]
		}
	}
	return strings.Join(words, " ")
}

// typed are the lines of a case as they are typed. "@load MODE TEXT" is a file
// with that text, " ++ " between its lines, and the command that loads it.
func (c testCase) typed(dir string) ([]string, error) {
	list := slices.Clone(c.lines)
	for i, line := range list {
		rest, is := strings.CutPrefix(line, "@load ")
		if !is {
			continue
		}
		mode, text, _ := strings.Cut(rest, " ")
		file := filepath.Join(dir, fmt.Sprintf("load%d.crm", i))
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, " ++ ", "\n")+"\n"), 0o644); err != nil {
			return nil, err
		}
		list[i] = "load " + mode + " " + file
	}
	return list, nil
}

// casesOf reads cases from a file, one a line.
func casesOf(file string) ([]testCase, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []testCase
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if line = strings.TrimRight(line, "\n"); line == "" {
			continue
		}
		base := "full"
		if rest, is := strings.CutPrefix(line, "@@"); is {
			base, line, _ = strings.Cut(rest, " ")
		}
		c := testCase{name: fmt.Sprintf("line %d", n), base: base, lines: strings.Split(line, " ;; ")}
		c.kind, _, _ = strings.Cut(c.lines[len(c.lines)-1], " ")
		list = append(list, c)
	}
	return list, nil
}
