package engine

import (
	"fmt"
	"slices"

	"crm/engine/score"
)

// trace keeps every contribution to a score and every choice, for Why. It is
// made only when the input asks for it.
type trace struct {
	steps   []contribution
	choices map[*Resource]choice
	reasons
}

// onlyNode is the choice of the one node that is left.
const onlyNode = "it is the only node that can run it"

// noNode is that there is none left.
const noNode = "no node can run it"

func newTrace() *trace {
	return &trace{choices: map[*Resource]choice{}, reasons: reasons{records: map[*action][]record{}, orders: map[int]string{},
		links: map[[2]*action]string{}, fences: map[*Node][]ground{}}}
}

// contribution is one change of a resource's score on a node, or with no node
// of an instance's promotion score.
type contribution struct {
	rsc    *Resource
	node   *Node
	amount score.Score
	result score.Score
	cause  cause
}

// cause is what changed a score: a kind of rule, the id of what in the
// configuration it comes from, and what else is needed to tell of it.
type cause struct {
	kind  causeKind
	id    string    // of a constraint, or the operation that failed, or a node
	with  *Resource // the other resource
	role  Role      // in which it counts
	at    *Node     // of a promotion score
	apart bool      // they must not be together, or need not
}

// causeKind is a kind of rule that changes scores. Those that are failures are
// told in these words, the others in those of why_parts.go.
type causeKind string

const (
	causeLocation   causeKind = "location"
	causeColocation causeKind = "colocation"
	causeDependents causeKind = "dependents"
	causeStickiness causeKind = "stickiness"
	causeStopped    causeKind = "stopped"
	causeUnmanaged  causeKind = "unmanaged"
	causeThreshold  causeKind = "threshold"
	causeRemoved    causeKind = "removed"
	causeMultiple   causeKind = "multiple"
	causeCapacity   causeKind = "capacity"
	causePromotion  causeKind = "promotion"
	causeLock       causeKind = "lock"
	causeTicket     causeKind = "ticket"
	causeMax        causeKind = "max"
	causeRoom       causeKind = "room"
	causeNode       causeKind = "node"
	causeParent     causeKind = "parent"
	causeContainer  causeKind = "container"
	causeGuest      causeKind = "guest"
	causeNotRemote  causeKind = "not remote"
	causeNoNesting  causeKind = "no nesting"
	causeDiscovery  causeKind = "discovery"
	causeAttribute  causeKind = "attribute" // of a promotion score
	causeRole       causeKind = "role"
	causeClone      causeKind = "clone"

	causeProbe      causeKind = "a probe could not find the agent"
	causeAgent      causeKind = "the agent is not installed"
	causeHard       causeKind = "an error that rules out the node"
	causeFatal      causeKind = "an error that rules out every node"
	causeFailedStop causeKind = "the stop failed"
	causeOnFailBan  causeKind = "on-fail=migrate"
	causeOnFailStop causeKind = "on-fail=stop"
)

// choice is why a resource got its place, in words.
type choice struct {
	node   *Node
	reason string
}

// explain records a contribution when somebody wants to know.
func (c *cluster) explain(r *Resource, n *Node, amount, result score.Score, why cause) {
	if c.trace == nil || amount == 0 {
		return
	}
	c.trace.steps = append(c.trace.steps, contribution{r, n, amount, result, why})
}

// explainChange records the difference between two tables.
func (c *cluster) explainChange(r *Resource, before table, why cause) {
	if c.trace == nil {
		return
	}
	for _, n := range c.nodes {
		if a, b := before.at(n), r.allowed.at(n); a != nil && b != nil && a.score != b.score {
			c.explain(r, n, b.score-a.score, b.score, why)
		}
	}
}

// traced is how far the trace has come; see undo.
func (c *cluster) traced() int {
	if c.trace == nil {
		return 0
	}
	return len(c.trace.steps)
}

// undo forgets what was recorded for a resource, and what is in it, since a
// point of the trace, because its scores are set back to those of then.
func (c *cluster) undo(r *Resource, since int) {
	if c.trace == nil {
		return
	}
	kept := slices.DeleteFunc(c.trace.steps[since:], func(s contribution) bool { return s.rsc == r || r.isAncestorOf(s.rsc) })
	c.trace.steps = c.trace.steps[:since+len(kept)]
}

// explainChoice records why a resource got a place, or none.
func (c *cluster) explainChoice(r *Resource, n *Node, reason string) {
	if c.trace != nil {
		c.trace.choices[r] = choice{n, reason}
	}
}

// explainPreferred records that a node was given beforehand.
func (c *cluster) explainPreferred(r *Resource, chosen, current *Node) {
	switch {
	case c.trace == nil:
	case chosen == current:
		c.explainChoice(r, chosen, "it is there already, and no node is better")
	case chosen.IsGuest():
		c.explainChoice(r, chosen, "that is its own container")
	case !c.usableElsewhere(r, chosen):
		c.explainChoice(r, chosen, onlyNode)
	default:
		c.explainChoice(r, chosen, "it was chosen for what goes together, and no node is better for this")
	}
}

// usableElsewhere tells whether a resource could run on any node but one.
func (c *cluster) usableElsewhere(r *Resource, but *Node) bool {
	return slices.ContainsFunc(c.nodes, func(n *Node) bool { return n != but && r.allowed.usable(n) })
}

// explainBest records why one node was better than the others.
func (c *cluster) explainBest(r *Resource, chosen, current *Node) {
	if c.trace == nil {
		return
	}
	e := r.allowed.at(chosen)
	if e == nil || e.score < 0 || !chosen.available() {
		c.explainChoice(r, nil, noNode)
		return
	}
	var second *Node
	for _, n := range c.places(r.allowed, current) {
		if n != chosen && r.allowed.usable(n) {
			second = n
			break
		}
	}
	if second == nil {
		c.explainChoice(r, chosen, onlyNode)
		return
	}
	other := r.allowed.at(second)
	switch {
	case e.score > other.score:
		c.explainChoice(r, chosen, fmt.Sprintf("its score there, %v, is higher than on %s, %v", e.score, second.Name, other.score))
	case c.opts.placement == placeBalanced && compareCapacities(chosen.capacity, second.capacity) < 0:
		c.explainChoice(r, chosen, "of the nodes with the score "+e.score.String()+" "+chosen.Name+" has the most capacity left")
	case c.opts.placement != placeMinimal && chosen.load < second.load:
		c.explainChoice(r, chosen, fmt.Sprintf("of the nodes with the score %v %s has the fewest resources (%d, %s has %d)",
			e.score, chosen.Name, chosen.load, second.Name, second.load))
	case chosen == current:
		c.explainChoice(r, chosen, fmt.Sprintf("it is there now, and %s has the same score %v", second.Name, e.score))
	default:
		c.explainChoice(r, chosen, fmt.Sprintf("%s has the same score %v and as many resources, and %s comes first by its name", second.Name, e.score, chosen.Name))
	}
}
