package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"crm/node/realtime"
)

// Script is one call of a program under the rules for agents: a process group
// of its own, umask 0026, standard input empty or as given, both outputs kept.
type Script struct {
	Path  string
	Args  []string
	Env   []string // all of it
	Dir   string   // default "/"
	Stdin []byte   // at most a pipe's fill (64 KiB)

	began func(pid int) // if not nil, told of the process, whose group has the same number
}

// Outcome is how a script ended.
type Outcome struct {
	Code           int
	Signal         syscall.Signal // that killed it, else 0
	Stdout, Stderr []byte         // the last tailBytes of each
	Killed         bool           // by us, because ctx ended
	Err            error          // it could not be started
}

// agentUmask is what every agent runs with.
const agentUmask = 0o026

// tailBytes is how much of an agent's output is kept.
const tailBytes = 64 << 10

// killGrace is how long a killed process may take to go. One that hangs in the
// kernel (a dead file server) does not go; nobody must wait for it.
const killGrace = time.Second

// Run starts the script and waits until its process has ended. Children that
// it leaves behind may keep the outputs open; they are not waited for. When
// ctx ends first the whole process group is killed.
func (s Script) Run(ctx context.Context) Outcome {
	if ctx.Err() != nil {
		return Outcome{Killed: true}
	}
	done := make(chan Outcome, 1)
	go func() { done <- s.run(ctx) }()
	select {
	case out := <-done:
		return out
	case <-ctx.Done():
	}
	select {
	case out := <-done:
		return out
	case <-time.After(killGrace):
		return Outcome{Killed: true}
	}
}

func (s Script) run(ctx context.Context) Outcome {
	out, err := newTail()
	if err != nil {
		return Outcome{Err: err}
	}
	defer out.close()
	errs, err := newTail()
	if err != nil {
		return Outcome{Err: err}
	}
	defer errs.close()
	child, err := s.start(out, errs)
	if err != nil {
		return Outcome{Err: err}
	}
	if s.began != nil {
		s.began(child.cmd.Process.Pid)
	}
	stop := context.AfterFunc(ctx, func() { _ = unix.Kill(-child.cmd.Process.Pid, unix.SIGKILL) })
	child.follow(out, errs)
	killed := !stop()
	waitErr := child.cmd.Wait()
	_ = unix.Close(child.pidfd)
	res := Outcome{Stdout: out.text(), Stderr: errs.text(), Killed: killed}
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		res.Err = waitErr
		return res
	}
	status, _ := child.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		res.Signal = status.Signal()
		return res
	}
	res.Code = status.ExitStatus()
	return res
}

// child is a started script.
type child struct {
	cmd   *exec.Cmd
	pidfd int
}

// start forks with the umask of agents.
func (s Script) start(out, errs *tail) (c *child, err error) {
	umaskErr := withAgentUmask(func() { c, err = s.fork(out, errs) })
	if umaskErr != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, umaskErr)
	}
	return c, err
}

// withAgentUmask calls fork on a thread that shares its umask with no other,
// because the umask of a Go process is one for all threads, and that has no
// real-time priority. The thread ends with it.
func withAgentUmask(fork func()) error {
	return realtime.Ordinary(func() error {
		runtime.LockOSThread() // never unlocked: the thread dies here
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return fmt.Errorf("no umask of its own: %w", err)
		}
		unix.Umask(agentUmask)
		fork()
		return nil
	})
}

func (s Script) fork(out, errs *tail) (*child, error) {
	c := &child{pidfd: -1}
	c.cmd = &exec.Cmd{Path: s.Path, Args: append([]string{s.Path}, s.Args...), Env: s.Env, Dir: s.Dir}
	if c.cmd.Dir == "" {
		c.cmd.Dir = "/"
	}
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, PidFD: &c.pidfd}
	c.cmd.Stdout, c.cmd.Stderr = out.write, errs.write
	if len(s.Stdin) > 0 {
		in, err := filled(s.Stdin)
		if err != nil {
			return nil, err
		}
		defer in.Close()
		c.cmd.Stdin = in
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if c.pidfd < 0 { // a kernel without pidfds: ask for one the old way, or fail
		_ = unix.Kill(-c.cmd.Process.Pid, unix.SIGKILL)
		_ = c.cmd.Wait()
		return nil, errors.New("this kernel has no pidfd (Linux 5.4 or newer is needed)")
	}
	out.write.Close()
	errs.write.Close()
	return c, nil
}

// follow reads both outputs until the process itself has ended.
func (c *child) follow(out, errs *tail) {
	fds := []unix.PollFd{{Fd: int32(c.pidfd), Events: unix.POLLIN}, {Fd: int32(out.read), Events: unix.POLLIN},
		{Fd: int32(errs.read), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		ended := fds[0].Revents != 0
		for i, t := range []*tail{out, errs} {
			if (fds[i+1].Revents != 0 || ended) && !t.drain() {
				fds[i+1].Fd = -1
			}
		}
		if ended {
			return
		}
	}
}

// filled is the reading end of a pipe that already holds text.
func filled(text []byte) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	if err := w.SetWriteDeadline(time.Now().Add(time.Second)); err == nil {
		_, err = w.Write(text)
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("%d bytes of standard input: %w", len(text), err)
		}
	}
	return r, nil
}

// tail is a pipe of which the last tailBytes are kept.
type tail struct {
	read  int
	write *os.File
	kept  []byte
}

func newTail() (*tail, error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(p[0], true); err != nil {
		return nil, err
	}
	return &tail{read: p[0], write: os.NewFile(uintptr(p[1]), "output")}, nil
}

// drain reads what is there; false when nothing will come any more.
func (t *tail) drain() bool {
	var buf [4096]byte
	for {
		n, err := unix.Read(t.read, buf[:])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return errors.Is(err, unix.EAGAIN)
		case n <= 0:
			return false
		}
		t.kept = append(t.kept, buf[:n]...)
		if len(t.kept) > 2*tailBytes {
			t.kept = append(t.kept[:0], t.kept[len(t.kept)-tailBytes:]...)
		}
	}
}

func (t *tail) text() []byte { return t.kept[max(0, len(t.kept)-tailBytes):] }

func (t *tail) close() {
	_ = unix.Close(t.read)
	t.write.Close()
}

// result puts an outcome in the cluster's codes; translate gives the exit code
// its OCF meaning.
func (o Outcome) result(path string, translate func(int) Code) Result {
	res := Result{Stdout: string(o.Stdout), Stderr: string(o.Stderr), ExitReason: exitReason(o.Stderr)}
	switch {
	case o.Killed:
		res.Status, res.RC = Cancelled, GenericError
	case errors.Is(o.Err, fs.ErrNotExist):
		res.Status, res.RC, res.ExitReason = NotInstalled, CodeNotInstalled, fmt.Sprintf("%s or its interpreter is not installed", path)
	case errors.Is(o.Err, fs.ErrPermission):
		res.Status, res.RC, res.ExitReason = Failed, InsufficientPriv, fmt.Sprintf("%s may not be run: %v", path, o.Err)
	case o.Err != nil:
		res.Status, res.RC, res.ExitReason = Failed, GenericError, fmt.Sprintf("%s could not be run: %v", path, o.Err)
	case o.Signal != 0:
		res.Status, res.RC = Failed, GenericError
		res.ExitReason = fmt.Sprintf("%s was killed by signal %d (%s)", path, int(o.Signal), o.Signal)
	default:
		res.Status, res.RC = Done, translate(o.Code)
	}
	return res
}
