package repl

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"

	prompt "github.com/c-bata/go-prompt"
	"github.com/mattn/go-runewidth"
	"golang.org/x/sys/unix"
)

const mostSuggestions = 8

// reader reads lines from a terminal with history and suggestions.
type reader struct {
	prefix  func() string
	suggest func(line string) []prompt.Suggest
	keys    *keyboard
	screen  *screen
	prompt  *prompt.Prompt

	history []string
	query   string // what Ctrl-R looks for
	found   int    // where it is in the history, -1 when it looks for nothing

	passed bool   // lines went past the library
	line   string // put aside while the window changes
	right  int    // characters behind the cursor
}

func newReader(prefix func() string, suggest func(string) []prompt.Suggest, history []string, colours bool) (*reader, error) {
	if os.Getenv("RUNEWIDTH_EASTASIAN") == "" { // with a Chinese locale it counts quotes and dots as two columns; terminals do not
		runewidth.DefaultCondition.EastAsianWidth = false
	}
	fd, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, errors.New("this process has no terminal (/dev/tty): " + err.Error())
	}
	r := &reader{prefix: prefix, suggest: suggest, history: history, found: -1,
		keys: &keyboard{fd: fd, out: 1}, screen: &screen{ConsoleWriter: prompt.NewStdoutWriter(), colours: colours}}
	r.prompt = r.library()
	return r, nil
}

// library makes the prompt of the library, which knows the history there is.
func (r *reader) library() *prompt.Prompt {
	bind := func(code string, do func(*prompt.Buffer)) prompt.ASCIICodeBind {
		return prompt.ASCIICodeBind{ASCIICode: []byte(code), Fn: do}
	}
	return prompt.New(func(string) {}, r.steady(),
		prompt.OptionParser(r.keys), prompt.OptionWriter(r.screen),
		prompt.OptionLivePrefix(func() (string, bool) { return r.prefix(), true }),
		prompt.OptionHistory(r.history), prompt.OptionMaxSuggestion(mostSuggestions), prompt.OptionCompletionWordSeparator(" "),
		prompt.OptionPrefixTextColor(prompt.DefaultColor), prompt.OptionInputTextColor(prompt.DefaultColor),
		prompt.OptionAddASCIICodeBind(bind(codeAccept, func(*prompt.Buffer) {}), bind(codeSave, r.save), bind(codeSearch, r.search), bind(codeTab, r.complete),
			bind(codeLeft, prompt.GoLeftWord), bind(codeRight, prompt.GoRightWord)))
}

// steady wraps the suggestions: the same list for the same line (the library
// panics when the list shrinks while an entry is selected), none after a
// panic, and no more than the window has room for.
func (r *reader) steady() prompt.Completer {
	var last []prompt.Suggest
	line, asked := "", false
	return func(d prompt.Document) (list []prompt.Suggest) {
		if d.Text == line && asked == r.keys.asked.Load() && line != "" {
			return last
		}
		defer func() {
			if recover() != nil {
				list = nil
			}
			line, asked, last = d.Text, r.keys.asked.Load(), list
		}()
		if strings.TrimSpace(d.Text) == "" && !r.keys.asked.Load() {
			return nil
		}
		rows, _ := r.keys.size()
		list = r.suggest(d.TextBeforeCursor())
		if room := int(rows) - 2; len(list) > room {
			list = list[:max(room, 0)]
		}
		return list
	}
}

// save puts the line and the cursor aside and hides what the library draws:
// the window has changed, the line is drawn anew.
func (r *reader) save(b *prompt.Buffer) {
	d := b.Document()
	r.line, r.right = d.Text, len([]rune(d.TextAfterCursor()))
	setLine(b, "")
	r.screen.mute.Store(true)
}

func setLine(b *prompt.Buffer, text string) {
	b.CursorRight(len([]rune(b.Document().TextAfterCursor())))
	b.DeleteBeforeCursor(len([]rune(b.Text())))
	b.InsertText(text, false, true)
}

// search goes back in the history to the next line that holds what is typed.
func (r *reader) search(b *prompt.Buffer) {
	if r.found < 0 || r.found >= len(r.history) || b.Text() != r.history[r.found] {
		r.query, r.found = b.Text(), len(r.history)
	}
	for i := r.found - 1; i >= 0; i-- {
		if strings.Contains(r.history[i], r.query) {
			r.found = i
			setLine(b, r.history[i])
			return
		}
	}
}

// complete is Tab: it types what is certain, and where there is a choice it
// lets the library show and go through it.
func (r *reader) complete(b *prompt.Buffer) {
	before := b.Document().TextBeforeCursor()
	if more := certain(before, r.suggest(before)); more != "" {
		b.InsertText(more, false, true)
		return
	}
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	r.keys.cut.keys = append([]string{choose}, r.keys.cut.keys...)
}

// certain is what must follow the text whichever candidate is meant. A single
// one is finished with a blank, unless its value comes next.
func certain(before string, list []prompt.Suggest) string {
	if len(list) == 0 {
		return ""
	}
	word := before[strings.LastIndexByte(before, ' ')+1:]
	common := list[0].Text
	for _, s := range list[1:] {
		n := 0
		for n < len(common) && n < len(s.Text) && common[n] == s.Text[n] {
			n++
		}
		common = common[:n]
	}
	rest, ok := strings.CutPrefix(strings.ToValidUTF8(common, ""), word)
	if !ok {
		return ""
	}
	if len(list) == 1 && !strings.HasSuffix(common, "=") && !strings.HasSuffix(common, ":") {
		return rest + " "
	}
	return rest
}

// errGone ends the shell: what was edited cannot be asked about any more.
var errGone = errors.New("the terminal is gone: what was not committed is dropped")

// read asks for one line; io.EOF after Ctrl-D on an empty one.
func (r *reader) read() (string, error) {
	defer r.watch()()
	if line, ok := r.pasted(); ok {
		r.remember(line)
		r.passed = true
		return line, nil
	}
	if r.passed { // else Up would not find what was pasted
		r.prompt, r.passed = r.library(), false
	}
	for {
		line := r.prompt.Input()
		if r.redrawn() {
			continue
		}
		r.keys.mu.Lock()
		ended, gone := r.keys.lastD && line == "", r.keys.gone
		r.keys.mu.Unlock()
		switch {
		case gone:
			return "", errGone
		case ended:
			return "", io.EOF
		}
		r.remember(line)
		return line, nil
	}
}

// joined puts one line into the history in the place of the pieces that it was
// typed in.
func (r *reader) joined(pieces int, line string) {
	if pieces < 2 || pieces > len(r.history) {
		return
	}
	r.history, r.passed = append(r.history[:len(r.history)-pieces], line), true
}

// answer reads a line that is no command: the history does not have it.
func (r *reader) answer() (string, error) {
	n := len(r.history)
	line, err := r.read()
	r.history, r.passed = r.history[:n], true
	return line, err
}

func (r *reader) remember(line string) {
	r.found = -1
	if line != "" {
		r.history = append(r.history, line)
	}
}

// redrawn puts the line back that was put aside when the window changed.
func (r *reader) redrawn() bool {
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	if !r.keys.redraw {
		return false
	}
	r.keys.redraw = false
	var back []string
	if r.line != "" {
		back = append(back, r.line)
	}
	for range r.right {
		back = append(back, "\x1b[D")
	}
	r.keys.cut.keys = append(back, r.keys.cut.keys...)
	r.screen.mute.Store(false)
	r.keys.write("\r\x1b[J")
	return true
}

// pasted takes a whole pasted line past the library, which needs 20 ms for
// each.
func (r *reader) pasted() (string, bool) {
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	keys := r.keys.cut.keys
	if len(keys) < 2 || !isText(keys[0]) || keys[1] != enter {
		return "", false
	}
	r.keys.cut.keys = keys[2:]
	r.keys.write(r.prefix() + keys[0] + "\r\n")
	return keys[0], true
}

// watch notices signals while a line is read, and returns what ends that.
func (r *reader) watch() (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, unix.SIGWINCH, unix.SIGTERM, unix.SIGHUP)
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if s == unix.SIGWINCH {
					r.keys.resized.Store(true)
					continue
				}
				_ = r.keys.TearDown()
				r.keys.write("\n")
				signal.Reset(s)
				_ = unix.Kill(unix.Getpid(), s.(unix.Signal))
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// close puts the terminal back.
func (r *reader) close() {
	_ = r.keys.TearDown()
	_ = unix.Close(r.keys.fd)
}
