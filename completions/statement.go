package completions

import (
	"slices"
	"strings"

	"crm/cib"
)

// Statement is the completer of one kind of statement of the configure
// language; args are the words behind its keyword.
func Statement(keyword string) Completer {
	return func(v *View, args []string) []Candidate {
		if len(args) == 0 && !slices.Contains(nameless, keyword) {
			return firstArgument(v, keyword)
		}
		complete, ok := statements[keyword]
		if !ok {
			return nil
		}
		return complete(v, args)
	}
}

// nameless statements begin with something other than an invented id.
var nameless = []string{"property", "rsc_defaults", "op_defaults", "fencing_topology", "monitor", "node", "acl_target", "user"}

// firstArgument offers the ids that exist: giving a statement again changes
// the object.
func firstArgument(v *View, keyword string) []Candidate {
	list := plain("id=")
	for _, o := range Objects(v, nil) {
		if o.Kind == keyword {
			list = append(list, o)
		}
	}
	return list
}

var statements = map[string]Completer{
	"node":             nodeWords,
	"primitive":        primitiveWords,
	"rsc_template":     primitiveWords,
	"group":            groupWords,
	"clone":            cloneWords,
	"ms":               cloneWords,
	"bundle":           bundleWords,
	"location":         locationWords,
	"colocation":       colocationWords,
	"order":            orderWords,
	"rsc_ticket":       ticketWords,
	"property":         propertyWords,
	"rsc_defaults":     rscDefaultWords,
	"op_defaults":      opDefaultWords,
	"fencing_topology": topologyWords,
	"monitor":          monitorWords,
	"tag":              Each(Resources),
	"alert":            alertWords,
	"role":             roleWords,
	"user":             userWords,
	"acl_target":       Each(Roles),
}

// part finds the last keyword of args and the words behind it.
func part(args []string, keywords ...string) (keyword string, behind []string) {
	for i := len(args) - 1; i >= 0; i-- {
		if slices.ContainsFunc(keywords, func(k string) bool { return strings.EqualFold(k, args[i]) }) {
			return strings.ToLower(args[i]), args[i+1:]
		}
	}
	return "", args
}

func nodeWords(v *View, args []string) []Candidate {
	if len(args) == 0 {
		return Nodes(v, args)
	}
	switch keyword, _ := part(args, "attributes", "utilization"); keyword {
	case "attributes":
		list := names(v, []attribute{{"standby", "run nothing here", []string{"on", "off"}}, {"maintenance", "leave what runs here alone", boolean}})
		if strings.Contains(v.Text, "=") {
			return list
		}
		for _, c := range otherNodes(v, args[0]) {
			list = append(list, Candidate{Text: c.Text + "=", Meaning: c.Meaning, Open: true})
		}
		return append(without(list, args), words([2]string{"utilization", "what the node has to offer"})...)
	case "utilization":
		return without(utilizationNames(v), args)
	}
	return words([2]string{"attributes", "names and values of the node"}, [2]string{"utilization", "what the node has to offer"})
}

func primitiveWords(v *View, args []string) []Candidate {
	if len(args) == 1 {
		list := AgentSpecs(v, args)
		for _, t := range Templates(v, nil) {
			list = append(list, Candidate{Text: "@" + t.Text, Meaning: "template"})
		}
		return list
	}
	sections := words([2]string{"params", "parameters of the agent"}, [2]string{"meta", "what the cluster does with it"},
		[2]string{"op", "an operation"}, [2]string{"utilization", "what it needs of a node"}, [2]string{"operations", "settings of all operations"})
	spec := specOf(v, args[1])
	keyword, behind := part(args[2:], "params", "meta", "op", "utilization", "operations", "op_params", "op_meta")
	var list []Candidate
	switch keyword {
	case "params":
		list = without(parametersOf(v, spec), behind)
		if strings.Contains(v.Text, "=") {
			return values(v, spec)
		}
	case "meta", "op_meta":
		list = without(names(v, primitiveMeta), behind)
	case "op":
		return operationWords(v, spec, behind, sections)
	case "utilization":
		list = without(utilizationNames(v), behind)
	}
	if strings.Contains(v.Text, "=") || len(behind) == 0 && keyword != "" {
		return list
	}
	return append(list, sections...)
}

// operationWords completes behind "op": the operation, then its attributes
// with what the agent advises.
func operationWords(v *View, spec string, behind []string, sections []Candidate) []Candidate {
	m := v.metadata(spec)
	if len(behind) == 0 {
		var list []Candidate
		if m != nil {
			for _, a := range m.Actions {
				if !slices.Contains([]string{"meta-data", "validate-all", "notify"}, a.Name) {
					list = append(list, Candidate{Text: a.Name, Meaning: advice(a)})
				}
			}
		}
		if len(list) == 0 {
			list = plain("monitor", "start", "stop", "promote", "demote", "status")
		}
		return list
	}
	list := without(names(v, operationAttributes), behind)
	if m != nil && !strings.Contains(v.Text, "=") {
		list = append(advised(m, behind), list...)
	}
	if strings.Contains(v.Text, "=") {
		return list
	}
	return append(list, append(sections, words([2]string{"op_params", "parameters of this operation"}, [2]string{"op_meta", "meta attributes of this operation"})...)...)
}

func advice(a Action) string {
	var parts []string
	for _, p := range [][2]string{{"interval", a.Interval}, {"timeout", a.Timeout}, {"role", a.Role}} {
		if p[1] != "" {
			parts = append(parts, p[0]+"="+p[1])
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "advised: " + strings.Join(parts, " ")
}

// advised are the agent's own values for an operation, those not yet given.
func advised(m *Metadata, behind []string) []Candidate {
	var list []Candidate
	for _, a := range m.Actions {
		if a.Name != behind[0] {
			continue
		}
		for _, p := range [][2]string{{"depth", a.Depth}, {"interval", a.Interval}, {"timeout", a.Timeout}, {"role", a.Role}, {"start-delay", a.StartDelay}} {
			if p[1] == "" || slices.ContainsFunc(behind, func(w string) bool { return strings.HasPrefix(w, p[0]+"=") }) {
				continue
			}
			list = append(list, Candidate{Text: p[0] + "=" + p[1], Meaning: "as the agent advises"})
		}
	}
	return list
}

// specOf is the agent of what a word names: "@template", a resource that
// exists, or the agent itself.
func specOf(v *View, word string) string {
	name := strings.TrimPrefix(word, "@")
	if v.CIB == nil {
		return word
	}
	e := v.CIB.Find(name)
	if e == nil || e.Tag != "template" && e.Tag != "primitive" {
		return word
	}
	if t := cib.Attr(e, "template"); t != "" {
		return specOf(v, "@"+t)
	}
	return agentOf(e)
}

// metadata describes an agent, nil when nothing is known of it.
func (v *View) metadata(spec string) *Metadata {
	if v.Agents == nil || spec == "" || spec[0] == '@' {
		return nil
	}
	class, provider, typ := SplitAgent(spec, v.Agents)
	return v.Agents.Metadata(class, provider, typ)
}

// parametersOf lists an agent's parameters, those that must be given first.
func parametersOf(v *View, spec string) []Candidate {
	m := v.metadata(spec)
	if m == nil {
		return nil
	}
	var list []Candidate
	for _, required := range []bool{true, false} {
		for _, p := range m.Parameters {
			if p.Required == required {
				list = append(list, Candidate{Text: p.Name + "=", Meaning: parameterMeaning(p), Open: true})
			}
		}
	}
	if strings.HasPrefix(spec, "stonith:") {
		list = append(list, words(fenceParameters...)...)
	}
	return list
}

func parameterMeaning(p Parameter) string {
	text := p.Short
	if p.Required {
		text = "(required) " + text
	}
	if p.Default != "" {
		text += " [" + p.Default + "]"
	}
	return text
}

// values offers the values of the parameter being typed.
func values(v *View, spec string) []Candidate {
	name, _, _ := strings.Cut(v.Text, "=")
	m := v.metadata(spec)
	if m == nil {
		return nil
	}
	p, ok := m.Parameter(name)
	if !ok {
		return nil
	}
	list := p.Values
	if p.Type == "boolean" && len(list) == 0 {
		list = boolean
	}
	return valuesOf(name, list)
}

// FenceParameters are those that every fence device understands, whatever its
// agent says.
func FenceParameters() []Parameter {
	list := make([]Parameter, len(fenceParameters))
	for i, p := range fenceParameters {
		list[i] = Parameter{Name: strings.TrimSuffix(p[0], "="), Type: "string", Short: p[1]}
	}
	return list
}

// fenceParameters are understood with every fence device.
var fenceParameters = [][2]string{
	{"pcmk_host_argument=", "which parameter of the agent names the victim"}, {"pcmk_host_map=", "names of nodes and what the device calls them"},
	{"pcmk_host_list=", "nodes that the device can fence"}, {"pcmk_host_check=", "how to find out which nodes it can fence"},
	{"pcmk_delay_max=", "most random delay before fencing"}, {"pcmk_delay_base=", "delay before fencing"},
	{"pcmk_action_limit=", "most actions at once"}, {"priority=", "which device is tried first"},
	{"pcmk_reboot_action=", "what to ask for instead of reboot"}, {"pcmk_reboot_timeout=", "how long reboot may take"},
	{"pcmk_reboot_retries=", "how often reboot is tried"}, {"pcmk_off_action=", "what to ask for instead of off"},
	{"pcmk_off_timeout=", "how long off may take"}, {"pcmk_off_retries=", "how often off is tried"},
	{"pcmk_on_action=", "what to ask for instead of on"}, {"pcmk_on_timeout=", "how long on may take"},
	{"pcmk_on_retries=", "how often on is tried"}, {"pcmk_list_action=", "what to ask for instead of list"},
	{"pcmk_list_timeout=", "how long list may take"}, {"pcmk_list_retries=", "how often list is tried"},
	{"pcmk_monitor_action=", "what to ask for instead of monitor"}, {"pcmk_monitor_timeout=", "how long monitor may take"},
	{"pcmk_monitor_retries=", "how often monitor is tried"}, {"pcmk_status_action=", "what to ask for instead of status"},
	{"pcmk_status_timeout=", "how long status may take"}, {"pcmk_status_retries=", "how often status is tried"},
}

func groupWords(v *View, args []string) []Candidate {
	return containerWords(v, args, groupMeta, func() []Candidate {
		return Each(FreePrimitives)(v, args)
	})
}

func cloneWords(v *View, args []string) []Candidate {
	return containerWords(v, args, cloneMeta, func() []Candidate {
		if len(args) > 1 {
			return nil
		}
		return Cloneable(v, args)
	})
}

func containerWords(v *View, args []string, meta []attribute, members func() []Candidate) []Candidate {
	sections := words([2]string{"meta", "what the cluster does with it"}, [2]string{"params", "parameters for its members"})
	keyword, behind := part(args[1:], "meta", "params")
	if keyword == "" {
		list := members()
		if len(args) > 1 {
			list = append(list, sections...)
		}
		return list
	}
	var list []Candidate
	if keyword == "meta" {
		list = without(names(v, meta), behind)
	}
	if strings.Contains(v.Text, "=") {
		return list
	}
	return append(list, sections...)
}

func bundleWords(v *View, args []string) []Candidate {
	if len(args) == 1 {
		return plain("docker", "podman", "rkt")
	}
	sections := words([2]string{"network", "addresses and ports"}, [2]string{"storage", "folders"}, [2]string{"primitive", "what runs inside"},
		[2]string{"meta", "what the cluster does with it"})
	keyword, behind := part(args[1:], "docker", "podman", "rkt", "network", "storage", "primitive", "meta", "port-mapping", "storage-mapping")
	var list []Candidate
	switch keyword {
	case "network":
		list = append(names(v, bundleNetwork), plain("port-mapping")...)
	case "port-mapping":
		list = append(names(v, []attribute{{"id", "a name for the mapping", nil}, {"port", "the port outside", nil},
			{"internal-port", "the port inside, when it is another", nil}, {"range", "several ports, as 100-200", nil}}), plain("port-mapping")...)
	case "storage":
		list = plain("storage-mapping")
	case "storage-mapping":
		list = append(names(v, bundleStorage), plain("storage-mapping")...)
	case "primitive":
		return FreePrimitives(v, args)
	case "meta":
		list = without(names(v, primitiveMeta), behind)
	default:
		list = without(names(v, bundleContainer), behind)
	}
	if strings.Contains(v.Text, "=") || len(behind) == 0 {
		return list
	}
	return append(list, sections...)
}

var bundleContainer = []attribute{{"image", "container image (required)", nil}, {"replicas", "how many", nil},
	{"replicas-per-host", "how many on one node", nil}, {"masters", "promoted-max, the old word", nil}, {"promoted-max", "how many are promoted", nil},
	{"run-command", "what runs in the container", nil}, {"options", "more options of the container program", nil}, {"network", "the container program's own network setting", nil}}

var bundleNetwork = []attribute{{"ip-range-start", "first address", nil}, {"control-port", "port of the executor inside", nil},
	{"host-interface", "interface for the addresses", nil}, {"host-netmask", "prefix length of the addresses", nil}, {"add-host", "replicas know each other by name", boolean}}

var bundleStorage = []attribute{{"id", "a name for the mapping", nil}, {"source-dir", "folder of the node", nil}, {"source-dir-root", "folder of the node, one for each replica", nil},
	{"target-dir", "where it appears inside", nil}, {"options", "mount options", nil}}

func propertyWords(v *View, args []string) []Candidate {
	if name, _, ok := strings.Cut(v.Text, "="); ok {
		p, _ := PropertyNamed(name)
		return valuesOf(name, p.Values)
	}
	var list []Candidate
	for _, p := range Properties {
		meaning := p.Meaning
		if p.Default != "" {
			meaning += " [" + p.Default + "]"
		}
		list = append(list, Candidate{Text: p.Name + "=", Meaning: meaning, Open: true})
	}
	return without(list, args)
}

func rscDefaultWords(v *View, args []string) []Candidate {
	return without(names(v, primitiveMeta), args)
}

func opDefaultWords(v *View, args []string) []Candidate {
	return without(names(v, operationAttributes), args)
}

func topologyWords(v *View, args []string) []Candidate {
	var list []Candidate
	for _, n := range Nodes(v, nil) {
		list = append(list, Candidate{Text: n.Text + ":", Meaning: "levels of this node"})
	}
	if len(args) == 0 {
		return list
	}
	for _, d := range Primitives(v, nil) {
		if strings.HasPrefix(d.Meaning, "stonith:") {
			list = append(list, d)
		}
	}
	return without(list, nil)
}

func monitorWords(v *View, args []string) []Candidate {
	switch len(args) {
	case 0:
		return Primitives(v, args)
	case 1:
		return words([2]string{"10s:20s", "every 10 s, at most 20 s"}, [2]string{"60s:30s", "every minute, at most 30 s"})
	}
	return nil
}

// Roles completes ids of access roles.
func Roles(v *View, _ []string) []Candidate { return children(v, "acls", "acl_role", "role") }

func roleWords(*View, []string) []Candidate {
	return words([2]string{"read", "may be read"}, [2]string{"write", "may be changed"}, [2]string{"deny", "is hidden"},
		[2]string{"xpath:", "elements by their path"}, [2]string{"ref:", "an element by its id"}, [2]string{"type:", "elements of a kind"},
		[2]string{"tag:", "elements of a kind"}, [2]string{"attr:", "one attribute"}, [2]string{"meta:", "a meta attribute of a resource"},
		[2]string{"params:", "a parameter of a resource"}, [2]string{"location:", "a location constraint"}, [2]string{"property:", "a property"},
		[2]string{"node:", "a node"}, [2]string{"nodeattr:", "attributes of nodes"}, [2]string{"status", "the status"})
}

func userWords(v *View, args []string) []Candidate {
	if len(args) == 0 {
		return nil
	}
	var list []Candidate
	for _, r := range Roles(v, nil) {
		list = append(list, Candidate{Text: "role:" + r.Text, Meaning: "a role"})
	}
	return append(append(list, words([2]string{"role:", "a role"})...), roleWords(v, args)...)
}

func alertWords(v *View, args []string) []Candidate {
	if len(args) == 1 {
		return nil
	}
	var list []Candidate
	switch keyword, behind := part(args[2:], "attributes", "meta", "select", "to"); keyword {
	case "meta":
		list = without(names(v, []attribute{{"timeout", "how long the program may take", nil}, {"timestamp-format", "as for date(1)", nil},
			{"enabled", "false: it is not called", boolean}}), behind)
	case "select":
		list = words([2]string{"nodes", "nodes come and go"}, [2]string{"fencing", "nodes are fenced"}, [2]string{"resources", "resources start, stop, fail"},
			[2]string{"attributes", "node attributes change"})
	case "to":
		if len(behind) == 0 {
			return nil
		}
	}
	if strings.Contains(v.Text, "=") {
		return list
	}
	return append(list, words([2]string{"attributes", "environment of the program"}, [2]string{"meta", "timeout and timestamp-format"},
		[2]string{"select", "which events"}, [2]string{"to", "a recipient"})...)
}
