package repl

import (
	"bytes"
	"strings"
	"unicode/utf8"

	prompt "github.com/c-bata/go-prompt"
)

// Private key codes: no terminal sends them. They are bound to functions of
// ours in line.go.
const (
	codeAccept = "\x1b<accept>" // Enter on a selected suggestion
	codeSave   = "\x1b<save>"   // put the line aside, the window has changed
	codeSearch = "\x1b<search>" // back through the history by what is typed
	codeLeft   = "\x1b<left>"   // a word to the left
	codeRight  = "\x1b<right>"  // a word to the right
	codeTab    = "\x1b<tab>"    // Tab, while nothing is selected
	choose     = "\x1b<choose>" // Tab that the library shall see: go through the list
)

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// remap gives keys that the library does not know a meaning.
var remap = map[string]string{
	"\x12": codeSearch, "\x1bb": codeLeft, "\x1bf": codeRight,
	"\x1b[1;5D": codeLeft, "\x1b[1;5C": codeRight, "\x1b[5D": codeLeft, "\x1b[5C": codeRight,
	"\x1bOH": "\x1b[H", "\x1bOF": "\x1b[F", "\x1b[1~": "\x1b[H", "\x1b[4~": "\x1b[F", "\x1b[7~": "\x1b[H", "\x1b[8~": "\x1b[F",
}

// cutter cuts the bytes a terminal sends into keys and runs of text. The
// library takes whatever one read gives for one key.
type cutter struct {
	raw     []byte   // not cut yet: a sequence that may go on
	keys    []string // ready
	inPaste bool
}

// add cuts more bytes.
func (c *cutter) add(b []byte) {
	c.raw = append(c.raw, b...)
	for len(c.raw) > 0 {
		n := 0
		switch first := c.raw[0]; {
		case c.inPaste:
			n = c.cutPaste()
		case first == 0x1b:
			n = c.cutEscape()
		case first == '\t' && len(c.raw) > 1 && c.raw[1] >= 0x20 && c.raw[1] != 0x7f:
			// Nobody types that fast: text pasted where the terminal does not
			// mark it. The Tab is an indent, and completes nothing.
			n = 1
			c.keys = append(c.keys, " ")
		case first < 0x20 || first == 0x7f:
			n = 1
			c.key(string(c.raw[:1]))
		default:
			n = c.cutText()
		}
		if n == 0 {
			return
		}
		c.raw = c.raw[n:]
	}
}

// settle gives up waiting for the rest of a sequence: a lone Esc is Esc, what
// else is torn is dropped.
func (c *cutter) settle() {
	if len(c.raw) == 0 || c.inPaste {
		return
	}
	if string(c.raw) == "\x1b" {
		c.keys = append(c.keys, "\x1b")
	}
	c.raw = nil
}

// key queues a key, in the library's words. Keys that it does not know are
// dropped: it would type them into the line.
func (c *cutter) key(k string) {
	if other, ok := remap[k]; ok {
		c.keys = append(c.keys, other)
		return
	}
	if len(k) == 1 || prompt.GetKey([]byte(k)) != prompt.NotDefined {
		c.keys = append(c.keys, k)
	}
}

func (c *cutter) cutEscape() int {
	n := escapeLength(c.raw)
	if n == 0 {
		return 0
	}
	switch k := string(c.raw[:n]); k {
	case pasteBegin:
		c.inPaste = true
	case pasteEnd:
	default:
		c.key(k)
	}
	return n
}

// escapeLength is how long the escape sequence at the start of b is, 0 when
// it is not complete.
func escapeLength(b []byte) int {
	if len(b) == 1 {
		return 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			linux := i == 2 && b[i] == '[' // the console's F1 is ESC [ [ A
			if b[i] >= 0x40 && b[i] <= 0x7e && !linux {
				return i + 1
			}
		}
		return 0
	case 'O':
		if len(b) < 3 {
			return 0
		}
		return 3
	case 0x1b:
		return 1
	}
	return 2
}

// cutText takes a run of printable text, whole characters only.
func (c *cutter) cutText() int {
	n := 0
	for n < len(c.raw) && c.raw[n] >= 0x20 && c.raw[n] != 0x7f && utf8.FullRune(c.raw[n:]) {
		_, size := utf8.DecodeRune(c.raw[n:])
		n += size
	}
	if n > 0 {
		c.keys = append(c.keys, string(c.raw[:n]))
	}
	return n
}

// cutPaste takes pasted text up to its end, or as many lines as have come.
func (c *cutter) cutPaste() int {
	if end := bytes.Index(c.raw, []byte(pasteEnd)); end >= 0 {
		c.paste(c.raw[:end])
		c.inPaste = false
		return end + len(pasteEnd)
	}
	n := wholeLines(c.raw)
	if n > 0 {
		c.paste(c.raw[:n])
	}
	return n
}

// wholeLines is how far b goes in lines that are complete and do not go on
// with the next. What is behind waits for its rest.
func wholeLines(b []byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		whole := b[i] == '\n' || b[i] == '\r' && i+1 < len(b) && b[i+1] != '\n'
		if whole && !bytes.HasSuffix(bytes.TrimRight(b[:i], " \t\r"), []byte(`\`)) {
			return i + 1
		}
	}
	return 0
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// paste queues pasted text: an Enter for each line end. A line that ends in a
// backslash is joined with the next as a script's would be.
func (c *cutter) paste(b []byte) {
	lines := strings.Split(lineEnds.Replace(string(b)), "\n")
	for i, line := range lines {
		if i > 0 {
			if k := len(c.keys); k > 0 && strings.HasSuffix(strings.TrimRight(c.keys[k-1], " "), `\`) {
				c.keys[k-1] = strings.TrimSuffix(strings.TrimRight(c.keys[k-1], " "), `\`)
				line = strings.TrimLeft(line, " ")
			} else {
				c.keys = append(c.keys, "\r")
			}
		}
		line = strings.Map(func(r rune) rune {
			if r < 0x20 || r == 0x7f {
				return -1
			}
			return r
		}, line)
		if line != "" {
			c.keys = append(c.keys, line)
		}
	}
	c.keys = joinText(c.keys)
}

// joinText makes one key of runs of text that follow each other.
func joinText(keys []string) []string {
	out := keys[:0:0]
	for _, k := range keys {
		if k == "" { // a line of nothing but a backslash
			continue
		}
		n := len(out)
		if n > 0 && isText(k) && isText(out[n-1]) {
			out[n-1] += k
			continue
		}
		out = append(out, k)
	}
	return out
}

func isText(k string) bool { return k != "" && k[0] >= 0x20 && k[0] != 0x7f }
