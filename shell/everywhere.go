package shell

import (
	"context"
	"strings"

	"crm/completions"
)

// everywhere are the commands that every level has.
func everywhere(atRoot bool) []*Command {
	list := []*Command{
		{Name: "cd", Usage: "[<level>]", Short: "go to another level", Args: between(0, 1), Complete: completeLevels,
			Help: "Goes to a level by its path: cd configure, cd ../resource, cd / for the top. Without a path: one level up.",
			Run:  runCd},
		{Name: "help", Aliases: []string{"?", "-h", "--help"}, Usage: "[<level>|<command>|<topic>]", Short: "show help",
			Args: atLeast(0), Complete: completeHelp, Run: runHelp,
			Help: "Help never needs a cluster. \"help topics\" lists what is told besides commands."},
		{Name: "ls", Short: "list levels and commands", Args: none(), Run: runLs,
			Help: "Lists the levels and commands of the present level."},
		{Name: "quit", Old: []string{"bye", "exit"}, Short: "leave the shell", Args: none(), Run: runQuit,
			Help: "Ends the session. Changes that are not committed are asked about first; a script commits them."},
	}
	if !atRoot {
		list = append(list, &Command{Name: "up", Old: []string{"end", "back"}, Short: "go one level up", Args: none(), Run: runUp,
			Help: "Leaves the level. Leaving configure with changes asks whether to commit them; a script commits them."})
	}
	return list
}

func runUp(ctx context.Context, c *Call) error {
	if len(c.path) == 1 {
		return nil
	}
	return c.pop(ctx)
}

func runQuit(ctx context.Context, c *Call) error {
	if err := c.Close(ctx); err != nil {
		return err
	}
	return ErrQuit
}

// runCd finds the levels of the whole path before it leaves any.
func runCd(ctx context.Context, c *Call) error {
	target := ".."
	if len(c.Args) > 0 {
		target = c.Args[0]
	}
	want := c.path
	if strings.HasPrefix(target, "/") {
		want = c.path[:1]
	}
	want = want[:len(want):len(want)]
	for _, part := range strings.Split(target, "/") {
		switch part {
		case "", ".":
		case "..":
			want = want[:max(1, len(want)-1)]
			want = want[:len(want):len(want)]
		default:
			e, ok := want[len(want)-1].lookup(part)
			if !ok || e.level == nil {
				return absentf("cd %s: there is no level %s", target, part)
			}
			want = append(want, e.level)
		}
	}
	return c.goTo(ctx, want)
}

func (s *Session) goTo(ctx context.Context, want []*Level) error {
	same := 0
	for same < len(want) && same < len(s.path) && want[same] == s.path[same] {
		same++
	}
	for len(s.path) > same {
		if err := s.pop(ctx); err != nil {
			return err
		}
	}
	for _, l := range want[same:] {
		if err := s.push(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func runLs(_ context.Context, c *Call) error {
	var names []string
	for _, l := range c.here().Levels {
		names = append(names, l.Name+"/")
	}
	for _, cmd := range c.here().Commands {
		if !cmd.Hidden {
			names = append(names, cmd.Name)
		}
	}
	c.print(columns(names, 80))
	return nil
}

// columns sets names in columns, filled downwards.
func columns(names []string, width int) string {
	if len(names) == 0 {
		return ""
	}
	widest := 0
	for _, n := range names {
		widest = max(widest, len(n)+2)
	}
	across := max(1, width/widest)
	rows := (len(names) + across - 1) / across
	var b strings.Builder
	for r := range rows {
		line := ""
		for i := r; i < len(names); i += rows {
			line += names[i] + strings.Repeat(" ", widest-len(names[i]))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func completeLevels(v *completions.View, args []string) []completions.Candidate {
	return v.Levels
}

func completeHelp(v *completions.View, args []string) []completions.Candidate {
	if len(args) > 0 {
		return v.Below(args)
	}
	return append(append([]completions.Candidate{}, v.Words...), topicCandidates()...)
}
