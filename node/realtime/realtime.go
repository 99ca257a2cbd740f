// Package realtime gives a program the means to be in time on a machine that
// is busy with other work: real-time priority, and memory that stays where it
// is.
//
// The whole program gets the priority and not one thread of it: threads of a
// Go program wait for each other (for the collector of garbage, for the
// scheduler's locks), and one that gets no processor time stops them all. The
// thread that must not be late stands one step above the others. Programs that
// are started from here are ordinary ones.
package realtime

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Highest is the highest priority that Process takes, so that Thread has one
// above it.
const Highest = 98

// passes bounds how often Process looks for threads that were born meanwhile.
const passes = 10

// Process schedules all threads of this program, and those to come, with
// SCHED_RR at a priority from 1 to Highest (sched_setscheduler(2)): they run
// before all ordinary programs. Without the right to it (CAP_SYS_NICE,
// RLIMIT_RTPRIO) everything stays as it is and the error says so.
func Process(priority int) error {
	// A thread that returns from waiting needs one of the processors of Go's
	// scheduler; with some to spare it finds one when all others are at work.
	runtime.GOMAXPROCS(runtime.NumCPU() + 2)
	done := map[int]bool{}
	for range passes {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("real-time priority: %w", err)
		}
		news := false
		for _, entry := range threads {
			tid, err := strconv.Atoi(entry.Name())
			if err != nil || done[tid] {
				continue
			}
			news, done[tid] = true, true
			if err := schedule(tid, unix.SCHED_RR, priority); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
			}
		}
		if !news {
			break
		}
	}
	return nil
}

// Thread ties the calling goroutine to its thread for the rest of its life and
// sets that thread one step above a Process of the same priority.
func Thread(priority int) error {
	runtime.LockOSThread()
	return schedule(0, unix.SCHED_RR, priority+1)
}

// Ordinary calls start, which starts a program, in such a way that the program
// has the ordinary priority whatever this one has.
func Ordinary(start func() error) error {
	done := make(chan error, 1)
	go func() {
		attr, err := unix.SchedGetAttr(0, 0)
		if err == nil && attr.Policy == unix.SCHED_RR {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			if err := schedule(0, unix.SCHED_NORMAL, 0); err != nil {
				done <- err
				return
			}
		}
		done <- start()
	}()
	return <-done
}

// schedule sets the policy and priority of a thread; 0 is the calling one.
func schedule(tid int, policy uint32, priority int) error {
	attr := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: uint32(priority)}
	if err := unix.SchedSetAttr(tid, &attr, 0); err != nil {
		return fmt.Errorf("real-time priority %d: %w", priority, os.NewSyscallError("sched_setattr", err))
	}
	return nil
}

// LockMemory keeps all memory of this program from being swapped out, as soon
// as it is used (mlockall(2), MCL_ONFAULT). Without the right to it
// (CAP_IPC_LOCK, RLIMIT_MEMLOCK) nothing is locked and the error says so.
func LockMemory() error {
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
		return fmt.Errorf("lock memory: %w", os.NewSyscallError("mlockall", err))
	}
	return nil
}
