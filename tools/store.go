package tools

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"crm/cib"
	"crm/node"
	"crm/node/control"
)

// More exit codes that Pacemaker's tools share.
const (
	exitDenied       = 4
	exitNotConnected = 102
	exitOld          = 103
	exitNotFound     = 105
	exitUnsafe       = 107
	exitExists       = 108
)

// The words of the originals for some of them: scripts look for these.
const (
	saysNotFound = "No such device or address"
	saysExists   = "File exists"
	saysInvalid  = "Update does not conform to the configured schema"
	saysOld      = "Update was older than existing configuration"
)

// store is where a tool finds the CIB and brings changes: a file, or the
// daemon of a running cluster.
type store interface {
	// read returns the newest CIB; the caller owns it.
	read() (*cib.Document, error)
	// update edits the CIB. What edit returns as an error is returned, and
	// nothing is stored then.
	update(edit func(d *cib.Document) error) error
	// transient sets a transient attribute of a node, or deletes it.
	transient(transient) error
	// values are what a transient attribute is on a node, or (empty) on all.
	values(name, node string) ([]node.NodeAttribute, error)
	// writeDamped ends the wait for further changes of transient attributes.
	writeDamped() error
	// local is the name of the node that this machine is.
	local() (string, error)
	// fenceEvents are the last fencings, the oldest first.
	fenceEvents() ([]node.FenceEvent, error)
	// act has the daemons do something that is no change of the CIB.
	act(req node.Request, patience time.Duration) error
	// members tells who belongs to the cluster.
	members() ([]node.MemberInfo, error)
}

// transient is a change of a transient attribute.
type transient struct {
	node, name, value string
	remove            bool
	wait              time.Duration // for further changes
	private           bool          // not in the CIB
}

// openStore finds out what a tool works on: CIB_shadow, CIB_file, or the
// daemon.
func openStore() store {
	if name := os.Getenv("CIB_shadow"); name != "" {
		return &fileStore{shadowFile(name)}
	}
	return liveStore()
}

// liveStore is openStore without shadows.
func liveStore() store {
	if path := os.Getenv("CIB_file"); path != "" {
		return &fileStore{path}
	}
	return &daemonStore{control.Dial(control.Socket())}
}

// shadowFile is where a shadow CIB lies.
func shadowFile(name string) string { return filepath.Join(shadowDir(), "shadow."+filepath.Base(name)) }

// shadowDir is where shadow CIBs lie.
func shadowDir() string {
	if dir := os.Getenv("CIB_shadow_dir"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return "."
	}
	return filepath.Join(home, ".cib")
}

// bumped finishes an edit: the next version, and nothing that no CIB may be.
// Faults that were there before do not stand in the way.
func bumped(base, next *cib.Document) (changed bool, err error) {
	if !next.Bump(base) {
		return false, nil
	}
	if cib.Attr(next.Root(), "validate-with") == "none" {
		return true, nil
	}
	before := map[string]bool{}
	for _, f := range cib.Structure(base) {
		before[f.String()] = true
	}
	for _, f := range cib.Structure(next) {
		if !before[f.String()] && f.Severity == cib.Error {
			return false, fail(exitBadConfig, "%s: %s", saysInvalid, f)
		}
	}
	return true, nil
}

// fileStore is a CIB in a file, with no cluster behind it.
type fileStore struct{ path string }

func (s *fileStore) read() (*cib.Document, error) {
	text, err := os.ReadFile(s.path)
	if err == nil {
		text, err = unpacked(text)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail(exitNotFound, "%s: %w", saysNotFound, err)
	}
	if err != nil {
		return nil, fail(exitNoInput, "%w", err)
	}
	d, err := cib.Parse(text)
	if err != nil {
		return nil, fail(exitNoInput, "%s: %w", s.path, err)
	}
	return d, nil
}

func (s *fileStore) update(edit func(d *cib.Document) error) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	base, err := s.read()
	if err != nil {
		return err
	}
	next := base.Copy()
	if err := edit(next); err != nil {
		return err
	}
	changed, err := bumped(base, next)
	if err != nil || !changed {
		return err
	}
	return s.write(next)
}

// lock keeps other tools from editing the file at the same time. The file is
// replaced by each edit, so it may have to be opened again.
func (s *fileStore) lock() (unlock func(), err error) {
	for {
		file, err := os.Open(s.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fail(exitNotFound, "%s: %w", saysNotFound, err)
		}
		if err != nil {
			return nil, fail(exitNoInput, "%w", err)
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		mine, err2 := file.Stat()
		now, err3 := os.Stat(s.path)
		if err == nil && err2 == nil && err3 == nil && os.SameFile(mine, now) {
			return func() { file.Close() }, nil
		}
		file.Close()
		if err != nil || err2 != nil {
			return nil, fail(exitError, "lock %s: %w", s.path, errors.Join(err, err2))
		}
	}
}

// write replaces the file at once: a reader sees the old or the new one.
func (s *fileStore) write(d *cib.Document) error {
	path, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		path = s.path
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fail(exitCannotWrite, "%w", err)
	}
	_, err = d.WriteTo(file)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fail(exitCannotWrite, "write %s: %w", s.path, errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

func (s *fileStore) transient(t transient) error {
	if t.private {
		return fail(exitNotConnected, "a private attribute is kept by the daemons of a running cluster, and CIB_file or CIB_shadow names a file")
	}
	return s.update(func(d *cib.Document) error {
		if t.remove {
			d.DeleteTransientAttribute(t.node, t.name)
			return nil
		}
		if err := d.SetTransientAttribute(t.node, t.name, t.value); err != nil {
			return fail(exitNotFound, "%s: %w", saysNotFound, err)
		}
		return nil
	})
}

func (s *fileStore) values(name, on string) ([]node.NodeAttribute, error) {
	d, err := s.read()
	if err != nil {
		return nil, err
	}
	return valuesIn(d, name, on), nil
}

// valuesIn are the values of a transient attribute that a CIB shows.
func valuesIn(d *cib.Document, name, on string) []node.NodeAttribute {
	var all []node.NodeAttribute
	for state := range cib.Children(d.Status(), "node_state") {
		host := cib.Attr(state, "uname")
		if value, is := d.TransientAttribute(host, name); is && (on == "" || d.NodeState(on) == state) {
			all = append(all, node.NodeAttribute{Node: host, Value: value})
		}
	}
	return all
}

func (s *fileStore) writeDamped() error { return nil }

func (s *fileStore) local() (string, error) { return hostName() }

func (s *fileStore) fenceEvents() ([]node.FenceEvent, error) { return nil, nil }

func (s *fileStore) act(node.Request, time.Duration) error {
	return fail(exitNotConnected, "that is for a running cluster, and CIB_file or CIB_shadow names a file")
}

func (s *fileStore) members() ([]node.MemberInfo, error) {
	d, err := s.read()
	if err != nil {
		return nil, err
	}
	var list []node.MemberInfo
	quorum := cib.IsTrue(cib.Attr(d.Root(), "have-quorum"))
	for e := range cib.Children(d.Section(cib.Nodes), "node") {
		name := cib.Attr(e, "uname")
		state := d.NodeState(name)
		up := cib.Attr(state, "crmd") == "online"
		list = append(list, node.MemberInfo{Name: name, Up: up, Joined: up, DC: cib.ID(e) == cib.Attr(d.Root(), "dc-uuid"), Quorum: quorum})
	}
	return list, nil
}

// hostName is the node's name as a process on it knows it: told by the
// cluster when it started the process, else the machine's.
func hostName() (string, error) {
	for _, name := range []string{"OCF_RESKEY_CRM_meta_on_node", control.NodeVar} {
		if value := os.Getenv(name); value != "" {
			return value, nil
		}
	}
	return os.Hostname()
}

// daemonStore is the CIB of a running cluster.
type daemonStore struct{ client *control.Client }

// patience is how long a tool waits for the cluster.
const patience = 30 * time.Second

func (s *daemonStore) ask(req node.Request) (node.Reply, error) { return s.askFor(req, patience) }

func (s *daemonStore) askFor(req node.Request, patience time.Duration) (node.Reply, error) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	reply, err := s.client.Ask(ctx, req)
	var nobody *control.NoDaemon
	switch {
	case errors.As(err, &nobody):
		return reply, fail(exitNotConnected, "%w", err)
	case err != nil:
		return reply, fail(exitError, "%w", err)
	case reply.Refused == node.RefusedDenied:
		return reply, fail(exitDenied, "Permission denied (%s)", reply.Text)
	case reply.Refused != node.NotRefused && reply.Refused != node.RefusedConflict:
		return reply, fail(exitError, "refused (%s): %s", reply.Refused, reply.Text)
	}
	return reply, nil
}

func (s *daemonStore) read() (*cib.Document, error) {
	reply, err := s.ask(node.Request{Verb: node.VerbRead})
	if err != nil {
		return nil, err
	}
	return cib.Parse(reply.CIB)
}

// update commits an edit, again when somebody else was faster.
func (s *daemonStore) update(edit func(d *cib.Document) error) error {
	for range 10 {
		base, err := s.read()
		if err != nil {
			return err
		}
		next := base.Copy()
		if err := edit(next); err != nil {
			return err
		}
		if !sameStatus(base, next) {
			return fail(exitUnavailable, "the status section is kept by the daemons, only attributes of nodes can be set there (attrd_updater)")
		}
		changed, err := bumped(base, next)
		if err != nil || !changed {
			return err
		}
		reply, err := s.ask(node.Request{Verb: node.VerbCommit, Base: base.Version(), CIB: next.Bytes(), Note: "by a cluster tool"})
		if err != nil || reply.Refused == node.NotRefused {
			return err
		}
	}
	return fail(exitError, "the configuration keeps changing, the edit was not stored")
}

func sameStatus(a, b *cib.Document) bool { return cib.Equal(a.Status(), b.Status()) }

func (s *daemonStore) transient(t transient) error {
	_, err := s.ask(node.Request{Verb: node.VerbAttribute, Node: t.node, Name: t.name, Value: t.value, Delete: t.remove, Wait: t.wait, Private: t.private})
	return err
}

// values are those of the daemons; who may only see a part of the CIB gets
// those that it shows.
func (s *daemonStore) values(name, on string) ([]node.NodeAttribute, error) {
	reply, err := s.ask(node.Request{Verb: node.VerbAttributes, Node: on, Name: name})
	if reply.Refused != node.RefusedDenied {
		return reply.Attributes, err
	}
	d, err := s.read()
	if err != nil {
		return nil, err
	}
	return valuesIn(d, name, on), nil
}

func (s *daemonStore) writeDamped() error {
	_, err := s.ask(node.Request{Verb: node.VerbWriteDamped})
	return err
}

func (s *daemonStore) local() (string, error) {
	if os.Getenv("OCF_RESKEY_CRM_meta_on_node") != "" || os.Getenv(control.NodeVar) != "" {
		return hostName()
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	info, err := s.client.Info(ctx)
	if err != nil || info.Node == "" {
		return hostName()
	}
	return info.Node, nil
}

func (s *daemonStore) fenceEvents() ([]node.FenceEvent, error) {
	reply, err := s.ask(node.Request{Verb: node.VerbMembers})
	return reply.FenceEvents, err
}

func (s *daemonStore) act(req node.Request, patience time.Duration) error {
	_, err := s.askFor(req, patience)
	return err
}

func (s *daemonStore) members() ([]node.MemberInfo, error) {
	reply, err := s.ask(node.Request{Verb: node.VerbMembers})
	return reply.Members, err
}

// ended prints what went wrong, as "tool: ...", and returns the exit code.
func ended(std Streams, tool string, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(std.Err, "%s: %v\n", tool, err)
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return exitError
}
