package engine

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/engine/graph"
	"crm/engine/rule"
	"crm/engine/score"
)

// opConfig is what holds for every action of one operation of a resource.
type opConfig struct {
	key     opKey
	element *etree.Element // nil when it is not configured
	meta    attributes     // always with a timeout in ms
	blocks  []*etree.Element
	varies  bool // its own parameters depend on the node
	asGraph []graph.Attr
}

const defaultTimeout = "20000"

// operationFor finds the configuration of an operation, disabled or not.
func (c *cluster) operationFor(r *Resource, k opKey) *opElement {
	if found := r.operation(c, k.op, k.ms); found != nil {
		return found
	}
	if strings.Contains(k.op, "_notify_") {
		return r.operation(c, "notify", 0)
	}
	return nil
}

// opConfig evaluates an operation's configuration, once.
func (c *cluster) opConfig(r *Resource, k opKey) *opConfig {
	for _, o := range r.opConfigs {
		if o.key == k {
			return o
		}
	}
	o := &opConfig{key: k}
	el := c.operationFor(r, k)
	ctx := c.ruleContextFor(r)
	ctx.Operation, ctx.OpName, ctx.OpMS = true, k.op, k.ms
	if el != nil {
		o.element = el.element
		o.meta = make(attributes, 0, len(o.element.Attr)+2) // its own timeout and interval at least
		c.merge(c.blocks("meta_attributes", "", o.element), ctx, &o.meta)
		for _, a := range o.element.Attr {
			o.meta.set(a.Key, a.Value)
		}
		o.blocks = c.blocks("instance_attributes", "", o.element)
		o.varies = hasRule(o.blocks)
	}
	if k == probeKey && !o.meta.has("timeout") {
		c.borrowTimeout(r, o)
	}
	c.merge(c.opDefs, ctx, &o.meta)
	o.meta.remove("id")
	c.readOpNumbers(r, o)
	c.correctOnFail(r, o, el)
	r.opConfigs = append(r.opConfigs, o)
	return o
}

// borrowTimeout gives a probe the timeout of the most frequent monitor.
func (c *cluster) borrowTimeout(r *Resource, o *opConfig) {
	var least *opElement
	for _, m := range r.operations(c) {
		if m.enabled && m.name == "monitor" && m.ms > 0 && (least == nil || m.ms < least.ms) {
			least = m
		}
	}
	if least != nil {
		if t, given := cib.LookupAttr(least.element, "timeout"); given {
			o.meta.set("timeout", t)
		}
	}
}

func (c *cluster) readOpNumbers(r *Resource, o *opConfig) {
	o.meta.remove("interval")
	if o.key.ms > 0 {
		o.meta.set("interval", strconv.FormatInt(o.key.ms, 10))
	}
	if r.is(flagFenceDevice) && (o.key == probeKey || o.key.op == "start") {
		if t, given := c.paramsOf(r, nil).lookup("pcmk_monitor_timeout"); given {
			o.meta.set("timeout", t)
		}
	}
	timeout := defaultTimeout
	if ms, ok := score.Interval(o.meta.get("timeout")); ok && ms > 0 {
		timeout = strconv.FormatInt(ms, 10)
	}
	o.meta.set("timeout", timeout)
	if text, given := o.meta.lookup("start-delay"); given {
		ms, _ := score.Interval(text) // no duration means none
		o.meta.set("start-delay", strconv.FormatInt(ms, 10))
	} else if origin, given := o.meta.lookup("interval-origin"); given && o.key.ms > 0 {
		if delay, ok := c.delayFromOrigin(origin, o.key.ms); ok {
			o.meta.set("start-delay", strconv.FormatInt(delay, 10))
		}
	}
}

// delayFromOrigin is how long to wait until a recurring operation falls on a
// multiple of its interval, counted from an origin.
func (c *cluster) delayFromOrigin(origin string, ms int64) (int64, bool) {
	t, err := rule.ParseTime(origin, c.now)
	seconds := ms / 1000
	if err != nil || seconds == 0 {
		return 0, false
	}
	since := c.now.Unix() - t.Unix()
	if since < 0 {
		return -since % seconds * 1000, true
	}
	if rest := since % seconds; rest > 0 {
		return (seconds - rest) * 1000, true
	}
	return 0, true
}

// correctOnFail takes a word that makes no sense for the operation out of
// what its agent is told, and tells it what a failed demotion means.
func (c *cluster) correctOnFail(r *Resource, o *opConfig, el *opElement) {
	written, set := o.meta.lookup("on-fail")
	text := c.onFailText(r, el, o.key.op, o.key.ms)
	switch {
	case text == "" && set:
		o.meta.remove("on-fail")
	case text != "" && text != written:
		o.meta.set("on-fail", text)
	}
}

// opParams are the parameters that an operation adds to its resource's.
func (c *cluster) opParams(o *opConfig, n *Node) attributes {
	if len(o.blocks) == 0 {
		return nil
	}
	ctx := c.nodeContext(n)
	ctx.Operation, ctx.OpName, ctx.OpMS = true, o.key.op, o.key.ms
	var list attributes
	c.merge(o.blocks, ctx, &list)
	return slices.Clip(list)
}
