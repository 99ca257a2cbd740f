package shell

import (
	"context"
	"strconv"
	"strings"
	"time"

	"crm/cib"
	"crm/cib/crmtext"
	"crm/completions"
	"crm/grammar"
)

func historyLevel() *Level {
	const no = "logs and transitions are not collected by crm yet; \"history show\" lists committed configurations"
	l := &Level{Name: "history", Short: "configurations that were committed",
		Help: `Every committed configuration is kept. "list" numbers them: 0 is the present
one, 1 the one before.`,
		Commands: []*Command{
			{Name: "list", Ours: true, Usage: "[<how many>]", Short: "list committed configurations, newest first", Args: between(0, 1),
				Complete: completions.Nothing, Run: runHistoryList},
			{Name: "show", Usage: "<number>", Short: "show a configuration of the list", Args: exactly(1), Complete: completions.Nothing, Run: runHistoryShow},
			{Name: "diff", Usage: "<number> [<number>]", Short: "compare one with the one before it, or two", Args: between(1, 2),
				Complete: completions.Nothing, Run: runHistoryDiff},
		}}
	for _, name := range []string{"detail", "_dump", "events", "exclude", "graph", "info", "latest", "log", "node", "peinputs", "refresh",
		"resource", "session", "setnodes", "source", "transition", "transitions", "wdiff"} {
		l.Commands = append(l.Commands, gone(name, "-", no))
	}
	l.Commands = append(l.Commands, gone("limit", "-", no, "timeframe"))
	return l
}

func runHistoryList(ctx context.Context, c *Call) error {
	all, err := c.Cluster.History(ctx)
	if err != nil {
		return err
	}
	most := len(all)
	if len(c.Args) == 1 {
		if most, err = strconv.Atoi(c.Args[0]); err != nil || most < 0 {
			return newError(Usage, c.words[1].Pos, "history list: %q is no number", c.Args[0])
		}
	}
	rows := [][]string{{"no.", "version", "when", "who", "what"}}
	for i, r := range all[:min(most, len(all))] {
		when := ""
		if !r.When.IsZero() {
			when = r.When.UTC().Format(time.DateTime + "Z")
		}
		who := r.Who
		if r.From != "" {
			who += "@" + r.From
		}
		first, rest, more := strings.Cut(r.Note, "\n")
		if more {
			first += " (and " + strconv.Itoa(strings.Count(rest, "\n")+1) + " more)"
		}
		rows = append(rows, []string{strconv.Itoa(i), r.Version.String(), when, who, first})
	}
	c.print(table(rows))
	return nil
}

// revision finds an entry of the history by its number.
func (c *Call) revision(ctx context.Context, word string, at grammar.Pos) (Revision, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 {
		return Revision{}, newError(Usage, at, "%q is no number of the history; \"history list\" numbers it", word)
	}
	all, err := c.Cluster.History(ctx)
	if err != nil {
		return Revision{}, err
	}
	if n >= len(all) {
		return Revision{}, newError(NotFound, at, "the history has %d entries, numbered from 0; there is no %d", len(all), n)
	}
	return all[n], nil
}

func (r Revision) text(style crmtext.Style) (string, error) {
	doc, err := cib.Parse(r.CIB)
	if err != nil {
		return "", err
	}
	return textOf(doc, style), nil
}

func runHistoryShow(ctx context.Context, c *Call) error {
	r, err := c.revision(ctx, c.Args[0], c.words[1].Pos)
	if err != nil {
		return err
	}
	text, err := r.text(c.textStyle())
	c.print(text)
	return err
}

func runHistoryDiff(ctx context.Context, c *Call) error {
	newer, err := c.revision(ctx, c.Args[0], c.words[1].Pos)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(c.Args[0])
	other, at := strconv.Itoa(n+1), c.words[1].Pos
	if len(c.Args) == 2 {
		other, at = c.Args[1], c.words[2].Pos
	}
	older, err := c.revision(ctx, other, at)
	if err != nil {
		return err
	}
	after, err := newer.text(c.textStyle())
	if err != nil {
		return err
	}
	before, err := older.text(c.textStyle())
	if err != nil {
		return err
	}
	c.print(lineDiff(before, after, c.Style))
	return nil
}
