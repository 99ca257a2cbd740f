package shell

import (
	_ "embed" // pages.txt
	"slices"
	"strings"
)

//go:embed pages.txt
var pagesText string

// page is what pages.txt has to tell of a command: an explanation where it
// needs one, then examples, set in.
func page(level *Level, cmd *Command) string {
	key := cmd.Name
	if level.Name != "" && !slices.Contains(onEveryLevel, key) {
		key = level.Name + " " + key
	}
	_, rest, _ := strings.Cut("\n"+pagesText, "\n== "+key+"\n")
	text, _, _ := strings.Cut(rest, "\n== ")
	return strings.TrimRight(text, "\n")
}

// onEveryLevel are the commands whose page is the same on all levels.
var onEveryLevel = []string{"cd", "help", "ls", "quit", "up"}

// helpText is the long help of a command: what its declaration says, then its
// page.
func helpText(level *Level, cmd *Command) string {
	return strings.Trim(strings.TrimRight(cmd.Help, "\n")+"\n\n"+page(level, cmd), "\n")
}
