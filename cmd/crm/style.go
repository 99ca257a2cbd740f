package main

import (
	"io"
	"os"
	"strings"

	"github.com/fatih/color"

	"crm/shell"
)

// chooseStyle dresses text for a terminal, and only for one: not with
// NO_COLOR, not with TERM=dumb, not with -D plain.
func chooseStyle(want string, out io.Writer) shell.Style {
	switch want {
	case "plain":
		return shell.Style{}
	case "uppercase":
		return shell.Style{Keyword: strings.ToUpper, Name: strings.ToUpper}
	case "color-always":
		return colours()
	}
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isTerminal(out) {
		return shell.Style{}
	}
	return colours()
}

func colours() shell.Style {
	in := func(attributes ...color.Attribute) func(string) string {
		c := color.New(attributes...)
		c.EnableColor()
		return func(s string) string { return c.Sprint(s) }
	}
	return shell.Style{
		Error: in(color.FgRed), Warning: in(color.FgYellow), Info: in(color.FgGreen),
		Name: in(color.Bold), Keyword: in(color.FgYellow), Value: in(color.FgGreen),
		Added: in(color.FgGreen), Removed: in(color.FgRed), Dim: in(color.Faint),
	}
}
