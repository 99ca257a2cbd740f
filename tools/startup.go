package tools

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// dropStartup gives back the pages of the program that only starting up
// needed: code and tables of the daemon, the ring and the shell, which are
// linked in and set themselves up. They are clean pages of the file, so the
// kernel maps again what is used after all. That is half of the memory that a
// decision about a hundred resources takes. When it cannot be done, nothing
// is lost.
func dropStartup() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range bytes.Lines(maps) {
		if start, length, ok := readOnlyMapping(line, program); ok {
			syscall.Syscall(syscall.SYS_MADVISE, start, length, syscall.MADV_DONTNEED)
		}
	}
}

// readOnlyMapping takes a line of /proc/self/maps apart if it is about a part
// of the program that is never written.
func readOnlyMapping(line []byte, program string) (start, length uintptr, ok bool) {
	f := bytes.Fields(line) // 00400000-00d77000 r-xp 00000000 fe:00 12345 /usr/bin/crm
	if len(f) != 6 || string(f[5]) != program || len(f[1]) < 2 || f[1][1] != '-' {
		return 0, 0, false
	}
	from, to, _ := bytes.Cut(f[0], []byte("-"))
	first, err1 := strconv.ParseUint(string(from), 16, 64)
	last, err2 := strconv.ParseUint(string(to), 16, 64)
	if err1 != nil || err2 != nil || last <= first {
		return 0, 0, false
	}
	return uintptr(first), uintptr(last - first), true
}
