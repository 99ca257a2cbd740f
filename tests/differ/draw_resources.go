package main

import (
	"fmt"
	"strings"
)

// drawResources fills the resources section.
func (c *cluster) drawResources() {
	if c.fences() {
		c.fenceDevices()
	}
	if c.has["templates"] {
		c.templates.WriteString(`<template id="tmpl" class="ocf" provider="pacemaker" type="Dummy">` + c.block("meta_attributes", []string{"priority=2", "resource-stickiness=3"}) +
			fmt.Sprintf(`<operations><op id="tm" name="monitor" interval="15s" timeout="9s"/><op id="ts" name="start" interval="0" timeout="%s"/></operations></template>`, pick(c, "11s", "12s")))
	}
	if c.has["remote"] {
		for range 1 + c.IntN(2) {
			c.remoteNode()
		}
	}
	for range 1 + c.IntN(4) {
		c.resource()
	}
	for _, kind := range []string{"groups", "clones", "promotable", "bundles", "guests", "classes"} {
		if c.has[kind] {
			for range 1 + c.IntN(2) {
				c.collective(kind)
			}
		}
	}
}

func (c *cluster) fenceDevices() {
	meta := []string{}
	if c.has["unfencing"] {
		meta = append(meta, "provides=unfencing")
	}
	for i := range 1 + c.IntN(2) {
		params := []string{"pcmk_host_list=" + strings.Join(c.nodes, " ")}
		fmt.Fprintf(&c.resources, `<primitive id="fence%d" class="stonith" type="fence_dummy">%s%s%s</primitive>`, i+1,
			c.block("meta_attributes", meta), c.block("instance_attributes", params),
			pick(c, "", fmt.Sprintf(`<operations><op id="fm%d" name="monitor" interval="60s"/></operations>`, i)))
	}
}

func (c *cluster) remoteNode() {
	id := c.id("remote")
	params := []string{"server=" + id}
	if c.one(4) {
		params = append(params, "reconnect_interval=60")
	}
	fmt.Fprintf(&c.resources, `<primitive id="%s" class="ocf" provider="pacemaker" type="remote">%s%s</primitive>`, id, c.block("instance_attributes", params),
		pick(c, "", fmt.Sprintf(`<operations><op id="%s-m" name="monitor" interval="20s" timeout="5s"/></operations>`, id)))
	c.remotes = append(c.remotes, id)
	if c.one(3) {
		c.tops = append(c.tops, id)
	}
}

// resource is a primitive at the top.
func (c *cluster) resource() {
	id := c.id("p")
	c.resources.WriteString(c.primitive(id, "Dummy", c.meta(false)))
	c.tops = append(c.tops, id)
}

// primitive is one, with operations, parameters and a use of capacities.
func (c *cluster) primitive(id, agent string, meta []string) string {
	c.leaves = append(c.leaves, id)
	var params, use []string
	if c.has["parameters"] {
		params = append(params, pick(c, "fake=1", "state=/tmp/x", "op_sleep=2"))
	}
	if c.has["utilization"] {
		use = []string{fmt.Sprintf("cpu=%d", c.IntN(4)), fmt.Sprintf("memory=%d", c.IntN(3))}
	}
	head := fmt.Sprintf(`<primitive id="%s" class="ocf" provider="pacemaker" type="%s">`, id, agent)
	if c.has["templates"] && agent == "Dummy" && c.one(2) {
		head = fmt.Sprintf(`<primitive id="%s" template="tmpl">`, id)
	}
	ruled := c.ruledBlocks("meta_attributes", c.dateRule, "target-role=Stopped", "is-managed=false", "resource-stickiness=9") +
		c.ruledBlocks("instance_attributes", c.byNode, "fake=7", "state=/tmp/y")
	return head + c.block("meta_attributes", meta) + ruled + c.block("instance_attributes", params) + c.operations(id, agent) + c.block("utilization", use) + "</primitive>"
}

// operations of a primitive; promotable agents are watched in both roles.
func (c *cluster) operations(id, agent string) string {
	var b strings.Builder
	onFail := func(values ...string) string {
		if !c.has["on-fail"] || c.one(3) {
			return ""
		}
		return fmt.Sprintf(` on-fail="%s"`, pick(c, values...))
	}
	op := func(name, interval, more string) {
		fmt.Fprintf(&b, `<op id="%s-%s-%s" name="%s" interval="%s"%s/>`, id, name, interval, name, interval, more)
	}
	if c.one(8) {
		return ""
	}
	if agent == "Stateful" {
		op("monitor", "10s", ` role="Promoted"`+onFail("ignore", "block", "stop", "restart", "demote", "fence", "standby"))
		op("monitor", "11s", ` role="Unpromoted"`+onFail("ignore", "block", "stop", "restart", "fence"))
	} else {
		op("monitor", "10s", onFail("ignore", "block", "stop", "restart", "fence", "standby")+pick(c, "", "", ` timeout="30s"`, ` enabled="false"`))
	}
	if c.has["stopped-monitors"] && c.one(2) {
		op("monitor", "17s", ` role="Stopped"`)
	}
	if c.has["on-fail"] {
		op("start", "0", onFail("ignore", "block", "stop", "restart", "fence", "standby"))
		op("stop", "0", onFail("ignore", "block", "fence"))
	}
	if c.has["on-fail"] && agent == "Stateful" {
		op("promote", "0", onFail("demote", "block", "restart", "fence"))
		op("demote", "0", onFail("block", "fence", "ignore"))
	}
	return "<operations>" + b.String() + c.moreOperations(id) + "</operations>"
}

// meta are the meta attributes of a resource.
func (c *cluster) meta(clone bool) []string {
	var list []string
	maybe := func(feature string, n int, words ...string) {
		if c.has[feature] && c.one(n) {
			list = append(list, pick(c, words...))
		}
	}
	maybe("priority", 1, "priority=1", "priority=5", "priority=-2", "priority=10")
	maybe("stickiness", 3, "resource-stickiness=1", "resource-stickiness=50", "resource-stickiness=INFINITY", "resource-stickiness=0")
	maybe("target-role", 2, "target-role=Stopped", "target-role=Started", "target-role=Slave", "target-role=Master")
	maybe("unmanaged", 2, "is-managed=false")
	maybe("maintenance", 3, "maintenance=true")
	maybe("multiple-active", 1, "multiple-active=block", "multiple-active=stop_only", "multiple-active=stop_unexpected", "multiple-active=stop_start")
	maybe("failures", 2, "migration-threshold=1", "migration-threshold=2", "failure-timeout=60s", "failure-timeout=100000h")
	maybe("colocations", 4, "critical=false")
	maybe("fencing", 3, "requires=nothing", "requires=quorum", "requires=fencing")
	maybe("health", 4, "allow-unhealthy-nodes=true")
	if !clone {
		maybe("migrating", 2, "allow-migrate=true")
		maybe("migration", 1, "allow-migrate=true", "allow-migrate=true", "allow-migrate=false")
	}
	return list
}

// collective is a resource of several.
func (c *cluster) collective(kind string) {
	switch kind {
	case "groups":
		id := c.id("g")
		c.resources.WriteString(c.group(id))
		c.tops = append(c.tops, id)
	case "clones":
		c.clone(false)
	case "promotable":
		c.clone(true)
	case "bundles":
		c.bundle()
	case "guests":
		c.guest()
	case "classes":
		c.otherClasses()
	}
}

func (c *cluster) group(id string) string {
	var meta []string
	if c.one(6) {
		meta = append(meta, pick(c, "ordered=false", "collocated=false"))
	}
	text := fmt.Sprintf(`<group id="%s">%s`, id, c.block("meta_attributes", append(meta, c.meta(true)...)))
	for range 1 + c.IntN(3) {
		var own []string
		if c.one(3) {
			own = c.meta(false)
		}
		text += c.primitive(c.id("m"), "Dummy", own)
	}
	return text + "</group>"
}

func (c *cluster) clone(promotable bool) {
	id := c.id("c")
	var meta []string
	for _, name := range []string{"interleave", "ordered", "notify"} {
		if c.one(3) {
			meta = append(meta, name+"=true")
		}
	}
	if c.one(3) {
		meta = append(meta, fmt.Sprintf("clone-max=%d", c.IntN(5)))
	}
	if promotable && c.one(5) {
		meta = append(meta, "promoted-node-max=2")
	}
	if c.one(5) {
		meta = append(meta, "globally-unique=true", fmt.Sprintf("clone-node-max=%d", 1+c.IntN(2)))
	}
	if !promotable && c.one(6) {
		meta = append(meta, fmt.Sprintf("clone-min=%d", 1+c.IntN(2)))
	}
	agent := "Dummy"
	if promotable {
		agent = "Stateful"
		meta = append(meta, "promotable=true")
		if c.one(3) {
			meta = append(meta, "promoted-max="+pick(c, "0", "2", "2", "3"))
		}
	}
	inside := ""
	switch {
	case !promotable && c.one(4):
		inside = c.group(c.id("cg"))
	default:
		child := c.id("i")
		if promotable {
			c.promotes[child] = true
		}
		inside = c.primitive(child, agent, nil)
	}
	fmt.Fprintf(&c.resources, `<clone id="%s">%s%s</clone>`, id, c.block("meta_attributes", append(meta, c.meta(true)...)), inside)
	c.cloned[id] = true
	c.promotes[id] = promotable
	c.tops = append(c.tops, id)
}

func (c *cluster) bundle() {
	id := c.id("b")
	promoted, agent := "", "Dummy"
	if c.one(2) {
		promoted, agent = fmt.Sprintf(` promoted-max="%d"`, 1+c.IntN(2)), "Stateful"
	}
	network := pick(c, `<network control-port="3121"/>`, fmt.Sprintf(`<network ip-range-start="192.168.%d.10" control-port="999"/>`, c.IntN(200)))
	inside := ""
	if c.IntN(5) > 0 {
		child := c.id("bi")
		inside = c.primitive(child, agent, nil)
		if promoted != "" {
			c.promotes[child], c.promotes[id] = true, true
		}
	}
	fmt.Fprintf(&c.resources, `<bundle id="%s">%s<docker image="img"%s replicas="%d"%s/>%s%s</bundle>`, id,
		c.block("meta_attributes", c.meta(true)), promoted, 1+c.IntN(3), pick(c, "", "", ` replicas-per-host="2"`), network, inside)
	c.cloned[id] = true
	c.tops = append(c.tops, id)
}

func (c *cluster) guest() {
	id := c.id("vm")
	name := c.id("guest")
	meta := append(c.meta(false), "remote-node="+name)
	fmt.Fprintf(&c.resources, `<primitive id="%s" class="ocf" provider="heartbeat" type="VirtualDomain">%s<operations><op id="%s-m" name="monitor" interval="10s"/></operations></primitive>`,
		id, c.block("meta_attributes", meta), id)
	c.remotes = append(c.remotes, name)
	c.tops = append(c.tops, id)
}
