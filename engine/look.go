package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"crm/engine/score"
)

// What the tools that show a cluster (crm_mon, crm_resource) read of a
// situation. Nothing of it may be changed.

// Nodes are the nodes, in the order of the configuration.
func (s *Situation) Nodes() []*Node { return s.c.nodes }

// Resources are the outermost resources, in the order in which they are shown.
func (s *Situation) Resources() []*Resource { return s.c.resources }

// FailedAction is an operation whose failure counts.
type FailedAction struct {
	Entry    *etree.Element // <lrm_rsc_op>
	Node     *Node
	Resource *Resource // nil for one that is not known any more
	Task     string
	Interval int64 // ms
	Code     int   // as it counts
}

// FailedActions lists the failures that count, in the order of the status.
func (s *Situation) FailedActions() []FailedAction {
	var list []FailedAction
	for _, f := range s.c.failures {
		list = append(list, FailedAction{f.entry.element, f.node, f.rsc, f.entry.task, f.entry.ms, f.rc})
	}
	return list
}

// Failures are how often a resource failed on a node, expired failures
// included, and when last (0 when that is not known).
func (s *Situation) Failures(r *Resource, n *Node) (count int, last int64) {
	f := s.c.failuresOf(r, n, nil, false, false)
	if f.count == 0 {
		return 0, 0
	}
	return int(f.count), f.last
}

// Health is a node's health as people see it: green, yellow or red.
func (s *Situation) Health(n *Node) string {
	return []string{"green", "yellow", "red"}[s.c.healthColor(n)]
}

// Host is the resource that a guest node lives in, nil for other nodes.
func (n *Node) Host() *Resource {
	if !n.IsGuest() {
		return nil
	}
	return n.host()
}

// Image is the image of a bundle's containers.
func (r *Resource) Image() string { return r.bundle.image }

// Replica is one container of a bundle by its number, with what belongs to it
// in the order in which it is shown.
type Replica struct {
	Number    int
	Container *Resource
	Parts     []*Resource // in the order in which they are shown, the container among them
}

// Replicas are the containers of a bundle.
func (r *Resource) Replicas() []Replica {
	var list []Replica
	for _, rep := range r.bundle.replicas {
		shown := Replica{Number: rep.number, Container: rep.container}
		for _, part := range []*Resource{rep.ip, rep.child, rep.container, rep.connection} {
			if part != nil {
				shown.Parts = append(shown.Parts, part)
			}
		}
		list = append(list, shown)
	}
	return list
}

// LockedTo is the node that a resource waits for while it is shut down, or
// nil.
func (r *Resource) LockedTo() *Node { return r.lockNode }

// FailureIgnored tells a resource that failed where on-fail says to go on.
func (r *Resource) FailureIgnored() bool { return r.is(flagIgnoreFailure) }

// PendingTask is an operation that is under way, "" when none is.
func (r *Resource) PendingTask() string { return r.pendingTask }

// ShownRole is the role as people are told it: what runs in a promotable clone
// without being promoted is unpromoted.
func (r *Resource) ShownRole() string {
	if r.Role == RoleStarted && r.topmost().Promotable() {
		return RoleUnpromoted.String()
	}
	return r.Role.String()
}

// ShownName is the name as people know it: instances that are all alike go by
// what was configured.
func (r *Resource) ShownName() string { return r.shownName() }

// Agent is class:type, or class:provider:type.
func (r *Resource) Agent() string {
	if r.Provider != "" {
		return r.Class + ":" + r.Provider + ":" + r.Type
	}
	return r.Class + ":" + r.Type
}

// IsActive tells whether a resource runs anywhere: with all, whether every
// part of it does.
func (r *Resource) IsActive(all bool) bool { return r.active(all) }

// Disabled tells a resource that is told to stay down.
func (r *Resource) Disabled() bool {
	role := r.targetRole()
	return role == RoleStopped || role == RoleUnpromoted && r.topmost().Promotable()
}

// Element is the configuration of the resource, nil for one that only the
// history knows.
func (r *Resource) Element() *etree.Element { return r.element }

// Wish is a score of a location constraint for one node.
type Wish struct {
	ID       string // of the constraint, or of its rule
	Resource *Resource
	Node     *Node
	Score    string
	Promoted bool // it is only about promotion
}

// ReadConstraints reads the constraints, for those who look at them without a
// decision. Like Decide it may be called only once on a situation, and not on
// one that is decided.
func (s *Situation) ReadConstraints() { s.c.unpackConstraints() }

// Bans are the wishes with a negative score, the last constraint first.
func (s *Situation) Bans() []Wish {
	return s.wishes(func(_ *Resource, s score.Score) bool { return s < 0 })
}

// Locations are the wishes for a resource, the last constraint first.
func (s *Situation) Locations(r *Resource) []Wish {
	return s.wishes(func(of *Resource, _ score.Score) bool { return of == r })
}

func (s *Situation) wishes(asked func(*Resource, score.Score) bool) []Wish {
	var list []Wish
	for _, l := range slices.Backward(s.c.locations) {
		if strings.HasPrefix(l.id, healthLocation) || strings.HasPrefix(l.id, pingLocation) {
			continue // nobody configured it
		}
		from := len(list)
		for _, n := range l.nodes {
			if asked(l.rsc, n.score) {
				list = append(list, Wish{cmp.Or(l.rule, l.id), l.rsc, n.node, n.score.String(), l.role == RolePromoted})
			}
		}
		if !l.anyOf { // the nodes stand in this order in the lists of Pacemaker
			slices.Reverse(list[from:])
		}
	}
	return list
}

// Colocated is a colocation of two resources. A role is "" when any will do.
type Colocated struct {
	ID                         string
	Dependent, Primary         *Resource
	Score                      string
	DependentRole, PrimaryRole string
}

// Colocations are those by which others depend on a resource, and those by
// which it depends on others.
func (s *Situation) Colocations(r *Resource) (dependents, primaries []Colocated) {
	shown := func(list []*colocation) []Colocated {
		var out []Colocated
		for _, k := range list {
			if k.explicit {
				out = append(out, Colocated{k.id, k.dependent, k.primary, k.score.String(), shownRole(k.depRole), shownRole(k.priRole)})
			}
		}
		return out
	}
	return shown(r.withThis), shown(r.thisWith)
}

func shownRole(r Role) string {
	if r <= RoleStarted {
		return ""
	}
	return r.String()
}
