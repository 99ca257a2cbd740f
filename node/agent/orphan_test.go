package agent_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"crm/node/agent"
)

// daemonHouse tells this test binary that it is a daemon that promotes r1 with
// the agents of that folder, until it is killed.
const daemonHouse = "CRM_TEST_DAEMON_HOUSE"

func inHouse(dir string) *agent.Runner {
	return &agent.Runner{Dir: dir, Orphans: filepath.Join(dir, "operations"), Roots: agent.Roots{OCF: filepath.Join(dir, "ocf")}}
}

// TestPromoteAndBeKilled is the daemon of the tests below.
func TestPromoteAndBeKilled(t *testing.T) {
	dir := os.Getenv(daemonHouse)
	if dir == "" {
		t.Skip("it is run by others")
	}
	op := ocfOp("promote", nil)
	op.Timeout = 30 * time.Second
	if limit := os.Getenv("LIMIT"); limit != "" {
		op.Timeout, _ = time.ParseDuration(limit)
	}
	inHouse(dir).Run(t.Context(), op)
}

// orphaned leaves a promotion behind whose daemon was killed. It goes on when a
// line is written to the file given.
func orphaned(t *testing.T, limit time.Duration) (r *agent.Runner, release *os.File, pid string) {
	t.Helper()
	dir := t.TempDir()
	var fifos [2]*os.File
	for i, name := range []string{"begun", "release"} {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		fifos[i] = f
	}
	script(t, filepath.Join(dir, "ocf/resource.d/test/Say"), fmt.Sprintf(`cd %s
case $1 in
promote) echo $$ > begun; read line < release; echo > promoted;;
monitor) test ! -e promoted || exit 8;;
esac`, dir))
	daemon := exec.Command(os.Args[0], "-test.run=^TestPromoteAndBeKilled$")
	daemon.Env = append(os.Environ(), daemonHouse+"="+dir, "LIMIT="+limit.String())
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscanln(fifos[0], &pid); err != nil {
		t.Fatal(err)
	}
	r = inHouse(dir)
	for text := ""; !strings.HasSuffix(text, "\n"); { // until the note is complete
		b, _ := os.ReadFile(filepath.Join(r.Orphans, "r1.op"))
		text = string(b)
	}
	if err := daemon.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = daemon.Wait()
	return r, fifos[1], pid
}

func TestAnOperationWaitsForWhatAKilledDaemonLeftBehind(t *testing.T) {
	r, release, _ := orphaned(t, time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if res := r.Run(ctx, ocfOp("monitor", nil)); res.Status != agent.Cancelled {
		t.Errorf("while it is promoted the monitor says %+v", res)
	}
	other := ocfOp("monitor", nil)
	other.Resource = "r2"
	if res := r.Run(t.Context(), other); res.RC != agent.OK {
		t.Errorf("another resource: %+v", res)
	}
	fmt.Fprintln(release)
	if res := r.Run(t.Context(), ocfOp("monitor", nil)); res.RC != agent.Promoted {
		t.Errorf("after it was promoted the monitor says %+v", res)
	}
	if left, _ := filepath.Glob(filepath.Join(r.Orphans, "*")); len(left) > 0 {
		t.Errorf("notes are left: %v", left)
	}
}

func TestWhatAKilledDaemonLeftBehindHasItsTimeAndNoMore(t *testing.T) {
	r, _, pid := orphaned(t, 2*time.Second)
	op := ocfOp("monitor", nil)
	op.Timeout = time.Second // its time begins after that of the other
	if res := r.Run(t.Context(), op); res.RC != agent.OK || res.Status != agent.Done {
		t.Errorf("the monitor says %+v", res)
	}
	if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("the promotion runs on: %s", stat)
	}
}

// TestANoteOfAnotherProcessIsNoOrphan: numbers of processes come back.
func TestANoteOfAnotherProcessIsNoOrphan(t *testing.T) {
	r, _ := house(t)
	r.Orphans = t.TempDir()
	script(t, filepath.Join(r.Roots.OCF, "resource.d/test/Say"), "exit 0")
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Skip(err)
	}
	sleeper := exec.Command("sleep", "60")
	sleeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() })
	for _, note := range []string{
		fmt.Sprintf("%s 1 %d 1", strings.TrimSpace(string(boot)), sleeper.Process.Pid), // born at another time
		fmt.Sprintf("another-boot 99999999999999 %d 1", sleeper.Process.Pid),
		"another-boot 99999999999999", "", "%!",
	} {
		if err := os.WriteFile(filepath.Join(r.Orphans, "r1.op"), []byte(note), 0o600); err != nil {
			t.Fatal(err)
		}
		if res := r.Run(t.Context(), ocfOp("monitor", nil)); res.RC != agent.OK {
			t.Errorf("%q: %+v", note, res)
		}
	}
	if err := sleeper.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("somebody else's process was killed: %v", err)
	}
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", sleeper.Process.Pid))
	if strings.Contains(string(stat), ") Z ") {
		t.Error("somebody else's process was killed")
	}
}
