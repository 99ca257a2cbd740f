package engine

import (
	"github.com/beevik/etree"

	"crm/engine/graph"
)

// What follows stands for parts of the engine that are being built.

type action struct{}

type keyed struct{}

type plan struct{}

// unpackOrder reads an order constraint.
func (c *cluster) unpackOrder(e *etree.Element) {}

// orderAnticolocated orders what may not run together.
func (c *cluster) orderAnticolocated(col *colocation) {}

// implyOrders adds the orders that follow from what the resources are.
func (c *cluster) implyOrders() {}

// checkHistory compares the history with the configuration.
func (c *cluster) checkHistory() {}

// scheduleActions makes the actions of all resources.
func (c *cluster) scheduleActions() {}

// orderRemotes orders actions on remote nodes behind their connections.
func (c *cluster) orderRemotes() {}

// scheduleFencing makes the actions that fence and shut down nodes.
func (c *cluster) scheduleFencing() {}

// applyOrders ties the actions together and updates them.
func (c *cluster) applyOrders() {}

// buildGraph writes down what is to be done.
func (c *cluster) buildGraph() *graph.Transition {
	return &graph.Transition{ID: max(c.in.RunID, 1)}
}

// The hooks below are called while the status is read.

// fenceAction finds or makes the (optional) fencing of a node.
func (c *cluster) fenceAction(n *Node, reason string, priorityDelay bool) {}

// scheduleClearFailCount makes the action that forgets a resource's failures
// on a node.
func (c *cluster) scheduleClearFailCount(r *Resource, n *Node, reason string) {}

// requireStop makes a required stop of a resource on a node; requireDemote
// the same for a demotion.
func (c *cluster) requireStop(r *Resource, n *Node)   {}
func (c *cluster) requireDemote(r *Resource, n *Node) {}

// noteRecurring makes an optional action for every recurring operation that
// the history shows to be running.
func (c *cluster) noteRecurring(h *history) {}

// parametersChanged tells whether an operation ran with other parameters than
// those configured now.
func (c *cluster) parametersChanged(r *Resource, n *Node, e *opEntry) bool { return false }

// forgetHistory makes the action that deletes a resource's history on a node
// from the CIB, after an expired shutdown lock.
func (c *cluster) forgetHistory(r *Resource, n *Node) {}

// rescheduleMonitor has a recurring operation, whose failure is too old to
// count, started anew.
func (c *cluster) rescheduleMonitor(r *Resource, n *Node, e *opEntry) {}
