package tools

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

const (
	// decisionRoom is the memory that a decision may fill before it is cleaned
	// up for the first time: about ten thousand actions are planned in it.
	// Nearly everything that is allocated for a decision stays in use until its
	// end, so an earlier cleaning would take half of the time and find little.
	decisionRoom = 128 << 20
	// perByte is what a CIB takes once it is read, in bytes for each of the
	// text; all of that stays, too.
	perByte = 16
)

// roomFor is the memory that a decision about the CIB in a file may fill.
func roomFor(file string) int {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return decisionRoom
	}
	return decisionRoom + perByte*int(info.Size())
}

// leastHeap is what the runtime multiplies with the percentage of growth as
// long as nothing was cleaned up.
const leastHeap = 4 << 20

// Frugally cleans the memory up for the first time when so many bytes are
// taken, and each time when it has doubled from then on, until what it returns
// is called.
func Frugally(room int) (stop func()) {
	f := &frugal{was: debug.SetGCPercent(room * 100 / leastHeap)}
	// What is left lying about here is noticed by the first collection.
	runtime.AddCleanup(&struct{ self *frugal }{f}, (*frugal).collected, f)
	return f.stop
}

type frugal struct {
	sync.Mutex
	was     int
	stopped bool
}

func (f *frugal) collected() {
	f.Lock()
	defer f.Unlock()
	if !f.stopped {
		debug.SetGCPercent(100)
	}
}

func (f *frugal) stop() {
	f.Lock()
	defer f.Unlock()
	f.stopped = true
	debug.SetGCPercent(f.was)
}
