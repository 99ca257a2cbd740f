package completions

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// Property is a cluster option.
type Property struct {
	Name, Type, Default, Meaning string
	Values                       []string
}

var boolean = []string{"true", "false"}

// Properties are the cluster options that Pacemaker knows (Pacemaker
// Explained, "Cluster-Wide Configuration").
var Properties = []Property{
	{"batch-limit", "integer", "0", "most jobs that run at once in the whole cluster; 0: by load", nil},
	{"cluster-delay", "duration", "60s", "how long an answer over the network may take", nil},
	{"cluster-infrastructure", "string", "heartbeat", "the messaging layer (informational)", nil},
	{"cluster-ipc-limit", "integer", "500", "most waiting messages to a client", nil},
	{"cluster-name", "string", "", "a name for the cluster", nil},
	{"cluster-recheck-interval", "duration", "15min", "look anew at least so often for rules that depend on time", nil},
	{"concurrent-fencing", "boolean", "true", "fence several nodes at once", boolean},
	{"dc-deadtime", "duration", "20s", "how long to wait for others at start", nil},
	{"dc-version", "string", "none", "the coordinator's version (informational)", nil},
	{"election-timeout", "duration", "2min", "how long an election may take", nil},
	{"enable-acl", "boolean", "false", "check the rights of users", boolean},
	{"enable-startup-probes", "boolean", "true", "look at start what is running", boolean},
	{"fence-reaction", "select", "stop", "what a node does that is told of its own fencing", []string{"stop", "panic"}},
	{"have-watchdog", "boolean", "false", "whether watchdogs are in use (set by the cluster)", boolean},
	{"join-finalization-timeout", "duration", "30min", "how long joining may take at its end", nil},
	{"join-integration-timeout", "duration", "3min", "how long joining may take", nil},
	{"last-lrm-refresh", "integer", "", "when resources were looked at last (set by tools)", nil},
	{"load-threshold", "percentage", "80%", "CPU load that the cluster may bring", nil},
	{"maintenance-mode", "boolean", "false", "leave all resources as they are", boolean},
	{"migration-limit", "integer", "-1", "most live migrations at once on a node; -1: any", nil},
	{"no-quorum-policy", "select", "stop", "what a partition without quorum does", []string{"stop", "freeze", "ignore", "demote", "fence", "suicide"}},
	{"node-action-limit", "integer", "0", "most jobs at once on a node; 0: by its cores", nil},
	{"node-health-base", "integer", "0", "health score that a node begins with", nil},
	{"node-health-green", "score", "0", "score of a green health attribute", nil},
	{"node-health-red", "score", "-INFINITY", "score of a red health attribute", nil},
	{"node-health-strategy", "select", "none", "what health attributes do",
		[]string{"none", "migrate-on-red", "only-green", "progressive", "custom"}},
	{"node-health-yellow", "score", "0", "score of a yellow health attribute", nil},
	{"node-pending-timeout", "duration", "0", "fence a node that does not finish joining in time; 0: never", nil},
	{"pe-error-series-max", "integer", "-1", "how many inputs with errors are kept", nil},
	{"pe-input-series-max", "integer", "4000", "how many inputs are kept", nil},
	{"pe-warn-series-max", "integer", "5000", "how many inputs with warnings are kept", nil},
	{"placement-strategy", "select", "default", "how utilization is counted",
		[]string{"default", "utilization", "minimal", "balanced"}},
	{"priority-fencing-delay", "duration", "0", "delay before the node with more priority is fenced", nil},
	{"remove-after-stop", "boolean", "false", "forget a stopped resource's history", boolean},
	{"shutdown-escalation", "duration", "20min", "how long a clean stop may take", nil},
	{"shutdown-lock", "boolean", "false", "keep resources for a node that was stopped cleanly", boolean},
	{"shutdown-lock-limit", "duration", "0", "how long they are kept; 0: for ever", nil},
	{"start-failure-is-fatal", "boolean", "true", "one failed start bans a resource from the node", boolean},
	{"startup-fencing", "boolean", "true", "fence nodes that were never seen", boolean},
	{"stonith-action", "select", "reboot", "what fencing does", []string{"reboot", "off", "poweroff"}},
	{"stonith-enabled", "boolean", "true", "fence nodes that fail or are lost", boolean},
	{"stonith-max-attempts", "integer", "10", "how often fencing is tried before giving up", nil},
	{"stonith-timeout", "duration", "60s", "how long fencing may take", nil},
	{"stonith-watchdog-timeout", "duration", "0", "when a node with a watchdog counts as fenced", nil},
	{"stop-all-resources", "boolean", "false", "stop everything", boolean},
	{"stop-orphan-actions", "boolean", "true", "cancel operations that are no longer configured", boolean},
	{"stop-orphan-resources", "boolean", "true", "stop resources that are no longer configured", boolean},
	{"symmetric-cluster", "boolean", "true", "resources may run anywhere unless told otherwise", boolean},
	{"transition-delay", "duration", "0", "wait before acting on changes", nil},
}

// PropertyNamed finds a cluster option.
func PropertyNamed(name string) (Property, bool) {
	for _, p := range Properties {
		if p.Name == name {
			return p, true
		}
	}
	return Property{}, false
}

// PropertyNames completes names of cluster options.
func PropertyNames(*View, []string) []Candidate {
	list := make([]Candidate, 0, len(Properties))
	for _, p := range Properties {
		list = append(list, Candidate{Text: p.Name, Meaning: p.Meaning})
	}
	return list
}

// attribute is a meta attribute or another fixed name with its meaning.
type attribute struct {
	name, meaning string
	values        []string
}

var roles = []string{"Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave"}

var primitiveMeta = []attribute{
	{"allow-migrate", "may be moved without being stopped", boolean},
	{"allow-unhealthy-nodes", "may run on a node with bad health", boolean},
	{"container-attribute-target", "where promotion scores of a bundle go", []string{"host"}},
	{"critical", "its colocation pulls others along", boolean},
	{"description", "a note", nil},
	{"failure-timeout", "forget failures after this time", nil},
	{"interval-origin", "where recurring operations count from", nil},
	{"is-managed", "the cluster starts and stops it", boolean},
	{"maintenance", "leave it as it is, without monitoring", boolean},
	{"migration-threshold", "move it after so many failures", nil},
	{"multiple-active", "what to do when it runs in two places", []string{"stop_start", "stop_only", "stop_unexpected", "block"}},
	{"priority", "who keeps running when not all can", nil},
	{"provides", "what a fence device brings", []string{"unfencing"}},
	{"remote-addr", "address of the guest node", nil},
	{"remote-allow-migrate", "the guest node may be moved live", boolean},
	{"remote-connect-timeout", "how long the connection may take", nil},
	{"remote-node", "name of the guest node that it is", nil},
	{"remote-port", "port of the guest node", nil},
	{"requires", "what must be there before it starts", []string{"nothing", "quorum", "fencing", "unfencing"}},
	{"resource-stickiness", "how much it wants to stay where it is", nil},
	{"restart-type", "restart it when what it depends on restarts", []string{"ignore", "restart"}},
	{"target-role", "what it shall be", roles},
}

var groupMeta = []attribute{
	{"colocated", "members run together", boolean},
	{"description", "a note", nil},
	{"is-managed", "the cluster starts and stops it", boolean},
	{"maintenance", "leave it as it is", boolean},
	{"ordered", "members start one after the other", boolean},
	{"priority", "who keeps running when not all can", nil},
	{"resource-stickiness", "how much it wants to stay where it is", nil},
	{"target-role", "what it shall be", roles},
	{"container", "the container it runs in", nil},
	{"critical", "its colocation pulls others along", boolean},
	{"migration-threshold", "move it after so many failures", nil},
	{"failure-timeout", "forget failures after this time", nil},
}

var cloneMeta = []attribute{
	{"clone-max", "how many instances", nil},
	{"clone-min", "how many must run before others that depend on it start", nil},
	{"clone-node-max", "how many instances on one node", nil},
	{"clone-state", "kept for old configurations", nil},
	{"description", "a note", nil},
	{"globally-unique", "instances differ from each other", boolean},
	{"interleave", "wait only for the instance on the same node", boolean},
	{"is-managed", "the cluster starts and stops it", boolean},
	{"maintenance", "leave it as it is", boolean},
	{"notify", "tell instances of each other's actions", boolean},
	{"ordered", "instances start one after the other", boolean},
	{"priority", "who keeps running when not all can", nil},
	{"promotable", "instances can be promoted", boolean},
	{"promoted-max", "how many are promoted", nil},
	{"promoted-node-max", "how many are promoted on one node", nil},
	{"master-max", "promoted-max, the old word", nil},
	{"master-node-max", "promoted-node-max, the old word", nil},
	{"resource-stickiness", "how much it wants to stay where it is", nil},
	{"target-role", "what it shall be", roles},
}

var operationAttributes = []attribute{
	{"interval", "how often; 0: once", nil},
	{"timeout", "how long it may take", nil},
	{"start-delay", "wait before the first one", nil},
	{"role", "only in this role", roles},
	{"on-fail", "what a failure does", []string{"restart", "ignore", "block", "stop", "fence", "standby", "demote", "restart-container"}},
	{"enabled", "false: written down, but not run", boolean},
	{"record-pending", "show it while it runs", boolean},
	{"interval-origin", "where the interval counts from", nil},
	{"requires", "what must be there before", []string{"nothing", "quorum", "fencing", "unfencing"}},
	{"description", "a note", nil},
}

// KnownMeta lists the meta attributes that mean something to a primitive.
func KnownMeta() []string {
	list := make([]string, len(primitiveMeta))
	for i, a := range primitiveMeta {
		list[i] = a.name
	}
	return list
}

// names makes candidates "name=" of attributes; text may be "name=va", then
// its values are offered.
func names(v *View, list []attribute) []Candidate {
	if name, _, ok := strings.Cut(v.Text, "="); ok {
		for _, a := range list {
			if a.name == name {
				return valuesOf(name, a.values)
			}
		}
		return nil
	}
	all := make([]Candidate, 0, len(list))
	for _, a := range list {
		all = append(all, Candidate{Text: a.name + "=", Meaning: a.meaning, Open: true})
	}
	return all
}

func valuesOf(name string, values []string) []Candidate {
	list := make([]Candidate, 0, len(values))
	for _, value := range values {
		meaning := valueMeanings[name+"="+value]
		if meaning == "" {
			meaning = valueMeanings[value]
		}
		list = append(list, Candidate{Text: name + "=" + value, Meaning: meaning})
	}
	return list
}

// valueMeanings says what values do; where it depends on the name, the name
// stands before it.
var valueMeanings = map[string]string{
	"Started": "it runs; a promotable one may be promoted", "Stopped": "it does not run", "Promoted": "it is promoted",
	"Unpromoted": "it runs, not promoted", "Master": "Promoted, the old word", "Slave": "Unpromoted, the old word",

	"on-fail=restart": "stop it and start it, here or elsewhere", "on-fail=ignore": "as if it had not failed", "on-fail=block": "leave it as it is",
	"on-fail=stop": "stop it and leave it stopped", "on-fail=fence": "fence the node", "on-fail=standby": "move everything off the node",
	"on-fail=demote": "demote it", "on-fail=restart-container": "restart the container it runs in",

	"multiple-active=stop_start": "stop all of it and start one", "multiple-active=stop_only": "stop all of it",
	"multiple-active=stop_unexpected": "stop where it should not be", "multiple-active=block": "leave it as it is",

	"requires=nothing": "it starts in any case", "requires=quorum": "most nodes must be there", "requires=fencing": "lost nodes must have been fenced",
	"requires=unfencing": "its own node must have been unfenced",

	"no-quorum-policy=stop": "stop all resources", "no-quorum-policy=freeze": "keep what runs, start nothing", "no-quorum-policy=ignore": "go on as with quorum",
	"no-quorum-policy=demote": "demote what is promoted, stop the rest", "no-quorum-policy=fence": "fence all nodes of the partition",
	"no-quorum-policy=suicide": "fence all nodes of the partition",

	"stonith-action=reboot": "off and on again", "stonith-action=off": "off", "stonith-action=poweroff": "off, the old word",
	"fence-reaction=stop": "stop the cluster software", "fence-reaction=panic": "reboot the machine at once",

	"placement-strategy=default": "utilization is not counted", "placement-strategy=utilization": "a node needs room; few resources first",
	"placement-strategy=minimal": "a node needs room; as few nodes as possible", "placement-strategy=balanced": "a node needs room; the load is spread",

	"node-health-strategy=none": "health is not looked at", "node-health-strategy=migrate-on-red": "everything off a node with a red attribute",
	"node-health-strategy=only-green":  "everything off a node with a yellow or red attribute",
	"node-health-strategy=progressive": "the sum of the attributes' scores counts", "node-health-strategy=custom": "own rules look at the attributes",

	"resource-discovery=always": "look for it there", "resource-discovery=never": "do not even look for it there",
	"resource-discovery=exclusive": "look for it only on nodes that say so",

	"loss-policy=stop": "stop it", "loss-policy=demote": "demote it", "loss-policy=fence": "fence its nodes", "loss-policy=freeze": "leave it as it is",
	"restart-type=ignore": "it goes on", "restart-type=restart": "it is restarted too",
	"standby=on": "run nothing here", "standby=off": "run things here",
}

// without leaves out the names that stand before the cursor already.
func without(list []Candidate, before []string) []Candidate {
	given := map[string]bool{}
	for _, w := range before {
		if name, _, ok := strings.Cut(w, "="); ok {
			given[name+"="] = true
		}
	}
	kept := list[:0:0]
	for _, c := range list {
		if !given[c.Text] {
			kept = append(kept, c)
		}
	}
	return kept
}

// ParamNames completes names of the parameters of the resource named first.
func ParamNames(v *View, args []string) []Candidate {
	return bare(ownNames(v, args, cib.InstanceAttributes, parametersOf(v, specOf(v, args[0]))))
}

// MetaNames completes names of meta attributes of the resource named first.
func MetaNames(v *View, args []string) []Candidate {
	list := primitiveMeta
	if e := find(v, args[0]); e != nil {
		switch e.Tag {
		case "group":
			list = groupMeta
		case "clone", "master":
			list = cloneMeta
		}
	}
	return bare(ownNames(v, args, cib.MetaAttributes, names(&View{}, list)))
}

// ownNames are, after set, all names; after show and delete those that are
// set.
func ownNames(v *View, args []string, set string, all []Candidate) []Candidate {
	if len(args) > 1 && args[1] == "set" {
		return all
	}
	e := find(v, args[0])
	var list []Candidate
	for nv := range cib.NVPairs(e, set) {
		list = append(list, Candidate{Text: cib.Attr(nv, "name"), Meaning: cib.Attr(nv, "value")})
	}
	return list
}

// bare takes the "=" off.
func bare(list []Candidate) []Candidate {
	for i := range list {
		list[i].Text, list[i].Open = strings.TrimSuffix(list[i].Text, "="), false
	}
	return list
}

// NodeAttributes completes names of the attributes a node has.
func NodeAttributes(v *View, args []string) []Candidate {
	if v.CIB == nil {
		return nil
	}
	var list []Candidate
	for nv := range cib.NVPairs(v.CIB.Node(args[0]), cib.InstanceAttributes) {
		list = append(list, Candidate{Text: cib.Attr(nv, "name"), Meaning: cib.Attr(nv, "value")})
	}
	if len(args) > 1 && args[1] == "set" {
		list = append(list, otherNodes(v, args[0])...)
		list = append(list, words([2]string{"standby", "run nothing here"}, [2]string{"maintenance", "leave what runs here alone"})...)
	}
	return list
}

// otherNodes are the attributes that other nodes have.
func otherNodes(v *View, name string) []Candidate {
	var list []Candidate
	for n := range cib.Children(v.section("nodes"), "node") {
		if other := cib.Attr(n, "uname"); other != name {
			for nv := range cib.NVPairs(n, cib.InstanceAttributes) {
				list = append(list, Candidate{Text: cib.Attr(nv, "name"), Meaning: cib.Attr(nv, "value") + " on " + other})
			}
		}
	}
	return list
}

// utilizationNames are what nodes have to offer, as "name=".
func utilizationNames(v *View) []Candidate {
	var list []Candidate
	seen := map[string]bool{}
	for n := range cib.Children(v.section("nodes"), "node") {
		for nv := range cib.NVPairs(n, cib.Utilization) {
			if name := cib.Attr(nv, "name"); !seen[name] {
				seen[name] = true
				list = append(list, Candidate{Text: name + "=", Meaning: cib.Attr(n, "uname") + " has " + cib.Attr(nv, "value"), Open: true})
			}
		}
	}
	return list
}

// NodeUtilization completes names of what a node has to offer.
func NodeUtilization(v *View, args []string) []Candidate {
	if v.CIB == nil {
		return nil
	}
	var list []Candidate
	for nv := range cib.NVPairs(v.CIB.Node(args[0]), cib.Utilization) {
		list = append(list, Candidate{Text: cib.Attr(nv, "name"), Meaning: cib.Attr(nv, "value")})
	}
	return list
}

func find(v *View, id string) *etree.Element {
	if v.CIB == nil {
		return nil
	}
	return v.CIB.Resource(id)
}

// Lifetimes completes how long something lasts.
var Lifetimes = Words([2]string{"PT5M", "five minutes"}, [2]string{"PT30M", "half an hour"}, [2]string{"PT1H", "an hour"},
	[2]string{"P1D", "a day"}, [2]string{"P1W", "a week"})

// Schemas completes names of schemas.
var Schemas = Plain("pacemaker-1.2", "pacemaker-2.10", "pacemaker-3.0", "pacemaker-3.7", "pacemaker-3.9", "pacemaker-3.10", "pacemaker-4.0")

// ShowWords completes what show, edit and save select by.
func ShowWords(v *View, args []string) []Candidate {
	list := append(Objects(v, args), words([2]string{"xml", "as XML"}, [2]string{"changed", "what is not committed"})...)
	if strings.HasPrefix(v.Text, "type:") || v.Text == "" {
		seen := map[string]bool{}
		for _, o := range Objects(v, nil) {
			if o.Kind != "" && !seen[o.Kind] {
				seen[o.Kind] = true
				list = append(list, Candidate{Text: "type:" + o.Kind, Meaning: "all of a kind"})
			}
		}
	}
	for _, t := range Tags(v, nil) {
		list = append(list, Candidate{Text: "tag:" + t.Text, Meaning: "what a tag names"})
	}
	if strings.HasPrefix(v.Text, "related:") {
		for _, o := range Objects(v, nil) {
			list = append(list, Candidate{Text: "related:" + o.Text, Meaning: "it and all that names it"})
		}
	} else {
		list = append(list, words([2]string{"related:", "a resource and all that names it"}, [2]string{"obscure:", "hide values"})...)
	}
	return list
}

// ModGroup completes "<group> add <rsc> [after|before <rsc>]" and "remove".
func ModGroup(v *View, args []string) []Candidate {
	members := func() []Candidate {
		var list []Candidate
		for m := range cib.Members(find(v, args[0])) {
			list = append(list, Candidate{Text: cib.ID(m), Meaning: meaningOf(m)})
		}
		return list
	}
	switch {
	case len(args) == 0:
		return Groups(v, args)
	case len(args) == 1:
		return plain("add", "remove")
	case len(args) == 2 && args[1] == "remove":
		return members()
	case len(args) == 2:
		return FreePrimitives(v, args)
	case len(args) == 3 && args[1] == "add":
		return plain("after", "before")
	case len(args) == 4:
		return members()
	}
	return nil
}

// IsRemote tells a primitive that is the connection to a remote node.
func IsRemote(e *etree.Element) bool { return agentOf(e) == "ocf:pacemaker:remote" }

// AgentClasses completes classes of agents.
func AgentClasses(v *View, _ []string) []Candidate {
	if v.Agents == nil {
		return nil
	}
	var list []Candidate
	for _, c := range v.Agents.Classes() {
		list = append(list, Candidate{Text: c, Meaning: classMeaning(c)})
	}
	return list
}

// AgentProviders completes providers of the class named first.
func AgentProviders(v *View, args []string) []Candidate {
	if v.Agents == nil {
		return nil
	}
	return plain(v.Agents.Providers(args[0])...)
}

// AgentTypes completes types of ocf agents.
func AgentTypes(v *View, _ []string) []Candidate {
	if v.Agents == nil {
		return nil
	}
	return bareTypes(v)
}

// Paths completes what "set" changes: an id, then one of the values it has.
func Paths(v *View, args []string) []Candidate {
	id, _, dotted := strings.Cut(v.Text, ".")
	if !dotted {
		list := Objects(v, args)
		for _, c := range list {
			list = append(list, Candidate{Text: c.Text + ".", Meaning: c.Meaning, Open: true})
		}
		return list
	}
	if v.CIB == nil {
		return nil
	}
	e := v.CIB.Find(id)
	if n := v.CIB.Node(id); e == nil && n != nil {
		e = n
	}
	var list []Candidate
	for _, set := range []string{cib.InstanceAttributes, cib.MetaAttributes, cib.Utilization} {
		for nv := range cib.NVPairs(e, set) {
			list = append(list, Candidate{Text: id + "." + cib.Attr(nv, "name"), Meaning: "now " + cib.Attr(nv, "value")})
		}
	}
	for nv := range cib.Children(e, "nvpair") {
		list = append(list, Candidate{Text: id + "." + cib.Attr(nv, "name"), Meaning: "now " + cib.Attr(nv, "value")})
	}
	for op := range cib.Children(cib.Child(e, "operations"), "op") {
		for _, a := range op.Attr {
			if a.Key != "id" && a.Key != "name" {
				list = append(list, Candidate{Text: id + "." + cib.Attr(op, "name") + "." + a.Key, Meaning: "now " + a.Value})
			}
		}
	}
	return list
}
