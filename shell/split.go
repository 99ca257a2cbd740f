package shell

import "strings"

// Quote writes a word so that it is read back as one.
func Quote(word string) string {
	if word == "" {
		return "''"
	}
	if !strings.ContainsAny(word, " \t\r\n'\"\\") {
		return word
	}
	if !strings.Contains(word, "'") {
		return "'" + word + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}

// JoinWords makes one line of the words of a command line, quoting those with
// blanks, so that they stay the same words.
func JoinWords(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = Quote(a)
	}
	return strings.Join(quoted, " ")
}

// Joiner gathers physical lines until they make a logical one: a line that
// ends in a backslash goes on with the next.
type Joiner struct {
	pending strings.Builder
	first   int // number of the first line gathered, 0 when there is none
	number  int
}

// Add takes the next physical line. When ok, text holds all the physical
// lines of a logical one, and number is that of the first.
func (j *Joiner) Add(physical string) (text string, number int, ok bool) {
	j.number++
	if j.first == 0 {
		j.first = j.number
	}
	j.pending.WriteString(physical)
	if strings.HasSuffix(strings.TrimSpace(physical), `\`) {
		j.pending.WriteByte('\n')
		return "", 0, false
	}
	if physical == "" {
		j.pending.WriteByte('\n') // so that an empty last line is seen to be one
	}
	text, number = j.pending.String(), j.first
	j.Drop()
	return text, number, true
}

// Open tells whether a continued line is waiting for its rest.
func (j *Joiner) Open() bool { return j.first != 0 }

// Drop forgets a line that was never finished and returns its number, or 0.
func (j *Joiner) Drop() int {
	number := j.first
	j.pending.Reset()
	j.first = 0
	return number
}
