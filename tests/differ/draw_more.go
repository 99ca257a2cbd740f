package main

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// locationSet is a location of several resources.
func (c *cluster) locationSet() string {
	inside := c.sets(func([]string) string {
		return pick(c, "", "", ` role="Started"`, ` role="Promoted"`) + pick(c, "", "", fmt.Sprintf(` score="%s"`, c.score()))
	})
	if c.one(3) && len(c.remotes) == 0 && !c.has["bundles"] {
		return fmt.Sprintf(`<rsc_location id="%s">%s<rule id="%s" score="%s">%s</rule></rsc_location>`, c.id("l"), inside, c.id("rule"), c.score(), c.expression())
	}
	return fmt.Sprintf(`<rsc_location id="%s" node="%s" score="%s">%s</rsc_location>`, c.id("l"), c.anyNode(), c.score(), inside)
}

// ticketSet lets several resources depend on a ticket.
func (c *cluster) ticketSet() string {
	return fmt.Sprintf(`<rsc_ticket id="%s" ticket="%s"%s>%s</rsc_ticket>`, c.id("t"), pick(c, "ticketA", "ticketB"),
		pick(c, "", ` loss-policy="stop"`, ` loss-policy="demote"`, ` loss-policy="fence"`, ` loss-policy="freeze"`),
		c.sets(func(members []string) string {
			if c.promotes[members[0]] && c.one(2) {
				return ` role="Promoted"`
			}
			return ""
		}))
}

// nestedRule is a location by a rule that has rules.
func (c *cluster) nestedRule(names []string) string {
	part := func() string {
		return fmt.Sprintf(`<rule id="%s" boolean-op="%s">%s%s</rule>`, c.id("rule"), pick(c, "and", "or"), c.expression(), c.expression())
	}
	return fmt.Sprintf(`<rsc_location id="%s" rsc="%s"><rule id="%s" score="%s" boolean-op="and">%s%s%s</rule></rsc_location>`, c.id("l"), pick(c, names...),
		c.id("rule"), c.score(), part(), pick(c, "", c.expression()), part())
}

// dateRule is a rule by the time alone.
func (c *cluster) dateRule() string {
	id := c.id("d")
	at := func() string {
		return fmt.Sprintf("20%02d-%02d-%02d%s", 24+c.IntN(5), 1+c.IntN(12), 1+c.IntN(28), pick(c, "", " 11:59:59", "T12:00:00Z", " 13:30:00 +02:00", "T23:00"))
	}
	var date string
	switch c.IntN(4) {
	case 0:
		date = fmt.Sprintf(`<date_expression id="%s" operation="in_range" start="%s" end="%s"/>`, id, at(), at())
	case 1:
		date = fmt.Sprintf(`<date_expression id="%s" operation="in_range" end="%s"/>`, id, at())
	case 2:
		date = fmt.Sprintf(`<date_expression id="%s" operation="in_range" start="%s"><duration id="%s-d" years="%d" months="%d" days="%d" hours="%d" minutes="%d"/></date_expression>`,
			id, at(), id, c.IntN(3), c.IntN(14), c.IntN(40), c.IntN(30), c.IntN(90))
	case 3:
		var spec []string
		for _, s := range []string{`hours="8-12"`, `minutes="0-30"`, `seconds="0"`, `weekdays="3"`, `monthdays="1-10"`, `months="1-6"`, `years="2026"`, `weekyears="2026"`, `weeks="24"`, `yeardays="161"`} {
			if c.one(4) {
				spec = append(spec, s)
			}
		}
		date = fmt.Sprintf(`<date_expression id="%s" operation="date_spec"><date_spec id="%s-s" %s/></date_expression>`, id, id, strings.Join(append(spec, `hours="0-23"`)[:max(1, len(spec))], " "))
	}
	return fmt.Sprintf(`<rule id="%s" score="%s">%s</rule>`, c.id("rule"), pick(c, "0", "INFINITY", "5"), date)
}

// ruledBlocks are sets of attributes that count at times, or on some nodes.
func (c *cluster) ruledBlocks(tag string, rule func() string, words ...string) string {
	if !c.has["ruled-attributes"] {
		return ""
	}
	var b strings.Builder
	for range c.IntN(3) {
		fmt.Fprintf(&b, `<%s id="%s"%s>%s%s</%s>`, tag, c.id("set"), pick(c, "", ` score="5"`, ` score="-3"`), c.maybe(rule), c.nv([]string{pick(c, words...)}), tag)
	}
	return b.String()
}

// maybe is something, or nothing.
func (c *cluster) maybe(one func() string) string {
	if c.one(3) {
		return ""
	}
	return one()
}

// byNode is a rule by a node's attributes.
func (c *cluster) byNode() string {
	return fmt.Sprintf(`<rule id="%s" score="0">%s</rule>`, c.id("rule"), c.expression())
}

// remoteNodes are entries of remote nodes in the nodes section.
func (c *cluster) remoteNodes() string {
	var b strings.Builder
	for i, n := range c.remotes {
		if !c.has["remote-attributes"] || c.one(3) {
			continue
		}
		attrs := []string{"site=" + pick(c, "a", "b"), pick(c, "rank=10", "standby=on", "maintenance=true", "rank=20")}
		fmt.Fprintf(&b, `<node id="%s" uname="%s" type="remote">%s%s</node>`, n, n, c.block("instance_attributes", attrs),
			c.block("utilization", []string{fmt.Sprintf("cpu=%d", i+c.IntN(3))}))
	}
	return b.String()
}

// moreOperations are monitors and attributes of operations that are not usual.
func (c *cluster) moreOperations(id string) string {
	if !c.has["operations"] {
		return ""
	}
	var b strings.Builder
	if c.one(2) {
		fmt.Fprintf(&b, `<op id="%s-deep" name="monitor" interval="33s" timeout="40s"><instance_attributes id="%s-deep-ia"><nvpair id="%s-deep-nv" name="OCF_CHECK_LEVEL" value="10"/></instance_attributes></op>`, id, id, id)
	}
	if c.one(2) {
		fmt.Fprintf(&b, `<op id="%s-late" name="monitor" interval="1h" interval-origin="2026-06-10 11:%02d:00"/>`, id, c.IntN(60))
	}
	if c.one(3) {
		fmt.Fprintf(&b, `<op id="%s-st" name="start" interval="0" start-delay="%s"><meta_attributes id="%s-st-m"><nvpair id="%s-st-nv" name="timeout" value="77s"/></meta_attributes></op>`, id, pick(c, "3s", "PT1M"), id, id)
	}
	return b.String()
}

// otherClasses are resources of other agents, and fence devices in collectives.
func (c *cluster) otherClasses() {
	id := c.id("s")
	switch c.IntN(3) {
	case 0:
		fmt.Fprintf(&c.resources, `<primitive id="%s" class="systemd" type="httpd"><operations><op id="%s-m" name="monitor" interval="10s"/></operations></primitive>`, id, id)
	case 1:
		fmt.Fprintf(&c.resources, `<primitive id="%s" class="lsb" type="apache">%s</primitive>`, id, c.block("meta_attributes", c.meta(false)))
	case 2:
		fmt.Fprintf(&c.resources, `<clone id="%s"><primitive id="%s-f" class="stonith" type="fence_dummy"/></clone>`, id, id)
		c.cloned[id] = true
	}
	c.tops = append(c.tops, id)
}

// reparameterized lets parameters have changed that an agent can take up
// while it runs, or cannot.
func (c *cluster) reparameterized(lrm *etree.Element) {
	for op := range cib.Children(lrm, "lrm_rsc_op") {
		if op.SelectAttr("op-digest") == nil {
			continue
		}
		if c.one(2) {
			op.CreateAttr("op-digest", "00000000000000000000000000000000")
		}
		op.CreateAttr("op-force-restart", pick(c, " state ", " fake ", " "))
		op.CreateAttr("op-restart-digest", pick(c, "f2317cad3d54cec5d7d7aa7d0bf35cf8", "00000000000000000000000000000000"))
	}
}

// migrates writes a migration to another node, or from one, into a history.
func (c *cluster) migrates(lrm *etree.Element, here string) {
	other := pick(c, c.nodes...)
	if other == here {
		return
	}
	task, source, target := "migrate_to", here, other
	if c.one(2) {
		task, source, target = "migrate_from", other, here
	}
	e := entry{operation: task, rc: pick(c, 0, 0, 1), age: ages[c.IntN(len(ages))]}
	if c.one(4) {
		e = entry{operation: task, status: -1, rc: 193, age: e.age}
	}
	c.record(lrm, e)
	for op := range cib.Children(lrm, "lrm_rsc_op") {
		if cib.Attr(op, "operation") == task {
			op.CreateAttr("migrate_source", source)
			op.CreateAttr("migrate_target", target)
		}
	}
}
