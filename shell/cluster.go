package shell

import (
	"context"
	"time"

	"crm/cib"
)

// Cluster is what the shell acts on: a CIB file, our daemon, later a live
// Pacemaker. cmd/crm decides which.
type Cluster interface {
	// Describe says in a few words what is behind: "file /tmp/cib.xml",
	// "daemon on alice".
	Describe() string
	// Name is a short name for the prompt: "live", or the name of a file or
	// of a shadow CIB.
	Name() string
	// Live tells whether a cluster is running behind it.
	Live() bool
	// Read returns the newest CIB, status included. The caller owns it.
	Read(ctx context.Context) (*cib.Document, error)
	// Commit replaces the configuration that Base was read from by Next. It
	// is refused with a *Conflict when the configuration has changed since.
	Commit(ctx context.Context, c Change) (cib.Version, error)
	// Operate asks for something that is not a change of configuration.
	Operate(ctx context.Context, op Operation) (string, error)
	// Wait returns when the cluster has nothing left to do, or with ctx's error.
	Wait(ctx context.Context) error
	// History lists the committed configurations, newest first.
	History(ctx context.Context) ([]Revision, error)
}

// Change is one edit of the configuration.
type Change struct {
	Base *cib.Document // as it was read
	Next *cib.Document // as it shall be; only <configuration> counts
	Note string        // what was typed, for the history
	// Force puts Next in place of whatever is there, also when it has changed.
	Force bool
}

// Conflict says that somebody else committed in between.
type Conflict struct {
	Base, Now cib.Version
}

// Error names both versions.
func (c *Conflict) Error() string {
	return "the configuration changed meanwhile: this edit began at version " + c.Base.String() +
		", the cluster is at " + c.Now.String()
}

// Operation is a request to a running cluster, e.g. {"cleanup", resource,
// node}. Unused fields are empty.
type Operation struct {
	Verb     string // "cleanup", "refresh", "fence", "set-attribute", ...
	Resource string
	Node     string
	Name     string // of an attribute
	Value    string
}

// Revision is a configuration that was committed.
type Revision struct {
	Version cib.Version
	When    time.Time
	Who     string
	From    string // member
	Note    string
	CIB     []byte // the configuration as XML
}
