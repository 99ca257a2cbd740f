package engine

import (
	"strings"

	"github.com/beevik/etree"

	"crm/cib"
)

// onFail is what the failure of an operation calls for, the gentlest first.
type onFail int8

const (
	failIgnore onFail = iota
	failDemote
	failRestart
	failResetRemote
	failRestartContainer
	failBan
	failBlock
	failStop
	failStandby
	failFence
)

// onFail reads what shall be done when an operation fails, and the role that
// the resource may have afterwards.
func (c *cluster) onFail(r *Resource, task string, ms int64) (onFail, Role) {
	op := r.operation(c, task, ms)
	f := c.onFailOf(r, op, task, ms)
	after := RoleStarted
	switch {
	case f == failStop, f == failResetRemote && r.reconnect > 0:
		after = RoleStopped
	case task == "promote":
		after = RoleUnpromoted
	}
	return f, after
}

func (c *cluster) onFailOf(r *Resource, op *opElement, task string, ms int64) onFail {
	value := strings.ToLower(c.onFailText(r, op, task, ms))
	resets := r.isRemoteConnection() && !(task == "monitor" && ms == 0) && task != "start"
	if resets && !r.Managed() {
		value = ""
	}
	switch value {
	case "block":
		return failBlock
	case "fence":
		if c.opts.fencing {
			return failFence
		}
		return failStop
	case "standby":
		return failStandby
	case "ignore", "nothing":
		return failIgnore
	case "migrate":
		return failBan
	case "stop":
		return failStop
	case "restart":
		return failRestart
	case "demote":
		return failDemote
	case "restart-container":
		if r.Launcher != nil {
			return failRestartContainer
		}
	}
	return c.defaultOnFail(r, task, resets)
}

func (c *cluster) defaultOnFail(r *Resource, task string, resets bool) onFail {
	switch {
	case r.Launcher != nil:
		return failRestartContainer
	case resets && r.Managed():
		return failResetRemote
	case resets:
		return failStop
	case task == "stop" && c.opts.fencing:
		return failFence
	case task == "stop":
		return failBlock
	}
	return failRestart
}

// onFailText is the configured word, "" for the default. Words that make no
// sense for an operation count as none.
func (c *cluster) onFailText(r *Resource, op *opElement, task string, ms int64) string {
	value, set := c.opValue(r, op, task, ms, "on-fail")
	word := strings.ToLower(value)
	switch {
	case task == "stop" && (word == "standby" || word == "demote" || word == "stop"):
		return ""
	case task == "demote" && !set:
		return c.promotedMonitorOnFail(r)
	case task == "lrm_delete":
		return "ignore"
	case word == "demote" && task != "promote" && !(task == "monitor" && ms > 0 && op != nil && op.role == RolePromoted):
		return ""
	}
	return value
}

// promotedMonitorOnFail is what a demotion's failure means by default: the
// same as the failure of the monitor that would have found it out.
func (c *cluster) promotedMonitorOnFail(r *Resource) string {
	found := ""
	for _, op := range r.operations(c) {
		v, set := cib.LookupAttr(op.element, "on-fail")
		if op.name == "monitor" && op.ms > 0 && op.enabled && op.role == RolePromoted && set && !strings.EqualFold(v, "demote") {
			found = v
		}
	}
	return found
}

// opValue is an operation's meta-attribute: from its element, its attribute
// sets, or the defaults.
func (c *cluster) opValue(r *Resource, op *opElement, task string, ms int64, name string) (string, bool) {
	var blocks []*etree.Element
	if op != nil {
		if v, set := cib.LookupAttr(op.element, name); set {
			return v, true
		}
		blocks = c.blocks("meta_attributes", "", op.element)
	}
	if len(blocks) == 0 && len(c.opDefs) == 0 {
		return "", false
	}
	ctx := c.ruleContextFor(r)
	ctx.Operation, ctx.OpName, ctx.OpMS = true, task, ms
	var list attributes
	c.merge(blocks, ctx, &list)
	c.merge(c.opDefs, ctx, &list)
	return list.lookup(name)
}
