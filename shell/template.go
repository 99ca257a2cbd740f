package shell

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crm/completions"
	"crm/grammar"
)

// Drafts keeps the configurations made from templates, by name.
type Drafts interface {
	List() ([]string, error)
	Read(name string) (string, error)
	Write(name, text string) error
	Delete(name string) error
}

func templateLevel() *Level {
	names := completions.Plain(templateNames()...)
	draft := completions.InTurn(completeOwn)
	return &Level{Name: "template", Short: "configurations made from templates",
		Help: `A template is a form with parameters. "new" makes a configuration of one or
more, "edit" fills it in, "show" shows what it becomes, "apply" puts that into
the working copy of configure.`,
		Commands: []*Command{
			{Name: "new", Usage: "[<config>] <template> ... [params <name>=<value> ...]", Short: "make a configuration from templates",
				Args: atLeast(1), Complete: completeNew(names), Run: runTemplateNew,
				Help: `  new vip virtual-ip params ip=192.0.2.1

With a template alone the configuration is called like it. The parameter id,
of the first template, is the name of the configuration when nothing else is said.`},
			{Name: "load", Usage: "[<config>]", Short: "choose the configuration to work on", Args: between(0, 1), Complete: draft, Run: runTemplateLoad},
			{Name: "edit", Usage: "[<config>]", Short: "change a configuration in an editor", Args: between(0, 1), Complete: draft, Run: runTemplateEdit},
			{Name: "delete", Usage: "<config> [force]", Short: "delete a configuration", Args: between(1, 2),
				Complete: completions.InTurn(completeOwn, completions.Plain("force")), Run: runTemplateDelete},
			{Name: "list", Usage: "[templates]", Short: "list templates and configurations", Args: between(0, 1),
				Complete: completions.Plain("templates"), Run: runTemplateList},
			{Name: "show", Usage: "[<config>]", Short: "show what a configuration becomes", Args: between(0, 1), Complete: draft, Run: runTemplateShow},
			{Name: "apply", Usage: "[replace|update] [<config>]", Short: "put a configuration into the working copy", Args: between(0, 2),
				Complete: completions.Each(completions.Either(completions.Plain("replace", "update"), completeOwn)), Run: runTemplateApply,
				Help: `replace, which is meant when nothing is said, starts from nothing but the nodes;
update adds to what is there. Nothing is in force before "commit".`},
		}}
}

// completeNew completes templates, then their parameters.
func completeNew(names completions.Completer) completions.Completer {
	templates := completions.Either(names, completions.Words([2]string{"params", "values of parameters follow"}))
	return completions.Each(func(v *completions.View, args []string) []completions.Candidate {
		at := slices.Index(args, "params")
		if at < 0 {
			return templates(v, args)
		}
		given := map[string]bool{}
		for _, setting := range args[at+1:] {
			name, _, _ := strings.Cut(setting, "=")
			given[name] = true
		}
		var list []completions.Candidate
		for _, name := range args[:at] {
			text, _ := templateText(name)
			for _, c := range blanksOf(text) {
				if !given[strings.TrimSuffix(c.Text, "=")] {
					list = append(list, c)
				}
			}
		}
		return list
	})
}

// blanksOf are the parameters of a template, each with the remark above it.
func blanksOf(text string) []completions.Candidate {
	var list []completions.Candidate
	remark := ""
	for line := range strings.SplitSeq(text, "\n") {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "#"):
			remark = strings.TrimSuffix(strings.TrimSpace(strings.TrimPrefix(line, "#")), ".")
			continue
		case len(words) > 1 && words[0] == "%required":
			list = append(list, completions.Candidate{Text: words[1] + "=", Meaning: strings.TrimSpace(remark + " (needed)")})
		case len(words) > 1 && words[0] == "%optional":
			list = append(list, completions.Candidate{Text: words[1] + "=", Meaning: remark})
		}
		remark = ""
	}
	return list
}

// drafts is where configurations are kept.
func (c *Call) drafts() (Drafts, error) {
	if c.Drafts == nil {
		return nil, failf("template: configurations cannot be kept here")
	}
	return c.Drafts, nil
}

// draftName is the configuration meant: the argument, or the loaded one.
func (c *Call) draftName(at int) (string, error) {
	name := c.draft
	if len(c.Args) > at {
		name = c.Args[at]
	}
	if name == "" {
		return "", usagef("%s: no configuration is loaded: name one, or \"load\" it first", c.Command.Name)
	}
	return name, c.draftKnown(name)
}

func (c *Call) draftKnown(name string) error {
	d, err := c.drafts()
	if err != nil {
		return err
	}
	known, err := d.List()
	if err != nil {
		return err
	}
	if slices.Contains(known, name) {
		return nil
	}
	text := ""
	if guess := grammar.Near(name, known); guess != "" {
		text = " (did you mean " + strconv.Quote(guess) + "?)"
	}
	return newError(NotFound, noPos, "there is no configuration %s%s", name, text)
}

func runTemplateNew(_ context.Context, c *Call) error {
	names, settings := c.Args, []string(nil)
	if at := slices.Index(names, "params"); at >= 0 {
		names, settings = names[:at], names[at+1:]
	}
	if len(names) == 0 {
		return usagef("new: which template? usage: new %s", c.Command.Usage)
	}
	config, named := names[0], len(names) > 1
	if named {
		names = names[1:]
	}
	values := map[string]string{}
	if named {
		values["id"] = config
	}
	for _, s := range settings {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return usagef("new: %q is no parameter; expected name=value", s)
		}
		values[name] = value
	}
	return c.makeDraft(config, names, values, settings)
}

func (c *Call) makeDraft(config string, templates []string, values map[string]string, settings []string) error {
	d, err := c.drafts()
	if err != nil {
		return err
	}
	if !grammar.ValidID(config) {
		return usagef("new: %q is no name for a configuration; expected an id", config)
	}
	var b strings.Builder
	used := map[string]bool{}
	for _, name := range templates {
		text, ok := templateText(name)
		if !ok {
			return newError(NotFound, noPos, "there is no template %s; the templates are %s", name, strings.Join(templateNames(), ", "))
		}
		b.WriteString("%template " + name + "\n" + withValues(text, values, used))
		delete(values, "id") // the others keep their own: two resources cannot share one
	}
	for _, s := range settings {
		if name, _, _ := strings.Cut(s, "="); !used[name] {
			return newError(NotFound, noPos, "new: %s has no parameter %s", strings.Join(templates, ", "), name)
		}
	}
	known, err := d.List()
	switch {
	case err != nil:
		return err
	case slices.Contains(known, config):
		return refusef("new: the configuration %s exists; delete it first", config)
	}
	if err := d.Write(config, b.String()); err != nil {
		return err
	}
	c.draft = config
	return nil
}

func runTemplateLoad(_ context.Context, c *Call) error {
	if len(c.Args) == 0 {
		c.draft = ""
		return nil
	}
	name, err := c.draftName(0)
	if err == nil {
		c.draft = name
	}
	return err
}

func runTemplateEdit(ctx context.Context, c *Call) error {
	name, err := c.draftName(0)
	if err != nil {
		return err
	}
	if c.Edit == nil {
		return refusef("edit not allowed in batch mode: there is no terminal for an editor; give the parameters to \"new\"")
	}
	text, err := c.Drafts.Read(name)
	if err != nil {
		return err
	}
	next, err := c.Edit(ctx, cmp.Or(c.Options.Editor, c.preference("editor")), []byte(text), ".txt")
	if err != nil || string(next) == text {
		return err
	}
	return c.Drafts.Write(name, string(next))
}

func runTemplateDelete(_ context.Context, c *Call) error {
	name, err := c.draftName(0)
	if err != nil {
		return err
	}
	if len(c.Args) == 2 && c.Args[1] != "force" {
		return usagef("delete: %q is not force", c.Args[1])
	}
	if name == c.draft {
		if len(c.Args) < 2 && !c.Options.Force {
			return refusef("delete: %s is the loaded configuration; \"delete %s force\" deletes it", name, name)
		}
		c.draft = ""
	}
	return c.Drafts.Delete(name)
}

func runTemplateList(_ context.Context, c *Call) error {
	if len(c.Args) == 1 && c.Args[0] != "templates" {
		return usagef("list: %q is not \"templates\"", c.Args[0])
	}
	var b strings.Builder
	b.WriteString("Templates:\n")
	for _, name := range templateNames() {
		text, _ := templateText(name)
		first, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		fmt.Fprintf(&b, "%-12s %s\n", name, first)
	}
	if len(c.Args) == 0 {
		d, err := c.drafts()
		if err != nil {
			return err
		}
		names, err := d.List()
		if err != nil {
			return err
		}
		b.WriteString("\nConfigurations:\n" + strings.Join(names, "\n"))
	}
	c.print(strings.TrimRight(b.String(), "\n"))
	return nil
}

// filled is what a configuration becomes.
func (c *Call) filled(name string) (string, error) {
	text, err := c.Drafts.Read(name)
	if err != nil {
		return "", err
	}
	forms, err := parseForms(text)
	if err != nil {
		return "", inFile(err, name)
	}
	var b strings.Builder
	for _, f := range forms {
		part, err := f.fill()
		if err != nil {
			return "", inFile(err, name)
		}
		b.WriteString(part)
	}
	return b.String(), nil
}

func runTemplateShow(_ context.Context, c *Call) error {
	name, err := c.draftName(0)
	if err != nil {
		return err
	}
	text, err := c.filled(name)
	if err == nil {
		c.print(strings.TrimRight(text, "\n"))
	}
	return err
}

func runTemplateApply(ctx context.Context, c *Call) error {
	how, at := "replace", 0
	if len(c.Args) > 0 && (c.Args[0] == "replace" || c.Args[0] == "update") {
		how, at = c.Args[0], 1
	}
	if len(c.Args) > at+1 {
		return usagef("apply: %q is neither replace nor update", c.Args[0])
	}
	name, err := c.draftName(at)
	if err != nil {
		return err
	}
	text, err := c.filled(name)
	if err != nil {
		return err
	}
	next, err := c.loaded(ctx, how, text, false)
	if err != nil {
		return inFile(err, "what "+name+" becomes")
	}
	return c.replaceWith(ctx, next)
}
