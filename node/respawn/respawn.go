package respawn

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"crm/node/realtime"
)

// Line is one program to keep running.
type Line struct {
	User string
	Argv []string // the first is a full path
	Env  []string // besides the daemon's own
}

// Check says what would keep the program from being started.
func (l Line) Check() error {
	_, err := l.check()
	return err
}

// Options say how programs are kept. Notice is needed.
type Options struct {
	Short  time.Duration // a run shorter than this counts against the program; DefaultShort when 0
	Grace  time.Duration // between SIGTERM and SIGKILL at the end; 5 s when 0
	Output *os.File      // both outputs of the programs; /dev/null when nil
	Notice func(trouble bool, text string)
}

// Run keeps the programs running until ctx ends, then ends them and returns.
// It returns earlier when none is left to keep.
func Run(ctx context.Context, lines []Line, o Options) {
	if o.Short == 0 {
		o.Short = DefaultShort
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	var all sync.WaitGroup
	for _, l := range lines {
		all.Go(func() { l.keep(ctx, o) })
	}
	all.Wait()
}

func (l Line) name() string { return "respawn " + l.User + " " + strings.Join(l.Argv, " ") }

// keep starts one program again and again.
func (l Line) keep(ctx context.Context, o Options) {
	as, err := l.check()
	if err != nil {
		o.Notice(true, l.name()+": not started: "+err.Error())
		return
	}
	var t tally
	for ctx.Err() == nil {
		began := time.Now()
		code, how := l.once(ctx, as, o)
		if ctx.Err() != nil {
			return
		}
		ran := time.Since(began)
		text := fmt.Sprintf("%s: ended after %s: %s", l.name(), ran.Round(time.Millisecond), how)
		switch t.ended(code, ran, o.Short) {
		case done:
			o.Notice(false, text+", which means: do not start it again")
			return
		case giveUp:
			o.Notice(true, fmt.Sprintf("%s; it ended %d times within %s of its start: given up until the daemon starts again",
				text, t.short, o.Short))
			return
		case again:
			o.Notice(true, text+"; starting it again")
		}
	}
}

// check finds what would make every start fail, and whom to run as.
func (l Line) check() (*syscall.SysProcAttr, error) {
	as, err := credential(l.User)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(l.Argv[0])
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return nil, fmt.Errorf("%s: expected a program that may be executed", l.Argv[0])
	}
	return &syscall.SysProcAttr{Setpgid: true, Credential: as}, nil
}

// credential is nil when the user is the daemon's own.
func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", name, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %q has uid %q: expected a number", name, u.Uid)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user %q has gid %q: expected a number", name, u.Gid)
	}
	if own := os.Geteuid(); own != 0 {
		if uint64(own) != uid {
			return nil, fmt.Errorf("user %q: only a daemon that runs as root can start programs as somebody else", name)
		}
		return nil, nil
	}
	c := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	groups, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("groups of user %q: %w", name, err)
	}
	for _, g := range groups {
		if n, err := strconv.ParseUint(g, 10, 32); err == nil {
			c.Groups = append(c.Groups, uint32(n))
		}
	}
	return c, nil
}

// once runs the program to its end, or to the end of ctx.
func (l Line) once(ctx context.Context, as *syscall.SysProcAttr, o Options) (code int, how string) {
	cmd := exec.Command(l.Argv[0], l.Argv[1:]...)
	cmd.Dir, cmd.SysProcAttr = "/", as
	cmd.Env = append(os.Environ(), l.Env...)
	if o.Output != nil {
		cmd.Stdout, cmd.Stderr = o.Output, o.Output
	}
	if err := realtime.Ordinary(cmd.Start); err != nil {
		return -1, err.Error()
	}
	group := -cmd.Process.Pid // its children go with it
	o.Notice(false, fmt.Sprintf("%s: started, pid %d", l.name(), cmd.Process.Pid))
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	select {
	case <-gone:
	case <-ctx.Done():
		_ = syscall.Kill(group, syscall.SIGTERM) // fails only when it has just ended
		select {
		case <-gone:
		case <-time.After(o.Grace):
			o.Notice(true, fmt.Sprintf("%s: still there %s after SIGTERM: killed", l.name(), o.Grace))
			_ = syscall.Kill(group, syscall.SIGKILL)
			<-gone
		}
	}
	return cmd.ProcessState.ExitCode(), cmd.ProcessState.String()
}
