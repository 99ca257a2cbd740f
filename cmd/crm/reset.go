package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// resetMachine ends this machine without a word to the disks, as heartbeat does
// when a resource does not stop: the other node must be sure that it has gone.
func resetMachine(string) {
	if err := unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART); err != nil {
		fmt.Fprintf(os.Stderr, "crm daemon: this machine cannot be reset (%v): do it by hand\n", err)
	}
}
