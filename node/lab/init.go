package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// initMain is the first process of a member: it makes itself at home, then
// does what it is asked on its socket until it is killed or the switch is gone.
func initMain(orders io.Reader, ready io.WriteCloser) error {
	in := bufio.NewReader(orders)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var m Member
	if err := json.Unmarshal(line, &m); err != nil {
		return err
	}
	i := &memberInit{m: m, reaper: newReaper()}
	if err := i.settle(); err != nil {
		return err
	}
	listener, err := listen(m.initSocket())
	if err != nil {
		return err
	}
	go serve(listener, i.handle)
	fmt.Fprintln(ready, "ok")
	ready.Close()
	_, _ = io.Copy(io.Discard, in) // until the switch is gone
	return nil
}

// memberInit is the first process of a member.
type memberInit struct {
	m      Member
	reaper *reaper

	mu   sync.Mutex
	pid  int // of the daemon, 0 when it does not run
	gone <-chan struct{}
}

// settle makes the namespace a place of its own.
func (i *memberInit) settle() error {
	run := filepath.Join(i.m.Dir, "run") // what does not survive a loss of power
	if err := errors.Join(os.RemoveAll(run), os.MkdirAll(run, 0o755)); err != nil {
		return err
	}
	if !i.m.Namespaced {
		if i.m.OwnMounts {
			return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		return nil
	}
	if err := unix.Sethostname([]byte(i.m.Name)); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if err := ownMounts(); err != nil {
		return err
	}
	i.m.ownTools()
	if lo, err := netlink.LinkByName("lo"); err != nil {
		return err
	} else if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	return address(memberNic, i.m.Addr+labBits)
}

// ownMounts gives the namespace its own /proc and /run.
func ownMounts() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts of its own: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("a /proc of its own: %w", err)
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return fmt.Errorf("a /run of its own: %w", err)
	}
	return nil
}

// ownTools lays the lab's names of the binary over those of an installed
// cluster: scripts call crm_attribute and the like by their full path. A kernel
// that cannot do this leaves them to PATH.
func (m Member) ownTools() {
	const tools = "/usr/sbin"
	bin := filepath.Join(filepath.Dir(m.Dir), "bin")
	if strings.ContainsAny(bin, `:,\`) {
		return
	}
	_ = unix.Mount("overlay", tools, "overlay", unix.MS_RDONLY, "lowerdir="+bin+":"+tools)
}

func (i *memberInit) handle(ctx context.Context, req request, files []*os.File) (answer, *os.File, error) {
	switch req.Op {
	case "start":
		return answer{}, nil, i.start()
	case "signal":
		return answer{}, nil, i.signal(ctx, req)
	case "state":
		i.mu.Lock()
		defer i.mu.Unlock()
		return answer{PID: i.pid}, nil, nil
	case "exec":
		code, err := i.exec(ctx, req, files)
		return answer{Code: code}, nil, err
	}
	return answer{}, nil, fmt.Errorf("a member has no operation %q", req.Op)
}

// start runs the daemon.
func (i *memberInit) start() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.pid != 0 {
		return fmt.Errorf("the daemon of %s runs already (process %d)", i.m.Name, i.pid)
	}
	log, err := os.OpenFile(filepath.Join(i.m.Dir, "daemon.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := &exec.Cmd{Path: i.m.Command[0], Args: i.m.Command, Env: i.m.Env, Dir: i.m.Dir, Stdout: log, Stderr: log,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	pid, ended, err := i.reaper.start(cmd)
	if err != nil {
		return err
	}
	gone := make(chan struct{})
	i.pid, i.gone = pid, gone
	go func() {
		<-ended
		i.mu.Lock()
		i.pid = 0
		i.mu.Unlock()
		close(gone)
	}()
	return nil
}

// signal sends the daemon a signal and, with a limit, waits for its end.
func (i *memberInit) signal(ctx context.Context, req request) error {
	i.mu.Lock()
	pid, gone := i.pid, i.gone
	i.mu.Unlock()
	if pid == 0 {
		return fmt.Errorf("the daemon of %s does not run", i.m.Name)
	}
	sig := unix.SignalNum(req.Args[0])
	if err := unix.Kill(pid, sig); err != nil {
		return err
	}
	if req.Limit == 0 {
		return nil
	}
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(req.Limit):
		return fmt.Errorf("the daemon of %s did not end within %s after %s", i.m.Name, req.Limit, req.Args[0])
	}
}

// exec runs a command inside, on the files of whoever asked.
func (i *memberInit) exec(ctx context.Context, req request, files []*os.File) (int, error) {
	return execHere(ctx, i.reaper, req, files, i.m.Dir, i.m.Env)
}

// execHere runs a command in this process's namespaces.
func execHere(ctx context.Context, r *reaper, req request, files []*os.File, dir string, env []string) (int, error) {
	if len(files) != 3 || len(req.Args) == 0 {
		return 0, errors.New("exec needs a command and three files")
	}
	env = append(slices.Clone(env), req.Env...)
	path, err := program(req.Args[0], env)
	if err != nil {
		return 0, err
	}
	cmd := &exec.Cmd{Path: path, Args: req.Args, Env: env, Dir: dir, Stdin: files[0], Stdout: files[1], Stderr: files[2],
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	pid, ended, err := r.start(cmd)
	if err != nil {
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() { _ = unix.Kill(-pid, unix.SIGKILL) })
	defer stop()
	status := <-ended
	if status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return status.ExitStatus(), nil
}
