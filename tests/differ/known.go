package main

import (
	"regexp"
	"strings"
)

// reworded are words of Pacemaker 2.1.5 that are others today.
var reworded = strings.NewReplacer(
	"termination was requested", "fencing was requested",
	"(maintenance)", "(unmanaged)", // a resource in maintenance is said to be
	", maintenance)", ", unmanaged)",
)

var fenced = regexp.MustCompile(`^\* Fencing .* \(`)

// planLines are the lines of a plan, less what the versions say differently:
// 2.1.5 keeps the history of a node whose fencing it simulates, so what is
// where afterwards is compared only when nothing was fenced.
func planLines(out string) []string {
	var lines []string
	wasFenced := false
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(blanks.ReplaceAllString(reworded.Replace(line), " "))
		if line == "" || logged(line) {
			continue
		}
		wasFenced = wasFenced || fenced.MatchString(line)
		if wasFenced && line == "Revised Cluster Status:" {
			break
		}
		lines = append(lines, line)
	}
	return lines
}

// logged lines go to standard error; their words are each program's own.
func logged(line string) bool {
	for _, s := range []string{"warning:", "error:", "notice:"} {
		if strings.Contains(line, s) {
			return true
		}
	}
	return false
}
