// Package nullmodem is a serial cable for tests: two pseudo terminals, joined.
package nullmodem

import (
	"fmt"
	"io"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Cable is a cable between two devices.
type Cable struct {
	Devices [2]string
	Ends    [2]*os.File // what is written here arrives at the device of the same number
}

// New plugs a cable in until the test ends, or skips the test where there are
// no pseudo terminals.
func New(t *testing.T) *Cable {
	t.Helper()
	c := &Cable{}
	for i := range c.Ends {
		if err := c.plug(t, i); err != nil {
			t.Skip("no pseudo terminals: ", err)
		}
	}
	for i := range c.Ends {
		go io.Copy(c.Ends[1-i], c.Ends[i])
	}
	return c
}

func (c *Cable) plug(t *testing.T, i int) error {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	c.Ends[i] = os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { c.Ends[i].Close() })
	n, err := unix.IoctlGetUint32(fd, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	c.Devices[i] = fmt.Sprintf("/dev/pts/%d", n)
	keep, err := os.OpenFile(c.Devices[i], os.O_RDWR|unix.O_NOCTTY, 0) // or the other side hangs up when a member leaves
	if err != nil {
		return err
	}
	t.Cleanup(func() { keep.Close() })
	return nil
}
