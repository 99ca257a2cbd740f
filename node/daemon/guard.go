package daemon

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"crm/cib"
	"crm/node"
	"crm/node/control"
)

// subject is who asks, when access lists may concern the one at all. The
// daemon itself asks without a name.
func subject(ctx context.Context) (who cib.Subject, restricted bool) {
	u, ok := control.UserOf(ctx)
	return cib.Subject{User: u.Name, Groups: u.Groups}, ok && !u.Master()
}

// newest is the whole CIB as the cluster has it, nil when its access lists do
// not concern who; then nothing needed to be parsed.
func (o door) newest(ctx context.Context, who cib.Subject, id string) (*cib.Document, node.Reply, error) {
	reply, err := o.machine(ctx, id, node.Request{Verb: node.VerbRead})
	if err != nil || reply.Refused != node.NotRefused || !bytes.Contains(reply.CIB, []byte("enable-acl")) {
		return nil, reply, err
	}
	full, err := cib.Parse(reply.CIB)
	if err != nil || cib.Unrestricted(full, who) {
		return nil, reply, err
	}
	return full, reply, nil
}

// askFor is Ask for somebody whom access lists may concern.
func (o door) askFor(ctx context.Context, who cib.Subject, id string, req node.Request) (node.Reply, error) {
	full, reply, err := o.newest(ctx, who, id+".access")
	switch {
	case err != nil || reply.Refused != node.NotRefused:
		return reply, err
	case req.Verb == node.VerbRead && full == nil:
		return reply, nil
	case req.Verb == node.VerbRead:
		return shown(full, who, reply)
	case full == nil:
		return o.machine(ctx, id, req)
	}
	if req, err = node.Permitted(full, who, req, o.d.opts.Name); err != nil {
		return deniedReply(err, full.Version()), nil
	}
	return o.machine(ctx, id, req)
}

// shown takes out of an answer what who may not read.
func shown(full *cib.Document, who cib.Subject, reply node.Reply) (node.Reply, error) {
	part, err := cib.Shown(full, who)
	if err != nil {
		return deniedReply(err, reply.Version), nil
	}
	reply.CIB = part.Bytes()
	reply.Partial = !bytes.Equal(reply.CIB, full.Bytes())
	return reply, nil
}

// deniedReply says no, and why.
func deniedReply(err error, v cib.Version) node.Reply {
	refusal := node.RefusedInvalid
	var no *cib.Denied
	if errors.As(err, &no) {
		refusal = node.RefusedDenied
	}
	return node.Reply{Refused: refusal, Version: v, Text: err.Error()}
}

// revisionsFor shows old configurations by the access lists of today.
func (o door) revisionsFor(ctx context.Context, who cib.Subject, all []node.Revision) ([]node.Revision, error) {
	full, reply, err := o.newest(ctx, who, rand.Text())
	if err == nil && reply.Refused != node.NotRefused {
		err = errors.New(reply.Text)
	}
	if err != nil {
		return nil, err
	}
	if full == nil {
		return all, nil
	}
	for i := range all {
		var d *cib.Document
		if d, err = cib.Parse(all[i].CIB); err == nil {
			d, err = cib.ShownUnder(d, full, who)
		}
		if err != nil {
			return nil, err
		}
		all[i].CIB = d.Bytes()
	}
	return all, nil
}

// mayWatch is nil when who may read all of the status: what is noticed names
// every node and resource.
func (o door) mayWatch(ctx context.Context, who cib.Subject) error {
	full, reply, err := o.newest(ctx, who, rand.Text())
	if err == nil && reply.Refused != node.NotRefused {
		err = errors.New(reply.Text)
	}
	if err != nil || full == nil {
		return err
	}
	return cib.MayRead(full, who, "watch", full.Status())
}
