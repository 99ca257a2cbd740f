package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	runs = 7
	// slow is when once must do: nobody waits for seven runs of a minute.
	slow = 3 * time.Second
)

// sample is what one run of a process cost.
type sample struct {
	wall, cpu time.Duration
	rss       int64 // bytes
}

func main() {
	dir, err := os.MkdirTemp("", "crm-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if err = bench(dir); err == nil {
		err = benchCompletion()
	}
	if err == nil {
		err = benchEngine(dir)
	}
	if e := os.RemoveAll(dir); err == nil {
		err = e
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// row is one thing to time, with the peer's command for the same.
type row struct {
	what       string
	ours, peer []string
	prepare    func() error // before each run
}

func bench(dir string) error {
	rows, err := allRows(dir)
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %10s %10s %9s   %10s %10s %9s %7s\n", "medians of "+fmt.Sprint(runs)+" runs",
		"wall", "cpu", "memory", "peer wall", "cpu", "memory", "times")
	for _, r := range rows {
		ours, err := median(r, r.ours)
		if err != nil {
			return fmt.Errorf("%s: %w", r.what, err)
		}
		fmt.Printf("%-44s %s", r.what, ours)
		if _, err := exec.LookPath(first(r.peer)); err != nil {
			fmt.Printf("   %10s\n", "(no peer)")
			continue
		}
		peer, err := median(r, r.peer)
		if err != nil {
			fmt.Printf("   peer: %v\n", err)
			continue
		}
		fmt.Printf("   %s %7.1f\n", peer, float64(peer.wall)/float64(ours.wall))
	}
	return nil
}

func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// String is the sample as three columns.
func (s sample) String() string {
	return fmt.Sprintf("%7.1f ms %7.1f ms %6.1f MB", ms(s.wall), ms(s.cpu), float64(s.rss)/(1<<20))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(r row, argv []string) (sample, error) {
	var walls, cpus []time.Duration
	var rss []int64
	for i := range runs + 1 {
		if r.prepare != nil {
			if err := r.prepare(); err != nil {
				return sample{}, err
			}
		}
		s, err := once(argv)
		if err != nil {
			return sample{}, err
		}
		if s.wall > slow {
			return s, nil
		}
		if i == 0 {
			continue // warms the caches
		}
		walls, cpus, rss = append(walls, s.wall), append(cpus, s.cpu), append(rss, s.rss)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	slices.Sort(rss)
	return sample{walls[runs/2], cpus[runs/2], rss[runs/2]}, nil
}

func once(argv []string) (sample, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(began)}
	if ctx.Err() != nil {
		return s, fmt.Errorf("%s: cut after %v", argv[0], patience)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return s, fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(stderr.String()))
	}
	if err != nil {
		return s, err
	}
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rss = u.Maxrss * 1024
	}
	return s, nil
}

// allRows are the figures that the README and the issues promise.
func allRows(dir string) ([]row, error) {
	crm, err := filepath.Abs("bin/crm")
	if err != nil {
		return nil, err
	}
	small, large := filepath.Join(dir, "small.xml"), filepath.Join(dir, "large.xml")
	script := filepath.Join(dir, "thousand.crm")
	for file, text := range map[string]string{small: document(3), large: document(1000), script: commands(1000)} { // order: separate files
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	work := filepath.Join(dir, "work.xml")
	fresh := func(text string) func() error {
		return func() error { return os.WriteFile(work, []byte(text), 0o644) }
	}
	on := func(file string, words ...string) []string {
		return append([]string{"env", "CIB_file=" + file}, words...)
	}
	peer := "/usr/sbin/crm"
	if _, err := exec.LookPath(peer); err != nil {
		peer = "crmsh is not installed"
	}
	rows := []row{
		{what: "crm configure show, 3 primitives", ours: on(small, crm, "configure", "show")},
		{what: "crm configure show, 1,000 primitives", ours: on(large, crm, "configure", "show")},
		{what: "crm configure verify, 1,000 primitives", ours: on(large, crm, "configure", "verify")},
		{what: "one primitive added to 1,000", ours: on(work, crm, "configure", "primitive", "extra", "ocf:heartbeat:Dummy"),
			prepare: fresh(document(1000))},
		{what: "crm -f, 1,000 statements and commit", ours: on(work, crm, "-f", script), prepare: fresh(document(0))},
	}
	for i, r := range rows {
		rows[i].peer = slices.Clone(r.ours)
		rows[i].peer[2] = peer
		if strings.HasPrefix(peer, "crmsh") {
			rows[i].peer = []string{peer}
		}
	}
	sim := filepath.Join(filepath.Dir(crm), "crm_simulate")
	rows = append(rows, row{what: "crm_simulate -S, 1,000 primitives", ours: []string{sim, "-x", large, "-S"},
		peer: []string{peerSim, "-x", large, "-S"}})
	five := filepath.Join(dir, "five.xml")
	if err := os.WriteFile(five, []byte(sized(5<<20)), 0o644); err != nil {
		return nil, err
	}
	query := []string{"-Q", "--xpath", "/cib/configuration/crm_config"}
	return append(rows, row{what: "a CIB of 5 MB loaded, one section queried",
		ours: on(five, append([]string{filepath.Join(filepath.Dir(crm), "cibadmin")}, query...)...),
		peer: on(five, append([]string{"/usr/sbin/cibadmin"}, query...)...)}), nil
}
