package repl

import (
	"sync"
	"sync/atomic"

	prompt "github.com/c-bata/go-prompt"
	"golang.org/x/sys/unix"
)

const enter = "\r"

// keyboard is the library's ConsoleParser: it puts the terminal into raw mode
// and back, and hands out one key at a time.
type keyboard struct {
	mu      sync.Mutex
	fd, out int
	saved   *unix.Termios
	cut     cutter
	gate    bool // an Enter went out: nothing more before the next line begins
	lastD   bool // the last key was Ctrl-D
	tabbed  bool // a suggestion may be selected
	asked   atomic.Bool
	resized atomic.Bool // the window has changed
	gone    bool        // the terminal has gone away
	redraw  bool        // the line is being put aside for that
	asking  atomic.Bool // a question is open: Ctrl-C gives it up
}

// Setup goes into raw mode. The library would change the saved settings in
// place; this one changes a copy.
func (k *keyboard) Setup() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saved == nil {
		t, err := unix.IoctlGetTermios(k.fd, unix.TCGETS)
		if err != nil {
			return err
		}
		k.saved = t
	}
	raw := *k.saved
	raw.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	raw.Lflag &^= unix.ECHO | unix.ICANON | unix.IEXTEN | unix.ISIG | unix.ECHONL
	raw.Cflag = raw.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	k.gate, k.lastD, k.tabbed = false, false, false
	k.write("\x1b[?2004h") // mark what is pasted
	return unix.IoctlSetTermios(k.fd, unix.TCSETS, &raw)
}

// TearDown puts the terminal back as it was found.
func (k *keyboard) TearDown() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saved == nil {
		return nil
	}
	k.write("\x1b[?2004l")
	return unix.IoctlSetTermios(k.fd, unix.TCSETS, k.saved)
}

func (k *keyboard) write(s string) { _, _ = unix.Write(k.out, []byte(s)) }

// size is the window's, 24 by 80 where the terminal does not know.
func (k *keyboard) size() (rows, columns uint16) {
	ws, err := unix.IoctlGetWinsize(k.fd, unix.TIOCGWINSZ)
	if err != nil || ws.Col == 0 || ws.Row == 0 {
		return 24, 80
	}
	return ws.Row, ws.Col
}

// GetWinSize answers what the library can live with: in a window of fewer
// rows than it wants it wipes the screen. How many suggestions there is room
// for is settled in line.go.
func (k *keyboard) GetWinSize() *prompt.WinSize {
	_, columns := k.size()
	return &prompt.WinSize{Row: 200, Col: max(columns, 8)}
}

// noKey says that there is no key at the moment.
type noKey struct{}

// Error is never seen: the library asks again.
func (noKey) Error() string { return "no key" }

// Read hands out one key, or one run of text.
func (k *keyboard) Read() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.gate {
		return nil, noKey{}
	}
	if !k.redraw && k.resized.Swap(false) {
		k.redraw = true
		k.cut.keys = append([]string{codeSave, enter}, k.cut.keys...)
	}
	if len(k.cut.keys) == 0 {
		k.fill()
	}
	if len(k.cut.keys) == 0 {
		return nil, noKey{}
	}
	key := k.cut.keys[0]
	k.cut.keys = k.cut.keys[1:]
	return []byte(k.meaning(key)), nil
}

// meaning is what a key does after the ones before it.
func (k *keyboard) meaning(key string) string {
	if k.tabbed && key == enter { // it accepts the selected suggestion only
		k.tabbed = false
		return codeAccept
	}
	if key == "\t" && !k.tabbed {
		return codeTab
	}
	if key == choose {
		key = "\t"
	}
	if key == "\x03" && k.asking.Load() {
		k.cut.keys = append([]string{"\x04"}, k.cut.keys...)
	}
	k.asked.Store(key == "\t")
	k.tabbed = key == "\t" || key == "\x1b[Z" || k.tabbed && (key == "\x1b[A" || key == "\x1b[B")
	k.lastD = key == "\x04"
	if key == enter || key == "\n" {
		k.gate = true
		return enter
	}
	return key
}

// fill waits a moment for bytes.
func (k *keyboard) fill() {
	const wait = 100 // ms
	poll := []unix.PollFd{{Fd: int32(k.fd), Events: unix.POLLIN}}
	if n, err := unix.Poll(poll, wait); n <= 0 || err != nil {
		k.cut.settle()
		return
	}
	buf := make([]byte, 64<<10)
	n, err := unix.Read(k.fd, buf)
	if n > 0 {
		k.cut.add(buf[:n])
		return
	}
	if n == 0 || err == unix.EIO {
		k.gone = true // drop the line, then end
		k.cut.keys = append(k.cut.keys, "\x03", "\x04")
	}
}

// screen is the library's ConsoleWriter without its window titles. It can be
// muted while the line is put aside, and does without colours.
type screen struct {
	prompt.ConsoleWriter
	mute    atomic.Bool
	colours bool
}

// ClearTitle leaves the window's title alone.
func (*screen) ClearTitle() {}

// SetTitle leaves the window's title alone.
func (*screen) SetTitle(string) {}

// WriteRaw writes unless muted.
func (s *screen) WriteRaw(b []byte) {
	if !s.mute.Load() {
		s.ConsoleWriter.WriteRaw(b)
	}
}

// WriteStr writes unless muted.
func (s *screen) WriteStr(text string) {
	if !s.mute.Load() {
		s.ConsoleWriter.WriteStr(text)
	}
}

// SetColor without colours shows only the selected row, in reverse; that is
// the one the library wants bold.
func (s *screen) SetColor(fg, bg prompt.Color, bold bool) {
	switch {
	case s.mute.Load():
	case s.colours:
		s.ConsoleWriter.SetColor(fg, bg, bold)
	case bold:
		s.ConsoleWriter.WriteRaw([]byte("\x1b[7m"))
	default:
		s.ConsoleWriter.WriteRaw([]byte("\x1b[0m"))
	}
}
