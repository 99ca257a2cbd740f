package agent

import (
	"context"
	"slices"
)

// service is whichever of LSB and systemd has an agent of the name, the init
// script first.
type service struct{ r *Runner }

func (c *service) of(typ string) Class {
	init := &lsb{c.r}
	if init.find(typ) != "" || !c.r.Roots.Systemd {
		return init
	}
	return &systemd{c.r}
}

// Providers is nil: services have none.
func (c *service) Providers() []string { return nil }

// Types are the names of both.
func (c *service) Types(string) []string {
	names := (&lsb{c.r}).Types("")
	if c.r.Roots.Systemd {
		names = append(names, (&systemd{c.r}).Types("")...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Metadata asks the class that has it.
func (c *service) Metadata(ctx context.Context, ref Ref) ([]byte, error) {
	return c.of(ref.Type).Metadata(ctx, ref)
}

// Run calls the class that has it.
func (c *service) Run(ctx context.Context, op Op) Result { return c.of(op.Ref.Type).Run(ctx, op) }
