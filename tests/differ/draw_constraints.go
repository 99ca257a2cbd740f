package main

import (
	"fmt"
	"strings"
)

// scores that constraints carry.
func (c *cluster) score() string {
	return pick(c, "INFINITY", "INFINITY", "-INFINITY", "100", "10", "-10", "-100", "1", "500000", "0")
}

// anyNode is a node of any kind.
func (c *cluster) anyNode() string {
	if len(c.remotes) > 0 && c.one(3) {
		return pick(c, c.remotes...)
	}
	return pick(c, c.nodes...)
}

// constraints are drawn according to the features.
func (c *cluster) constraints(tags []string) string {
	var b strings.Builder
	several := func(feature string, n int, one func() string) {
		if c.has[feature] {
			for range 1 + c.IntN(n) {
				b.WriteString(one())
			}
		}
	}
	names := append(c.tops[:len(c.tops):len(c.tops)], tags...)
	if c.has["templates"] {
		names = append(names, "tmpl")
	}
	several("locations", 4, func() string { return c.location(names) })
	several("asymmetric", 5, func() string { return c.optIn(names) })
	several("discovery", 2, func() string { return c.discovery(names) })
	several("location-sets", 2, c.locationSet)
	several("ticket-sets", 2, c.ticketSet)
	several("nested-rules", 2, func() string { return c.nestedRule(names) })
	several("rules", 3, func() string { return c.ruled(names) })
	several("dates", 2, func() string { return c.dated(names) })
	several("patterns", 2, c.pattern)
	several("colocations", 4, func() string { return c.colocation(names) })
	several("tags", 2, func() string { return c.colocation(names) })
	several("orders", 4, func() string { return c.order(names) })
	several("colocation-sets", 2, func() string { return c.colocationSet() })
	several("order-sets", 2, func() string { return c.orderSet() })
	several("tickets", 3, func() string { return c.ticket(names) })
	if c.has["promotable"] || c.has["bundles"] {
		several("promotable", 3, c.promotedConstraint)
		several("bundles", 2, c.promotedConstraint)
	}
	return b.String()
}

func (c *cluster) location(names []string) string {
	role := ""
	if c.one(6) {
		role = pick(c, ` role="Promoted"`, ` role="Started"`, ` role="Stopped"`, ` role="Unpromoted"`)
	}
	return fmt.Sprintf(`<rsc_location id="%s" rsc="%s" node="%s" score="%s"%s/>`, c.id("l"), pick(c, names...), c.anyNode(), c.score(), role)
}

func (c *cluster) optIn(names []string) string {
	return fmt.Sprintf(`<rsc_location id="%s" rsc="%s" node="%s" score="%s"/>`, c.id("l"), pick(c, names...), c.anyNode(), pick(c, "0", "10", "INFINITY", "100"))
}

func (c *cluster) discovery(names []string) string {
	return fmt.Sprintf(`<rsc_location id="%s" rsc="%s" node="%s" score="%s" resource-discovery="%s"/>`, c.id("l"), pick(c, names...), c.anyNode(), c.score(),
		pick(c, "never", "exclusive", "always"))
}

func (c *cluster) ruled(names []string) string {
	score := fmt.Sprintf(`score="%s"`, c.score())
	if c.one(4) && len(c.remotes) == 0 && !c.has["bundles"] { // 2.1.5 bans where the attribute is missing
		score = `score-attribute="rank"`
	}
	if c.one(5) {
		score += ` role="Promoted"`
	}
	var list string
	for range 1 + c.IntN(2) {
		list += c.expression()
	}
	boolean := pick(c, "", ` boolean-op="or"`, ` boolean-op="and"`)
	if boolean == ` boolean-op="or"` && (c.has["bundles"] || c.has["stickiness"]) { // 2.1.5 adds the node's score
		boolean = ""
	}
	return fmt.Sprintf(`<rsc_location id="%s" rsc="%s"><rule id="%s" %s%s>%s</rule></rsc_location>`, c.id("l"), pick(c, names...), c.id("rule"), score, boolean, list)
}

func (c *cluster) expression() string {
	id := c.id("e")
	switch c.IntN(5) {
	case 0:
		return fmt.Sprintf(`<expression id="%s" attribute="#uname" operation="%s" value="%s"/>`, id, pick(c, "eq", "ne", "lt", "gte"), c.anyNode())
	case 1:
		return fmt.Sprintf(`<expression id="%s" attribute="rank" operation="%s" value="%d"%s/>`, id, pick(c, "lt", "lte", "gt", "gte", "eq", "ne"), c.IntN(30),
			pick(c, "", ` type="number"`, ` type="string"`, ` type="version"`, ` type="integer"`))
	case 2:
		return fmt.Sprintf(`<expression id="%s" attribute="%s" operation="%s"/>`, id, pick(c, "site", "master-x", "nothing"), pick(c, "defined", "not_defined"))
	case 3:
		return fmt.Sprintf(`<expression id="%s" attribute="#kind" operation="eq" value="%s"/>`, id, pick(c, "cluster", "remote", "container"))
	}
	return fmt.Sprintf(`<expression id="%s" attribute="site" operation="%s" value="%s"/>`, id, pick(c, "eq", "ne"), pick(c, "a", "b", "A"))
}

func (c *cluster) dated(names []string) string {
	if c.one(2) {
		return fmt.Sprintf(`<rsc_location id="%s" rsc="%s">%s</rsc_location>`, c.id("l"), pick(c, names...), c.dateRule())
	}
	var date string
	id := c.id("e")
	day := func() string { return fmt.Sprintf("20%02d-%02d-%02d", 20+c.IntN(10), 1+c.IntN(12), 1+c.IntN(28)) }
	switch c.IntN(4) {
	case 0:
		date = fmt.Sprintf(`<date_expression id="%s" operation="gt" start="%s"/>`, id, day())
	case 1:
		date = fmt.Sprintf(`<date_expression id="%s" operation="lt" end="%s"/>`, id, day())
	case 2:
		date = fmt.Sprintf(`<date_expression id="%s" operation="in_range" start="%s"><duration id="%s-d" %s="%d"/></date_expression>`, id, day(), id,
			pick(c, "years", "months", "weeks", "days", "hours"), 1+c.IntN(30))
	case 3:
		date = fmt.Sprintf(`<date_expression id="%s" operation="date_spec"><date_spec id="%s-s" %s/></date_expression>`, id, id,
			pick(c, `hours="9-16"`, `weekdays="1-5"`, `months="6"`, `monthdays="10-20"`, `years="2025-"`, `weekdays="7" hours="0-12"`, `yeardays="1-200"`, `weeks="20-40"`))
	}
	return fmt.Sprintf(`<rsc_location id="%s" rsc="%s"><rule id="%s" score="%s">%s</rule></rsc_location>`, c.id("l"), pick(c, names...), c.id("rule"), c.score(), date)
}

func (c *cluster) pattern() string {
	return fmt.Sprintf(`<rsc_location id="%s" rsc-pattern="%s" node="%s" score="%s"/>`, c.id("l"), pick(c, "^p", "p.*[13]$", "!^p", "."), c.anyNode(), c.score())
}

// roles of a constraint between two, where they can be promoted.
func (c *cluster) roles(one, oneName, two, twoName string) string {
	text := ""
	if c.promotes[one] && c.one(2) {
		text += fmt.Sprintf(` %s="%s"`, oneName, pick(c, "Promoted", "Promoted", "Started", "Unpromoted"))
	}
	if c.promotes[two] && c.one(2) {
		text += fmt.Sprintf(` %s="%s"`, twoName, pick(c, "Promoted", "Promoted", "Started", "Unpromoted"))
	}
	return text
}

func (c *cluster) colocation(names []string) string {
	a, b := pick(c, names...), pick(c, names...)
	if a == b {
		return ""
	}
	more := c.roles(a, "rsc-role", b, "with-rsc-role")
	if c.one(6) {
		more += pick(c, ` influence="false"`, ` influence="true"`)
	}
	if c.one(8) {
		more += ` node-attribute="site"`
	}
	return fmt.Sprintf(`<rsc_colocation id="%s" rsc="%s" with-rsc="%s" score="%s"%s/>`, c.id("col"), a, b, c.score(), more)
}

func (c *cluster) order(names []string) string {
	a, b := pick(c, names...), pick(c, names...)
	if a == b {
		return ""
	}
	more := pick(c, "", "", "", ` symmetrical="false"`, ` symmetrical="true"`)
	if c.promotes[a] && c.one(2) {
		more += ` first-action="` + pick(c, "promote", "demote", "start", "stop") + `"`
	}
	if c.promotes[b] && c.one(2) {
		more += ` then-action="` + pick(c, "promote", "demote", "start", "stop") + `"`
	}
	if c.one(6) {
		more += ` require-all="false"`
	}
	return fmt.Sprintf(`<rsc_order id="%s" first="%s" then="%s" kind="%s"%s/>`, c.id("o"), a, b, pick(c, "Mandatory", "Mandatory", "Optional", "Serialize"), more)
}

// sets are one to three, with their members and attributes.
func (c *cluster) sets(attributes func(members []string) string) string {
	list := append([]string(nil), c.tops...)
	c.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var b strings.Builder
	for range 1 + c.IntN(3) {
		n := min(len(list), 1+c.IntN(3))
		if n == 0 {
			break
		}
		fmt.Fprintf(&b, `<resource_set id="%s"%s>`, c.id("rs"), attributes(list[:n]))
		for _, m := range list[:n] {
			fmt.Fprintf(&b, `<resource_ref id="%s"/>`, m)
		}
		b.WriteString("</resource_set>")
		list = list[n:]
	}
	return b.String()
}

func (c *cluster) colocationSet() string {
	return fmt.Sprintf(`<rsc_colocation id="%s" score="%s">%s</rsc_colocation>`, c.id("col"), c.score(), c.sets(func(members []string) string {
		text := pick(c, "", "", ` sequential="false"`, ` sequential="true"`)
		if c.promotes[members[0]] && c.one(2) {
			text += ` role="Promoted"`
		}
		if c.one(6) {
			text += ` score="` + c.score() + `"`
		}
		return text
	}))
}

func (c *cluster) orderSet() string {
	return fmt.Sprintf(`<rsc_order id="%s" kind="%s"%s>%s</rsc_order>`, c.id("o"), pick(c, "Mandatory", "Mandatory", "Optional", "Serialize"), pick(c, "", "", ` symmetrical="false"`),
		c.sets(func(members []string) string {
			text := pick(c, "", "", ` sequential="false"`, ` sequential="true"`) + pick(c, "", "", ` require-all="false"`)
			if c.promotes[members[0]] && c.one(2) {
				text += ` action="promote"`
			}
			return text
		}))
}

func (c *cluster) ticket(names []string) string {
	r := pick(c, names...)
	role := ""
	if c.promotes[r] && c.one(2) {
		role = pick(c, ` rsc-role="Promoted"`, ` rsc-role="Started"`, ` rsc-role="Unpromoted"`)
	}
	return fmt.Sprintf(`<rsc_ticket id="%s" rsc="%s" ticket="%s"%s%s/>`, c.id("t"), r, pick(c, "ticketA", "ticketB"), role,
		pick(c, "", ` loss-policy="stop"`, ` loss-policy="demote"`, ` loss-policy="fence"`, ` loss-policy="freeze"`))
}

// promotedConstraint is about what is promoted.
func (c *cluster) promotedConstraint() string {
	var list []string
	for _, t := range c.tops {
		if c.promotes[t] {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return ""
	}
	p := pick(c, list...)
	other := pick(c, c.tops...)
	switch {
	case c.one(3):
		return fmt.Sprintf(`<rsc_location id="%s" rsc="%s" node="%s" score="%s" role="Promoted"/>`, c.id("l"), p, c.anyNode(), c.score())
	case p == other:
		return ""
	case c.one(2):
		return fmt.Sprintf(`<rsc_colocation id="%s" rsc="%s" with-rsc="%s" score="%s" with-rsc-role="Promoted"/>`, c.id("col"), other, p, c.score())
	}
	return fmt.Sprintf(`<rsc_order id="%s" first="%s" then="%s" first-action="promote" then-action="start"/>`, c.id("o"), p, other)
}
