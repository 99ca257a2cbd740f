package realtime

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestThread asks the kernel how the thread is scheduled afterwards.
func TestThread(t *testing.T) {
	policy, err := make(chan uint32, 1), make(chan error, 1)
	go func() { // its thread ends with it
		err <- Thread(3)
		attr, e := unix.SchedGetAttr(0, 0)
		if e != nil {
			attr = &unix.SchedAttr{}
		}
		policy <- attr.Policy | attr.Priority<<8
	}()
	if err := <-err; err != nil {
		if !errors.Is(err, unix.EPERM) {
			t.Fatal(err)
		}
		t.Skip("no right to real-time priority: ", err)
	}
	if got := <-policy; got != unix.SCHED_RR|3<<8 {
		t.Errorf("policy %d, priority %d; want SCHED_RR at 3", got&0xff, got>>8)
	}
	if attr, err := unix.SchedGetAttr(os.Getpid(), 0); err == nil && attr.Policy == unix.SCHED_RR {
		t.Error("the whole program became real-time")
	}
}

func TestProcessors(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	Processors()
	if got := runtime.GOMAXPROCS(0); got <= runtime.NumCPU() {
		t.Errorf("%d processors for %d of the machine", got, runtime.NumCPU())
	}
}
