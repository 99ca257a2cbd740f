package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	n := flag.Int("n", 1000, "how many clusters")
	from := flag.Uint64("from", 1, "the first seed")
	seed := flag.Uint64("seed", 0, "one seed only; tell what differs")
	shrink := flag.String("shrink", "", "write the smallest form of what differs into this folder")
	peer := flag.String("peer", "/usr/sbin/crm_simulate", "the peer's crm_simulate")
	floor := flag.Float64("floor", 0, "percentage of clusters that must agree wholly")
	list := flag.Bool("list", false, "name the seeds that differ, and how")
	mutate := flag.String("mutate", "", "change the CIBs of this folder, or drawn clusters (\"drawn\"), and compare what was alike before")
	flag.Parse()
	j := judges{ours: "bin/crm_simulate", peer: *peer}
	clusters, err := source(drawn), error(nil)
	if *mutate != "" {
		var m *mutants
		if m, err = newMutants(j, *mutate); err == nil {
			clusters = m.sample
		}
	}
	switch {
	case err != nil:
	case *seed != 0:
		err = j.one(clusters, *seed, *shrink)
	default:
		err = j.many(clusters, *from, *n, *floor, *list, *shrink)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
		os.Exit(1)
	}
}

// tally counts agreement.
type tally struct{ all, summary, scores, graph int }

func (t *tally) add(d difference) {
	t.all++
	for _, p := range []struct {
		count *int
		diff  string
	}{{&t.summary, d.summary}, {&t.scores, d.scores}, {&t.graph, d.graph}} {
		if p.diff == "" {
			*p.count++
		}
	}
}

// String is a row of the table.
func (t *tally) String() string {
	p := func(n int) string { return fmt.Sprintf("%5.1f%%", 100*float64(n)/float64(max(1, t.all))) }
	return fmt.Sprintf("%6d %8s %8s %8s", t.all, p(t.summary), p(t.graph), p(t.scores))
}

// many draws and compares so many clusters.
func (j judges) many(clusters source, from uint64, n int, floor float64, list bool, shrink string) error {
	total, invalid := &tally{}, 0
	by := map[string]*tally{}
	for seed := from; seed < from+uint64(n); seed++ {
		c, d, err := j.ask(clusters, seed)
		if errors.Is(err, errInvalid) {
			invalid++
			if list {
				fmt.Printf("%d: %v\n", seed, err)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		if list && d.any() {
			fmt.Printf("%d: %s: %s\n", seed, d.kinds(), strings.Join(append(c.features, c.notes...), " "))
			fmt.Print(d)
		}
		if shrink != "" && d.any() {
			if err := j.smallest(seed, c.doc, d, shrink); err != nil {
				return err
			}
		}
		total.add(d)
		for _, f := range c.features {
			if by[f] == nil {
				by[f] = &tally{}
			}
			by[f].add(d)
		}
	}
	fmt.Printf("%-18s %6s %8s %8s %8s\n", "feature", "seeds", "plan", "graph", "scores")
	var names []string
	for f := range by {
		names = append(names, f)
	}
	slices.Sort(names)
	for _, f := range names {
		fmt.Printf("%-18s %s\n", f, by[f])
	}
	fmt.Printf("%-18s %s\n", "all", total)
	if invalid > 0 {
		fmt.Println(invalid, "were of no use and do not count")
	}
	if got := 100 * float64(total.summary) / float64(total.all); got < floor {
		return fmt.Errorf("only %.1f%% of the plans agree, %.1f%% expected", got, floor)
	}
	return nil
}

// ask makes the cluster of a seed and asks both.
func (j judges) ask(clusters source, seed uint64) (sample, difference, error) {
	c, err := clusters(seed)
	if err != nil {
		return c, difference{}, err
	}
	d, err := j.compare(c.doc.Bytes())
	return c, d.less(c.useless), err
}

// one tells what differs for a seed.
func (j judges) one(clusters source, seed uint64, shrink string) error {
	c, d, err := j.ask(clusters, seed)
	if err != nil {
		return err
	}
	fmt.Println(strings.Join(append(c.features, c.notes...), "\n"))
	fmt.Println(d.String())
	if shrink == "" {
		return nil
	}
	if err := os.WriteFile(filepath.Join(shrink, fmt.Sprintf("%d.whole.xml", seed)), c.doc.Bytes(), 0o644); err != nil {
		return err
	}
	return j.smallest(seed, c.doc, d, shrink)
}
