package repl

import (
	"os"
	"path/filepath"
	"strings"
)

// mostHistory is how many lines are kept.
const mostHistory = 1000

// historyFile is where typed lines are kept over sessions. One that cannot be
// read or written is no reason not to work.
type historyFile struct {
	path string
	last string
}

// load reads the lines, oldest first, and cuts a file that has grown long.
func (h *historyFile) load() []string {
	text, err := os.ReadFile(h.path)
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) > 2*mostHistory {
		lines = lines[len(lines)-mostHistory:]
		_ = os.WriteFile(h.path, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
	}
	if n := len(lines); n > 0 {
		h.last = lines[n-1]
	}
	return lines
}

// add appends a line at once: nothing is lost when the process is killed.
// Repeats, and lines that begin with a blank, are not kept.
func (h *historyFile) add(line string) {
	if line == h.last || line == "" || line[0] == ' ' || h.path == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return
	}
	f, err := os.OpenFile(h.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	if _, err := f.WriteString(line + "\n"); err == nil {
		h.last = line
	}
}
