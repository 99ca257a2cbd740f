package main

import (
	"context"
	"os"
	"time"

	"crm/node/lab"
	"crm/shell"
)

// laboratory fits a lab to the shell's level of that name.
type laboratory struct{ lab *lab.Lab }

// openLab is the lab that this process was started in, if any.
func openLab() shell.Lab {
	dir := os.Getenv(lab.DirVar)
	if dir == "" {
		return nil
	}
	l, err := lab.Attach(dir)
	if err != nil {
		return nil
	}
	return laboratory{l}
}

// Members lists the members and how they are.
func (l laboratory) Members(ctx context.Context) ([]shell.LabMember, error) {
	states, err := l.lab.States(ctx)
	if err != nil {
		return nil, err
	}
	var all []shell.LabMember
	for _, m := range l.lab.Members {
		all = append(all, shell.LabMember{Name: m.Name, State: states[m.Name], Address: m.Addr, Folder: m.Dir})
	}
	return all, nil
}

// Kill kills the member's daemon; whoever watches it will fence the rest.
func (l laboratory) Kill(ctx context.Context, member string) error { return l.lab.Kill(ctx, member) }

// Stop stops the member's daemon cleanly.
func (l laboratory) Stop(ctx context.Context, member string) error {
	return l.lab.Stop(ctx, member, 2*time.Minute)
}

// Start starts the member's daemon, and its power before when that is off.
func (l laboratory) Start(ctx context.Context, member string) error {
	states, err := l.lab.States(ctx)
	if err == nil && states[member] == lab.PowerOff {
		return l.lab.PowerOn(ctx, member)
	}
	return l.lab.Run(ctx, member)
}

// Cut cuts the cable between two members.
func (l laboratory) Cut(ctx context.Context, a, b string) error { return l.lab.Cut(ctx, a, b) }

// Heal mends all cables.
func (l laboratory) Heal(ctx context.Context) error { return l.lab.Heal(ctx) }

// Restart kills the member's daemon and starts it again.
func (l laboratory) Restart(ctx context.Context, member string) error {
	return l.lab.Restart(ctx, member)
}

// PowerOff ends all processes of the member.
func (l laboratory) PowerOff(ctx context.Context, member string) error {
	return l.lab.PowerOff(ctx, member)
}

// Output runs a command inside a member.
func (l laboratory) Output(ctx context.Context, member string, argv []string) (string, error) {
	if member == "client" {
		member = ""
	}
	text, err := l.lab.Output(ctx, member, argv...)
	return string(text), err
}
