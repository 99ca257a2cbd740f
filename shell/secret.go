package shell

import (
	"context"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
)

// secretMark stands in the configuration for a value that is kept elsewhere.
const secretMark = "lrm://"

// Secrets keeps values of parameters on the members, out of the
// configuration. Others are the members besides this one that a change is
// copied to; one that cannot be reached is told as an error when the change
// was made here.
type Secrets interface {
	Read(resource, name string) (string, error)
	Write(ctx context.Context, others []string, resource, name, value string) error
	Delete(ctx context.Context, others []string, resource, name string) error
	Sync(ctx context.Context, others []string) error
}

func secretCommand() *Command {
	return &Command{Name: "secret", Usage: "<rsc> set|stash|unstash|delete|show|check <name> [<value>] | <rsc> sync",
		Short: "keep the value of a parameter out of the configuration", Args: between(2, 4), Run: runSecret,
		Complete: completions.InTurn(completions.Primitives, completions.Words([2]string{"set", "keep a new value"},
			[2]string{"stash", "keep the value that stands in the configuration"}, [2]string{"unstash", "put the kept value into the configuration"},
			[2]string{"delete", "remove the parameter and its value"}, [2]string{"show", "print the kept value"},
			[2]string{"check", "compare it with its MD5 sum"}, [2]string{"sync", "copy all kept values to the other members"}), completions.ParamNames),
		Help: `The value is kept in a file of its own on every member, which only root can
read, with its MD5 sum beside it; the configuration says lrm://. It is copied to
the other members by ssh, as cibsecret does. Without a value "set" reads one
line from standard input, so that it stands in no command line.

  secret db set passwd
  secret db stash passwd     a value that stands in the configuration
  secret db sync             after a member was away`}
}

// secretCall is one call of the command.
type secretCall struct {
	*Call
	rsc, name string
	others    []string
	value     string // in the configuration
	set       bool   // whether it has one
}

func runSecret(ctx context.Context, c *Call) error {
	if c.Secrets == nil {
		return failf("secrets cannot be kept here")
	}
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	s := &secretCall{Call: c, rsc: c.Args[0]}
	if c.Cluster.Live() {
		s.others = slices.DeleteFunc(nodeNames(doc), func(n string) bool { return n == c.Node })
	}
	action := c.Args[1]
	if action == "sync" && len(c.Args) == 2 {
		return c.Secrets.Sync(ctx, s.others)
	}
	run := map[string]func(*secretCall, context.Context) error{"set": (*secretCall).keep, "stash": (*secretCall).stash, "unstash": (*secretCall).unstash,
		"delete": (*secretCall).remove, "show": (*secretCall).show, "check": (*secretCall).show}[action]
	switch {
	case run == nil:
		return newError(Usage, c.words[2].Pos, "secret: %q is none of set, stash, unstash, delete, show, check, sync", action)
	case len(c.Args) < 3:
		return usagef("secret: %s which parameter? usage: %s", action, c.usage())
	case len(c.Args) == 4 && action != "set":
		return newError(Usage, c.words[4].Pos, "secret: %s takes no value; usage: %s", action, c.usage())
	}
	e := doc.Resource(s.rsc)
	if e == nil {
		return noResource(doc, s.rsc)
	}
	s.name = c.Args[2]
	s.value, s.set = cib.NVValue(e, cib.InstanceAttributes, s.name)
	return run(s, ctx)
}

// put writes the parameter into the configuration. The history must not have
// the value.
func (s *secretCall) put(ctx context.Context, edit func(doc *cib.Document, e *etree.Element) bool) error {
	return s.change(ctx, "resource secret "+s.rsc+" "+s.Args[1]+" "+s.name, func(doc *cib.Document) (bool, error) {
		e := doc.Resource(s.rsc)
		if e == nil {
			return false, noResource(doc, s.rsc)
		}
		return edit(doc, e), nil
	})
}

func (s *secretCall) mark(ctx context.Context, value string) error {
	if value == "" {
		return refusef("secret: the value of %s is empty", s.name)
	}
	switch err := s.Secrets.Write(ctx, s.others, s.rsc, s.name, value); {
	case err != nil && !s.Options.Force:
		return failf("secret: %w; the configuration is as it was (-F changes it: \"resource secret %s sync\" later)", err, s.rsc)
	case err != nil:
		s.Warn("secret: %v", err)
	}
	return s.put(ctx, func(doc *cib.Document, e *etree.Element) bool {
		return setValue(doc, e, cib.InstanceAttributes, s.name, secretMark)
	})
}

func (s *secretCall) keep(ctx context.Context) error {
	if len(s.Args) == 4 {
		return s.mark(ctx, s.Args[3])
	}
	if s.Interactive {
		return usagef("secret set needs a value; usage: %s", s.usage())
	}
	text, err := s.Files.Read("-")
	if err != nil {
		return err
	}
	value, _, _ := strings.Cut(string(text), "\n")
	return s.mark(ctx, value)
}

func (s *secretCall) stash(ctx context.Context) error {
	switch {
	case !s.set:
		return absentf("secret: %s has no %s to stash", s.rsc, s.name)
	case s.value == secretMark:
		return refusef("secret: %s of %s is kept out of the configuration already", s.name, s.rsc)
	}
	return s.mark(ctx, s.value)
}

// mine is the kept value of a parameter that the configuration says is one.
func (s *secretCall) mine() (string, error) {
	if s.value != secretMark {
		return "", refusef("secret: the configuration does not say that %s of %s is a secret", s.name, s.rsc)
	}
	value, err := s.Secrets.Read(s.rsc, s.name)
	if err != nil {
		return "", failf("secret: %s of %s is not kept here as it should be: %w; \"resource secret %s sync\" on a member that has it copies it", s.name, s.rsc, err, s.rsc)
	}
	return value, nil
}

func (s *secretCall) unstash(ctx context.Context) error {
	value, err := s.mine()
	if err != nil {
		return err
	}
	err = s.put(ctx, func(doc *cib.Document, e *etree.Element) bool {
		return setValue(doc, e, cib.InstanceAttributes, s.name, value)
	})
	if err != nil {
		return err
	}
	return s.Secrets.Delete(ctx, s.others, s.rsc, s.name)
}

func (s *secretCall) remove(ctx context.Context) error {
	if s.set && s.value != secretMark {
		return refusef("secret: %s of %s is no secret; \"resource param %s delete %s\" deletes it", s.name, s.rsc, s.rsc, s.name)
	}
	err := s.put(ctx, func(_ *cib.Document, e *etree.Element) bool { return deleteValue(e, cib.InstanceAttributes, s.name) })
	if err != nil {
		return err
	}
	return s.Secrets.Delete(ctx, s.others, s.rsc, s.name)
}

func (s *secretCall) show(context.Context) error {
	value, err := s.mine()
	if err == nil && s.Args[1] == "show" {
		s.print(value)
	}
	return err
}
