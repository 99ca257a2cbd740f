package shell

import (
	"context"
	"fmt"
	"strings"

	"crm/completions"
	"crm/grammar"
)

// runHelp answers from the declarations and from the topics; it never asks
// the cluster.
func runHelp(_ context.Context, c *Call) error {
	if len(c.Args) == 0 {
		c.print(c.helpLevel(c.here()))
		return nil
	}
	if c.Args[0] == "topics" || c.Args[0] == "Topics" {
		c.print(helpTopics())
		return nil
	}
	if c.Args[0] == "manual" {
		c.print(c.manual())
		return nil
	}
	l := c.here()
	for i, word := range c.Args {
		e, ok := l.lookup(word)
		if !ok && i == 0 { // "help configure show" is understood at every level
			e, ok = c.tree.lookup(word)
		}
		switch {
		case !ok && i == 0:
			return c.helpTopic(word)
		case !ok:
			return absentf("help: level %s has no command %s", l.Name, word)
		case e.command != nil:
			return c.helpCommand(l, e.command)
		}
		l = e.level
	}
	c.print(c.helpLevel(l))
	return nil
}

func (c *Call) helpCommand(l *Level, cmd *Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n\nusage: %s\n", dress(c.Style.Name, cmd.Name), cmd.Short, strings.TrimSpace(cmd.Name+" "+cmd.Usage))
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "also:  %s\n", strings.Join(cmd.Aliases, ", "))
	}
	if len(cmd.Old) > 0 {
		fmt.Fprintf(&b, "old:   %s\n", strings.Join(cmd.Old, ", "))
	}
	if text := helpText(l, cmd); text != "" {
		b.WriteString("\n" + text + "\n")
	}
	c.print(b.String())
	return nil
}

func (c *Call) helpLevel(l *Level) string {
	var b strings.Builder
	title := l.Name
	if l == c.tree {
		title = "crm"
	}
	fmt.Fprintf(&b, "%s - %s\n", dress(c.Style.Name, title), l.Short)
	if l.Help != "" {
		b.WriteString("\n" + strings.TrimSpace(l.Help) + "\n")
	}
	width := 0
	for _, e := range l.spellings() {
		width = max(width, len(e.name())+1)
	}
	if len(l.Levels) > 0 {
		b.WriteString("\nLevels:\n")
		for _, sub := range l.Levels {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, sub.Name+"/", sub.Short)
		}
	}
	b.WriteString("\nCommands:\n")
	for _, cmd := range l.Commands {
		if !cmd.Hidden {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, cmd.Name, cmd.Short)
		}
	}
	b.WriteString("\n\"help NAME\" tells more of one, \"help topics\" of the language.\n")
	return b.String()
}

// topic is a page of help that belongs to no command.
type topic struct{ name, short, text string }

func (c *Call) helpTopic(word string) error {
	var names []string
	for _, t := range topics {
		if strings.EqualFold(t.name, word) {
			c.print(t.text)
			return nil
		}
		names = append(names, t.name)
	}
	for _, e := range c.here().spellings() {
		names = append(names, e.word)
	}
	if guess := grammar.Near(word, names); guess != "" {
		return absentf("help: nothing is called %s; did you mean %q?", word, guess)
	}
	return absentf("help: nothing is called %s; \"help\" and \"help topics\" list what there is", word)
}

func helpTopics() string {
	var b strings.Builder
	for _, t := range topics {
		fmt.Fprintf(&b, "  %-24s %s\n", t.name, t.short)
	}
	return b.String()
}

func topicCandidates() []completions.Candidate {
	list := make([]completions.Candidate, 0, len(topics))
	for _, t := range topics {
		list = append(list, completions.Candidate{Text: t.name, Meaning: t.short})
	}
	return list
}
