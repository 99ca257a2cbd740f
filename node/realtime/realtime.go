// Package realtime gives a goroutine the means to be in time on a machine
// that is busy with other work: a thread of its own with a real-time priority,
// and memory that stays where it is.
//
// Only the thread that beats gets the priority. What decides, what runs agents
// and what collects garbage competes with the machine's real work as any other
// program does, and programs that are started inherit nothing.
package realtime

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Thread ties the calling goroutine to its thread for the rest of its life and
// schedules that thread with SCHED_RR at a priority from 1 to 99
// (sched_setscheduler(2)): it runs before all ordinary programs. Without the
// right to it (CAP_SYS_NICE, RLIMIT_RTPRIO) the thread stays as it is and the
// error says so.
func Thread(priority int) error {
	runtime.LockOSThread()
	attr := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Flags: unix.SCHED_FLAG_RESET_ON_FORK, Priority: uint32(priority)}
	if err := unix.SchedSetAttr(0, &attr, 0); err != nil {
		return fmt.Errorf("real-time priority %d: %w", priority, os.NewSyscallError("sched_setattr", err))
	}
	return nil
}

// spare processors of Go's scheduler beyond the machine's: a thread that
// returns from waiting needs one, and finds one here even when all others are
// held by threads that the machine gives no time.
const spare = 2

// Processors makes sure that Thread's goroutine never waits for its turn in
// this program.
func Processors() { runtime.GOMAXPROCS(runtime.NumCPU() + spare) }

// LockMemory keeps all memory of this program from being swapped out, as soon
// as it is used (mlockall(2), MCL_ONFAULT). Without the right to it
// (CAP_IPC_LOCK, RLIMIT_MEMLOCK) nothing is locked and the error says so.
func LockMemory() error {
	if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
		return fmt.Errorf("lock memory: %w", os.NewSyscallError("mlockall", err))
	}
	return nil
}
