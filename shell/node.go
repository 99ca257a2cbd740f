package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
)

func nodeLevel() *Level {
	one := completions.InTurn(completions.Nodes)
	several := completions.Each(completions.Either(completions.Nodes, completions.Words([2]string{"--all", "every node"})))
	actions := completions.Plain("set", "delete", "show")
	return &Level{Name: "node", Short: "the members of the cluster",
		Commands: []*Command{
			{Name: "show", Old: []string{"list"}, Usage: "[<node>]", Short: "show nodes and their attributes", Args: between(0, 1),
				Complete: one, Run: runNodeShow},
			{Name: "status", Ours: true, Usage: "[<node>]", Short: "show the state of nodes and what runs on them", Args: between(0, 1),
				Complete: one, Run: runNodeStatus},
			{Name: "standby", Usage: "[--all|<node> ...] [reboot|forever] [--dry-run]", Short: "move everything off a node", Args: atLeast(0),
				Complete: completions.Either(several, completions.Words([2]string{"reboot", "until the node restarts"},
					[2]string{"forever", "until \"online\""}, dryRunWord)),
				Run:  runStandby("on"),
				Help: "Without a node it is this one. --dry-run shows what would move and changes nothing."},
			{Name: "online", Usage: "[--all|<node> ...] [--dry-run]", Short: "let a node run resources again", Args: atLeast(0),
				Complete: completions.Either(several, completions.Words(dryRunWord)), Run: runStandby("off")},
			{Name: "maintenance", Usage: "[<node>]", Short: "leave alone all that runs on a node", Args: between(0, 1), Complete: one,
				Run: runNodeMaintenance("true")},
			{Name: "ready", Usage: "[<node>]", Short: "manage again what runs on a node", Args: between(0, 1), Complete: one,
				Run: runNodeMaintenance("off")},
			{Name: "fence", Usage: "<node>", Short: "switch a node off or reset it", Args: exactly(1), Complete: one, Run: runFence},
			{Name: "clearstate", Usage: "[<node>]", Short: "confirm that a lost node is down", Args: between(0, 1), Complete: one,
				Run: runClearState, Help: "Say this only when the node is surely off: the cluster will start its resources elsewhere."},
			{Name: "delete", Usage: "<node>", Short: "remove a node from the configuration", Args: exactly(1), Complete: one, Run: runNodeDelete},
			{Name: "attribute", Usage: "<node> set|delete|show <name> [<value>]", Short: "permanent attributes of a node", Args: between(3, 4),
				Complete: completions.InTurn(completions.Nodes, actions, completions.NodeAttributes), Run: runNodeAttribute(cib.InstanceAttributes)},
			{Name: "utilization", Usage: "<node> set|delete|show <name> [<value>]", Short: "what a node has to offer", Args: between(3, 4),
				Complete: completions.InTurn(completions.Nodes, actions, completions.NodeUtilization), Run: runNodeAttribute(cib.Utilization)},
			{Name: "status-attr", Usage: "<node> set|delete|show <name> [<value>]", Short: "attributes that are gone after a restart",
				Args: between(3, 4), Complete: completions.InTurn(completions.Nodes, actions, completions.Nothing), Run: runStatusAttr},
			{Name: "server", Usage: "[<node> ...]", Short: "show the host name of nodes", Args: atLeast(0), Complete: several, Run: runServer},
		}}
}

var dryRunWord = [2]string{"--dry-run", "show what would move, change nothing"}

// nodeArg is the node named by the first argument, or the local one.
func (c *Call) nodeArg(doc *cib.Document) (*etree.Element, error) {
	name := c.Node
	if len(c.Args) > 0 {
		name = c.Args[0]
	}
	if name == "" {
		return nil, usagef("%s: which node? this shell is not on one; usage: %s", c.Command.Name, c.usage())
	}
	if n := doc.Node(name); n != nil {
		return n, nil
	}
	return nil, noNode(doc, name)
}

func runNodeShow(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	if len(c.Args) == 1 {
		n, err := c.nodeArg(doc)
		if err != nil {
			return err
		}
		c.showNode(doc, n)
		return nil
	}
	for n := range cib.Children(doc.Section(cib.Nodes), "node") {
		c.showNode(doc, n)
	}
	return nil
}

// showNode prints name(id): type, then the attributes.
func (c *Call) showNode(doc *cib.Document, n *etree.Element) {
	name := nodeName(n)
	kind := n.SelectAttrValue("type", "member")
	if kind == "normal" {
		kind = "member"
	}
	state := ""
	if st := doc.NodeState(nodeName(n)); st != nil && !isOnline(st) {
		state = "(offline)"
	}
	if id := attr(n, "id"); id != name {
		name += "(" + id + ")"
	}
	c.printf("%s: %s%s\n", name, kind, state)
	var pairs []string
	for nv := range cib.NVPairs(n, cib.InstanceAttributes) {
		pairs = append(pairs, attr(nv, "name")+"="+Quote(attr(nv, "value")))
	}
	if len(pairs) > 0 {
		c.printf("\t%s\n", strings.Join(pairs, " "))
	}
}

// isOnline tells whether a member's state says that it takes part.
func isOnline(st *etree.Element) bool {
	yes := func(v string) bool {
		return cib.IsTrue(v) || v != "" && v != "0" && strings.Trim(v, "0123456789") == ""
	}
	return yes(attr(st, "in_ccm")) && (attr(st, "crmd") == "online" || yes(attr(st, "crmd"))) && attr(st, "join") == "member"
}

// standbyArgs are the words behind standby and online.
type standbyArgs struct {
	all, dry bool
	nodes    []string
	lifetime string
}

func (c *Call) standbyArgs() (standbyArgs, error) {
	var a standbyArgs
	for i, word := range c.Args {
		switch {
		case word == "--all":
			a.all = true
		case word == "--dry-run" || word == "-n":
			a.dry = true
		case word == "reboot" || word == "forever":
			a.lifetime = word
		case strings.HasPrefix(word, "-"):
			return a, newError(Usage, c.words[i+1].Pos, "%s: there is no option %s; usage: %s", c.Command.Name, word, c.usage())
		default:
			a.nodes = append(a.nodes, word)
		}
	}
	if a.all && len(a.nodes) > 0 {
		return a, usagef("%s: either --all or names of nodes", c.Command.Name)
	}
	return a, nil
}

func (c *Call) standbyNodes(doc *cib.Document, a standbyArgs) ([]*etree.Element, error) {
	names := a.nodes
	switch {
	case a.all:
		names = nodeNames(doc)
	case len(names) == 0 && c.Node != "":
		names = []string{c.Node}
	case len(names) == 0:
		return nil, usagef("%s: which node? this shell is not on one; usage: %s", c.Command.Name, c.usage())
	}
	var list []*etree.Element
	for _, name := range names {
		n := doc.Node(name)
		if n == nil {
			return nil, noNode(doc, name)
		}
		list = append(list, n)
	}
	return list, nil
}

// runStandby sets the node attribute standby. "reboot" sets the transient one
// and takes the permanent one away.
func runStandby(value string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		a, err := c.standbyArgs()
		if err != nil {
			return err
		}
		if a.dry {
			return c.previewStandby(ctx, a, value)
		}
		var transient, done []string
		err = c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
			transient, done = nil, nil
			nodes, err := c.standbyNodes(doc, a)
			changed := false
			for _, n := range nodes {
				name := attr(n, "uname")
				if a.lifetime == "reboot" {
					changed = deleteValue(n, cib.InstanceAttributes, "standby") || changed
					transient = append(transient, name)
					continue
				}
				_, until := doc.TransientAttribute(name, "standby")
				if until {
					transient = append(transient, name)
				}
				if old, set := cib.NVValue(n, cib.InstanceAttributes, "standby"); !set && value == "off" || set && old == value {
					if !until {
						c.Info("%s is %s already", name, standbyWord(value))
					}
					continue
				}
				changed = setValue(doc, n, cib.InstanceAttributes, "standby", value) || changed
				done = append(done, name)
			}
			return changed, err
		})
		if err != nil {
			return err
		}
		for _, name := range done {
			c.Info("%s node %s", standbyWord(value), name)
		}
		return c.transientStandby(ctx, transient, a.lifetime == "reboot", value)
	}
}

func standbyWord(value string) string {
	if value == "on" {
		return "standby"
	}
	return "online"
}

// transientStandby writes the attribute that is gone after a restart, or
// removes it where the permanent one counts.
func (c *Call) transientStandby(ctx context.Context, nodes []string, set bool, value string) error {
	for _, name := range nodes {
		op := Operation{Verb: "delete-attribute", Node: name, Name: "standby"}
		if set {
			op.Verb, op.Value = "set-attribute", value
		}
		if _, err := c.Cluster.Operate(ctx, op); err != nil {
			return err
		}
		if set {
			c.Info("%s node %s until it restarts", standbyWord(value), name)
		}
	}
	return c.waitIfAsked(ctx)
}

// previewStandby shows what would move.
func (c *Call) previewStandby(ctx context.Context, a standbyArgs, value string) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	next := doc.Copy()
	nodes, err := c.standbyNodes(next, a)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		setValue(next, n, cib.InstanceAttributes, "standby", value)
		next.DeleteTransientAttribute(nodeName(n), "standby")
	}
	text, err := c.plan(next)
	if err != nil {
		return err
	}
	c.print(text)
	return nil
}

// nodeNamed is the newest CIB, and in it the node that the first argument
// names.
func (c *Call) nodeNamed(ctx context.Context) (*cib.Document, *etree.Element, error) {
	doc, err := c.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	n, err := c.nodeArg(doc)
	return doc, n, err
}

func runNodeMaintenance(value string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		return c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
			n, err := c.nodeArg(doc)
			if err != nil {
				return false, err
			}
			return setValue(doc, n, cib.InstanceAttributes, "maintenance", value), nil
		})
	}
}

func runNodeAttribute(set string) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		action, name, value, err := c.attributeArgs()
		if err != nil {
			return err
		}
		if action == "show" {
			_, n, err := c.nodeNamed(ctx)
			if err != nil {
				return err
			}
			v, ok := cib.NVValue(n, set, name)
			if !ok {
				return absentf("node %s has no attribute %s", c.Args[0], name)
			}
			c.printf("scope=nodes  name=%s value=%s\n", name, v)
			return nil
		}
		return c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
			n, err := c.nodeArg(doc)
			if err != nil {
				return false, err
			}
			if action == "set" {
				return setValue(doc, n, set, name, value), nil
			}
			changed := deleteValue(n, set, name)
			if !changed {
				c.Info("node %s has no attribute %s: there is nothing to delete", c.Args[0], name)
			}
			return changed, nil
		})
	}
}

// runStatusAttr is the same for attributes that are gone after a restart.
func runStatusAttr(ctx context.Context, c *Call) error {
	action, name, value, err := c.attributeArgs()
	if err != nil {
		return err
	}
	doc, n, err := c.nodeNamed(ctx)
	if err != nil {
		return err
	}
	node := attr(n, "uname")
	switch action {
	case "set":
		return c.operate(ctx, Operation{Verb: "set-attribute", Node: node, Name: name, Value: value})
	case "delete":
		return c.operate(ctx, Operation{Verb: "delete-attribute", Node: node, Name: name})
	}
	v, ok := doc.TransientAttribute(nodeName(n), name)
	if !ok {
		return absentf("node %s has no transient attribute %s", node, name)
	}
	c.printf("scope=status  name=%s value=%s\n", name, v)
	return nil
}

func runFence(ctx context.Context, c *Call) error {
	doc, n, err := c.nodeNamed(ctx)
	if err != nil {
		return err
	}
	name := attr(n, "uname")
	if !canFence(doc) {
		return refusef("no fence device is configured: %s cannot be fenced; see \"help primitive\" (class stonith)", name)
	}
	ok, err := c.confirm(ctx, "Fencing "+name+" will switch it off or reset it. Do you really want that?", true)
	if err != nil || !ok {
		return err
	}
	return c.operate(ctx, Operation{Verb: "fence", Node: name})
}

// canFence tells whether there is any fence device.
func canFence(doc *cib.Document) bool {
	for e := range doc.AllResources() {
		if e.Tag == "primitive" && attr(e, "class") == "stonith" {
			return true
		}
	}
	return false
}

func runClearState(ctx context.Context, c *Call) error {
	doc, n, err := c.nodeNamed(ctx)
	if err != nil {
		return err
	}
	name := attr(n, "uname")
	if st := doc.NodeState(nodeName(n)); st != nil && isOnline(st) {
		return c.operate(ctx, Operation{Verb: "cleanup", Node: name})
	}
	ok, err := c.confirm(ctx, "Is "+name+" surely down? Its resources will be started elsewhere.", false)
	if err != nil {
		return err
	}
	if !ok {
		return refusef("clearstate %s: not confirmed; use -F when the node is surely down", name)
	}
	return c.operate(ctx, Operation{Verb: "confirm-down", Node: name})
}

func runNodeDelete(ctx context.Context, c *Call) error {
	name := ""
	err := c.change(ctx, c.line.Text, func(doc *cib.Document) (bool, error) {
		n, err := c.nodeArg(doc)
		if err != nil {
			return false, err
		}
		name = nodeName(n)
		if st := doc.NodeState(nodeName(n)); st != nil && isOnline(st) && !c.Options.Force {
			return false, refusef("node %s is online: stop its daemon first, or use -F", name)
		}
		n.Parent().RemoveChild(n)
		return true, nil
	})
	if err != nil {
		return err
	}
	told, err := c.Cluster.Operate(ctx, Operation{Verb: "forget-node", Node: name})
	if told != "" {
		c.Info("%s", told)
	}
	return err
}

func runServer(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	names := c.Args
	if len(names) == 0 {
		names = nodeNames(doc)
	}
	for _, name := range names {
		switch e := doc.Resource(name); {
		case doc.Node(name) != nil:
			c.print(attr(doc.Node(name), "uname"))
		case e != nil && completions.IsRemote(e):
			server, ok := cib.NVValue(e, cib.InstanceAttributes, "server")
			if !ok {
				server = name
			}
			c.print(server)
		default:
			return noNode(doc, name)
		}
	}
	return nil
}

// runNodeStatus shows each member's state and what runs on it.
func runNodeStatus(ctx context.Context, c *Call) error {
	doc, err := c.read(ctx)
	if err != nil {
		return err
	}
	want := nodeNames(doc)
	if len(c.Args) == 1 {
		n, err := c.nodeArg(doc)
		if err != nil {
			return err
		}
		want = []string{nodeName(n)}
	}
	on := runningOn(doc)
	for _, name := range want {
		n := doc.Node(name)
		words := []string{"offline"}
		if st := doc.NodeState(nodeName(n)); st != nil && isOnline(st) {
			words[0] = "online"
		}
		for _, a := range []string{"standby", "maintenance"} {
			permanent, _ := cib.NVValue(n, cib.InstanceAttributes, a)
			transient, _ := doc.TransientAttribute(nodeName(n), a)
			if cib.IsTrue(permanent) || cib.IsTrue(transient) {
				words = append(words, a)
			}
		}
		list := "nothing runs here"
		if rs := on[name]; len(rs) > 0 {
			slices.Sort(rs)
			list = strings.Join(rs, " ")
		}
		fmt.Fprintf(c.Out, "%s: %s\n\t%s\n", name, strings.Join(words, ", "), list)
	}
	return nil
}
