package shell

import (
	"context"

	"crm/cib"
)

// rehearsal is a cluster that takes commits and forgets them in the end.
type rehearsal struct {
	Cluster
	now *cib.Document
}

// Read returns the configuration as committed so far.
func (r *rehearsal) Read(ctx context.Context) (*cib.Document, error) {
	if r.now == nil {
		doc, err := r.Cluster.Read(ctx)
		if err != nil {
			return nil, err
		}
		r.now = doc
	}
	return r.now.Copy(), nil
}

// Commit keeps the change for the rest of the rehearsal.
func (r *rehearsal) Commit(_ context.Context, c Change) (cib.Version, error) {
	next := c.Next.Copy()
	v := next.Version()
	v.Epoch++
	v.NumUpdates = 0
	next.SetVersion(v)
	r.now = next
	return v, nil
}

// Operate does nothing.
func (r *rehearsal) Operate(context.Context, Operation) (string, error) { return "", nil }

// Wait is over at once.
func (r *rehearsal) Wait(context.Context) error { return nil }

// readOnly are files that are read but not written.
type readOnly struct{ Files }

// Write forgets.
func (readOnly) Write(string, []byte) error { return nil }
