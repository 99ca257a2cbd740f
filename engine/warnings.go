package engine

import (
	"fmt"
	"slices"

	"github.com/beevik/etree"

	"crm/cib"
)

// Warnings are what is wrong with the configuration and with the cluster, as
// far as the decision came upon it: each thing once. A note is what the
// cluster puts up with.
func (o *Output) Warnings() []cib.Finding {
	seen := map[cib.Finding]bool{}
	return slices.DeleteFunc(slices.Concat(o.c.warnings, o.c.failureNotes()), func(f cib.Finding) bool {
		again := seen[f]
		seen[f] = true
		return again
	})
}

// complain keeps a finding about an element.
func (c *cluster) complain(severity cib.Severity, element, id, problem, remedy string) {
	c.warnings = append(c.warnings, cib.Finding{Severity: severity, Element: element, ID: id, Problem: problem, Remedy: remedy})
}

// warn keeps a warning about an element of the configuration.
func (c *cluster) warn(e *etree.Element, problem, remedy string) {
	c.complain(cib.Warning, e.Tag, cib.ID(e), problem, remedy)
}

// cannotFence tells of a node that should be fenced, and will not be.
func (c *cluster) cannotFence(n *Node) {
	why := "nothing runs under the cluster's care"
	remedy := "see that nothing runs there any more"
	switch {
	case !c.opts.fencing:
		why, remedy = "fencing is switched off", "set stonith-enabled=true and configure a fencing device"
	case !c.haveFencing:
		why, remedy = "there is no fencing device", "configure a device of class stonith"
	case !c.canFence(n):
		why, remedy = "the cluster has no quorum", "bring a majority of the nodes back, or confirm by hand that it is off"
	}
	c.complain(cib.Warning, "node", n.Name, "it is unclean but cannot be fenced: "+why, remedy)
}

// unknownNodeState tells of the state of a node that is in no configuration.
func (c *cluster) unknownNodeState(e *etree.Element) {
	id, name := cib.ID(e), cib.Attr(e, "uname")
	if id == "" {
		c.complain(cib.Note, "node_state", name, "it has no id, it is ignored", "remove it from the status")
		return
	}
	c.complain(cib.Warning, "node_state", id, fmt.Sprintf("the node %q is no longer in the configuration, its state is ignored", name),
		"remove the node's state, or add the node")
}

// removedButActive tells of a resource that runs although it is not
// configured.
func (c *cluster) removedButActive(r *Resource, n *Node) {
	if !c.opts.stopRemoved {
		c.complain(cib.Warning, "primitive", r.ID, "it is not in the configuration and runs on "+n.Name+", where the cluster may not stop it",
			"stop it by hand, or set stop-orphan-resources=true")
		return
	}
	c.complain(cib.Warning, "primitive", r.ID, "it is not in the configuration, or more than it allows, and runs on "+n.Name,
		"nothing to do, it will be stopped there; add it again if it should run")
}

// failureNotes tell of the failures that are on record.
func (c *cluster) failureNotes() []cib.Finding {
	var list []cib.Finding
	for _, f := range c.failures {
		problem := fmt.Sprintf("its %s failed on %s (result %d)", f.entry.task, f.node.Name, f.rc)
		list = append(list, cib.Finding{Element: "primitive", ID: f.rsc.ID, Problem: problem, Remedy: "remove the cause, then clean the resource up"})
	}
	return list
}
