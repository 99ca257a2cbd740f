package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	s := source{}
	flag.IntVar(&s.n, "n", 500, "how many cases")
	flag.Uint64Var(&s.from, "from", 1, "the first seed")
	seed := flag.Uint64("seed", 0, "one seed only; tell all that differs")
	flag.StringVar(&s.file, "file", "", "take the cases from this file")
	flag.StringVar(&s.corpus, "corpus", "", "change lines of this corpus.jsonl at random")
	flag.StringVar(&s.only, "only", "", "draw statements of this kind only")
	floor := flag.Float64("floor", 0, "percentage of cases that must agree wholly")
	shrink := flag.Bool("shrink", true, "make what differs as small as possible")
	peer := flag.String("peer", "/usr/sbin/crm", "the peer's crm")
	ours := flag.String("ours", "bin/crm", "our crm")
	flag.Parse()
	if *seed != 0 {
		s.from, s.n = *seed, 1
	}
	if err := run(s, *peer, *ours, *floor, *shrink); err != nil {
		fmt.Fprintln(os.Stderr, "crmdiffer:", err)
		os.Exit(1)
	}
}

func run(s source, peer, ours string, floor float64, shrink bool) error {
	cases, err := s.cases()
	if err != nil {
		return err
	}
	j, err := newJudges(peer, ours)
	if err != nil {
		return err
	}
	defer j.close()
	return j.many(cases, floor, shrink)
}

// source says where cases come from.
type source struct {
	file, corpus, only string
	from               uint64
	n                  int
}

// cases are those to be tried.
func (s source) cases() ([]testCase, error) {
	if s.file != "" {
		return casesOf(s.file)
	}
	var given []testCase
	if s.corpus != "" {
		var err error
		if given, err = casesOfCorpus(s.corpus); err != nil {
			return nil, err
		}
	}
	var list []testCase
	for seed := s.from; seed < s.from+uint64(s.n); seed++ {
		if given != nil {
			list = append(list, changed(seed, given))
			continue
		}
		list = append(list, draw(seed, s.only))
	}
	return list, nil
}

// tally counts agreement.
type tally struct{ all, verdict, xml, show, fixed int }

func (t *tally) add(d difference) {
	t.all++
	for _, p := range []struct {
		count *int
		diff  string
	}{{&t.verdict, d.verdict}, {&t.xml, d.xml}, {&t.show, d.show}, {&t.fixed, d.fixed}} {
		if p.diff == "" {
			*p.count++
		}
	}
}

// String is a row of the table.
func (t *tally) String() string {
	p := func(n int) string { return fmt.Sprintf("%5.1f%%", 100*float64(n)/float64(max(1, t.all))) }
	return fmt.Sprintf("%6d %8s %8s %8s %8s", t.all, p(t.verdict), p(t.xml), p(t.show), p(t.fixed))
}

// many compares so many cases and prints the table.
func (j *judges) many(cases []testCase, floor float64, shrink bool) error {
	total, whole, left := &tally{}, 0, 0
	by := map[string]*tally{}
	for _, c := range cases {
		d, err := j.compare(c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if known(c, d) {
			left++
			continue
		}
		if d.any() {
			small := c
			if shrink {
				small, d = j.smallest(c, d)
			}
			if known(small, d) {
				left++
				continue
			}
			fmt.Printf("== %s (%s)\n%s\n%s", c.name, c.base, strings.Join(small.lines, "\n"), d)
		} else {
			whole++
		}
		total.add(d)
		if by[c.kind] == nil {
			by[c.kind] = &tally{}
		}
		by[c.kind].add(d)
	}
	fmt.Printf("%-18s %6s %8s %8s %8s %8s\n", "statement", "cases", "taken", "xml", "show", "again")
	var kinds []string
	for k := range by { // order: sorted below
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Printf("%-18s %s\n", k, by[k])
	}
	fmt.Printf("%-18s %s\n", "all", total)
	agree := 100 * float64(whole) / float64(max(1, total.all))
	fmt.Printf("%.1f%% of the cases agree wholly; %d are known differences and do not count\n", agree, left)
	if agree < floor {
		return fmt.Errorf("only %.1f%% agree, %.1f%% expected", agree, floor)
	}
	return nil
}
