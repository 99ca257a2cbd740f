package realtime

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// childVar makes the test's own binary the program under test: what Process
// does lasts as long as the process.
const childVar = "CRM_REALTIME_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) == "" {
		m.Run()
		return
	}
	if err := tell(); err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
	}
}

// tell becomes real-time and writes how its threads and a program that it
// starts are scheduled.
func tell() error {
	if err := errors.Join(Process(3), LockMemory()); err != nil {
		return err
	}
	policy := func(of string) {
		attr, err := unix.SchedGetAttr(0, 0)
		if err != nil {
			of, attr = err.Error(), &unix.SchedAttr{}
		}
		os.Stdout.WriteString(of + " " + string(rune('0'+attr.Policy)) + " " + string(rune('0'+attr.Priority)) + "\n")
	}
	policy("main")
	done := make(chan error)
	go func() {
		err := Thread(3)
		policy("thread")
		done <- err
	}()
	if err := <-done; err != nil {
		return err
	}
	cmd := exec.Command("chrt", "-p", "0")
	cmd.Stdout = os.Stdout
	if err := Ordinary(cmd.Start); err != nil {
		return err
	}
	return cmd.Wait()
}

func TestRealTime(t *testing.T) {
	if _, err := exec.LookPath("chrt"); err != nil {
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVar+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if bytes.Contains(out, []byte("not permitted")) || bytes.Contains(out, []byte("cannot allocate")) {
		t.Skip("no right to real-time priority: ", string(out))
	}
	for _, want := range []string{"main 2 3\n", "thread 2 4\n", "SCHED_OTHER"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}
