package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	engineRuns = 3
	// patience is how long a run of the peer may take before it is cut.
	patience = 60 * time.Second
	peerSim  = "/usr/sbin/crm_simulate"
)

// plan is a CIB for the engine that the generator of the cases writes.
type plan struct {
	prims, nodes int
	state        string
}

// String is the plan as the rows name it.
func (p plan) String() string { return fmt.Sprintf("%d x %d %s", p.prims, p.nodes, p.state) }

var plans = []plan{{1000, 32, "fresh"}, {1000, 32, "steady"}, {1000, 16, "noprobe"}, {5000, 16, "noprobe"},
	{5000, 16, "steady"}, {5000, 16, "fresh"}, {10000, 16, "noprobe"}}

// oldNames are the options that Pacemaker 2.1 knows by other names.
var oldNames = strings.NewReplacer(`name="fencing-enabled"`, `name="stonith-enabled"`, `name="fencing-action"`, `name="stonith-action"`,
	`name="fencing-timeout"`, `name="stonith-timeout"`, `name="fencing-max-attempts"`, `name="stonith-max-attempts"`,
	`name="fencing-watchdog-timeout"`, `name="stonith-watchdog-timeout"`)

// conformance is the folder with the peers' cases, "" without them.
func conformance() string {
	root := os.Getenv("CRM_SHARED")
	if root == "" {
		root = filepath.Join("..", "shared")
	}
	dir := filepath.Join(root, "conformance")
	if _, err := os.Stat(filepath.Join(dir, "gencib.py")); err != nil {
		return ""
	}
	return dir
}

// benchEngine times decisions on large inputs, in CPU time as the issue does.
func benchEngine(dir string) error {
	data := conformance()
	if data == "" {
		fmt.Println("\nlarge inputs: skipped, gencib.py is not here (CRM_SHARED can say where)")
		return nil
	}
	sim, err := filepath.Abs("bin/crm_simulate")
	if err != nil {
		return err
	}
	fmt.Printf("\n%-22s %9s %10s %10s   %10s %10s %7s\n", "crm_simulate -S", "input", "cpu", "memory", "peer cpu", "memory", "times")
	cpu := map[plan]time.Duration{}
	for _, p := range plans {
		ours, err := benchPlan(filepath.Join(dir, "plan.xml"), data, sim, p)
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
		cpu[p] = ours.cpu
	}
	small, large := plan{1000, 16, "noprobe"}, plan{10000, 16, "noprobe"}
	fmt.Printf("growth, noprobe x 16 from 1,000 to 10,000 primitives: %.1f times\n", float64(cpu[large])/float64(cpu[small]))
	return benchCases(filepath.Join(data, "scheduler", "xml"), sim)
}

func benchPlan(file, data, sim string, p plan) (sample, error) {
	text, err := exec.Command("python3", filepath.Join(data, "gencib.py"), "--prims", strconv.Itoa(p.prims),
		"--nodes", strconv.Itoa(p.nodes), "--state", p.state).Output()
	if err != nil {
		return sample{}, fmt.Errorf("gencib.py: %w", err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return sample{}, err
	}
	var best sample
	for i := range engineRuns {
		s, err := timed(sim, file, 10*patience)
		if err != nil {
			return sample{}, err
		}
		if i == 0 || s.cpu < best.cpu {
			best = s
		}
	}
	fmt.Printf("%-22s %6.1f MB %s", p, float64(len(text))/(1<<20), figures(best))
	peerFile := file + ".peer"
	if err := os.WriteFile(peerFile, []byte(oldNames.Replace(string(text))), 0o644); err != nil {
		return sample{}, err
	}
	fmt.Println(besidePeer(peerFile, best))
	return best, nil
}

// besidePeer is the right half of a row.
func besidePeer(file string, ours sample) string {
	if _, err := exec.LookPath(peerSim); err != nil {
		return "   (no peer)"
	}
	peer, err := timed(peerSim, file, patience)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("   %s, cut after %v: more than %.1f times", figures(peer), patience, float64(peer.cpu)/float64(ours.cpu))
	}
	if err != nil {
		return fmt.Sprintf("   peer: %v", err)
	}
	return fmt.Sprintf("   %s %7.1f", figures(peer), float64(peer.cpu)/float64(ours.cpu))
}

func figures(s sample) string {
	return fmt.Sprintf("%8.2f s %7.0f MB", s.cpu.Seconds(), float64(s.rss)/(1<<20))
}

// timed is the cost of one simulation; when cut, of what ran until then.
func timed(sim, file string, limit time.Duration) (sample, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, sim, "-x", file, "-S")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &stderr
	began := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(began)}
	if cmd.ProcessState != nil {
		s.cpu = cmd.ProcessState.UserTime()
		if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			s.rss = u.Maxrss * 1024
		}
	}
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	if err != nil {
		return s, fmt.Errorf("%s -x %s: %w: %s", sim, file, err, strings.TrimSpace(stderr.String()))
	}
	return s, nil
}

// benchCases runs every case twice, a process each.
func benchCases(dir, sim string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(files) == 0 {
		fmt.Println("cases: skipped, there are none in", dir)
		return err
	}
	began := time.Now()
	for range 2 {
		for _, file := range files {
			cmd := exec.Command(sim, "-x", file, "-S")
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				return err
			}
		}
	}
	fmt.Printf("%d cases, two runs each: %.1f s\n", len(files), time.Since(began).Seconds())
	return nil
}
