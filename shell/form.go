package shell

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed templates/*.txt
var templateFiles embed.FS

// templateNames lists the templates that come with the shell.
func templateNames() []string {
	var names []string
	entries, _ := templateFiles.ReadDir("templates")
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return names
}

func templateText(name string) (string, bool) {
	text, err := templateFiles.ReadFile("templates/" + name + ".txt")
	return string(text), err == nil
}

// form is a configuration made from a template: parameters, and text that
// names them as %ip%. Lines that begin with # are remarks.
type form struct {
	name   string // of the template
	params []blank
	body   []formLine
}

// formLine is a line of the text and where it stands in the file.
type formLine struct {
	text string
	line int
}

// blank is one parameter of a form.
type blank struct {
	name, value string
	required    bool
	line        int // where it stands in the file
}

// parseForms reads a configuration: each template it was made from begins
// with a line %template.
func parseForms(text string) ([]*form, error) {
	var list []*form
	inText := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		words := strings.Fields(line)
		if words[0] == "%template" && len(words) == 2 {
			list, inText = append(list, &form{name: words[1]}), false
			continue
		}
		if len(list) == 0 {
			return nil, formError(i, "expected %template NAME before anything else")
		}
		f := list[len(list)-1]
		switch {
		case inText:
			f.body = append(f.body, formLine{text: line, line: i + 1})
		case words[0] == "%text" && len(words) == 1:
			inText = true
		case (words[0] == "%required" || words[0] == "%optional") && len(words) > 1:
			value := strings.Join(words[2:], " ")
			f.params = append(f.params, blank{name: words[1], value: value, required: words[0] == "%required", line: i + 1})
		default:
			return nil, formError(i, fmt.Sprintf("%q does not fit here; expected %%required NAME VALUE, %%optional NAME VALUE or %%text", line))
		}
	}
	return list, nil
}

func formError(i int, text string) error {
	return &Error{Kind: Syntax, Line: i + 1, Column: 1, Text: text}
}

// fill puts the values into the text. A word whose parameter has no value is
// left out, unless the parameter is required.
func (f *form) fill() (string, error) {
	for _, p := range f.params {
		if p.required && p.value == "" {
			return "", formError(p.line-1, fmt.Sprintf("the parameter %s of %s has no value: write it behind the name with \"edit\"", p.name, f.name))
		}
	}
	var b strings.Builder
	for _, l := range f.body {
		indent := l.text[:len(l.text)-len(strings.TrimLeft(l.text, " \t"))]
		var words []string
		for _, word := range strings.Fields(l.text) {
			filled, keep, err := f.fillWord(word, l.line)
			if err != nil {
				return "", err
			}
			if keep {
				words = append(words, filled)
			}
		}
		b.WriteString(indent + strings.Join(words, " ") + "\n")
	}
	return b.String(), nil
}

// fillWord fills the parameters that one word names.
func (f *form) fillWord(word string, line int) (filled string, keep bool, err error) {
	parts := strings.Split(word, "%")
	if len(parts)%2 == 0 {
		return word, true, nil // a lone percent sign is itself
	}
	for i := 1; i < len(parts); i += 2 {
		at := slices.IndexFunc(f.params, func(p blank) bool { return p.name == parts[i] })
		if at < 0 {
			return "", false, formError(line-1, fmt.Sprintf("%s has no parameter %q", f.name, parts[i]))
		}
		if f.params[at].value == "" {
			return "", false, nil
		}
		parts[i] = f.params[at].value
	}
	return strings.Join(parts, ""), true, nil
}

// withValues writes the values into the text of a template; used tells which
// it has.
func withValues(text string, values map[string]string, used map[string]bool) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "%required" && words[0] != "%optional" {
			continue
		}
		if value, ok := values[words[1]]; ok {
			lines[i] = strings.TrimRight(words[0]+" "+words[1]+" "+value, " ")
			used[words[1]] = true
		}
	}
	return strings.Join(lines, "\n")
}
