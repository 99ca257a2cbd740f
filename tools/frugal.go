package tools

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"sync"
)

// growth is by how many percent the memory may grow before it is cleaned up:
// at first, and after each time. Small decisions are taken before the first
// time; large ones have memory to save and time to spare.
var growth = []int{400, 100, 60, 40}

// Frugally keeps memory small, the more so the more of it there is, until
// what it returns is called. It may grow by first percent before the first
// time; 0 stands for the usual.
func Frugally(first int) (stop func()) {
	f := &frugal{was: debug.SetGCPercent(cmp.Or(first, growth[0]))}
	f.watch()
	return f.stop
}

type frugal struct {
	sync.Mutex
	was, round int
	stopped    bool
}

// watch goes to the next step of growth after the next collection: that of
// the thing it leaves lying about.
func (f *frugal) watch() {
	runtime.AddCleanup(&struct{ self *frugal }{f}, (*frugal).collected, f)
}

func (f *frugal) collected() {
	f.Lock()
	defer f.Unlock()
	f.round++
	if f.stopped || f.round >= len(growth) {
		return
	}
	debug.SetGCPercent(growth[f.round])
	f.watch()
}

func (f *frugal) stop() {
	f.Lock()
	defer f.Unlock()
	f.stopped = true
	debug.SetGCPercent(f.was)
}
