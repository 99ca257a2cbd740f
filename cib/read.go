package cib

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// Bounds on what Parse accepts, far above any real CIB. They keep a hostile
// or broken file from taking the machine's memory.
const (
	MaxBytes = 256 << 20 // of text
	maxDepth = 256       // of nested elements, as in libxml2
	maxNodes = 4 << 20   // elements, texts and comments
)

// SyntaxError says where and why a text is not acceptable XML.
type SyntaxError struct {
	Line, Column int // from 1; columns count characters
	Problem      string
}

// Error is "line 3, column 7: ...".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem)
}

// Classes of bytes. Bytes from 0x80 on are parts of names and of text; that
// they are good UTF-8 is checked once for the whole text.
const (
	inName  = 1 << iota // may stand in a name
	space               // blank, tab, line end
	special             // ends the quick walk over a value
)

var classes = byteClasses()

func byteClasses() (c [256]uint8) {
	for b := range c {
		switch {
		case b >= 0x80, b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9',
			b == '_', b == ':', b == '-', b == '.':
			c[b] = inName
		case b == ' ':
			c[b] = space
		case b == '\t', b == '\n', b == '\r':
			c[b] = space | special
		case b < 0x20, b == '<', b == '&', b == '"', b == '\'':
			c[b] = special
		}
	}
	return c
}

// reader fills an etree from XML text. etree's own reader (encoding/xml) takes
// ten times as long, and accepts repeated attributes and several roots.
type reader struct {
	s       string
	i       int
	open    []frame
	pending []etree.Token // children of the open elements, innermost last
	nodes   int
	slabs   slabs
	room    [24]etree.Attr // where the attributes of one element are gathered
}

// frame is an element whose end has not been read yet.
type frame struct {
	element *etree.Element
	first   int  // its first child in pending
	text    bool // has text other than white space
}

// parseTree reads a whole XML document. White space between elements is not
// kept (the writer indents); everything else is.
func parseTree(text string) (*etree.Document, error) {
	r := &reader{s: text}
	doc := etree.NewDocument()
	r.open = append(make([]frame, 0, 16), frame{element: &doc.Element})
	if problem, at := r.run(); problem != "" {
		return nil, syntaxError(text, at, problem)
	}
	return doc, nil
}

func syntaxError(text string, at int, problem string) *SyntaxError {
	at = min(at, len(text))
	start := strings.LastIndexByte(text[:at], '\n') + 1
	return &SyntaxError{
		Line:   1 + strings.Count(text[:start], "\n"),
		Column: 1 + utf8.RuneCountInString(text[start:at]), Problem: shortWords(problem),
	}
}

// shortWords cuts the words of a message that no line can show.
func shortWords(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	words := strings.Split(text, " ")
	for i, w := range words {
		if r := []rune(w); len(r) > most {
			words[i] = string(r[:most]) + "..."
		}
	}
	return strings.Join(words, " ")
}

// checkEncoding looks for what XML forbids everywhere.
func checkEncoding(s string) (problem string, at int) {
	switch {
	case len(s) > MaxBytes:
		return fmt.Sprintf("the text has %d MB, at most %d MB are read", len(s)>>20, MaxBytes>>20), 0
	case strings.HasPrefix(s, "\xff\xfe"), strings.HasPrefix(s, "\xfe\xff"):
		return "the text is UTF-16, a CIB must be UTF-8", 0
	case !utf8.ValidString(s):
		for at < len(s) {
			c, n := utf8.DecodeRuneInString(s[at:])
			if c == utf8.RuneError && n == 1 {
				return fmt.Sprintf("byte 0x%02x is not UTF-8", s[at]), at
			}
			at += n
		}
	}
	for _, bad := range []string{"\uFFFE", "\uFFFF"} {
		if at = strings.Index(s, bad); at >= 0 {
			return "character U+FFFE or U+FFFF is not allowed in XML", at
		}
	}
	return "", 0
}

func (r *reader) run() (problem string, at int) {
	if problem, at = checkEncoding(r.s); problem != "" {
		return problem, at
	}
	if strings.HasPrefix(r.s, "\ufeff") {
		r.i = len("\ufeff")
	}
	for r.i < len(r.s) {
		from := r.i
		if r.s[r.i] != '<' {
			problem, at = r.readText()
		} else {
			problem, at = r.readMarkup()
		}
		if problem == "" && r.nodes > maxNodes {
			problem, at = fmt.Sprintf("more than %d elements and comments", maxNodes), from
		}
		if problem != "" {
			return problem, at
		}
	}
	if n := len(r.open); n > 1 {
		return "the text ends inside <" + r.open[n-1].element.FullTag() + ">, </" + r.open[n-1].element.FullTag() + "> expected", len(r.s)
	}
	doc := r.open[0].element
	r.adopt(r.open[0])
	for range Children(doc) {
		return "", 0
	}
	return "no XML element found, <cib> expected", 0
}

// readText reads character data up to the next '<'.
func (r *reader) readText() (problem string, at int) {
	from := r.i
	blank := true
	plain := true
	for r.i < len(r.s) && r.s[r.i] != '<' {
		c := r.s[r.i]
		if classes[c]&space == 0 {
			blank = false
			if classes[c] == special && c != '"' && c != '\'' || c == ']' {
				plain = false
			}
		} else if c == '\r' {
			plain = false
		}
		r.i++
	}
	if blank {
		if f := r.top(); f.text {
			r.push(etree.NewText(lineEnds(r.s[from:r.i])))
		}
		return "", 0
	}
	if len(r.open) == 1 {
		for classes[r.s[from]]&space != 0 {
			from++
		}
		return "text outside of the root element", from
	}
	value := r.s[from:r.i]
	if !plain {
		if k := strings.Index(value, "]]>"); k >= 0 {
			return "]]> is not allowed in text, write ]]&gt;", from + k
		}
		var bad int
		if value, problem, bad = decode(value, false); problem != "" {
			return problem, from + bad
		}
	}
	r.top().text = true
	r.push(etree.NewText(value))
	return "", 0
}

func (r *reader) top() *frame { return &r.open[len(r.open)-1] }

func (r *reader) push(t etree.Token) {
	r.nodes++
	r.pending = append(r.pending, t)
}

// readMarkup reads what a '<' begins.
func (r *reader) readMarkup() (problem string, at int) {
	from := r.i
	rest := r.s[from:]
	switch {
	case len(rest) > 1 && rest[1] == '/':
		return r.readEnd()
	case strings.HasPrefix(rest, "<!--"):
		body, problem := r.until("<!--", "-->", "a comment")
		if problem != "" {
			return problem, from
		}
		if k := strings.Index(body, "--"); k >= 0 || strings.HasSuffix(body, "-") {
			return "-- is not allowed inside a comment", from + 4 + max(k, 0)
		}
		return r.keep(etree.NewComment(lineEnds(body)), body, from)
	case strings.HasPrefix(rest, "<![CDATA["):
		body, problem := r.until("<![CDATA[", "]]>", "a CDATA section")
		if problem != "" {
			return problem, from
		}
		if len(r.open) == 1 {
			return "text outside of the root element", from
		}
		r.top().text = true
		return r.keep(etree.NewCData(lineEnds(body)), body, from)
	case strings.HasPrefix(rest, "<?"):
		return r.readInstruction()
	case strings.HasPrefix(rest, "<!"):
		return "a CIB has no document type or entity declarations", from
	}
	return r.readElement()
}

// keep adds a token whose text is body, if XML allows all its characters.
func (r *reader) keep(t etree.Token, body string, from int) (problem string, at int) {
	if k := strings.IndexFunc(body, forbidden); k >= 0 {
		return fmt.Sprintf("character 0x%02x is not allowed in XML", body[k]), from + strings.Index(r.s[from:], body) + k
	}
	r.push(t)
	return "", 0
}

func forbidden(c rune) bool { return c < 0x20 && c != '\t' && c != '\n' && c != '\r' }

// until skips head and returns what stands before tail.
func (r *reader) until(head, tail, what string) (body, problem string) {
	start := r.i + len(head)
	n := strings.Index(r.s[start:], tail)
	if n < 0 {
		return "", what + " is not closed, " + tail + " expected"
	}
	r.i = start + n + len(tail)
	return r.s[start : start+n], ""
}

func (r *reader) readInstruction() (problem string, at int) {
	from := r.i
	body, problem := r.until("<?", "?>", "a processing instruction")
	if problem != "" {
		return problem, from
	}
	n := 0
	for n < len(body) && classes[body[n]] == inName {
		n++
	}
	target, inst := body[:n], strings.TrimLeft(body[n:], " \t\r\n")
	if target == "" || n < len(body) && classes[body[n]]&space == 0 {
		return "a processing instruction needs a name", from + 2
	}
	if !strings.EqualFold(target, "xml") {
		return r.keep(etree.NewProcInst(target, lineEnds(inst)), body, from)
	}
	if from > 0 && r.s[:from] != "\ufeff" {
		return "<?xml?> is allowed only at the very beginning", from
	}
	if _, after, ok := strings.Cut(inst, "encoding"); ok {
		name := strings.Trim(strings.TrimLeft(after, " \t\r\n="), "\"' \t\r\n")
		if k := strings.IndexAny(name, "\"' "); k >= 0 {
			name = name[:k]
		}
		if !strings.EqualFold(name, "utf-8") && !strings.EqualFold(name, "utf8") && !strings.EqualFold(name, "us-ascii") {
			return "encoding " + strconv.Quote(name) + " is not supported, a CIB must be UTF-8", from
		}
	}
	return r.keep(etree.NewProcInst(target, inst), body, from)
}

func (r *reader) readEnd() (problem string, at int) {
	from := r.i
	r.i += 2
	start := r.i
	for r.i < len(r.s) && classes[r.s[r.i]] == inName {
		r.i++
	}
	name := r.s[start:r.i]
	r.skipSpace()
	if r.i >= len(r.s) || r.s[r.i] != '>' {
		return "</" + name + " is not closed, > expected", r.i
	}
	r.i++
	if len(r.open) == 1 {
		return "</" + name + "> closes nothing", from
	}
	f := *r.top()
	if !sameTag(f.element, name) {
		return "</" + name + "> found, </" + f.element.FullTag() + "> expected", from
	}
	r.open = r.open[:len(r.open)-1]
	r.adopt(f)
	return "", 0
}

func sameTag(e *etree.Element, name string) bool {
	return e.Space == "" && e.Tag == name || e.Space != "" && e.FullTag() == name
}

// adopt gives the element its children.
func (r *reader) adopt(f frame) {
	children := r.pending[f.first:]
	if len(children) > 0 {
		f.element.Child = r.slabs.tokens(len(children))
		for _, t := range children {
			f.element.AddChild(t)
		}
	}
	r.pending = r.pending[:f.first]
}

func (r *reader) skipSpace() {
	for r.i < len(r.s) && classes[r.s[r.i]]&space != 0 {
		r.i++
	}
}

// readElement reads a start tag, which may be an empty element.
func (r *reader) readElement() (problem string, at int) {
	from := r.i
	r.i++
	name := r.name()
	if !goodName(name) {
		return "an element name is expected after <", from + 1
	}
	switch {
	case len(r.open) > maxDepth:
		return fmt.Sprintf("elements are nested more than %d deep", maxDepth), from
	case len(r.open) == 1:
		for _, t := range r.pending {
			if root, ok := t.(*etree.Element); ok {
				return "a second root element <" + name + "> after <" + root.FullTag() + ">", from
			}
		}
	}
	e := r.slabs.element()
	e.Space, e.Tag = splitName(name)
	r.push(e)
	closed, problem, at := r.readAttrs(e)
	if problem != "" {
		return problem, at
	}
	if !closed {
		r.open = append(r.open, frame{element: e, first: len(r.pending)})
	}
	return "", 0
}

// name reads as many name characters as there are.
func (r *reader) name() string {
	from := r.i
	for r.i < len(r.s) && classes[r.s[r.i]] == inName {
		r.i++
	}
	return r.s[from:r.i]
}

// goodName tells whether a run of name characters may be a name.
func goodName(s string) bool {
	return s != "" && s[0] != '-' && s[0] != '.' && (s[0] < '0' || s[0] > '9') &&
		s[0] != ':' && s[len(s)-1] != ':' && strings.Count(s, ":") < 2
}

// isName tells whether any text may be a name.
func isName(s string) bool {
	for i := range len(s) {
		if classes[s[i]] != inName {
			return false
		}
	}
	return goodName(s)
}

func splitName(s string) (space, local string) {
	if k := strings.IndexByte(s, ':'); k >= 0 {
		return s[:k], s[k+1:]
	}
	return "", s
}

// readAttrs reads attributes up to and with the end of the tag.
func (r *reader) readAttrs(e *etree.Element) (closed bool, problem string, at int) {
	attrs := r.room[:0]
	var seen map[string]bool // only for elements with very many attributes
	for {
		gap := r.i
		r.skipSpace()
		switch {
		case r.i >= len(r.s):
			return false, "the text ends inside the tag <" + e.FullTag(), r.i
		case r.s[r.i] == '>':
			r.i++
			e.Attr = r.slabs.attrs(attrs)
			return false, "", 0
		case r.s[r.i] == '/' && strings.HasPrefix(r.s[r.i:], "/>"):
			r.i += 2
			e.Attr = r.slabs.attrs(attrs)
			return true, "", 0
		}
		from := r.i
		name := r.name()
		if !goodName(name) {
			return false, "an attribute, > or /> is expected in <" + e.FullTag(), from
		}
		if gap == from {
			return false, "white space is expected before the attribute " + name, from
		}
		a, problem, at := r.readValue(name)
		if problem != "" {
			return false, problem, at
		}
		if len(attrs) >= 32 && seen == nil {
			seen = map[string]bool{}
			for i := range attrs {
				seen[attrs[i].FullKey()] = true
			}
		}
		if seen[name] || seen == nil && repeated(attrs, &a) {
			return false, "attribute " + name + " of <" + e.FullTag() + "> is given twice", from
		}
		if seen != nil {
			seen[name] = true
		}
		attrs = append(attrs, a)
	}
}

func repeated(attrs []etree.Attr, a *etree.Attr) bool {
	for i := range attrs {
		if attrs[i].Key == a.Key && attrs[i].Space == a.Space {
			return true
		}
	}
	return false
}

// readValue reads ="value" after an attribute's name.
func (r *reader) readValue(name string) (a etree.Attr, problem string, at int) {
	r.skipSpace()
	if r.i >= len(r.s) || r.s[r.i] != '=' {
		return a, "= is expected after the attribute " + name, r.i
	}
	r.i++
	r.skipSpace()
	if r.i >= len(r.s) || r.s[r.i] != '"' && r.s[r.i] != '\'' {
		return a, "a quoted value is expected for the attribute " + name, r.i
	}
	quote := r.s[r.i]
	r.i++
	from := r.i
	plain := true
	for {
		for r.i < len(r.s) && classes[r.s[r.i]]&special == 0 {
			r.i++
		}
		if r.i >= len(r.s) {
			return a, "the value of the attribute " + name + " is not closed", from - 1
		}
		c := r.s[r.i]
		if c == quote {
			break
		}
		if c == '<' {
			return a, "< is not allowed in the value of the attribute " + name + ", write &lt;", r.i
		}
		plain = plain && (c == '"' || c == '\'')
		r.i++
	}
	value := r.s[from:r.i]
	r.i++
	if !plain {
		var bad int
		if value, problem, bad = decode(value, true); problem != "" {
			return a, problem, from + bad
		}
	}
	a.Space, a.Key = splitName(name)
	a.Value = value
	return a, "", 0
}

// lineEnds turns every line end into one \n, as XML wants of a reader.
func lineEnds(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// decode resolves references, and in an attribute turns raw line ends and
// tabs into blanks (XML 1.0, 3.3.3).
func decode(s string, attribute bool) (value, problem string, at int) {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '&':
			text, n := reference(s[i:])
			if n == 0 {
				return "", badReference(s[i:]), i
			}
			b.WriteString(text)
			i += n - 1
		case c == '\r' && i+1 < len(s) && s[i+1] == '\n':
			continue
		case c == '\r' || c == '\n' || c == '\t':
			switch {
			case attribute:
				c = ' '
			case c == '\r':
				c = '\n'
			}
			b.WriteByte(c)
		case c < 0x20:
			return "", fmt.Sprintf("character 0x%02x is not allowed in XML", c), i
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", 0
}

// reference reads &name; or &#number; and returns its text and its length, 0
// when it is none.
func reference(s string) (text string, n int) {
	end := strings.IndexByte(s[:min(len(s), 16)], ';')
	if end < 2 {
		return "", 0
	}
	switch name := s[1:end]; name {
	case "lt":
		return "<", end + 1
	case "gt":
		return ">", end + 1
	case "amp":
		return "&", end + 1
	case "quot":
		return `"`, end + 1
	case "apos":
		return "'", end + 1
	default:
		if name[0] != '#' {
			return "", 0
		}
		digits, base := name[1:], 10
		if strings.HasPrefix(digits, "x") {
			digits, base = digits[1:], 16
		}
		c, err := strconv.ParseUint(digits, base, 32)
		r := rune(c)
		if err != nil || c > utf8.MaxRune || !utf8.ValidRune(r) || forbidden(r) || r == 0xFFFE || r == 0xFFFF {
			return "", 0
		}
		return string(r), end + 1
	}
}

func badReference(s string) string {
	end := strings.IndexByte(s[:min(len(s), 32)], ';')
	if end < 0 {
		return "& begins a reference, write &amp; for the character itself"
	}
	if strings.HasPrefix(s, "&#") {
		return s[:end+1] + " is no character of XML"
	}
	return "unknown entity " + s[:end+1] + ", only &lt; &gt; &amp; &quot; &apos; and &#number; are known"
}
