package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// features are what a drawn cluster may have beside primitives.
var features = []string{
	"groups", "clones", "promotable", "bundles", "remote", "guests", "locations", "rules", "dates", "patterns", "discovery",
	"colocations", "colocation-sets", "orders", "order-sets", "tickets", "utilization", "failures", "on-fail", "migration",
	"templates", "tags", "maintenance", "unmanaged", "standby", "shutdown", "shutdown-lock", "health", "fencing", "topology",
	"unfencing", "quorum", "asymmetric", "stop-all", "pending", "removed", "multiple-active", "target-role", "stickiness",
	"stopped-monitors", "defaults", "attributes", "priority", "parameters", "node-lost", "injected-failure",
	"location-sets", "ticket-sets", "nested-rules", "ruled-attributes", "remote-attributes", "operations", "classes", "reload", "migrating", "locks", "watchdog",
}

// cluster is what is being drawn.
type cluster struct {
	*rand.Rand
	has       map[string]bool
	nodes     []string // cluster nodes
	remotes   []string // remote and guest nodes
	tops      []string // ids that constraints may name
	promotes  map[string]bool
	cloned    map[string]bool
	leaves    []string
	count     int // for ids
	resources strings.Builder
	templates strings.Builder
}

// draw makes the cluster of a seed: its configuration before, and after an
// administrator has changed it. The second's constraints are all new.
func draw(seed uint64) *cluster {
	c := &cluster{Rand: rand.New(rand.NewPCG(seed, 42)), has: map[string]bool{}, promotes: map[string]bool{}, cloned: map[string]bool{}}
	for range 1 + c.IntN(5) {
		c.has[features[c.IntN(len(features))]] = true
	}
	names := []string{"node1", "node2", "node10", "Alpha", "beta", "x-07", "x-7"}
	c.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	c.nodes = names[:1+c.IntN(4)]
	if len(c.nodes) == 1 && c.IntN(3) > 0 {
		c.nodes = names[:3]
	}
	c.drawResources()
	return c
}

// features of this cluster, sorted.
func (c *cluster) features() []string {
	var list []string
	for _, f := range features {
		if c.has[f] {
			list = append(list, f)
		}
	}
	return list
}

// one is true once in n times.
func (c *cluster) one(n int) bool { return c.IntN(n) == 0 }

func pick[T any](c *cluster, list ...T) T { return list[c.IntN(len(list))] }

// id is a new one.
func (c *cluster) id(kind string) string {
	c.count++
	return fmt.Sprintf("%s%d", kind, c.count)
}

// nv are the nvpairs of "name=value" words.
func (c *cluster) nv(words []string) string {
	var b strings.Builder
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		fmt.Fprintf(&b, `<nvpair id="%s" name="%s" value="%s"/>`, c.id("nv"), name, value)
	}
	return b.String()
}

// block is an element with nvpairs, nothing if there are none.
func (c *cluster) block(tag string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf(`<%s id="%s">%s</%s>`, tag, c.id("set"), c.nv(words), tag)
}

func (c *cluster) options() []string {
	list := []string{fmt.Sprintf("stonith-enabled=%t", c.fences()), "cluster-name=test",
		fmt.Sprintf("concurrent-fencing=%t", !c.has["fencing"] || c.one(2))} // the default has changed
	add := func(feature, word string) {
		if c.has[feature] {
			list = append(list, word)
		}
	}
	add("asymmetric", "symmetric-cluster=false")
	add("quorum", "no-quorum-policy="+pick(c, "stop", "freeze", "ignore", "demote", "suicide"))
	add("utilization", "placement-strategy="+pick(c, "utilization", "minimal", "balanced"))
	add("locks", "shutdown-lock=true")
	add("shutdown-lock", "shutdown-lock=true")
	if c.has["shutdown-lock"] && c.one(3) {
		list = append(list, "shutdown-lock-limit="+pick(c, "10m", "100h"))
	}
	add("health", "node-health-strategy="+pick(c, "migrate-on-red", "only-green", "progressive", "custom"))
	if c.has["health"] && c.one(2) {
		list = append(list, "node-health-red="+pick(c, "-100", "-INFINITY"), "node-health-yellow="+pick(c, "-10", "0"), "node-health-base="+pick(c, "0", "5"))
	}
	if c.has["stop-all"] {
		list = append(list, pick(c, "stop-all-resources=true", "maintenance-mode=true", "stop-orphan-resources=false", "enable-startup-probes=false", "startup-fencing=false"))
	}
	if c.has["fencing"] {
		list = append(list, pick(c, "stonith-action=off", "priority-fencing-delay=15s", "stonith-timeout=90s"))
	}
	if c.has["watchdog"] {
		list = append(list, "have-watchdog=true", "stonith-watchdog-timeout="+pick(c, "0", "10s"))
	}
	if c.has["migration"] && c.one(3) {
		list = append(list, "migration-limit=2")
	}
	if c.has["failures"] && c.one(3) {
		list = append(list, "start-failure-is-fatal=false")
	}
	return list
}

func (c *cluster) fences() bool {
	return c.has["fencing"] || c.has["topology"] || c.has["unfencing"] || (c.has["on-fail"] && len(c.nodes) > 1) || c.has["remote"]
}

// nodeList is the nodes section.
func (c *cluster) nodeList() string {
	var b strings.Builder
	for i, n := range c.nodes {
		var attrs, use []string
		if c.has["attributes"] || c.has["rules"] || c.has["locations"] {
			attrs = append(attrs, "site="+pick(c, "a", "b"), fmt.Sprintf("rank=%d", c.IntN(4)*10))
		}
		if c.has["standby"] && c.one(3) {
			attrs = append(attrs, "standby=on")
		}
		if c.has["maintenance"] && c.one(4) {
			attrs = append(attrs, "maintenance=true")
		}
		if c.has["utilization"] {
			use = []string{fmt.Sprintf("cpu=%d", c.IntN(6)), fmt.Sprintf("memory=%d", c.IntN(8))}
		}
		score := ""
		if c.has["stickiness"] && c.one(6) {
			score = fmt.Sprintf(` score="%s"`, pick(c, "10", "-5", "-INFINITY"))
		}
		fmt.Fprintf(&b, `<node id="%d" uname="%s"%s>%s%s</node>`, i+1, n, score, c.block("instance_attributes", attrs), c.block("utilization", use))
	}
	return b.String() + c.remoteNodes()
}

// defaults are rsc_defaults and op_defaults.
func (c *cluster) defaults() string {
	var meta []string
	if c.has["stickiness"] {
		meta = append(meta, "resource-stickiness="+pick(c, "1", "100", "INFINITY", "-1"))
	}
	if c.has["failures"] {
		meta = append(meta, "migration-threshold="+pick(c, "1", "2", "3"))
	}
	text := "<rsc_defaults>" + c.block("meta_attributes", meta) + c.ruledBlocks("meta_attributes", c.dateRule, "resource-stickiness=20", "migration-threshold=2", "priority=4")
	if c.has["defaults"] {
		text += fmt.Sprintf(`<meta_attributes id="%s" score="5"><rule id="%s" score="0"><rsc_expression id="%s" class="ocf" provider="pacemaker" type="%s"/></rule>%s</meta_attributes>`,
			c.id("set"), c.id("rule"), c.id("e"), pick(c, "Dummy", "Stateful"), c.nv([]string{pick(c, "priority=3", "resource-stickiness=7", "target-role=Stopped", "is-managed=false")}))
	}
	text += "</rsc_defaults><op_defaults>"
	if c.has["defaults"] {
		text += c.block("meta_attributes", []string{"timeout=44s"})
		text += fmt.Sprintf(`<meta_attributes id="%s"><rule id="%s" score="0"><op_expression id="%s" name="%s"/></rule>%s</meta_attributes>`,
			c.id("set"), c.id("rule"), c.id("e"), pick(c, "monitor", "start"), c.nv([]string{pick(c, "timeout=33s", "on-fail=ignore", "start-delay=5s")}))
	}
	return text + "</op_defaults>"
}

// configuration is the whole one, with or without its constraints.
func (c *cluster) configuration(options, nodes, defaults, constraints, extra string) string {
	return fmt.Sprintf(`<configuration><crm_config><cluster_property_set id="options">%s</cluster_property_set></crm_config><nodes>%s</nodes>`+
		`<resources>%s%s</resources><constraints>%s</constraints>%s%s</configuration>`,
		options, nodes, c.templates.String(), c.resources.String(), constraints, defaults, extra)
}

func (c *cluster) topology() string {
	if !c.has["topology"] {
		return ""
	}
	var b strings.Builder
	b.WriteString("<fencing-topology>")
	for _, n := range c.nodes {
		for level := range 1 + c.IntN(2) {
			fmt.Fprintf(&b, `<fencing-level id="%s" target="%s" index="%d" devices="fence1"/>`, c.id("level"), n, level+1)
		}
	}
	return b.String() + "</fencing-topology>"
}

// tags are made of top-level resources.
func (c *cluster) tagged() (text string, ids []string) {
	if !c.has["tags"] {
		return "", nil
	}
	var b strings.Builder
	b.WriteString("<tags>")
	for range 1 + c.IntN(2) {
		id := c.id("tag")
		ids = append(ids, id)
		fmt.Fprintf(&b, `<tag id="%s">`, id)
		for _, r := range c.some(c.tops, 3) {
			fmt.Fprintf(&b, `<obj_ref id="%s"/>`, r)
		}
		b.WriteString("</tag>")
	}
	return b.String() + "</tags>", ids
}

// some are one to n members of a list, each at most once.
func (c *cluster) some(list []string, n int) []string {
	list = slices.Clone(list)
	c.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(len(list), 1+c.IntN(n))]
}
