package shell

import (
	"context"
	"io"
	"time"

	"crm/completions"
)

// Env is the world as a session may touch it. cmd/crm fills it in; tests put
// made-up worlds in its place. A nil function means that the thing is not to
// be had, and commands that need it say so.
type Env struct {
	Out io.Writer // what was asked for
	Err io.Writer // errors, warnings, remarks

	Cluster Cluster
	Agents  Agents
	Files   Files
	Lab     Lab
	Shadows Shadows
	Drafts  Drafts

	// Ask puts a yes-or-no question; ErrCancelled is the third answer. It is
	// nil when nobody is there to answer.
	Ask func(ctx context.Context, question string) (bool, error)
	// Edit lets the user change a text in an editor.
	Edit func(ctx context.Context, editor string, text []byte, suffix string) ([]byte, error)
	// Filter runs a program of the user's with text on its standard input.
	Filter func(ctx context.Context, program string, text []byte) ([]byte, error)
	// Convert turns a file of another language ("haresources") into this one.
	Convert func(kind, file string, text []byte, nodes []string) (Converted, error)
	// Execute runs one of the cluster tools this binary also is (crm_mon, ...).
	Execute func(ctx context.Context, out, errs io.Writer, argv ...string) (int, error)

	// Secrets keeps values of parameters out of the configuration.
	Secrets Secrets

	// SaveOptions keeps the user's options for later sessions.
	SaveOptions func(text []byte) error
	// LoadOptions reads what was kept.
	LoadOptions func() ([]byte, error)

	Now  func() time.Time
	Node string // the local node's name, "" when unknown
	User string

	Style Style
}

// Converted is a text of the crm language made of something else, and what
// there is to tell of that.
type Converted struct {
	Text  string
	Notes []string
}

// Style says how text is dressed; the zero value leaves it plain.
type Style struct {
	Error, Warning, Info, Name, Keyword, Value, Added, Removed, Dim func(string) string
}

// Agents knows the resource agents of this machine.
type Agents interface {
	completions.Agents
	// Validate runs the agent's validate-all with the given parameters.
	Validate(ctx context.Context, spec string, params map[string]string) (string, error)
}

// Files is the part of the file system that commands name.
type Files interface {
	Read(name string) ([]byte, error) // "-" is standard input
	Write(name string, text []byte) error
}

// Lab is the laboratory a session was opened in: members of a cluster that
// all run on this machine and may be harmed.
type Lab interface {
	Members(ctx context.Context) ([]LabMember, error)
	Kill(ctx context.Context, member string) error     // the daemon, at once
	Stop(ctx context.Context, member string) error     // the daemon, cleanly: resources move away first
	Start(ctx context.Context, member string) error    // the daemon, after the power
	Restart(ctx context.Context, member string) error  // the daemon, by killing it
	PowerOff(ctx context.Context, member string) error // all its processes
	Cut(ctx context.Context, a, b string) error        // the way between two members, or with b empty the cable of a
	Heal(ctx context.Context) error                    // all cables
	// Output runs a command inside a member, or for "client" in a visitor's
	// place, and gives what it wrote.
	Output(ctx context.Context, member string, argv []string) (string, error)
}

// LabMember is one member of the laboratory.
type LabMember struct {
	Name    string
	State   string // "running", "off", "running, cable pulled", ...
	Address string
	Folder  string
}

// Shadows keeps named copies of the CIB that commands can work on instead of
// the cluster's.
type Shadows interface {
	List() ([]string, error)
	Open(name string) (Cluster, error)
	Create(name string, text []byte, force bool) error
	Delete(name string) error
}
