package shell

import (
	"context"
	"slices"
	"strings"

	"crm/cib"
	"crm/completions"
	"crm/grammar"
)

// option is one preference of the user.
type option struct {
	name, section, short, initial string
	values                        []string // nil: any text
}

// options are the preferences by their one-word names; crmsh's newer names
// are section.name with underscores.
var options = []option{
	{"add-quotes", "core", "put quotes round words with blanks", "yes", boolWords},
	{"check-frequency", "core", "when the configuration is checked", "always", []string{"always", "on-verify", "never"}},
	{"check-mode", "core", "what a fault in the configuration means", "strict", []string{"strict", "relaxed"}},
	{"colorscheme", "color", "names of eight colours", "yellow,normal,cyan,red,green,magenta", nil},
	{"editor", "core", "the editor that edit calls", "", nil},
	{"manage-children", "core", "what to do with the members' own attributes", "ask", []string{"ask", "never", "always"}},
	{"obscure-pattern", "core", "names of parameters whose values show hides", "passw*", nil},
	{"output", "color", "how text is dressed", "color", []string{"plain", "color", "color-always", "uppercase"}},
	{"pager", "core", "the pager for long texts", "", nil},
	{"skill-level", "core", "which commands are offered", "expert", []string{"operator", "administrator", "expert"}},
	{"sort-elements", "core", "show objects sorted by kind", "yes", boolWords},
	{"style", "core", "the crmsh whose layout and additions are followed: 4 (4.4.1) or 5 (5.1)", "4", []string{"4", "5"}},
	{"user", "core", "the user that changes are made as", "", nil},
	{"wait", "core", "wait after each change until the cluster is idle", "no", boolWords},
}

var boolWords = []string{"yes", "no"}

// Preferences are the options that were set in this session or read from the
// user's file.
type Preferences map[string]string

func (s *Session) preference(name string) string {
	s.recall()
	if v, ok := s.prefs[name]; ok {
		return v
	}
	for _, o := range options {
		if o.name == name {
			return o.initial
		}
	}
	return ""
}

// recall reads the options that were saved, when they are first asked for.
func (s *Session) recall() {
	if s.recalled || s.LoadOptions == nil {
		return
	}
	s.recalled = true
	text, err := s.LoadOptions()
	if err != nil {
		return // there are none
	}
	saved := Preferences{}
	for line := range strings.SplitSeq(string(text), "\n") {
		name, value, ok := strings.Cut(line, "=")
		if o, known := findOption(strings.TrimSpace(name)); ok && known {
			saved[o.name] = strings.TrimSpace(value)
		}
	}
	for name, value := range s.prefs { // order: each name once
		saved[name] = value
	}
	s.prefs = saved
}

func optionsLevel() *Level {
	l := &Level{Name: "options", Short: "preferences of this user",
		Commands: []*Command{
			{Name: "set", Usage: "<option> <value>", Short: "set an option", Args: exactly(2), Complete: completeOption, Run: runOptionSet},
			{Name: "show", Old: []string{"list"}, Usage: "[all|<option>]", Short: "show options", Args: between(0, 1), Complete: completeOption,
				Run: runOptionShow},
			{Name: "save", Short: "keep the options for later sessions", Args: none(), Run: runOptionSave},
			{Name: "reset", Short: "take all options back to their first values", Args: none(),
				Run: func(_ context.Context, c *Call) error { return c.resetPreferences() }},
		}}
	for _, o := range options {
		var old []string
		if strings.Contains(o.name, "-") {
			old = []string{strings.ReplaceAll(o.name, "-", "_")}
		}
		least := 1
		if o.name == "user" {
			least = 0
		}
		l.Commands = append(l.Commands, &Command{Name: o.name, Old: old, Usage: "<value>", Short: o.short, Args: between(least, 1),
			Ours:     o.name == "obscure-pattern" || o.name == "style", // crmsh knows the first by "set" only
			Complete: completions.Plain(o.values...), Run: runOptionWord(o)})
	}
	return l
}

func (s *Session) resetPreferences() error {
	s.prefs = nil
	return nil
}

func runOptionWord(o option) func(context.Context, *Call) error {
	return func(_ context.Context, c *Call) error {
		value := ""
		if len(c.Args) > 0 {
			value = c.Args[0]
		}
		return c.setOption(o, value, c.words[len(c.words)-1])
	}
}

func (c *Call) setOption(o option, value string, at grammar.Word) error {
	if slices.Equal(o.values, boolWords) {
		value = yesOrNo(value)
	}
	if o.values != nil && !slices.Contains(o.values, value) {
		return wrong(Usage, o.name, at, "is not a value of this option", oneOfThese(o.values, ""), o.values...)
	}
	c.recall()
	c.choosePreference(o, value)
	return nil
}

func (s *Session) choosePreference(o option, value string) {
	if s.prefs == nil {
		s.prefs = Preferences{}
	}
	s.prefs[o.name] = value
	if o.name == "wait" {
		s.Options.Wait = value == "yes"
	}
}

// Prefer sets an option for this session, as "crm -o NAME=VALUE" does.
func (s *Session) Prefer(name, value string) error {
	o, known := findOption(name)
	switch {
	case !known:
		return newError(NotFound, grammar.Pos{}, "there is no option %s; \"crm options show all\" lists them", name)
	case o.values != nil && !slices.Contains(o.values, value):
		return newError(Usage, grammar.Pos{}, "option %s: %q is none of %s", name, value, strings.Join(o.values, ", "))
	}
	s.choosePreference(o, value)
	return nil
}

// yesOrNo is the word for what cib calls true or false.
func yesOrNo(value string) string {
	switch {
	case cib.IsTrue(value):
		return "yes"
	case cib.IsFalse(value):
		return "no"
	}
	return value
}

func findOption(name string) (option, bool) {
	_, last, dotted := strings.Cut(name, ".")
	for _, o := range options {
		if o.name == name || strings.ReplaceAll(o.name, "-", "_") == name || dotted && strings.ReplaceAll(o.name, "-", "_") == last {
			return o, true
		}
	}
	return option{}, false
}

func runOptionSet(_ context.Context, c *Call) error {
	o, ok := findOption(c.Args[0])
	if !ok {
		return newError(NotFound, c.words[1].Pos, "there is no option %s; \"options show all\" lists them", c.Args[0])
	}
	return c.setOption(o, c.Args[1], c.words[2])
}

func runOptionShow(_ context.Context, c *Call) error {
	if len(c.Args) == 1 && c.Args[0] != "all" {
		o, ok := findOption(c.Args[0])
		if !ok {
			return newError(NotFound, c.words[1].Pos, "there is no option %s; \"options show all\" lists them", c.Args[0])
		}
		c.printf("%s.%s = %s\n", o.section, strings.ReplaceAll(o.name, "-", "_"), c.preference(o.name))
		return nil
	}
	for _, o := range options {
		c.printf("%s = %s\n", o.name, c.preference(o.name))
	}
	return nil
}

// runOptionSave writes the options that differ from their first values.
func runOptionSave(_ context.Context, c *Call) error {
	var b strings.Builder
	for _, o := range options {
		if v, ok := c.prefs[o.name]; ok {
			b.WriteString(o.name + " = " + v + "\n")
		}
	}
	if c.SaveOptions == nil {
		return failf("options cannot be kept here")
	}
	return c.SaveOptions([]byte(b.String()))
}

func completeOption(_ *completions.View, args []string) []completions.Candidate {
	var list []completions.Candidate
	if len(args) == 0 {
		for _, o := range options {
			list = append(list, completions.Candidate{Text: o.name, Meaning: o.short})
		}
		for _, o := range options { // and by crmsh's newer names
			list = append(list, completions.Candidate{Text: o.section + "." + strings.ReplaceAll(o.name, "-", "_"), Meaning: o.short})
		}
		return list
	}
	if o, ok := findOption(args[0]); ok && len(args) == 1 {
		for _, v := range o.values {
			list = append(list, completions.Candidate{Text: v})
		}
	}
	return list
}
