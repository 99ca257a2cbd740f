package shell

import (
	"context"
	"errors"

	"crm/cib"
	"crm/completions"
	"crm/engine"
)

func whyCommand() *Command {
	return &Command{Name: "why", Ours: true, Usage: "<rsc> [<node>]", Short: "explain why a resource is where it is", Args: between(1, 2),
		Complete: completions.InTurn(completions.Resources, completions.Nodes), Run: runWhy,
		Help: `Tells where the cluster wants the resource and why: what its score on each node
is made of (constraints by their ids, stickiness, failures, health, bans), which
nodes cannot be used, and what will be done with it, with the chain of causes.
"configure simulate why RSC" tells the same of the configuration being edited.`}
}

// runWhy explains a resource of the cluster as it is.
func runWhy(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	return c.explain(doc, c.Args)
}

// explain tells of a resource, on one node only if one is named.
func (c *Call) explain(doc *cib.Document, args []string) error {
	if c.Now == nil {
		return errors.New("the time is not known here: rules cannot be judged")
	}
	node := ""
	if len(args) > 1 {
		if node = args[1]; doc.Node(node) == nil {
			return newError(NotFound, noPos, "there is no node %s", node)
		}
	}
	out, err := engine.Run(engine.Input{CIB: doc, Now: c.Now(), Explain: true})
	if err != nil {
		return err
	}
	list, err := out.Why(args[0])
	if errors.Is(err, engine.ErrNoResource) {
		_, err = resolve(doc, args[:1]) // it knows what was meant
	}
	if err != nil {
		return err
	}
	for _, x := range list {
		for _, line := range x.Lines(node) {
			c.print(line + "\n")
		}
	}
	return nil
}
