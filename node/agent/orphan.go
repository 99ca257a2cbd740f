package agent

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// An operation outlives the daemon that began it when that is killed. Whoever
// asks how a resource is while it still starts, stops or is promoted gets an
// answer that does not hold. So the process of each script is noted while it
// runs, and the next daemon's first operation of that resource waits for it, as
// it would have had to behind it in one daemon; at the end of the time that the
// operation was given it is killed, as it would have been too.

// orphan is the file that tells of a resource's operation: the boot of the
// machine, when its time is over, and once it runs its process and when that
// began.
func (r *Runner) orphan(resource string) string {
	return filepath.Join(r.Orphans, url.PathEscape(resource)+".op")
}

// call runs the script of an operation. A monitor changes nothing and is not
// noted. A full disk must not keep a resource from being stopped: what cannot
// be noted runs all the same.
func (r *Runner) call(ctx context.Context, op Op, s Script) Outcome {
	if r.Orphans == "" || op.Action == "monitor" {
		return s.Run(ctx)
	}
	file := r.orphan(op.Resource)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil && os.MkdirAll(r.Orphans, 0o700) == nil {
		f, err = os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	}
	if err != nil {
		return s.Run(ctx)
	}
	defer f.Close()
	end := uptime() + 365*24*time.Hour
	if at, limited := ctx.Deadline(); limited {
		end = uptime() + time.Until(at)
	}
	_, _ = fmt.Fprintf(f, "%s %d", bootID(), end.Milliseconds())
	s.began = func(pid int) {
		birth, _ := birthOf(pid)
		_, _ = fmt.Fprintf(f, " %d %s\n", pid, birth)
	}
	out := s.Run(ctx)
	_ = os.Remove(file)
	return out
}

// adopt waits for an operation of a resource that an earlier daemon left
// behind. The caller's own operation has not begun by then, nor has its time.
func (r *Runner) adopt(ctx context.Context, resource string) {
	if r.Orphans == "" || resource == "" {
		return
	}
	file := r.orphan(resource)
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	awaitOrphan(ctx, string(text))
	if ctx.Err() == nil {
		_ = os.Remove(file)
	}
}

// awaitOrphan waits for what a note tells of, and ends it when its time is over.
func awaitOrphan(ctx context.Context, text string) {
	var boot, birth string
	var end int64
	var pid int
	known, _ := fmt.Sscan(text, &boot, &end, &pid, &birth)
	if known < 2 || boot != bootID() {
		return // nothing of an earlier boot runs
	}
	left := time.Duration(end)*time.Millisecond - uptime()
	if known < 4 { // its daemon was killed in the instant between
		wait(ctx, left)
		return
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if is, alive := birthOf(pid); !alive || is != birth || gone(ctx, fd, left) || ctx.Err() != nil {
		return
	}
	_ = unix.Kill(-pid, unix.SIGKILL)
	gone(ctx, fd, killGrace) // as of one's own: nobody waits for what hangs in the kernel
}

// uptime is the time since this machine was booted; no clock's change moves it.
func uptime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
	return time.Duration(t.Nano())
}

// bootID tells apart the boots of this machine.
func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
