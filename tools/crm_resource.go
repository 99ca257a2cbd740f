package tools

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
	"crm/node"
	"crm/node/agent"
)

var resourceFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {0, "verbose", false}, {'V', "Verbose", false},
	{'Q', "quiet", false}, {'r', "resource", true}, {'f', "force", false}, {'N', "node", true}, {'H', "host", true},
	{'L', "list", false}, {'l', "list-raw", false}, {'O', "list-operations", false}, {'o', "list-all-operations", false},
	{0, "list-standards", false}, {0, "list-ocf-providers", false}, {0, "list-agents", true}, {0, "list-ocf-alternatives", true},
	{0, "show-metadata", true}, {'q', "query-xml", false}, {'w', "query-xml-raw", false}, {'g', "get-parameter", true},
	{'W', "locate", false}, {'a', "constraints", false}, {'A', "stack", false}, {'Y', "why", false}, {'C', "cleanup", false},
	{'R', "refresh", false}, {'P', "reprobe", false}, {'p', "set-parameter", true}, {'d', "delete-parameter", true}, {'v', "parameter-value", true},
	{'M', "move", false}, {'B', "ban", false}, {'U', "clear", false}, {'e', "expired", false}, {'u', "lifetime", true}, {0, "promoted", false},
	{0, "master", false}, {'D', "delete", false}, {'t', "resource-type", true}, {'m', "meta", false}, {'z', "utilization", false},
	{'s', "set-name", true}, {'i', "nvpair", true}, {0, "wait", false}, {'n', "operation", true}, {'I', "interval", true},
	{'T', "timeout", true}, {0, "recursive", false}, {0, "output-as", true}, {0, "output-to", true}, {'F', "fail", false}, {0, "restart", false},
}

const resourceHelp = `crm_resource - resources: where they are, their attributes, moving them
Usage: crm_resource COMMAND [-r RESOURCE] [-N NODE] [options]

 -L, --list                       all with their state      -l, --list-raw   ids only
 -W, --locate                     where it runs
 -q, --query-xml, -w              its configuration
 -O, -o, --list-operations        the operations in its history (-o: also of stopped ones)
 -g, --get-parameter=NAME         an instance attribute; with --meta or --utilization, one of those
 -p, --set-parameter=NAME -v VALUE, -d, --delete-parameter=NAME
 -M, --move [-N NODE] [-u TIME]   prefer a node, or ban the present one
 -B, --ban [-N NODE] [-u TIME]    keep it off a node
 -U, --clear [-N NODE]            remove what -M and -B made
 -C, --cleanup, -R, --refresh     forget failures, or all of its history
     --wait                       until the cluster has nothing left to do
 -D, --delete -t TYPE             out of the configuration
     --list-standards, --list-ocf-providers, --list-agents=CLASS[:PROVIDER],
     --list-ocf-alternatives=TYPE, --show-metadata=CLASS:[PROVIDER:]TYPE
`

// resourceCall is one call of crm_resource.
type resourceCall struct {
	std     Streams
	store   store
	command string
	set     map[string]bool
	text    map[string]string
}

// commands are the options that say what to do.
var resourceCommands = []string{"list", "list-raw", "list-operations", "list-all-operations", "list-standards", "list-ocf-providers",
	"list-agents", "list-ocf-alternatives", "show-metadata", "query-xml", "query-xml-raw", "get-parameter", "locate", "constraints", "stack", "why",
	"cleanup", "refresh", "reprobe", "set-parameter", "delete-parameter", "move", "ban", "clear", "delete", "wait", "fail", "restart"}

// ResourceTool is crm_resource: resources, one at a time.
func ResourceTool(args []string, std Streams) int {
	c := &resourceCall{std: std, command: "list", set: map[string]bool{}, text: map[string]string{}}
	words, err := getopt(resourceFlags, args, func(long, value string) error {
		switch long {
		case "host":
			long = "node"
		case "master":
			long = "promoted"
		}
		c.set[long], c.text[long] = true, value
		if slices.Contains(resourceCommands, long) {
			c.command = long
		}
		return nil
	})
	if err == nil && len(words) > 0 {
		err = fmt.Errorf("unexpected word %q, expected only options", words[0])
	}
	if err != nil {
		return ended(std, "crm_resource", fail(exitUsage, "%w", err))
	}
	return ended(std, "crm_resource", c.run())
}

func (c *resourceCall) run() error {
	switch {
	case c.set["help"] || c.set["help-all"]:
		_, err := io.WriteString(c.std.Out, resourceHelp)
		return err
	case c.set["version"]:
		_, err := fmt.Fprintln(c.std.Out, "crm_resource of crm")
		return err
	case strings.HasPrefix(c.command, "list-") && c.agents():
		return c.listAgents()
	case c.command == "show-metadata":
		return c.metadata()
	}
	c.store = openStore()
	needs := !slices.Contains([]string{"list", "list-raw", "list-operations", "list-all-operations", "wait", "cleanup", "refresh", "reprobe"}, c.command)
	if needs && c.text["resource"] == "" {
		return fail(exitUsage, "Must supply a resource id with -r")
	}
	switch c.command {
	case "set-parameter", "delete-parameter":
		return c.parameter()
	case "move", "ban", "clear":
		return c.place()
	case "delete":
		return c.remove()
	case "wait":
		return c.wait()
	case "cleanup", "refresh", "reprobe":
		return c.forget()
	case "fail", "restart", "stack":
		return fail(exitUnavailable, "--%s is not done by this program: use \"crm resource\"", c.command)
	}
	return c.query()
}

func (c *resourceCall) agents() bool {
	switch c.command {
	case "list-standards", "list-ocf-providers", "list-agents", "list-ocf-alternatives":
		return true
	}
	return false
}

func (c *resourceCall) listAgents() error {
	runner := agent.Configured(os.Environ())
	var names []string
	switch c.command {
	case "list-standards":
		names = append(runner.Classes(), "stonith")
		slices.Sort(names)
		names = slices.Compact(names)
	case "list-ocf-providers":
		names = runner.Providers(agent.OCF)
	case "list-agents":
		class, provider, _ := strings.Cut(c.text["list-agents"], ":")
		names = runner.Types(class, provider)
	case "list-ocf-alternatives":
		names = runner.ProvidersOf(c.text["list-ocf-alternatives"])
	}
	if len(names) == 0 {
		return fail(exitNotFound, "no agents found for %s", orElse(c.text[c.command], c.command))
	}
	_, err := fmt.Fprintln(c.std.Out, strings.Join(names, "\n"))
	return err
}

func (c *resourceCall) metadata() error {
	ref, err := agent.ParseRef(c.text["show-metadata"])
	if err != nil {
		return fail(exitUsage, "%w", err)
	}
	text, err := agent.Configured(os.Environ()).MetadataXML(context.Background(), ref)
	if err != nil {
		return fail(exitNotFound, "%w", err)
	}
	_, err = fmt.Fprintln(c.std.Out, strings.TrimRight(string(text), "\n"))
	return err
}

// query answers what only reads.
func (c *resourceCall) query() error {
	d, err := c.store.read()
	if err != nil {
		return err
	}
	s, err := engine.Read(engine.Input{CIB: d, Now: time.Now(), Sanitized: true})
	if err != nil {
		return fail(exitBadConfig, "%w", err)
	}
	switch c.command {
	case "list":
		lines := s.ResourceLines(engine.View{Inactive: true})
		if len(lines) == 0 {
			lines = []string{"  * No resources"}
		}
		_, err = fmt.Fprintln(c.std.Out, "Full List of Resources:\n"+strings.Join(lines, "\n"))
		return err
	case "list-raw":
		for _, r := range leavesOf(s) {
			fmt.Fprintln(c.std.Out, r.ID)
		}
		return nil
	case "list-operations", "list-all-operations":
		return c.operations(d, s)
	}
	found := resourceNamed(s, c.text["resource"])
	if len(found) == 0 {
		return c.notFound()
	}
	switch c.command {
	case "locate", "why":
		return c.locate(found)
	case "constraints":
		return c.constraints(d, s)
	case "get-parameter":
		return c.get(d, found[0])
	}
	return c.showXML(d, found[0])
}

func (c *resourceCall) notFound() error {
	return fail(exitNotFound, "Resource '%s' not found\nError performing operation: No such object", c.text["resource"])
}

// leavesOf are all resources without members.
func leavesOf(s *engine.Situation) []*engine.Resource {
	m := &monitor{sit: s}
	return m.leaves()
}

// resourceNamed finds a resource by its id, or all the instances of one.
func resourceNamed(s *engine.Situation, id string) []*engine.Resource {
	var exact, instances []*engine.Resource
	var walk func(r *engine.Resource)
	walk = func(r *engine.Resource) {
		switch id {
		case r.ID:
			exact = append(exact, r)
		case r.ConfigID:
			instances = append(instances, r)
		}
		for _, child := range r.Children {
			walk(child)
		}
	}
	for _, r := range s.Resources() {
		walk(r)
	}
	return append(exact, instances...)
}

func (c *resourceCall) locate(found []*engine.Resource) error {
	name := c.text["resource"]
	where := map[*engine.Node]string{}
	var order []*engine.Node
	for _, r := range found {
		for _, leaf := range append([]*engine.Resource{r}, parts(r)...) {
			for _, n := range leaf.Active {
				if _, known := where[n]; !known {
					order = append(order, n)
				}
				if role := leaf.ShownRole(); role == "Promoted" || where[n] == "" {
					where[n] = map[bool]string{true: " Promoted"}[role == "Promoted"]
				}
			}
		}
	}
	for _, n := range order {
		if c.set["quiet"] {
			fmt.Fprintln(c.std.Out, n.Name)
			continue
		}
		fmt.Fprintf(c.std.Out, "resource %s is running on: %s%s\n", name, n.Name, where[n])
	}
	if len(order) == 0 && !c.set["quiet"] {
		fmt.Fprintf(c.std.Out, "resource %s is NOT running\n", name)
	}
	return nil
}

// parts are all the resources inside.
func parts(r *engine.Resource) []*engine.Resource {
	var list []*engine.Resource
	for _, child := range r.Children {
		list = append(append(list, child), parts(child)...)
	}
	return list
}

// get prints the value of an attribute.
func (c *resourceCall) get(d *cib.Document, r *engine.Resource) error {
	name, kind := c.text["get-parameter"], c.kind()
	value, ok := "", false
	e := d.Resource(r.ConfigID)
	switch {
	case kind == cib.MetaAttributes:
		value = r.Meta(name)
		ok = value != ""
	default:
		if value, ok = cib.NVValue(e, kind, name); !ok {
			value, ok = cib.NVValue(d.Find(cib.Attr(e, "template")), kind, name)
		}
		for p := e.Parent(); !ok && p != nil && cib.IsResource(p); p = p.Parent() {
			value, ok = cib.NVValue(p, kind, name)
		}
	}
	if !ok {
		fmt.Fprintf(c.std.Err, "Attribute '%s' not found for '%s'\n", name, c.text["resource"])
		return nil
	}
	_, err := fmt.Fprintln(c.std.Out, value)
	return err
}

// kind is the kind of attributes that the command is about.
func (c *resourceCall) kind() string {
	switch {
	case c.set["meta"]:
		return cib.MetaAttributes
	case c.set["utilization"]:
		return cib.Utilization
	}
	return cib.InstanceAttributes
}

func (c *resourceCall) showXML(d *cib.Document, r *engine.Resource) error {
	e := d.Resource(r.ConfigID)
	if e == nil {
		return c.notFound()
	}
	if t := d.Find(cib.Attr(e, "template")); t != nil && c.command == "query-xml" {
		e = expanded(e, t)
	}
	state := r.ShownName() + "\t(" + r.Agent() + "):\t " + r.ShownRole()
	if len(r.Children) > 0 {
		state = r.ShownName() + ":"
	}
	for _, n := range r.Active {
		state += " " + n.Name
	}
	_, err := io.WriteString(c.std.Out, state+"\nResource XML:\n"+cib.Format(e))
	return err
}

// expanded is a primitive with what its template gives it.
func expanded(e, template *etree.Element) *etree.Element {
	out := cib.CopyElement(template)
	out.Tag = e.Tag
	for i := range e.Attr {
		if e.Attr[i].Key != "template" {
			out.CreateAttr(e.Attr[i].Key, e.Attr[i].Value)
		}
	}
	for c := range cib.Children(e) {
		out.AddChild(cib.CopyElement(c))
	}
	return out
}

// operations lists what the history holds, node by node.
func (c *resourceCall) operations(d *cib.Document, s *engine.Situation) error {
	leaves := leavesOf(s)
	for state := range cib.Children(d.Status(), "node_state") {
		name := cib.Attr(state, "uname")
		if c.text["node"] != "" && !strings.EqualFold(c.text["node"], name) {
			continue
		}
		history := map[string]*etree.Element{}
		for e := range cib.Children(cib.Child(cib.Child(state, "lrm"), "lrm_resources"), "lrm_resource") {
			history[cib.ID(e)] = e
		}
		for _, r := range leaves {
			e := history[r.ShownName()]
			if wanted := c.text["resource"]; e == nil || wanted != "" && r.ShownName() != wanted {
				continue
			}
			delete(history, r.ShownName())
			r = hereOr(r, leaves, name)
			if c.command == "list-operations" && !r.IsActive(false) {
				continue
			}
			for op := range cib.Children(e, "lrm_rsc_op") {
				fmt.Fprintln(c.std.Out, r.ShownName()+"\t("+r.Agent()+"):\t "+r.ShownRole()+": "+operationText(op, name))
			}
		}
	}
	return nil
}

// hereOr is the instance of r that runs on a node, else r itself.
func hereOr(r *engine.Resource, leaves []*engine.Resource, host string) *engine.Resource {
	for _, other := range leaves {
		if other.ShownName() == r.ShownName() && slices.ContainsFunc(other.Active, func(n *engine.Node) bool { return n.Name == host }) {
			return other
		}
	}
	return r
}

func operationText(op *etree.Element, host string) string {
	text := orElse(cib.Attr(op, "operation_key"), cib.ID(op)) + " (node=" + host + ", call=" + orElse(cib.Attr(op, "call-id"), "0") +
		", rc=" + orElse(cib.Attr(op, "rc-code"), "0")
	if changed, err := strconv.ParseInt(cib.Attr(op, "last-rc-change"), 10, 64); err == nil {
		text += ", last-rc-change='" + when(changed) + "', exec=" + orElse(cib.Attr(op, "exec-time"), "0") + "ms"
	}
	status, _ := strconv.Atoi(cib.Attr(op, "op-status"))
	return text + "): " + statusText(status)
}

// constraints lists the constraints on a resource, or on what it is part of.
func (c *resourceCall) constraints(d *cib.Document, _ *engine.Situation) error {
	e := d.Resource(c.text["resource"])
	if e == nil {
		return c.notFound()
	}
	id := cib.ID(cib.Outermost(e))
	if c.set["force"] {
		id = cib.ID(e)
	}
	var locations, with, by []string
	for x := range cib.Children(d.Section(cib.Constraints), "rsc_location", "rsc_colocation") {
		score := orElse(cib.Attr(x, "score"), "0")
		switch {
		case x.Tag == "rsc_location" && cib.Attr(x, "rsc") == id:
			where := cib.Attr(x, "node")
			if rule := cib.Child(x, "rule"); rule != nil {
				where, score = "by rule "+cib.ID(rule), orElse(cib.Attr(rule, "score"), "0")
			}
			locations = append(locations, fmt.Sprintf("  * Node %s (score=%s, id=%s, rsc=%s)", where, score, cib.ID(x), id))
		case x.Tag == "rsc_colocation" && cib.Attr(x, "rsc") == id:
			with = append(with, fmt.Sprintf("  * %s (score=%s, id=%s)", cib.Attr(x, "with-rsc"), score, cib.ID(x)))
		case x.Tag == "rsc_colocation" && cib.Attr(x, "with-rsc") == id:
			by = append(by, fmt.Sprintf("  * %s (score=%s, id=%s)", cib.Attr(x, "rsc"), score, cib.ID(x)))
		}
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"Locations:", locations}, {"Resources " + id + " is colocated with:", with}, {"Resources colocated with " + id + ":", by}} {
		if len(part.lines) > 0 {
			fmt.Fprintln(c.std.Out, part.title+"\n"+strings.Join(part.lines, "\n"))
		}
	}
	return nil
}

// forget asks the daemon to forget failures or history.
func (c *resourceCall) forget() error {
	daemon, ok := c.store.(*daemonStore)
	if !ok {
		_, err := fmt.Fprintln(c.std.Out, "Dry run: skipping clean-up of "+orElse(c.text["resource"], "all resources")+" on "+
			orElse(c.text["node"], "all nodes")+" due to CIB_file")
		return err
	}
	verb := node.VerbCleanup
	if c.command != "cleanup" {
		verb = node.VerbRefresh
	}
	reply, err := daemon.ask(node.Request{Verb: verb, Resource: c.text["resource"], Node: c.text["node"]})
	if err == nil && !c.set["quiet"] {
		_, err = fmt.Fprintln(c.std.Out, orElse(reply.Text, "Cleaned up "+orElse(c.text["resource"], "all resources")+" on "+orElse(c.text["node"], "all nodes")))
	}
	return err
}

// wait returns when the cluster has nothing left to do.
func (c *resourceCall) wait() error {
	daemon, ok := c.store.(*daemonStore)
	if !ok {
		return nil
	}
	_, err := daemon.ask(node.Request{Verb: node.VerbWait})
	return err
}
