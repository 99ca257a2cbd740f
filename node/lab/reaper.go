package lab

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// reaper waits for all children of a process that is the first of its
// namespace (or the one that orphans come to): its own and strangers'.
type reaper struct {
	mu    sync.Mutex
	ended map[int]chan unix.WaitStatus
}

// newReaper starts to reap. Nothing else in this process may wait for children.
func newReaper() *reaper {
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	r := &reaper{ended: map[int]chan unix.WaitStatus{}}
	bell := make(chan os.Signal, 16)
	signal.Notify(bell, syscall.SIGCHLD)
	go func() {
		for range bell {
			r.reap()
		}
	}()
	return r
}

func (r *reaper) reap() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if ch := r.ended[pid]; ch != nil {
			delete(r.ended, pid)
			ch <- status
			close(ch)
		}
	}
}

// start runs a command; its end comes over the channel.
func (r *reaper) start(cmd *exec.Cmd) (int, <-chan unix.WaitStatus, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	pid := cmd.Process.Pid
	_ = cmd.Process.Release()
	ch := make(chan unix.WaitStatus, 1)
	r.ended[pid] = ch
	return pid, ch, nil
}
