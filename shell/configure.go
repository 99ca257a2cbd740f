package shell

import (
	"context"
	"slices"

	"crm/cib"
	"crm/completions"
)

func configureLevel() *Level {
	return &Level{Name: "configure", Short: "edit the configuration",
		Help: `The level works on a copy of the configuration: nothing reaches the cluster
before "commit". A statement of the language makes the object it names, or
takes its place: give it again to change it, or use "edit".`,
		Commands: slices.Concat(statementCommands(), viewCommands(), editCommands(), commitCommands()),
		Levels:   []*Level{cibLevel(), cibstatusLevel(), raLevel(), historyLevel(), assistLevel(), templateLevel()},
		leave:    leaveConfigure,
	}
}

func viewCommands() []*Command {
	return []*Command{
		{Name: "show", Usage: "[xml] [<id>|<glob>|changed|type:<t>|tag:<t>|related:<id>] ...", Short: "show the configuration", Args: atLeast(0),
			Complete: completions.ShowWords, Run: runShow,
			Help: `Without words everything is shown. "xml" shows XML. Several words show what any
of them selects; "and" between two keeps what both select.

  show changed            what differs from what was read
  show type:primitive     one kind
  show related:vip        a resource and all that names it`},
		{Name: "diff", Ours: true, Usage: "[xml]", Short: "show what a commit would change", Args: between(0, 1),
			Complete: completions.Plain("xml"), Run: runDiff},
		{Name: "verify", Short: "check the configuration", Args: none(), Run: runVerify},
		{Name: "ptest", Aliases: []string{"simulate"}, Usage: "[nograph] [scores] [utilization] [actions] [v...]",
			Short: "show what the cluster would do after a commit", Args: atLeast(0),
			Complete: completions.Each(completions.Plain("nograph", "scores", "utilization", "actions", "why", "v", "vv", "vvv")), Run: runSimulate},
		{Name: "get_property", Old: []string{"get-property"}, Usage: "[-t|--true] [<name> ...]", Short: "show the value of properties", Args: atLeast(0),
			Complete: completions.Each(completions.PropertyNames), Run: runGetProperty},
		{Name: "save", Usage: "[xml] [<id> ...] <file>", Short: "write the configuration to a file", Args: atLeast(1),
			Complete: completions.ShowWords, Run: runSave},
		{Name: "graph", Usage: "[dot|neato|fdp|sfdp|circo|twopi [<file> [<format>]]]", Short: "draw the configuration", Args: between(0, 3),
			Complete: completions.InTurn(completions.Words([2]string{"dot", "in layers, and the language of graphviz"}, [2]string{"neato", "by springs"},
				[2]string{"fdp", "by springs, groups in boxes"}, [2]string{"sfdp", "by springs, for large ones"}, [2]string{"circo", "in circles"}, [2]string{"twopi", "in rings round one"}), completions.Nothing,
				completions.Plain("svg", "png", "pdf", "ps")), Run: runGraph, Help: helpGraph},
		{Name: "schema", Usage: "[<name>]", Short: "show or set the schema", Args: between(0, 1), Complete: completions.Schemas, Run: runSchema},
		{Name: "_objects", Short: "list objects", Args: none(), Hidden: true, Run: runObjects},
		{Name: "_keywords", Short: "list keywords", Args: none(), Hidden: true, Run: runKeywords},
		{Name: "_test", Short: "check that the text reads back as the same", Args: none(), Hidden: true, Run: runSelfTest},
		{Name: "_regtest", Usage: "on|off", Short: "does nothing", Args: exactly(1), Hidden: true, Complete: completions.Plain("on", "off"),
			Run: func(context.Context, *Call) error { return nil }},
		gone("rsctest", "start and stop resources on nodes by hand", "use \"maintenance action\" or the lab"),
	}
}

func commitCommands() []*Command {
	return []*Command{
		{Name: "commit", Usage: "[force] [replace]", Short: "put the changes in force", Args: between(0, 2),
			Complete: completions.Each(completions.Plain("force", "replace")), Run: runCommit,
			Help: `Checks the configuration, shows what changes and what the cluster would do, asks
(not in a script, not with -y), and commits. What verify refuses is committed
with "force". When somebody else has committed in between the commit is
refused and the edit is kept.`},
		{Name: "refresh", Short: "drop the changes and read the configuration again", Args: none(), Run: runRefresh},
		{Name: "upgrade", Usage: "[force] [<schema>]", Short: "move to a newer schema", Args: between(0, 2),
			Complete: completions.Either(completions.Plain("force"), completions.Schemas), Run: runUpgrade},
		{Name: "rollback", Ours: true, Usage: "<number>", Short: "bring back a configuration of the history", Args: exactly(1),
			Complete: completions.Nothing, Run: runRollback},
	}
}

func runRefresh(ctx context.Context, c *Call) error {
	if c.Pending() {
		ok, err := c.confirm(ctx, "All changes will be dropped. Do you want to proceed?", true)
		if err != nil || !ok {
			return err
		}
	}
	c.work = nil
	_, err := c.configuration(ctx)
	return err
}

// leaveConfigure settles what is not committed: a person is asked, a script
// commits.
func leaveConfigure(ctx context.Context, s *Session) error {
	if !s.Pending() || s.work.refused && !s.Interactive {
		s.work = nil
		return nil
	}
	if s.Interactive && s.Ask != nil && !s.Options.Force && !s.Options.Yes {
		s.print(s.changesText())
		yes, err := s.Ask(ctx, "There are changes pending. Do you want to commit them?")
		if err != nil {
			return err
		}
		if !yes {
			s.work = nil
			return nil
		}
	}
	if err := s.commit(ctx, commitOptions{asked: true}); err != nil {
		return err
	}
	s.work = nil
	return nil
}

func runSchema(ctx context.Context, c *Call) error {
	if len(c.Args) == 0 {
		w, err := c.configuration(ctx)
		if err != nil {
			return err
		}
		c.print(attr(w.doc.Root(), "validate-with"))
		return nil
	}
	return c.edit(ctx, func(doc *cib.Document) error { return setSchema(doc, c.Args[0], c) })
}
