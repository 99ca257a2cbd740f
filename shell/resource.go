package shell

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
	"crm/grammar"
)

func resourceLevel() *Level {
	return &Level{Name: "resource", Short: "start, stop, move and inspect resources",
		Commands: slices.Concat(resourceRunCommands(), resourceMoveCommands(), resourceAttributeCommands())}
}

func resourceRunCommands() []*Command {
	each := completions.Each(completions.ResourcesAndTags)
	one := completions.InTurn(completions.ResourcesAndTags)
	return []*Command{
		{Name: "status", Old: []string{"show", "list"}, Usage: "[<rsc> ...]", Short: "show where resources run", Args: atLeast(0),
			Complete: each, Run: runResourceStatus},
		{Name: "locate", Usage: "<rsc> ...", Short: "show on which nodes resources run", Args: atLeast(1), Complete: each, Run: runLocate},
		{Name: "start", Usage: "<rsc> ...", Short: "let resources run", Args: atLeast(1), Complete: each, Run: runStartStop("Started"),
			Help: `Sets the meta attribute target-role to Started, on the resource or on the clone
it belongs to. Tags and patterns (web*) stand for all they name.`},
		{Name: "stop", Usage: "<rsc> ...", Short: "stop resources", Args: atLeast(1), Complete: each, Run: runStartStop("Stopped"),
			Help: "Sets the meta attribute target-role to Stopped. \"start\" takes it back."},
		{Name: "restart", Usage: "<rsc> ...", Short: "stop resources, wait, start them", Args: atLeast(1), Complete: each, Run: runRestart},
		{Name: "promote", Usage: "<rsc>", Short: "promote a promotable clone", Args: exactly(1),
			Complete: completions.InTurn(completions.Promotables), Run: runRole("Promoted", "Master")},
		{Name: "demote", Usage: "<rsc>", Short: "demote a promotable clone", Args: exactly(1),
			Complete: completions.InTurn(completions.Promotables), Run: runRole("Unpromoted", "Slave")},
		{Name: "manage", Usage: "<rsc>", Short: "let the cluster manage a resource", Args: exactly(1), Complete: one, Run: runManage("true")},
		{Name: "unmanage", Usage: "<rsc>", Short: "leave a resource as it is, but monitor it", Args: exactly(1), Complete: one,
			Run: runManage("false")},
		{Name: "maintenance", Usage: "<rsc> [on|off]", Short: "leave a resource alone, or manage it again", Args: between(1, 2),
			Complete: completions.InTurn(completions.Resources, completions.Plain("on", "off", "true", "false")), Run: runResourceMaintenance},
		{Name: "cleanup", Usage: "[<rsc>] [<node>] [force]", Short: "forget failures", Args: between(0, 3),
			Complete: completions.InTurn(completions.Resources, completions.Nodes, completions.Plain("force")), Run: runForget("cleanup"),
			Help: `Removes failed operations and failure counts of a resource (or of all), so that
the cluster tries again where it had given up.`},
		{Name: "refresh", Old: []string{"reprobe"}, Usage: "[<rsc>] [<node>] [force]", Short: "look again what is running",
			Args: between(0, 3), Complete: completions.InTurn(completions.Resources, completions.Nodes, completions.Plain("force")),
			Run: runForget("refresh")},
		{Name: "operations", Usage: "[<rsc>] [<node>]", Short: "list the operations that were run", Args: between(0, 2),
			Complete: completions.InTurn(completions.Resources, completions.Nodes), Run: runOperations},
		{Name: "constraints", Usage: "<rsc>", Short: "list the constraints a resource is subject to", Args: exactly(1),
			Complete: completions.InTurn(completions.Resources), Run: runConstraints},
		{Name: "scores", Short: "show the score of every resource on every node", Args: none(), Run: runScores},
		whyCommand(),
	}
}

// setMeta writes a meta attribute on resources, on their topmost clone where
// they are in one.
func (s *Session) setMeta(ctx context.Context, args []string, name, value string) error {
	note := name + "=" + value + " " + strings.Join(args, " ")
	return s.change(ctx, note, func(doc *cib.Document) (bool, error) {
		found, err := resolve(doc, args)
		if err != nil {
			return false, err
		}
		changed := false
		for _, e := range found {
			changed = s.setOn(doc, topmost(e), name, value) || changed
		}
		return changed, nil
	})
}

// setOn writes a meta attribute, and takes away copies on the children that
// say otherwise: they would win.
func (s *Session) setOn(doc *cib.Document, e *etree.Element, name, value string) bool {
	changed := setValue(doc, e, cib.MetaAttributes, name, value)
	for child := range cib.Members(e) {
		own, set := cib.NVValue(child, cib.MetaAttributes, name)
		if set && own != value && deleteValue(child, cib.MetaAttributes, name) {
			s.Info("%s: its own %s=%s would go before that of %s and was removed", attr(child, "id"), name, own, attr(e, "id"))
			changed = true
		}
		for inner := range cib.Members(child) {
			changed = deleteValue(inner, cib.MetaAttributes, name) || changed
		}
	}
	return changed
}

func runStartStop(role string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error { return c.setMeta(ctx, c.Args, "target-role", role) }
}

func runManage(value string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error { return c.setMeta(ctx, c.Args, "is-managed", value) }
}

func runResourceMaintenance(ctx context.Context, c *Call) error {
	value := "true"
	if len(c.Args) == 2 {
		switch v := c.Args[1]; {
		case cib.IsFalse(v):
			value = "false"
		case !cib.IsTrue(v):
			return newError(Usage, c.words[2].Pos, "maintenance: %q is neither on nor off", v)
		}
	}
	return c.setMeta(ctx, c.Args[:1], "maintenance", value)
}

// runRestart stops, waits until that is done, and starts again.
func runRestart(ctx context.Context, c *Call) error {
	if !c.Cluster.Live() {
		return refusef("restart needs a running cluster, this is %s", c.Cluster.Describe())
	}
	list := strings.Join(c.Args, " ")
	c.Info("ordering %s to stop", list)
	if err := c.setMeta(ctx, c.Args, "target-role", "Stopped"); err != nil {
		return err
	}
	waited := c.Cluster.Wait(ctx)
	c.Info("ordering %s to start", list)
	if err := c.setMeta(ctx, c.Args, "target-role", "Started"); err != nil {
		return err
	}
	return waited
}

// runRole sets target-role; schemas before 3.7 know the old words only.
func runRole(role, old string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		return c.change(ctx, strings.ToLower(role)+" "+c.Args[0], func(doc *cib.Document) (bool, error) {
			e := doc.Resource(c.Args[0])
			if e == nil {
				return false, noResource(doc, c.Args[0])
			}
			if e = topmost(e); !cib.IsPromotable(e) {
				return false, refusef("%s is not promotable: only a clone with meta promotable=true is", c.Args[0])
			}
			word := role
			if oldRoles(doc) {
				word = old
			}
			return setValue(doc, e, cib.MetaAttributes, "target-role", word), nil
		})
	}
}

// oldRoles tells whether the document's schema is older than 3.7, which
// brought Promoted and Unpromoted.
func oldRoles(doc *cib.Document) bool {
	schema := strings.TrimPrefix(doc.Root().SelectAttrValue("validate-with", ""), "pacemaker-")
	major, minor, ok := strings.Cut(schema, ".")
	if !ok {
		return false
	}
	if len(major) != 1 || len(minor) > 1 {
		return len(major) == 1 && major < "3"
	}
	return major < "3" || major == "3" && minor < "7"
}

// runForget is cleanup and refresh.
func runForget(verb string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		op := Operation{Verb: verb}
		args := c.Args
		if n := len(args); n > 0 && args[n-1] == "force" {
			op.Value, args = "force", args[:n-1]
		}
		doc, err := c.read(ctx)
		if err != nil {
			return err
		}
		if len(args) > 0 {
			op.Resource = args[0]
			if doc.Resource(op.Resource) == nil {
				return noResource(doc, op.Resource)
			}
		}
		if len(args) > 1 {
			op.Node = args[1]
			if doc.Node(op.Node) == nil {
				return noNode(doc, op.Node)
			}
		}
		return c.operate(ctx, op)
	}
}

func resourceAttributeCommands() []*Command {
	actions := completions.Plain("set", "delete", "show")
	return []*Command{
		{Name: "param", Usage: "<rsc> set|delete|show <name> [<value>]", Short: "set, delete or show a parameter", Args: between(3, 4),
			Complete: completions.InTurn(completions.Primitives, actions, completions.ParamNames), Run: runAttribute(cib.InstanceAttributes)},
		{Name: "meta", Usage: "<rsc> set|delete|show <name> [<value>]", Short: "set, delete or show a meta attribute", Args: between(3, 4),
			Complete: completions.InTurn(completions.Resources, actions, completions.MetaNames), Run: runAttribute(cib.MetaAttributes)},
		{Name: "utilization", Usage: "<rsc> set|delete|show <name> [<value>]", Short: "set, delete or show what a resource uses",
			Args: between(3, 4), Complete: completions.InTurn(completions.Resources, actions, completions.Nothing),
			Run: runAttribute("utilization")},
		{Name: "failcount", Usage: "<rsc> set|delete|show <node> [<value>] [<op>] [<interval>]", Short: "set, delete or show failure counts",
			Args: between(3, 6), Complete: completions.InTurn(completions.Primitives, actions, completions.Nodes), Run: runFailcount},
		secretCommand(),
		{Name: "trace", Usage: "<rsc> [<op>] [<interval>]", Short: "trace an agent's operations", Args: between(1, 4),
			Complete: completions.InTurn(completions.Primitives, completions.Plain("start", "stop", "monitor", "promote", "demote", "probe")),
			Run:      runTrace},
		{Name: "untrace", Usage: "<rsc> [<op>] [<interval>]", Short: "stop tracing", Args: between(1, 3),
			Complete: completions.InTurn(completions.Primitives, completions.Plain("start", "stop", "monitor", "promote", "demote", "probe")),
			Run:      runUntrace},
	}
}

// runAttribute is param, meta and utilization: <rsc> set|delete|show <name>.
func runAttribute(set string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		action, name, value, err := c.attributeArgs()
		if err != nil {
			return err
		}
		rsc := c.Args[0]
		if action == "show" {
			doc, err := c.read(ctx)
			if err != nil {
				return err
			}
			e := doc.Resource(rsc)
			if e == nil {
				return noResource(doc, rsc)
			}
			v, ok := valueInForce(doc, e, set, name)
			if !ok {
				return absentf("%s has no %s", rsc, name)
			}
			c.print(v)
			return nil
		}
		var told []string
		err = c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
			e := doc.Resource(rsc)
			if e == nil {
				return false, noResource(doc, rsc)
			}
			told = nil
			targets := []*etree.Element{e}
			if set == cib.MetaAttributes {
				targets = metaTargets(e, name)
			}
			changed := false
			for i, t := range targets {
				id := attr(t, "id")
				switch {
				case action == "set" && setValue(doc, t, set, name, value):
					changed = true
				case action == "set":
					continue
				case deleteValue(t, set, name):
					changed = true
				case i == len(targets)-1 && !changed:
					told = append(told, rsc+" has no "+name+" of its own: there is nothing to delete")
					continue
				}
				switch {
				case id != rsc && len(targets) == 1:
					told = append(told, action+" "+name+" of "+id+" instead of "+rsc+": that is where it counts")
				case id != rsc:
					told = append(told, action+" "+name+" of "+id+", too: its own value goes before that of "+rsc)
				}
			}
			return changed, nil
		})
		if err != nil {
			return err
		}
		for _, line := range told {
			c.Info("%s", line)
		}
		return nil
	}
}

// valueInForce is what a resource has of an attribute: its own, that of its
// template, for meta attributes that of the group and clone it is in and of
// the defaults, those with rules left aside.
func valueInForce(doc *cib.Document, e *etree.Element, set, name string) (string, bool) {
	list := []*etree.Element{e}
	if t := doc.Find(attr(e, "template")); t != nil {
		list = append(list, t)
	}
	if set == cib.MetaAttributes {
		for p := e.Parent(); p != nil && cib.IsResource(p); p = p.Parent() {
			list = append(list, p)
		}
		list = append(list, doc.Section(cib.RscDefaults))
	}
	for _, e := range list {
		for s := range cib.Children(e, set) {
			if cib.Child(s, "rule") != nil {
				continue
			}
			for nv := range cib.Children(s, "nvpair") {
				if attr(nv, "name") == name {
					return attr(nv, "value"), true
				}
			}
		}
	}
	return "", false
}

// metaTargets are the resources where a meta attribute is set or deleted, as
// crm_resource chooses them: the clone for its member, unless the member has
// a value of its own, which would go before that of the clone; a group and
// those of its members that have one.
func metaTargets(e *etree.Element, name string) []*etree.Element {
	own := func(r *etree.Element) bool { _, ok := cib.NVValue(r, cib.MetaAttributes, name); return ok }
	isClone := func(r *etree.Element) bool { return r.Tag == "clone" || r.Tag == "master" }
	switch p := e.Parent(); {
	case isClone(p) && !own(e):
		return []*etree.Element{p}
	case isClone(e):
		for m := range cib.Members(e) {
			if own(m) {
				return []*etree.Element{m}
			}
		}
	case e.Tag == "group":
		var list []*etree.Element
		for m := range cib.Members(e) {
			if own(m) {
				list = append(list, m)
			}
		}
		return append(list, e)
	}
	return []*etree.Element{e}
}

// attributeArgs reads "<what> set|delete|show <name> [<value>]"; set takes
// name=value as one word too.
func (c *Call) attributeArgs() (action, name, value string, err error) {
	action, name = c.Args[1], c.Args[2]
	switch action {
	case "set":
		if len(c.Args) == 4 {
			return action, name, c.Args[3], nil
		}
		n, v, ok := strings.Cut(name, "=")
		if !ok {
			return "", "", "", usagef("%s set needs a value; usage: %s", c.Command.Name, c.usage())
		}
		return action, n, v, nil
	case "delete", "show":
		if len(c.Args) > 3 {
			return "", "", "", newError(Usage, c.words[4].Pos, "%s %s takes no value; usage: %s", c.Command.Name, action, c.usage())
		}
		return action, name, "", nil
	}
	text := action + " is none of set, delete, show"
	if guess := grammar.Near(action, []string{"set", "delete", "show"}); guess != "" {
		text += " (did you mean " + strconv.Quote(guess) + "?)"
	}
	return "", "", "", newError(Usage, c.words[2].Pos, "%s: %s", c.Command.Name, text)
}
