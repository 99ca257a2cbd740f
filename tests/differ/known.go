package main

import (
	"regexp"
	"slices"
	"strings"
)

// reworded are words of Pacemaker 2.1.5 that are others today.
var reworded = strings.NewReplacer(
	"termination was requested", "fencing was requested",
	"(maintenance)", "(unmanaged)", // a resource in maintenance is said to be
	"unmigrateable", "unrunnable",
	", maintenance)", ", unmanaged)",
	"(maintenance, disabled)", "(disabled, unmanaged)",
	"(unmanaged, disabled)", "(disabled, unmanaged)",
	"(maintenance, ", "(unmanaged, ",
)

// unsure is what 2.1.5 does not know how to go on from when it simulates: it
// keeps the history of a fenced node, and takes a cancelled monitor for a sign
// of life.
var unsure = regexp.MustCompile(`^\* Fencing .* \(|^\* Resource action: .* cancel=`)

// masked is why a probe that failed counts as "not running"; 2.1.5 tells it
// of fewer results.
var masked = regexp.MustCompile(`(Stopped|Stopping)( \S+)? \((?i:Invalid parameter|Not installed|Not running)\)`)

// planLines are the lines of a plan, less what the versions say differently.
// What is where afterwards is compared only when both can know.
func planLines(out string) []string {
	var lines []string
	skip := false
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(blanks.ReplaceAllString(reworded.Replace(line), " "))
		if line == "" || logged(line) {
			continue
		}
		skip = skip || unsure.MatchString(line)
		if skip && line == "Revised Cluster Status:" {
			break
		}
		lines = append(lines, strings.TrimSpace(masked.ReplaceAllString(line, "$1$2")))
	}
	return lines
}

// graphLines are what a dot file has in bold: what is done, and what waits for
// what; less the orders among the instances of one clone, which today are
// made between any two of them, and in 2.1.5 between neighbours.
func graphLines(dot string) []string {
	var lines []string
	for line := range strings.Lines(dot) {
		if !strings.Contains(line, "bold") || amongInstances(line) || strings.HasPrefix(line, `"probe_again `) {
			continue
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

var edge = regexp.MustCompile(`^\s*"([^" :]+?)(:\d+)?_(start|stop|monitor|running|stopped)_0 ?([^"]*)" -> "([^" :]+?)(:\d+)?_(start|stop)_0 ?([^"]*)"`)

func amongInstances(line string) bool {
	m := edge.FindStringSubmatch(line)
	return m != nil && m[1] == m[5] && (m[2] != m[6] || m[4] != m[8])
}

// logged lines go to standard error: their words are each program's own, and
// where they come among the others is chance.
func logged(line string) bool {
	for _, s := range []string{"warning:", "error:", "notice:", "Only 'private' parameters", "Transition failed: terminated", "An invalid transition was produced"} {
		if strings.Contains(line, s) {
			return true
		}
	}
	return false
}
