package shell

import (
	"context"
	"strings"

	"crm/completions"
)

func labLevel() *Level {
	one := completions.InTurn(completions.Nodes)
	return &Level{Name: "lab", Short: "harm the members of this laboratory (in \"crm lab\" only)",
		enter: func(_ context.Context, s *Session) error {
			if s.Lab == nil {
				return refusef("this is no laboratory; \"crm lab 3\" at the login shell starts one with three members")
			}
			return nil
		},
		Commands: []*Command{
			{Name: "status", Short: "show the members' processes", Args: none(), Run: runLabStatus},
			{Name: "kill", Usage: "<member>", Short: "kill a member's daemon (kill -9); its node is fenced for that", Args: exactly(1), Complete: one,
				Run: func(ctx context.Context, c *Call) error { return c.Lab.Kill(ctx, c.Args[0]) }},
			{Name: "stop", Usage: "<member>", Short: "stop a member cleanly", Args: exactly(1), Complete: one,
				Run: func(ctx context.Context, c *Call) error { return c.Lab.Stop(ctx, c.Args[0]) }},
			{Name: "start", Usage: "<member>", Short: "start a member again", Args: exactly(1), Complete: one,
				Run: func(ctx context.Context, c *Call) error { return c.Lab.Start(ctx, c.Args[0]) }},
			{Name: "restart", Usage: "<member>", Short: "kill a member's daemon and start it again", Args: exactly(1), Complete: one,
				Run: func(ctx context.Context, c *Call) error { return c.Lab.Restart(ctx, c.Args[0]) }},
			{Name: "poweroff", Usage: "<member>", Short: "cut a member's power: all its processes end at once", Args: exactly(1), Complete: one,
				Run: func(ctx context.Context, c *Call) error { return c.Lab.PowerOff(ctx, c.Args[0]) }},
			{Name: "cut", Usage: "<member> [<member>]", Short: "cut the way between two members, or pull the cable of one", Args: between(1, 2),
				Complete: completions.InTurn(completions.Nodes, completions.Nodes),
				Run: func(ctx context.Context, c *Call) error {
					return c.Lab.Cut(ctx, c.Args[0], strings.Join(c.Args[1:], ""))
				}},
			{Name: "run", Usage: "<member> <command> ...", Short: "run a command inside a member; \"client\" is a visitor's place in the network",
				Args: atLeast(2), Complete: one, Run: runLabRun},
			{Name: "heal", Short: "mend all cables", Args: none(),
				Run: func(ctx context.Context, c *Call) error { return c.Lab.Heal(ctx) }},
		}}
}

func runLabStatus(ctx context.Context, c *Call) error {
	members, err := c.Lab.Members(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"member", "state", "address", "folder"}}
	for _, m := range members {
		rows = append(rows, []string{m.Name, m.State, m.Address, m.Folder})
	}
	c.print(table(rows))
	return nil
}

func runLabRun(ctx context.Context, c *Call) error {
	text, err := c.Lab.Output(ctx, c.Args[0], c.Args[1:])
	c.print(text)
	return err
}
