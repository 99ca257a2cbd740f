package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Options say what lab to make. The zero value is three members in a new
// folder under the temporary one, removed at the end.
type Options struct {
	Size     int      // number of members, default 3
	Names    []string // of the members, default alice, bob, carol, ...
	Dir      string   // the lab's folder, kept at the end when given
	Binary   string   // the program, default this one
	Loopback bool     // no namespaces even where they are possible
	// Command is a member's daemon; default `crm daemon` with the member's files.
	Command func(Member) []string
	// The ring's times; defaults 200 ms and 2 s.
	KeepAlive, DeadTime time.Duration
}

// Member is one member of a lab.
type Member struct {
	Name       string
	Addr       string // in the lab's network
	Dir        string // its state
	Socket     string // its daemon's
	Command    []string
	Env        []string // of all its processes
	Namespaced bool
	// OwnMounts: whoever may mount has a mount namespace of its own even on
	// loopback, so that what agents mount ends with the member.
	OwnMounts bool
}

// Config is the folder with the member's ha.cf and authkeys.
func (m Member) Config() string     { return filepath.Join(m.Dir, "ha.d") }
func (m Member) initSocket() string { return filepath.Join(m.Dir, "init.sock") }

func switchSocket(dir string) string { return filepath.Join(dir, "switch.sock") }

// Lab is a running lab.
type Lab struct {
	Dir        string
	Namespaced bool
	Why        string // why it has no namespaces, "" when it has
	Net        string // the first three bytes of its addresses, with dots
	Members    []Member

	keep  bool
	life  *os.File // the switch ends when this is closed
	ended chan struct{}
}

// DirVar is the environment variable by which the processes inside a lab know
// its folder.
const DirVar = "CRM_LAB"

// Start makes a lab and starts its members' daemons. Close ends it; so does
// the end of this process, however it comes.
func Start(ctx context.Context, o Options) (*Lab, error) {
	if o.Binary == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		o.Binary = self
	}
	l, err := lay(o)
	if err != nil {
		return nil, err
	}
	if !o.Loopback {
		err := l.boot(ctx, o, true)
		if err == nil {
			return l, l.startAll(ctx)
		}
		if ctx.Err() != nil {
			l.remove()
			return nil, ctx.Err()
		}
		l.Why = reason(err)
	} else {
		l.Why = "not wanted"
	}
	if err := l.boot(ctx, o, false); err != nil {
		l.remove()
		return nil, fmt.Errorf("the lab does not start: %w", err)
	}
	return l, l.startAll(ctx)
}

// reason is why the kernel gives no namespaces, without what was tried.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return "the kernel gives none: " + err.Error()
}

// startAll starts the daemons; without all of them there is no lab.
func (l *Lab) startAll(ctx context.Context) error {
	for _, m := range l.Members {
		if err := l.Run(ctx, m.Name); err != nil {
			return errors.Join(fmt.Errorf("the daemon of %s does not start: %w", m.Name, err), l.Close())
		}
	}
	return nil
}

// boot starts the switch, with or without namespaces, and the members' inits.
func (l *Lab) boot(ctx context.Context, o Options, namespaced bool) error {
	if err := l.furnish(o, namespaced); err != nil {
		return err
	}
	cmd := exec.Command(o.Binary, switchWord)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C at the terminal is for the lab, not for its cluster
	if namespaced {
		cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	life, ready, err := wired(cmd)
	if err != nil {
		return err
	}
	defer ready.Close()
	cmd.Stderr = os.Stderr
	err = cmd.Start()
	closeAll(cmd.ExtraFiles)
	if err != nil {
		life.Close()
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	stop := context.AfterFunc(ctx, func() { life.Close() })
	defer stop()
	err = json.NewEncoder(life).Encode(plan{Dir: l.Dir, Binary: o.Binary, Namespaced: namespaced, Keep: l.keep, Members: l.Members})
	if err == nil {
		err = waitReady(ready)
	}
	if err != nil {
		life.Close()
		<-ended
		return err
	}
	l.life, l.ended = life, ended
	return nil
}

// Close ends every process of the lab and removes its folder, unless it was
// given by the user.
func (l *Lab) Close() error {
	l.life.Close()
	var err error
	select {
	case <-l.ended:
	case <-time.After(15 * time.Second):
		err = errors.New("the lab's processes do not end")
	}
	return errors.Join(err, l.remove())
}

func (l *Lab) remove() error { return remove(l.Dir, l.keep) }

// remove removes a lab's folder.
func remove(dir string, keep bool) error {
	if keep {
		return nil
	}
	if at := mountedUnder(dir); at != "" {
		return fmt.Errorf("something is still mounted at %s: %s is left as it is", at, dir)
	}
	return os.RemoveAll(dir)
}

// mountedUnder is a mount point below a folder, "" when there is none: what is
// mounted there belongs to somebody else and must not be removed.
func mountedUnder(dir string) string {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], dir+"/") {
			return f[4]
		}
	}
	return ""
}

// Attach returns the lab in a folder, which another process started.
func Attach(dir string) (*Lab, error) {
	text, err := os.ReadFile(filepath.Join(dir, planFile))
	if err != nil {
		return nil, fmt.Errorf("%s is not the folder of a lab: %w", dir, err)
	}
	l := &Lab{}
	if err := json.Unmarshal(text, l); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, planFile), err)
	}
	return l, nil
}

// Member finds a member by name.
func (l *Lab) Member(name string) (Member, error) {
	var names []string
	for _, m := range l.Members {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Member{}, fmt.Errorf("the lab has no member %q: there are %s", name, strings.Join(names, ", "))
}

// Describe says in a sentence what kind of lab this is.
func (l *Lab) Describe() string {
	if l.Namespaced {
		return fmt.Sprintf("%d members in network namespaces of their own, %s1 to %s%d, joined by a switch", len(l.Members), labNet, labNet, len(l.Members))
	}
	return fmt.Sprintf("%d members on loopback addresses, %s1 to %s%d; no cables to cut here (namespaces: %s)", len(l.Members), l.Net, l.Net, len(l.Members), l.Why)
}

// Localize replaces the lab's addresses in a script by those that this lab has.
func (l *Lab) Localize(script string) string {
	if l.Namespaced {
		return script
	}
	return strings.ReplaceAll(script, labNet, l.Net)
}

func (l *Lab) ask(ctx context.Context, req request, files ...*os.File) (answer, []*os.File, error) {
	return ask(ctx, switchSocket(l.Dir), req, files...)
}

func (l *Lab) askInit(ctx context.Context, name string, req request, files ...*os.File) (answer, error) {
	m, err := l.Member(name)
	if err != nil {
		return answer{}, err
	}
	ans, _, err := ask(ctx, m.initSocket(), req, files...)
	if errors.Is(err, unix.ECONNREFUSED) || errors.Is(err, os.ErrNotExist) {
		return ans, fmt.Errorf("%s is switched off", name)
	}
	return ans, err
}

// Run starts a member's daemon.
func (l *Lab) Run(ctx context.Context, name string) error {
	_, err := l.askInit(ctx, name, request{Op: "start"})
	return err
}

// Kill kills a member's daemon (SIGKILL) and nothing else of it: what the
// daemon had started goes on, until somebody fences the member.
func (l *Lab) Kill(ctx context.Context, name string) error {
	_, err := l.askInit(ctx, name, request{Op: "signal", Args: []string{"SIGKILL"}, Limit: 5 * time.Second})
	return err
}

// Stop asks a member's daemon to stop cleanly (SIGTERM) and waits for it.
func (l *Lab) Stop(ctx context.Context, name string, limit time.Duration) error {
	_, err := l.askInit(ctx, name, request{Op: "signal", Args: []string{"SIGTERM"}, Limit: limit})
	return err
}

// Freeze stops a member's daemon in its tracks (SIGSTOP); Thaw lets it go on.
func (l *Lab) Freeze(ctx context.Context, name string) error {
	_, err := l.askInit(ctx, name, request{Op: "signal", Args: []string{"SIGSTOP"}})
	return err
}

// Thaw lets a frozen daemon go on (SIGCONT).
func (l *Lab) Thaw(ctx context.Context, name string) error {
	_, err := l.askInit(ctx, name, request{Op: "signal", Args: []string{"SIGCONT"}})
	return err
}

// Restart kills a member's daemon if it runs and starts it again.
func (l *Lab) Restart(ctx context.Context, name string) error {
	if err := l.Kill(ctx, name); err != nil && !strings.Contains(err.Error(), "does not run") {
		return err
	}
	return l.Run(ctx, name)
}

// PowerOff ends every process of a member at once, and returns when none is left.
func (l *Lab) PowerOff(ctx context.Context, name string) error {
	_, _, err := l.ask(ctx, request{Op: "power-off", Member: name})
	return err
}

// PowerOn switches a member on and starts its daemon.
func (l *Lab) PowerOn(ctx context.Context, name string) error {
	_, _, err := l.ask(ctx, request{Op: "power-on", Member: name})
	return err
}

// Cut cuts the way between two members, both directions. With an empty b it
// pulls a's cable out of the switch.
func (l *Lab) Cut(ctx context.Context, a, b string) error {
	_, _, err := l.ask(ctx, request{Op: "cut", Member: a, Other: b})
	return err
}

// Join takes one Cut back.
func (l *Lab) Join(ctx context.Context, a, b string) error {
	_, _, err := l.ask(ctx, request{Op: "join", Member: a, Other: b})
	return err
}

// Heal takes all cuts back.
func (l *Lab) Heal(ctx context.Context) error {
	_, _, err := l.ask(ctx, request{Op: "heal"})
	return err
}

// States tells how each member is: PowerOff, Down or Running, with the cuts of
// its cable after a comma.
func (l *Lab) States(ctx context.Context) (map[string]string, error) {
	ans, _, err := l.ask(ctx, request{Op: "states"})
	return ans.States, err
}

// Exec runs a command inside a member on the given files and returns its exit
// code. An empty name is the client's place in the network.
func (l *Lab) Exec(ctx context.Context, name string, argv []string, stdin, stdout, stderr *os.File) (int, error) {
	req := request{Op: "exec", Args: argv}
	if name == "" {
		req.Env = l.clientEnv()
		ans, _, err := l.ask(ctx, req, stdin, stdout, stderr)
		return ans.Code, err
	}
	ans, err := l.askInit(ctx, name, req, stdin, stdout, stderr)
	return ans.Code, err
}

// Output runs a command inside a member and returns what it wrote.
func (l *Lab) Output(ctx context.Context, name string, argv ...string) ([]byte, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	type end struct {
		code int
		err  error
	}
	done := make(chan end, 1)
	go func() {
		code, err := l.Exec(ctx, name, argv, null, w, w)
		w.Close()
		done <- end{code, err}
	}()
	text, err := io.ReadAll(r)
	e := <-done
	if e.err == nil && e.code != 0 {
		e.err = fmt.Errorf("%s ended with %d", strings.Join(argv, " "), e.code)
	}
	return text, errors.Join(err, e.err)
}

// DialContext connects to a TCP address from the client's place in the lab's
// network. It fits http.Transport.
func (l *Lab) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if !l.Namespaced {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	limit := 10 * time.Second
	if end, ok := ctx.Deadline(); ok {
		limit = time.Until(end)
	}
	_, files, err := l.ask(ctx, request{Op: "dial", Addr: addr, Limit: limit})
	if err != nil {
		return nil, err
	}
	defer closeAll(files)
	if len(files) != 1 {
		return nil, errors.New("the lab's switch gave no connection")
	}
	return net.FileConn(files[0])
}
