package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// patience is how much CPU time a run of the peer may use before it is cut.
	patience = 30 * time.Second
	// forever is the end of any run, also on a machine with much else to do.
	forever = 20 * time.Minute
	// enough is the CPU time after which no more runs are needed.
	enough = 2 * time.Second
	most   = 15
)

// sample is what one run of a process cost.
type sample struct {
	user, system time.Duration
	rss          int64 // bytes, at the peak
	cut          bool  // ended by us, when it had used its patience
}

// cpu is the time in the program and for it in the kernel.
func (s sample) cpu() time.Duration { return s.user + s.system }

// several runs a program until its figures are steady: short runs often, long
// ones once. The kernel splits a short run into user and system time by
// chance, so the figures are means, of the half of the runs with the least
// CPU time: the others were disturbed.
func several(prepare func() error, argv ...string) (sample, error) {
	var all []sample
	var spent time.Duration
	for len(all) < most && (spent < enough || len(all) == 2) {
		if prepare != nil {
			if err := prepare(); err != nil {
				return sample{}, err
			}
		}
		s, err := once(argv...)
		if err != nil || s.cut {
			return s, err
		}
		all = append(all, s)
		spent += s.cpu()
	}
	slices.SortFunc(all, func(a, b sample) int { return int(a.cpu() - b.cpu()) })
	best := all[:(len(all)+1)/2]
	var mean sample
	for _, s := range best {
		mean.user += s.user
		mean.system += s.system
		mean.rss += s.rss
	}
	n := len(best)
	return sample{user: mean.user / time.Duration(n), system: mean.system / time.Duration(n), rss: mean.rss / int64(n)}, nil
}

// once runs a program, with a bound on its CPU time set by a shell that the
// program then takes the place of. What it prints is thrown away.
func once(argv ...string) (sample, error) {
	ctx, cancel := context.WithTimeout(context.Background(), forever)
	defer cancel()
	bound := "ulimit -t " + strconv.Itoa(int(patience.Seconds())) + `; exec "$@"`
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", bound, "sh"}, argv...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return sample{}, err
	}
	s := sample{user: cmd.ProcessState.UserTime(), system: cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rss = u.Maxrss * 1024
	}
	if ctx.Err() != nil || err != nil && s.cpu() >= patience*9/10 { // the kernel counts in its own ticks
		s.cut = true
		return s, nil
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return s, fmt.Errorf("%s: %w: %.300s", strings.Join(argv, " "), err, strings.TrimSpace(stderr.String()))
	}
	return s, err
}

// installed tells whether there is such a program.
func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
