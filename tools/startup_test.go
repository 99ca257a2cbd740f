package tools

import (
	"os"
	"strings"
	"testing"
)

func TestReadOnlyMapping(t *testing.T) {
	for line, want := range map[string]uintptr{
		"00400000-00d77000 r-xp 00000000 fe:00 12345                    /usr/bin/crm\n":   0x977000,
		"00d77000-016cf000 r--p 00977000 fe:00 12345                    /usr/bin/crm\n":   0x958000,
		"016cf000-01759000 rw-p 012cf000 fe:00 12345                    /usr/bin/crm\n":   0, // is written
		"7f6d82629000-7f6d8269b000 rw-p 00000000 00:00 0\n":                               0,
		"7f23224fc000-7f2322522000 r-xp 00000000 fe:00 77               /usr/lib/ld.so\n": 0,
		"nonsense r-xp 00000000 fe:00 12345 /usr/bin/crm\n":                               0,
		"02-01 r-xp 00000000 fe:00 12345 /usr/bin/crm\n":                                  0,
	} {
		_, length, ok := readOnlyMapping([]byte(line), "/usr/bin/crm")
		if length != want || ok != (want != 0) {
			t.Errorf("%q: %x, %v, expected a length of %x", line, length, ok, want)
		}
	}
}

// The program goes on after the pages are gone, with fewer of them.
func TestDropStartup(t *testing.T) {
	before := residentFile(t)
	dropStartup()
	if after := residentFile(t); after >= before {
		t.Errorf("%s of the program before, %s after", before, after)
	}
}

func residentFile(t *testing.T) string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "RssFile:"); ok {
			return strings.TrimRight(kb, "\n") // right-aligned: texts compare as numbers
		}
	}
	t.Skip("no RssFile in /proc/self/status")
	return ""
}
