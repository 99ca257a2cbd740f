package shell

import (
	"context"

	"crm/cib"
	"crm/completions"
)

func maintenanceLevel() *Level {
	return &Level{Name: "maintenance", Short: "maintenance mode of the cluster or of a resource",
		Commands: []*Command{
			{Name: "on", Usage: "[<rsc>]", Short: "stop managing: the whole cluster, or one resource", Args: between(0, 1),
				Complete: completions.InTurn(completions.Resources), Run: maintain("true"),
				Help: "Resources are left as they are and are not monitored until \"maintenance off\"."},
			{Name: "off", Usage: "[<rsc>]", Short: "manage again", Args: between(0, 1),
				Complete: completions.InTurn(completions.Resources), Run: maintain("false")},
			{Name: "action", Usage: "<rsc> <action> [ssh]", Short: "run an action of a resource's agent by hand", Args: between(2, 3),
				Complete: completions.InTurn(completions.Primitives, completions.Plain("start", "stop", "monitor", "meta-data",
					"validate-all", "promote", "demote", "notify", "reload", "migrate_to", "migrate_from", "recover")),
				Run: runMaintenanceAction},
		}}
}

// maintain sets the property maintenance-mode, or the resource's meta
// attribute.
func maintain(value string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		if len(c.Args) == 1 {
			return c.setMeta(ctx, c.Args, "maintenance", value)
		}
		return c.change(ctx, "maintenance "+value, func(doc *cib.Document) (bool, error) {
			old, set := doc.Property("maintenance-mode")
			doc.SetProperty("maintenance-mode", value)
			return !set || old != value, nil
		})
	}
}

func runMaintenanceAction(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	e := doc.Resource(c.Args[0])
	if e == nil {
		return noResource(doc, c.Args[0])
	}
	v, _ := doc.Property("maintenance-mode")
	own, _ := cib.NVValue(topmost(e), cib.MetaAttributes, "maintenance")
	if !cib.IsTrue(v) && !cib.IsTrue(own) && !c.Options.Force {
		return refusef("%s is managed by the cluster: acting behind its back ends badly; first \"maintenance on %s\", or use -F",
			c.Args[0], c.Args[0])
	}
	return c.operate(ctx, Operation{Verb: "action", Resource: c.Args[0], Name: c.Args[1]})
}

// operate hands a request to the cluster and shows its answer.
func (s *Session) operate(ctx context.Context, op Operation) error {
	answer, err := s.Cluster.Operate(ctx, op)
	if err != nil {
		return err
	}
	s.print(answer)
	return s.waitIfAsked(ctx)
}
