package tools

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine"
)

// parameter sets or deletes an attribute of a resource.
func (c *resourceCall) parameter() error {
	remove := c.command == "delete-parameter"
	name := orElse(c.text["set-parameter"], c.text["delete-parameter"])
	if !remove && !c.set["parameter-value"] {
		return fail(exitUsage, "You need to supply a value with the -v option")
	}
	return c.store.update(func(d *cib.Document) error {
		e := d.Resource(c.text["resource"])
		if e == nil {
			return c.notFound()
		}
		kind := c.kind()
		if p := e.Parent(); kind == cib.MetaAttributes && !c.set["force"] && (p.Tag == "clone" || p.Tag == "master") {
			doing := "update"
			if remove {
				doing = "delete"
			}
			c.say("Performing %s of '%s' on '%s', the parent of '%s'", doing, name, cib.ID(p), cib.ID(e))
			e = p
		}
		nv := c.pair(e, kind, name)
		switch {
		case remove && nv == nil:
		case remove:
			cib.RemoveNV(nv)
			c.say("Deleted '%s' option: id=%s name=%s", cib.ID(e), cib.ID(nv), name)
		case nv != nil:
			nv.CreateAttr("value", c.text["parameter-value"])
			c.say("Set '%s' option: id=%s name=%s value=%s", cib.ID(e), cib.ID(nv), name, c.text["parameter-value"])
		default:
			set := orElse(c.text["set-name"], cib.ID(e)+"-"+kind)
			nv = d.AddNV(e, kind, set, name, c.text["parameter-value"])
			c.say("Set '%s' option: id=%s set=%s name=%s value=%s", cib.ID(e), cib.ID(nv), cib.ID(nv.Parent()), name, c.text["parameter-value"])
		}
		return nil
	})
}

func (c *resourceCall) say(format string, args ...any) {
	if !c.set["quiet"] && c.xml == nil {
		fmt.Fprintf(c.std.Out, format+"\n", args...)
	}
}

// pair is the nvpair that is meant, nil when there is none.
func (c *resourceCall) pair(e *etree.Element, kind, name string) *etree.Element {
	for nv := range cib.NVPairs(e, kind) {
		if cib.Attr(nv, "name") == name && (!c.set["set-name"] || cib.ID(nv.Parent()) == c.text["set-name"]) &&
			(!c.set["nvpair"] || cib.ID(nv) == c.text["nvpair"]) {
			return nv
		}
	}
	return nil
}

// remove takes a resource out of the configuration, and nothing else.
func (c *resourceCall) remove() error {
	kind := c.text["resource-type"]
	if kind == "" {
		return fail(exitNotFound, "You need to specify a resource type with -t\nError performing operation: No such object")
	}
	return c.store.update(func(d *cib.Document) error {
		e := d.Resource(c.text["resource"])
		if e == nil {
			return c.notFound()
		}
		if e.Tag != kind {
			return nil // there is no such resource, as wanted
		}
		cib.Remove(e)
		return nil
	})
}

// place makes or removes the constraints by which a resource is moved.
func (c *resourceCall) place() error {
	d, s, err := c.situation()
	if err != nil {
		return err
	}
	id := c.text["resource"]
	e := d.Resource(id)
	if e == nil {
		return c.notFound()
	}
	host := c.text["node"]
	if host != "" && d.Node(host) == nil {
		return nodeNotFound(host)
	}
	if c.command == "clear" {
		return c.clear(id, host)
	}
	end, err := c.end()
	if err != nil {
		return err
	}
	active := activeNodes(s, id, c.set["promoted"])
	if c.command == "move" && host != "" {
		if slices.Contains(active, host) && !c.set["force"] {
			return fail(exitExists, "Error performing operation: Requested item already exists")
		}
		return c.store.update(func(d *cib.Document) error {
			c.clearFrom(d, id, "", false)
			c.prefer(d, id, host, end)
			return nil
		})
	}
	if host == "" {
		if promoted := activeNodes(s, id, true); len(active) > 1 && len(promoted) == 1 {
			active = promoted
		}
		if len(active) != 1 {
			return fail(exitUsage, "Resource '%s' not moved: active in %d locations.\nTo prevent '%s' from running on a specific location, specify a node.", id, len(active), id)
		}
		host = active[0]
	}
	c.warn(id, host)
	return c.store.update(func(d *cib.Document) error {
		c.ban(d, id, host, end)
		return nil
	})
}

// activeNodes are the names of the nodes on which a resource, or one of its
// parts, runs or is promoted.
func activeNodes(s *engine.Situation, id string, promoted bool) []string {
	var names []string
	for _, r := range resourceNamed(s, id) {
		for _, part := range append([]*engine.Resource{r}, parts(r)...) {
			for _, n := range part.Active {
				if !slices.Contains(names, n.Name) && (!promoted || part.ShownRole() == "Promoted") {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// end is when the constraint shall end, as ISO 8601, "" for never.
func (c *resourceCall) end() (string, error) {
	if c.text["lifetime"] == "" {
		return "", nil
	}
	span, ok := period(c.text["lifetime"])
	if !ok {
		return "", fail(exitUsage, "lifetime %q, expected an ISO 8601 duration like PT5M or P1D", c.text["lifetime"])
	}
	end := span(time.Now()).UTC().Format("2006-01-02 15:04:05Z")
	c.say("Migration will take effect until: %s", end)
	return end, nil
}

// period reads an ISO 8601 duration.
func period(text string) (later func(time.Time) time.Time, ok bool) {
	if !strings.HasPrefix(text, "P") || !cib.GoodDuration(text) {
		return nil, false
	}
	var years, months, days int
	var span time.Duration
	clock, digits := false, ""
	for _, r := range text[1:] {
		n, _ := strconv.Atoi(digits)
		switch {
		case r >= '0' && r <= '9':
			digits += string(r)
			continue
		case r == 'T':
			clock = true
		case r == 'Y':
			years = n
		case r == 'M' && !clock:
			months = n
		case r == 'W':
			days += 7 * n
		case r == 'D':
			days += n
		case r == 'H':
			span += time.Duration(n) * time.Hour
		case r == 'M':
			span += time.Duration(n) * time.Minute
		case r == 'S':
			span += time.Duration(n) * time.Second
		}
		digits = ""
	}
	return func(t time.Time) time.Time { return t.AddDate(years, months, days).Add(span) }, true
}

func (c *resourceCall) role() string {
	if c.set["promoted"] {
		return "Promoted"
	}
	return "Started"
}

func (c *resourceCall) warn(id, host string) {
	what := "running"
	if c.set["promoted"] {
		what = "being promoted"
	}
	c.say("WARNING: Creating rsc_location constraint 'cli-ban-%s-on-%s' with a score of -INFINITY for resource %s on %s.\n"+
		"\tThis will prevent %s from %s on %s until the constraint is removed using the clear option or by editing the CIB with an appropriate tool\n"+
		"\tThis will be the case even if %s is the last node in the cluster", id, host, id, host, id, what, host, host)
}

// ban keeps a resource off a node.
func (c *resourceCall) ban(d *cib.Document, id, host, end string) {
	x := c.location(d, "cli-ban-"+id+"-on-"+host, id)
	if end == "" {
		x.CreateAttr("node", host)
		x.CreateAttr("score", "-INFINITY")
		return
	}
	rule := lifetimeRule(x, "cli-ban-rule-"+id+"-on-"+host, "-INFINITY")
	uname(rule, "cli-ban-expr-"+id+"-on-"+host, host)
	until(rule, "cli-ban-lifetime-end-"+id+"-on-"+host, end)
}

// prefer draws a resource to a node.
func (c *resourceCall) prefer(d *cib.Document, id, host, end string) {
	x := c.location(d, "cli-prefer-"+id, id)
	if end == "" {
		x.CreateAttr("node", host)
		x.CreateAttr("score", "INFINITY")
		return
	}
	rule := lifetimeRule(x, "cli-prefer-rule-"+id, "INFINITY")
	uname(rule, "cli-prefer-expr-"+id, host)
	until(rule, "cli-prefer-lifetime-end-"+id, end)
}

// location makes a constraint in the place of one with the same id.
func (c *resourceCall) location(d *cib.Document, id, rsc string) *etree.Element {
	if old := d.Find(id); old != nil {
		cib.Remove(old)
	}
	x := d.MakeSection(cib.Constraints).CreateElement("rsc_location")
	x.CreateAttr("id", id)
	x.CreateAttr("rsc", rsc)
	x.CreateAttr("role", c.role())
	return x
}

func lifetimeRule(x *etree.Element, id, score string) *etree.Element {
	rule := x.CreateElement("rule")
	attrs(rule, "id", id, "score", score, "boolean-op", "and")
	return rule
}

func uname(rule *etree.Element, id, host string) {
	attrs(rule.CreateElement("expression"), "id", id, "attribute", "#uname", "operation", "eq", "value", host, "type", "string")
}

func until(rule *etree.Element, id, end string) {
	attrs(rule.CreateElement("date_expression"), "id", id, "operation", "lt", "end", end)
}

func (c *resourceCall) clear(id, host string) error {
	return c.store.update(func(d *cib.Document) error {
		c.clearFrom(d, id, host, c.set["expired"])
		return nil
	})
}

// clearFrom removes the constraints that moves and bans made.
func (c *resourceCall) clearFrom(d *cib.Document, id, host string, expired bool) {
	now := time.Now().UTC()
	for _, x := range slices.Collect(cib.Children(d.Section(cib.Constraints), "rsc_location")) {
		own := cib.ID(x) == "cli-prefer-"+id || strings.HasPrefix(cib.ID(x), "cli-ban-"+id+"-on-") && cib.Attr(x, "rsc") == id
		if !own || host != "" && !names(x, host) && !(c.set["force"] && cib.ID(x) == "cli-prefer-"+id) {
			continue
		}
		if expired && !over(x, now) {
			continue
		}
		cib.Remove(x)
	}
}

// names tells whether a constraint is about a node.
func names(x *etree.Element, host string) bool {
	if strings.EqualFold(cib.Attr(x, "node"), host) {
		return true
	}
	for e := range cib.Walk(x) {
		if e.Tag == "expression" && cib.Attr(e, "attribute") == "#uname" && strings.EqualFold(cib.Attr(e, "value"), host) {
			return true
		}
	}
	return false
}

// over tells whether the lifetime of a constraint has ended.
func over(x *etree.Element, now time.Time) bool {
	for e := range cib.Walk(x) {
		if e.Tag != "date_expression" {
			continue
		}
		if end, err := time.Parse("2006-01-02 15:04:05Z", cib.Attr(e, "end")); err == nil && end.Before(now) {
			return true
		}
	}
	return false
}
