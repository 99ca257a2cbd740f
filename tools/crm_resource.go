package tools

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
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

	xml      *etree.Element // the answer, if it is to be XML
	problems []string       // what the XML says of errors
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
	if c.text["output-as"] == "xml" {
		c.xml = pacemakerResult("crm_resource", args)
		return c.endXML(c.run())
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
	needs := !slices.Contains([]string{"list", "list-raw", "list-operations", "list-all-operations", "wait", "cleanup", "refresh", "reprobe", "why"}, c.command)
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
	case "restart":
		return c.restart()
	case "fail":
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
	d, s, err := c.situation()
	if err != nil {
		return err
	}
	switch c.command {
	case "list":
		return c.list(s)
	case "list-raw":
		return c.ids(s)
	case "list-operations", "list-all-operations":
		return c.operations(d, s)
	case "why":
		return c.why(s)
	}
	found := resourceNamed(s, c.text["resource"])
	if len(found) == 0 {
		return c.notFound()
	}
	switch c.command {
	case "locate":
		return c.locate(found)
	case "constraints", "stack":
		return c.constraints(s, found[0].Root())
	case "get-parameter":
		return c.get(d, found[0])
	}
	return c.configuration(d, s, found[0])
}

func (c *resourceCall) notFound() error {
	return fail(exitNotFound, "Resource '%s' not found\nError performing operation: No such object", c.text["resource"])
}

func nodeNotFound(name string) error {
	return fail(exitNotFound, "Node '%s' not found\nError performing operation: No such object", name)
}

// host is the node of --node, nil when all are meant.
func (c *resourceCall) host(s *engine.Situation) (*engine.Node, error) {
	name := c.text["node"]
	if name == "" {
		return nil, nil
	}
	for _, n := range s.Nodes() {
		if strings.EqualFold(n.Name, name) || n.ID == name {
			return n, nil
		}
	}
	return nil, nodeNotFound(name)
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
		c.complain("Attribute '" + name + "' not found for '" + r.ID + "'")
		return nil
	}
	if c.xml != nil {
		list := c.xml.CreateElement("list")
		attrs(list, "name", "attributes", "count", "1")
		item := list.CreateElement("item")
		attrs(item, "name", name)
		item.SetText(value)
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

// forget asks the daemon to forget failures or history.
func (c *resourceCall) forget() error {
	_, s, err := c.situation()
	if err != nil {
		return err
	}
	id := c.text["resource"]
	if id != "" && len(resourceNamed(s, id)) == 0 {
		return c.notFound()
	}
	if _, err := c.host(s); err != nil {
		return err
	}
	daemon, ok := c.store.(*daemonStore)
	if !ok {
		what := orElse(id, "all resources") + " on "
		if id == "" && c.command != "cleanup" {
			what = ""
		}
		c.say("Dry run: skipping clean-up of %s due to CIB_file", what+orElse(c.text["node"], "all nodes"))
		return nil
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

// restart stops what runs and starts it again, by its target role.
func (c *resourceCall) restart() error {
	d, s, err := c.situation()
	if err != nil {
		return err
	}
	id := c.text["resource"]
	found := resourceNamed(s, id)
	if len(found) == 0 {
		return c.notFound()
	}
	host, err := c.host(s)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(found, func(r *engine.Resource) bool { return runsOn(r, host) }) {
		where := "anywhere"
		if host != nil {
			where = "on " + host.Name
		}
		c.complain(id + " is not running " + where + " and so cannot be restarted")
		return fail(exitNotFound, "Error performing operation: No such object")
	}
	if _, ok := c.store.(*daemonStore); !ok || host != nil {
		return fail(exitUnavailable, "--restart needs a running cluster, and the whole of a resource: the CIB in a file is not carried out")
	}
	return c.stopAndStart(d)
}

// stopAndStart gives a resource the target role Stopped, and then that which it
// had.
func (c *resourceCall) stopAndStart(d *cib.Document) error {
	e := d.Resource(c.text["resource"])
	if e == nil {
		return c.notFound()
	}
	if p := e.Parent(); !c.set["force"] && (p.Tag == "clone" || p.Tag == "master") {
		e = p // as parameter does
	}
	before, had := cib.NVValue(e, cib.MetaAttributes, "target-role")
	c.set["meta"] = true
	c.set["parameter-value"], c.text["parameter-value"] = true, "Stopped"
	c.command, c.text["set-parameter"] = "set-parameter", "target-role"
	if err := c.parameter(); err != nil {
		return err
	}
	stopped := c.wait()
	c.text["parameter-value"] = before
	if !had {
		c.command, c.text["delete-parameter"] = "delete-parameter", "target-role"
	}
	if err := c.parameter(); err != nil || stopped != nil {
		return cmp.Or(err, stopped)
	}
	return c.wait()
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

// situation reads the CIB, and what it says is where.
func (c *resourceCall) situation() (*cib.Document, *engine.Situation, error) {
	d, err := c.store.read()
	if err != nil {
		return nil, nil, err
	}
	s, err := engine.Read(engine.Input{CIB: d, Now: time.Now(), Sanitized: true})
	if err != nil {
		return nil, nil, fail(exitBadConfig, "%w", err)
	}
	return d, s, nil
}
