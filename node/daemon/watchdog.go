package daemon

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// watchdog is a device that resets the machine when nothing is written to it
// for a while: when the ring of this member stands still, it does not come
// back with what others have taken over.
type watchdog struct {
	mu     sync.Mutex
	device *os.File // nil when disarmed
}

// openWatchdog starts the device's clock: it runs a little longer than
// deadtime.
func openWatchdog(path string, deadTime time.Duration) (*watchdog, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("watchdog: %w", err)
	}
	w := &watchdog{device: f}
	seconds := int((deadTime + 10*time.Millisecond + time.Second - 1) / time.Second)
	if err := unix.IoctlSetPointerInt(int(f.Fd()), unix.WDIOC_SETTIMEOUT, seconds); err != nil && err != unix.ENOTTY {
		w.disarm()
		return nil, fmt.Errorf("watchdog %s: set its time to %d s: %w", path, seconds, err)
	}
	w.tickle()
	return w, nil
}

// tickle says that all is well.
func (w *watchdog) tickle() { w.say(0) }

// disarm ends the watch in good order. A member that ends in another way does
// not come here: its machine is reset.
func (w *watchdog) disarm() {
	w.say('V')
	if w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.device.Close()
		w.device = nil
	}
}

func (w *watchdog) say(letter byte) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.device != nil {
		_, _ = w.device.Write([]byte{letter}) // when it fails, the device does what it is there for
	}
}
