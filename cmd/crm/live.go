package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"crm/cib"
	"crm/node"
	"crm/node/control"
	"crm/shell"
)

// askPatience bounds a request that should be answered at once.
const askPatience = 30 * time.Second

// liveCluster is the daemon behind a socket.
type liveCluster struct {
	client *control.Client
	env    *shell.Env
	info   *control.Info
	part   bool // the last CIB that was read lacks what its reader may not see
}

// Partial tells whether access lists kept something out of the CIB that was
// read last.
func (l *liveCluster) Partial() bool { return l.part }

// openDaemon makes the cluster of the local daemon. Nothing is dialled yet.
func openDaemon(env *shell.Env) *liveCluster {
	return &liveCluster{client: control.Dial(control.Socket()), env: env}
}

// Name is what prompts call it.
func (l *liveCluster) Name() string { return "live" }

// Live is true.
func (l *liveCluster) Live() bool { return true }

// Describe says which daemon answers.
func (l *liveCluster) Describe() string {
	if l.info != nil {
		return "the cluster, by the daemon on " + l.info.Node
	}
	return "the daemon at " + l.client.Socket()
}

// greet asks the daemon who it is, once.
func (l *liveCluster) greet(ctx context.Context) error {
	if l.info != nil {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, askPatience)
	defer stop()
	info, err := l.client.Info(ctx)
	if err != nil {
		return plainer(err)
	}
	l.info, l.env.Node = &info, info.Node
	return nil
}

// plainer takes the wrapping of the HTTP client off a missing daemon.
func plainer(err error) error {
	var gone *control.NoDaemon
	if errors.As(err, &gone) {
		return &shell.Error{Kind: shell.NoCluster, Text: gone.Error()}
	}
	return err
}

func (l *liveCluster) ask(ctx context.Context, req node.Request) (node.Reply, error) {
	if err := l.greet(ctx); err != nil {
		return node.Reply{}, err
	}
	req.Who = userName()
	reply, err := l.client.Ask(ctx, req)
	if err != nil {
		return reply, plainer(err)
	}
	return reply, refusal(req, reply)
}

// refusal words what the cluster would not do.
func refusal(req node.Request, reply node.Reply) error {
	switch reply.Refused {
	case node.NotRefused:
		return nil
	case node.RefusedConflict:
		return &shell.Conflict{Base: req.Base, Now: reply.Version}
	case node.RefusedNoQuorum:
		return &shell.Error{Kind: shell.Refused, Text: cmp.Or(reply.Text, "this partition has no quorum: nothing was changed") +
			"; \"crm status\" shows the members that are missing"}
	case node.RefusedNoDC:
		return &shell.Error{Kind: shell.Refused, Text: "no member coordinates at the moment (an election is under way): nothing was changed, try again"}
	case node.RefusedDenied:
		return &shell.Error{Kind: shell.Refused, Text: "permission denied: " + reply.Text + " (root and hacluster may do everything); nothing was changed"}
	case node.RefusedStopping:
		return &shell.Error{Kind: shell.Refused, Text: "this member is shutting down: nothing was changed"}
	}
	return &shell.Error{Kind: shell.Failed, Text: fmt.Sprintf("%s: %s", req.Verb, cmp.Or(reply.Text, string(reply.Refused)))}
}

// Read asks for the newest CIB.
func (l *liveCluster) Read(ctx context.Context) (*cib.Document, error) {
	ctx, stop := context.WithTimeout(ctx, askPatience)
	defer stop()
	reply, err := l.ask(ctx, node.Request{Verb: node.VerbRead})
	if err != nil {
		return nil, err
	}
	l.part = reply.Partial
	return cib.Parse(reply.CIB)
}

// Commit hands a configuration to the cluster.
func (l *liveCluster) Commit(ctx context.Context, c shell.Change) (cib.Version, error) {
	ctx, stop := context.WithTimeout(ctx, askPatience)
	defer stop()
	base := c.Base.Version()
	if c.Force {
		now, err := l.Read(ctx)
		if err != nil {
			return base, err
		}
		base = now.Version()
	}
	reply, err := l.ask(ctx, node.Request{Verb: node.VerbCommit, Base: base, CIB: c.Next.Bytes(), Note: c.Note})
	return reply.Version, err
}

// Operate asks for something that is no change of configuration.
func (l *liveCluster) Operate(ctx context.Context, op shell.Operation) (string, error) {
	req := node.Request{Resource: op.Resource, Node: op.Node, Name: op.Name, Value: op.Value}
	switch op.Verb {
	case "cleanup":
		req.Verb = node.VerbCleanup
	case "refresh":
		req.Verb = node.VerbRefresh
	case "set-attribute":
		req.Verb = node.VerbAttribute
	case "delete-attribute":
		req.Verb, req.Delete = node.VerbAttribute, true
	case "fence": // the policy engine takes a member that has this attribute for one to be fenced
		req.Verb, req.Name, req.Value = node.VerbAttribute, "terminate", "true"
	case "confirm-down":
		req.Verb = node.VerbConfirm
	case "forget-node": // the coordinator writes back the members that ha.cf names
		return "as long as ha.cf names " + op.Node + " it is written back, with its name only: take it out of ha.cf on the other members " +
			"and start their daemons anew, one after the other", nil
	default:
		return "", &shell.Error{Kind: shell.Refused, Text: op.Verb + " is not something the daemon does yet"}
	}
	ctx, stop := context.WithTimeout(ctx, askPatience)
	defer stop()
	reply, err := l.ask(ctx, req)
	return reply.Text, err
}

// Wait returns when the cluster has nothing left to do.
func (l *liveCluster) Wait(ctx context.Context) error {
	_, err := l.ask(ctx, node.Request{Verb: node.VerbWait})
	return err
}

// startupPause is how often a daemon that does not answer yet is asked again.
const startupPause = 200 * time.Millisecond

// Startup waits until the daemon answers and a member coordinates.
func (l *liveCluster) Startup(ctx context.Context) error {
	again := time.NewTicker(startupPause)
	defer again.Stop()
	for {
		doc, err := l.Read(ctx)
		if err == nil && cib.Attr(doc.Root(), "dc-uuid") != "" {
			return nil
		}
		if err == nil {
			err = errors.New("no member coordinates yet")
		}
		select {
		case <-ctx.Done():
			return err
		case <-again.C:
		}
	}
}

// History lists the committed configurations.
func (l *liveCluster) History(ctx context.Context) ([]shell.Revision, error) {
	if err := l.greet(ctx); err != nil {
		return nil, err
	}
	all, err := l.client.History(ctx)
	list := make([]shell.Revision, 0, len(all))
	for _, r := range all {
		list = append(list, shell.Revision{Version: r.Version, When: r.When, Who: r.Who, From: r.From, Note: r.Note, CIB: r.CIB})
	}
	return list, err
}
