package shell

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/grammar"
)

// typedLine is a line that edited the copy, or the text of a file that did. It
// is kept to tell where something was typed that verify finds wrong.
type typedLine struct {
	file string // "" at the prompt
	from int    // the line of the file that the text begins at
	line grammar.Line
	text string // of a file, which line has been loaded
}

// typed is what the call's line, or the file that it loaded, says.
func (c *Call) typed() typedLine {
	if c.source != "" {
		return typedLine{file: c.source, from: 1, text: c.sourceText}
	}
	return typedLine{file: c.script.file, from: max(c.script.line, 1), line: c.line}
}

// origins knows where each object was typed.
type origins struct {
	said []*saying
	by   map[string][]int // of said, by id and by keyword
	xml  []typedLine      // files of XML
}

// saying is one line in words.
type saying struct {
	typedLine
	words     []grammar.Word
	statement bool
	// parts are the words, by number, that have a part: what a finding names
	// need not be looked for in all of them. Nil until it is needed.
	parts map[string][]int
	set   []int // for each word the one that opens the set it is in, or 0
}

// origins splits all that was typed into words. That is done only when there
// is something to tell.
func (w *work) origins() *origins {
	o := &origins{by: map[string][]int{}}
	if w == nil {
		return o
	}
	for _, t := range w.typed {
		switch {
		case t.text == "":
			o.add(t, t.line)
		case looksLikeXML(t.text):
			o.xml = append(o.xml, t)
		default:
			lines, _ := grammar.Lines(t.text)
			for _, line := range lines {
				o.add(t, line)
			}
		}
	}
	return o
}

func (o *origins) add(t typedLine, line grammar.Line) {
	if line.Blank() || line.Comment() {
		return
	}
	words, fault := line.Words()
	if fault != nil {
		return
	}
	for len(words) > 1 && (words[0].Text == "configure" || words[0].Text == "/") { // the level before the statement
		words = words[1:]
	}
	t.line = line
	s := &saying{typedLine: t, words: words, statement: slices.Contains(grammar.Keywords(), strings.ToLower(words[0].Text))}
	o.said = append(o.said, s)
	for _, key := range s.keys() {
		if list := o.by[key]; len(list) == 0 || list[len(list)-1] != len(o.said)-1 {
			o.by[key] = append(list, len(o.said)-1)
		}
	}
}

// keys are the ids that a line makes or changes, and its keyword, by which
// statements without an id are found.
func (s *saying) keys() []string {
	keys := []string{strings.ToLower(s.words[0].Text)}
	for i, w := range s.words[1:] {
		switch {
		case keys[0] == "xml":
			if _, id, is := strings.Cut(w.Text, "id="); is {
				keys = append(keys, strings.TrimRight(id, "/>"))
			}
		case !s.statement: // a command: set ID.NAME, delete ID ...
			keys = append(keys, strings.Split(w.Text, ".")...)
		case i == 0:
			id, name, _ := strings.Cut(w.Text, ":")
			keys = append(keys, id, name)
		}
	}
	return keys
}

// find is the place where a finding's word was typed, or else its object.
func (o *origins) find(f finding) (*Error, bool) {
	keys := f.keys()
	for _, key := range keys {
		for _, i := range slices.Backward(o.by[key]) {
			if pos, found := o.said[i].locate(f); found {
				return o.said[i].at(pos), true
			}
		}
		if e, found := o.inXML(key, f); found {
			return e, true
		}
	}
	for _, key := range keys {
		if list := o.by[key]; len(list) > 0 {
			s := o.said[list[len(list)-1]]
			e := s.at(s.words[min(1, len(s.words)-1)].Pos)
			if !s.statement && s.file != "" { // a prompt's line is told anyway
				e.Want = fmt.Sprintf("; since %q", excerpt(s.line.Text, 1))
			}
			return e, true
		}
	}
	return nil, false
}

// at is the place of a word of the line. A line of a prompt is told itself,
// behind what is wrong with it, as there is no number that would find it.
func (s *saying) at(pos grammar.Pos) *Error {
	if s.file != "" {
		return &Error{Kind: Invalid, File: s.file, Line: s.from + pos.Line - 1, Column: pos.Col}
	}
	return &Error{Kind: Invalid, Want: fmt.Sprintf("; column %d of: %s", pos.Col, excerpt(s.line.Text, pos.Col))}
}

// excerpt is a line as a message can show it, with what stands at a column.
func excerpt(line string, column int) string {
	const most = 70
	if utf8.RuneCountInString(line) <= most {
		return line
	}
	runes := []rune(line)
	from := min(max(column-most/2, 0), len(runes)-most)
	text := string(runes[from : from+most])
	if from > 0 {
		text = "..." + text
	}
	if from+most < len(runes) {
		text += "..."
	}
	return text
}

// placed is a finding as an error, with the place where it was typed if that
// is known.
func (o *origins) placed(f finding) *Error {
	e := &Error{Kind: Invalid}
	if f.at != nil {
		if at, found := o.find(f); found {
			e = at
		}
	}
	e.Text, e.Want = e.Text+f.text+e.Want, ""
	return e
}

// inXML looks for the element with an id in files of XML that were loaded, and
// in its tag for the attribute.
func (o *origins) inXML(id string, f finding) (*Error, bool) {
	for _, t := range slices.Backward(o.xml) {
		at := strings.Index(t.text, ` id="`+id+`"`)
		if at < 0 {
			continue
		}
		if f.name != "" {
			tag, _, _ := strings.Cut(t.text[at:], ">")
			if i := strings.Index(tag, " "+f.name+`="`); i >= 0 {
				at += i
			}
		}
		line := strings.LastIndexByte(t.text[:at], '\n') + 1
		return &Error{Kind: Invalid, File: t.file, Line: strings.Count(t.text[:at], "\n") + 1, Column: utf8.RuneCountInString(t.text[line:at]) + 2}, true
	}
	return nil, false
}

// keys are the ids under which a finding's origin is looked for: the element's
// own, then those around it; sections without ids go by their statement.
func (f finding) keys() []string {
	var keys []string
	for e, done := f.at, false; e != nil && !done; e = e.Parent() {
		done = cib.IsResource(e) // what it is in was typed apart
		if uname := attr(e, "uname"); uname != "" {
			keys = append(keys, uname)
		}
		if id := attr(e, "id"); id != "" {
			keys = append(keys, id)
		}
		if word, is := sectionWords[e.Tag]; is {
			keys = append(keys, word, sectionSets[e.Tag])
			if f.name != "" {
				keys = append(keys, f.name)
			}
		}
	}
	return keys
}

// sectionWords are the statements that fill a section.
var sectionWords = map[string]string{cib.CrmConfig: "property", cib.RscDefaults: "rsc_defaults", cib.OpDefaults: "op_defaults",
	cib.FencingTopology: "fencing_topology"}

// sectionSets are the ids of the sets that these statements make. A line may
// have deleted one.
var sectionSets = map[string]string{cib.CrmConfig: cib.BootstrapOptions, cib.RscDefaults: "rsc-options", cib.OpDefaults: "op-options"}

// setWords are the words that open a set, and the elements that it becomes.
var setWords = map[string]string{"params": cib.InstanceAttributes, "attributes": cib.InstanceAttributes, "meta": cib.MetaAttributes,
	"utilization": cib.Utilization, "op": "op"}

// locate finds the word of a line that a finding is about: the best match of
// name and value, in the right set and for an operation in the right one.
func (s *saying) locate(f finding) (at grammar.Pos, found bool) {
	home := f.home()
	for _, text := range []string{f.name, f.value} {
		if at, found = s.best(s.candidates(text), f, home); found {
			break
		}
	}
	return at, found
}

func (s *saying) best(candidates []int, f finding, home string) (at grammar.Pos, found bool) {
	const exact, inSet = 7, 8
	best := 0
	for _, i := range candidates {
		w := s.words[i]
		fits, offset := f.fits(w.Text)
		switch {
		case fits > 0 && s.inSet(i, home, f.at):
			fits += inSet
		case i == 1 && !strings.Contains(w.Text, "="):
			fits = min(fits, 1) // its own id, most likely
		}
		if fits > best {
			best, at = fits, grammar.Pos{Line: w.Pos.Line, Col: w.Pos.Col + utf8.RuneCountInString(w.Text[:offset])}
		}
		if best == exact+inSet || best == exact && home == "" {
			break // there is no better
		}
	}
	return at, best > 0
}

// candidates are the words that may have a text in them, in order.
func (s *saying) candidates(text string) []int {
	if s.parts == nil {
		s.parts, s.set = map[string][]int{}, make([]int, len(s.words))
		for i, w := range s.words[1:] {
			s.set[i+1] = s.set[i]
			if _, opens := setWords[strings.ToLower(w.Text)]; opens && i > 0 {
				s.set[i+1] = i + 1
			}
			for part := range strings.FieldsFuncSeq(strings.ToLower(w.Text), parting) {
				if list := s.parts[part]; len(list) == 0 || list[len(list)-1] != i+1 {
					s.parts[part] = append(list, i+1)
				}
			}
		}
	}
	text = strings.TrimLeftFunc(strings.ToLower(text), parting)
	if end := strings.IndexFunc(text, parting); end >= 0 {
		text = text[:end] // what has the whole has its first part
	}
	return s.parts[text]
}

// parting tells the signs that part the names in a word.
func parting(r rune) bool { return strings.ContainsRune("@:,=./", r) }

// inSet tells whether a word is in the set that an element is in.
func (s *saying) inSet(i int, home string, e *etree.Element) bool {
	opener := s.set[i]
	if opener == 0 {
		return false
	}
	word := strings.ToLower(s.words[opener].Text)
	return setWords[word] == home && (word != "op" || operationAt(s.words[opener:], e))
}

// fits tells how well a word is what a finding is about, and where in the word
// that stands.
func (f finding) fits(word string) (fits, offset int) {
	name, value, pair := strings.Cut(word, "=")
	start := strings.LastIndexByte(name, ':') + 1
	if !pair && strings.HasSuffix(name, "."+f.name) { // a path of set
		start = len(name) - len(f.name)
	}
	if f.name != "" && strings.EqualFold(name[start:], f.name) {
		if pair && value == f.value {
			return 7, start
		}
		return 6, start
	}
	if f.value == "" {
		return 0, 0
	}
	for from := 0; ; {
		at := strings.Index(word[from:], f.value)
		if at < 0 {
			return 0, 0
		}
		at, from = at+from, at+from+1
		before, after := word[:at], word[at+len(f.value):]
		switch {
		case before == "" && after == "":
			return 5, 0
		case before != "" && strings.IndexByte("@:,=./", before[at-1]) < 0, after != "" && strings.IndexByte(":,=.", after[0]) < 0:
		case at > 1 && strings.HasPrefix(f.name, before[:at-1]): // ref: of a reference
			return 4, at
		default:
			return 3, at
		}
	}
}

// home is what the set of the language that holds the element becomes: a set
// of attributes, or an operation with all that is in it.
func (f finding) home() string {
	set := ""
	for e := f.at; e != nil; e = e.Parent() {
		switch e.Tag {
		case "op":
			return e.Tag
		case cib.InstanceAttributes, cib.MetaAttributes, cib.Utilization:
			set = e.Tag
		}
	}
	return set
}

// operationAt tells whether the words from "op" on are the operation that an
// element is, or is in.
func operationAt(words []grammar.Word, e *etree.Element) bool {
	for e != nil && e.Tag != "op" {
		e = e.Parent()
	}
	if e == nil || len(words) < 2 || words[1].Text != attr(e, "name") {
		return false
	}
	for _, w := range words[2:] {
		if w.Text == "op" {
			break
		}
		if value, is := strings.CutPrefix(w.Text, "interval="); is {
			return value == attr(e, "interval")
		}
	}
	return true
}
