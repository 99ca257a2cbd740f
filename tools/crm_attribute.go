package tools

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

var attributeFlags = []flag{
	{'h', "help", false}, {'?', "help-all", false}, {'$', "version", false}, {'V', "verbose", false}, {'q', "quiet", false}, {'Q', "Quiet", false},
	{'n', "name", true}, {'P', "pattern", true}, {'p', "promotion?", true}, {'s', "set-name", true}, {'i', "id", true},
	{'D', "delete", false}, {'G', "query", false}, {'v', "update", true}, {'d', "default", true}, {'l', "lifetime", true},
	{'N', "node", true}, {'U', "uname", true}, {'t', "type", true}, {'z', "utilization", false}, {0, "output-as", true}, {0, "output-to", true},
	{'!', "inhibit-policy-engine", false},
	{0, "attr-name", true}, {0, "attr-value", true}, {0, "delete-attr", false}, {0, "get-value", false}, {0, "attr-id", true}, {0, "node-uname", true},
}

const attributeHelp = `crm_attribute - query and update cluster options and node attributes
Usage: crm_attribute [options]

 -n, --name=NAME          the attribute or option; with -G all when left out
 -G, --query              print its value (the default)
 -v, --update=VALUE       set it (value++ and value+=N count up)
 -D, --delete             delete it
 -N, --node=NODE          a node's attribute, not a cluster option
 -l, --lifetime=LIFETIME  forever, or reboot: until the node leaves
 -t, --type=SECTION       crm_config, nodes, status, rsc_defaults or op_defaults
 -z, --utilization        a node's utilization
 -p, --promotion[=RSC]    the promotion score of a resource (of the calling agent's)
 -P, --pattern=REGEX      all attributes whose names match (-G, or -v/-D with -l reboot)
 -s, --set-name=ID        the set that holds it
 -i, --id=ID              the nvpair that holds it
 -d, --default=VALUE      what to print when it is not set
 -q, --quiet              print the value only
     --output-as=FORMAT   text or xml

The CIB is that of the running cluster, or the file that CIB_file names.
`

// attrCall is one call of crm_attribute.
type attrCall struct {
	std    Streams
	store  store
	tool   string
	words  []string // as they were given
	set    map[string]bool
	text   map[string]string
	typ    string // section
	node   string
	nodeID string
}

// Attribute is crm_attribute: options of the cluster, attributes of nodes.
func Attribute(args []string, std Streams) int {
	a := &attrCall{std: std, tool: "crm_attribute", words: args}
	return ended(std, a.tool, a.run(args))
}

func (a *attrCall) run(args []string) error {
	a.set, a.text = map[string]bool{}, map[string]string{}
	words, err := getopt(attributeFlags, args, func(long, value string) error {
		switch long {
		case "Quiet":
			long = "quiet"
		case "attr-name":
			long = "name"
		case "attr-value":
			long = "update"
		case "delete-attr":
			long = "delete"
		case "get-value":
			long = "query"
		case "attr-id":
			long = "id"
		case "uname", "node-uname":
			long = "node"
		}
		a.set[long], a.text[long] = true, value
		return nil
	})
	switch {
	case err != nil:
		return fail(exitUsage, "%w", err)
	case len(words) > 0:
		return fail(exitUsage, "unexpected word %q, expected only options", words[0])
	case a.set["help"] || a.set["help-all"]:
		_, err := io.WriteString(a.std.Out, attributeHelp)
		return err
	case a.set["version"]:
		_, err := fmt.Fprintln(a.std.Out, a.tool+" of crm")
		return err
	}
	a.store = openStore()
	if err := a.prepare(); err != nil {
		return err
	}
	switch {
	case a.set["update"]:
		return a.update()
	case a.set["delete"]:
		return a.remove()
	}
	return a.query()
}

// prepare finds out what is meant: which section, which node, which name.
func (a *attrCall) prepare() error {
	lifetime := a.text["lifetime"]
	if a.set["promotion"] {
		rsc := a.text["promotion"]
		if rsc == "" {
			rsc = os.Getenv("OCF_RESOURCE_INSTANCE")
		}
		if rsc == "" {
			return fail(exitUsage, "-p without a resource is for resource agents (OCF_RESOURCE_INSTANCE is not set), give it one")
		}
		a.text["name"] = "master-" + rsc
		if lifetime == "" && a.text["type"] == "" {
			lifetime = "reboot"
		}
	}
	a.typ = a.text["type"]
	switch {
	case a.typ == "" && (lifetime == "reboot" || lifetime == "status"):
		a.typ = "status"
	case a.typ == "" && (lifetime != "" || a.text["node"] != "" || a.set["promotion"] || a.set["utilization"]):
		a.typ = "nodes"
	case a.typ == "":
		a.typ = "crm_config"
	case a.typ == "nodes" && lifetime == "reboot":
		a.typ = "status"
	case a.typ == "status" && lifetime == "forever":
		a.typ = "nodes"
	}
	switch lifetime {
	case "", "reboot", "forever", "status", "nodes":
	default:
		return fail(exitUsage, "lifetime %q, expected reboot or forever", lifetime)
	}
	switch a.typ {
	case "crm_config", "rsc_defaults", "op_defaults":
	case "nodes", "status":
		if a.node = a.text["node"]; a.node == "" {
			var err error
			if a.node, err = a.store.local(); err != nil {
				return err
			}
		}
	default:
		return fail(exitUsage, "section %q, expected crm_config, nodes, status, rsc_defaults or op_defaults", a.typ)
	}
	if a.text["name"] == "" && !a.set["pattern"] && !a.set["id"] && (a.set["update"] || a.set["delete"]) {
		return fail(exitUsage, "no attribute is named, expected -n NAME")
	}
	return nil
}

// holder is the element that has the attribute sets, with their kind and the
// id of the set that new ones go to; nil when there is none yet.
func (a *attrCall) holder(d *cib.Document) (e *etree.Element, kind, setID string, err error) {
	switch a.typ {
	case "crm_config":
		return d.Section(a.typ), cib.PropertySet, cib.BootstrapOptions, nil
	case "rsc_defaults", "op_defaults":
		return d.Section(a.typ), cib.MetaAttributes, a.typ + "-options", nil
	}
	n := d.Node(a.node)
	state := d.NodeState(a.node)
	if n == nil && state == nil {
		return nil, "", "", fail(exitNotFound, "Could not map name=%s to a UUID: no such node", a.node)
	}
	a.nodeID = cib.ID(n)
	if n == nil {
		a.nodeID = cib.ID(state)
	}
	switch {
	case a.typ == "status":
		return cib.Child(state, "transient_attributes"), cib.InstanceAttributes, "status-" + a.nodeID, nil
	case a.set["utilization"]:
		return n, cib.Utilization, "nodes-" + a.nodeID + "-utilization", nil
	}
	return n, cib.InstanceAttributes, "nodes-" + a.nodeID, nil
}

// matching lists the nvpairs that are meant.
func (a *attrCall) matching(d *cib.Document) (list []*etree.Element, err error) {
	e, kind, _, err := a.holder(d)
	if err != nil {
		return nil, err
	}
	var pattern *regexp.Regexp
	if a.set["pattern"] {
		if pattern, err = regexp.Compile(a.text["pattern"]); err != nil {
			return nil, fail(exitUsage, "%w", err)
		}
	}
	for nv := range cib.NVPairs(e, kind) {
		name := cib.Attr(nv, "name")
		switch {
		case a.text["name"] != "" && name != a.text["name"],
			pattern != nil && !pattern.MatchString(name),
			a.set["id"] && cib.ID(nv) != a.text["id"],
			a.set["set-name"] && cib.ID(nv.Parent()) != a.text["set-name"]:
			continue
		}
		list = append(list, nv)
	}
	return list, nil
}

func (a *attrCall) query() error {
	d, err := a.store.read()
	if err != nil {
		return err
	}
	list, err := a.matching(d)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if !a.set["default"] {
			return fail(exitNotFound, "Error performing operation: %s (%s is not set)", saysNotFound, orAny(a.text["name"]))
		}
		nv := etree.NewElement("nvpair")
		nv.CreateAttr("name", a.text["name"])
		nv.CreateAttr("value", a.text["default"])
		list = append(list, nv)
	}
	if a.text["output-as"] == "xml" {
		return a.asXML(list)
	}
	for _, nv := range list {
		if a.set["quiet"] {
			_, err = fmt.Fprintln(a.std.Out, cib.Attr(nv, "value"))
		} else {
			_, err = fmt.Fprintf(a.std.Out, "scope=%s  name=%s value=%s\n", a.typ, cib.Attr(nv, "name"), cib.Attr(nv, "value"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func orAny(name string) string {
	if name == "" {
		return "nothing that matches"
	}
	return name
}

func (a *attrCall) asXML(list []*etree.Element) error {
	out := pacemakerResult(a.tool, a.words)
	for _, nv := range list {
		e := out.CreateElement("attribute")
		e.CreateAttr("name", cib.Attr(nv, "name"))
		e.CreateAttr("value", cib.Attr(nv, "value"))
		e.CreateAttr("scope", a.typ)
	}
	status := out.CreateElement("status")
	status.CreateAttr("code", "0")
	status.CreateAttr("message", "OK")
	_, err := io.WriteString(a.std.Out, cib.Format(out))
	return err
}

// pacemakerResult begins what the tools print with --output-as=xml.
func pacemakerResult(tool string, words []string) *etree.Element {
	e := etree.NewElement("pacemaker-result")
	e.CreateAttr("api-version", "2.25")
	e.CreateAttr("request", strings.TrimSpace(tool+" "+strings.Join(words, " ")))
	return e
}

func (a *attrCall) update() error {
	value := a.text["update"]
	if a.typ == "status" && !a.set["set-name"] && !a.set["id"] {
		return a.updateTransient(value)
	}
	return a.store.update(func(d *cib.Document) error {
		list, err := a.matching(d)
		if err != nil {
			return err
		}
		for _, nv := range list {
			nv.CreateAttr("value", counted(cib.Attr(nv, "value"), value))
		}
		if len(list) > 0 || a.text["name"] == "" {
			return nil
		}
		return a.create(d, counted("", value))
	})
}

func (a *attrCall) create(d *cib.Document, value string) error {
	e, kind, setID, err := a.holder(d)
	switch {
	case err != nil:
		return err
	case a.typ == "status":
		return d.SetTransientAttribute(a.node, a.text["name"], value)
	case e == nil:
		e = d.MakeSection(a.typ)
	}
	if a.set["set-name"] {
		setID = a.text["set-name"]
	}
	d.AddNV(e, kind, setID, a.text["name"], value)
	return nil
}

// updateTransient goes to the daemons' attribute store where there is one.
func (a *attrCall) updateTransient(value string) error {
	d, err := a.store.read()
	if err != nil {
		return err
	}
	list, err := a.matching(d)
	if err != nil {
		return err
	}
	names := map[string]string{}
	if a.text["name"] != "" {
		names[a.text["name"]] = ""
	}
	for _, nv := range list {
		names[cib.Attr(nv, "name")] = cib.Attr(nv, "value")
	}
	for name, old := range names { // order: each is set by itself
		if err := a.store.transient(transient{node: a.node, name: name, value: counted(old, value)}); err != nil {
			return err
		}
	}
	return nil
}

// counted works out value++ and value+=N.
func counted(old, value string) string {
	rest, ok := strings.CutPrefix(value, "value")
	by := 1
	switch {
	case !ok:
		return value
	case strings.HasPrefix(rest, "+="):
		n, err := strconv.Atoi(rest[2:])
		if err != nil {
			return value
		}
		by = n
	case rest != "++":
		return value
	}
	const infinity = 1000000
	n, err := strconv.Atoi(old)
	if strings.EqualFold(strings.TrimPrefix(old, "+"), "INFINITY") || err == nil && n+by >= infinity {
		return "INFINITY"
	}
	return strconv.Itoa(n + by)
}

func (a *attrCall) remove() error {
	d, err := a.store.read()
	if err != nil {
		return err
	}
	list, err := a.matching(d)
	var f *failure
	if errors.As(err, &f) && f.code == exitNotFound || err == nil && len(list) == 0 {
		return nil // it is gone already, as wanted
	}
	if err != nil {
		return err
	}
	if a.typ == "status" {
		for _, nv := range list {
			if err := a.store.transient(transient{node: a.node, name: cib.Attr(nv, "name"), remove: true}); err != nil {
				return err
			}
		}
	} else if err := a.removePermanent(); err != nil {
		return err
	}
	if a.set["quiet"] {
		return nil
	}
	for _, nv := range list {
		fmt.Fprintf(a.std.Out, "Deleted %s attribute: id=%s name=%s\n", a.typ, cib.ID(nv), cib.Attr(nv, "name"))
	}
	return nil
}

func (a *attrCall) removePermanent() error {
	return a.store.update(func(d *cib.Document) error {
		list, err := a.matching(d)
		if err != nil {
			return err
		}
		for _, nv := range list {
			cib.RemoveNV(nv)
		}
		return nil
	})
}
