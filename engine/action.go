package engine

import (
	"strconv"
	"strings"

	"crm/engine/graph"
	"crm/engine/score"
)

// actionFlags are an action's yes-or-no properties.
type actionFlags uint16

const (
	actOptional       actionFlags = 1 << iota // need not happen
	actRunnable                               // can happen
	actPseudo                                 // nobody does it; only marks a point
	actMigratable                             // may be replaced by a live migration
	actAlwaysGraphed                          // is in the graph even if optional
	actGraphed                                // has been written to the graph
	actOnDC                                   // the coordinator does it by itself
	actReschedule                             // a recurring operation to be started anew
	actMigrationAbort                         // stops what an unfinished migration left behind
	actLoopMark                               // met on the present path, while looking for loops
	actDeduplicated                           // its inputs are merged and sorted
	actAttrsKnown                             // its extra parameters were evaluated
)

// needs is what a start or a promotion has to wait for.
type needs int8

const (
	needsNothing needs = iota
	needsQuorum
	needsFencing
)

// opKey names an operation of a resource: the middle and the end of its
// operation key ("monitor" and 10000 in "ip_monitor_10000").
type opKey struct {
	op string
	ms int64
}

// link ties an action to another. Each link exists twice, once in the first
// action's after list and once in the then action's before list; only the
// latter is ever changed.
type link struct {
	action  *action
	rel     relation
	graphed bool
}

// action is something that the cluster may have to do.
type action struct {
	id         int
	task       string // what is done; for cancel see cancelTask
	cancelTask string
	name       string // the whole key, for actions of no resource
	key        opKey
	rsc        *Resource
	node       *Node
	flags      actionFlags
	op         *opConfig // meta-attributes that all actions of the operation share
	meta       attributes
	extra      attributes // parameters of this operation only
	seen       *seenFlags // of a group, clone or bundle: what flags found
	needs      needs
	priority   score.Score
	reason     string

	before, after []link // oldest first; walked from the end
	afterRel      map[*action]relation

	neededFirsts, runnableFirsts int // of an "n of these" pseudo-action

	maintenance []graph.Attr  // remote nodes whose maintenance began or ended
	out         *graph.Action // the action in the graph; made when needed
}

// plan is every action and every order between them.
type plan struct {
	actions []*action // in the order of their ids; walks go from the end
	named   map[string]*action
	orders  orderList

	restarts []restarts // that wait for probes

	deferred []deferredCheck
	planned  []Planned

	attrScratch []graph.Attr // where the attributes of one action in the graph are gathered
}

// resourcePlan is what is planned for one resource.
type resourcePlan struct {
	actions    []*action // in the order of their ids
	keyed      []keyed
	changes    uint32 // of the flags, here and in what is inside
	opConfigs  []*opConfig
	digests    []cachedDigest
	notify     map[string]*notifySet // of a clone, by operation
	notifyTied bool
}

// keyed are a resource's actions with one key, oldest first.
type keyed struct {
	key     opKey
	actions []*action
}

func (a *action) is(flags actionFlags) bool { return a.flags&flags == flags }

func (a *action) required() bool { return a.flags&actOptional == 0 }

func (a *action) set(flags actionFlags) { a.become(a.flags | flags) }

func (a *action) clear(flags actionFlags) { a.become(a.flags &^ flags) }

func (a *action) become(flags actionFlags) {
	if (a.flags^flags)&(actOptional|actRunnable) != 0 {
		a.rsc.planChanged()
	}
	a.flags = flags
}

// keyText is the operation key as the graph shows it.
func (a *action) keyText() string {
	if a.rsc == nil {
		return a.name
	}
	return opKeyText(a.rsc.ID, a.key)
}

func opKeyText(id string, k opKey) string {
	return id + "_" + k.op + "_" + strconv.FormatInt(k.ms, 10)
}

func (a *action) recurring() bool { return a.key.ms > 0 }

// setMeta sets one meta-attribute of this action alone.
func (a *action) setMeta(name, value string) { a.meta.set(name, value) }

// metaValue is the action's own meta-attribute, else that of its operation.
func (a *action) metaValue(name string) (string, bool) {
	if v, ok := a.meta.lookup(name); ok || a.op == nil {
		return v, ok
	}
	return a.op.meta.lookup(name)
}

// say gives the action a reason, unless it has one already.
func (a *action) say(reason string) {
	if a.reason == "" {
		a.reason = reason
	}
}

// newest walks a resource's actions newest first: the first with the task, on
// the node if one is asked for.
func (r *Resource) newest(task string, n *Node) *action {
	for i := len(r.actions) - 1; i >= 0; i-- {
		if a := r.actions[i]; (n == nil || a.node == n) && a.task == task {
			return a
		}
	}
	return nil
}

// byKey lists a resource's actions with a key, oldest first. With a node, an
// action that has none yet matches, and is given that node.
func (r *Resource) byKey(k opKey, n *Node) []*action {
	all := r.withKey(k)
	if n == nil {
		return all
	}
	var found []*action
	for _, a := range all {
		a.settleOn(n)
		if a.node == n {
			found = append(found, a)
		}
	}
	return found
}

// oldest is the first of byKey, without making a list.
func (r *Resource) oldest(k opKey, n *Node) *action {
	var first *action
	for _, a := range r.withKey(k) {
		if n == nil {
			return a
		}
		a.settleOn(n)
		if a.node == n && first == nil {
			first = a
		}
	}
	return first
}

// exactly lists a resource's actions with a key on exactly this node.
func (r *Resource) exactly(k opKey, n *Node) []*action {
	var found []*action
	for _, a := range r.withKey(k) {
		if n != nil && a.node == n {
			found = append(found, a)
		}
	}
	return found
}

func (r *Resource) withKey(k opKey) []*action {
	for i := range r.keyed {
		if r.keyed[i].key == k {
			return r.keyed[i].actions
		}
	}
	return nil
}

// settleOn gives an action of no node one.
func (a *action) settleOn(n *Node) {
	if a.node == nil {
		a.node = n
		a.rsc.planChanged()
	}
}

func (r *Resource) addAction(a *action) {
	r.actions = append(r.actions, a)
	r.planChanged()
	for i := range r.keyed {
		if r.keyed[i].key == a.key {
			r.keyed[i].actions = append(r.keyed[i].actions, a)
			return
		}
	}
	r.keyed = append(r.keyed, keyed{a.key, []*action{a}})
}

// action finds the resource's action with this key, on the node if one is
// given, or makes it. An action that is required stays so.
func (c *cluster) action(r *Resource, k opKey, task string, n *Node, optional bool) *action {
	a := r.oldest(k, n)
	if a == nil {
		a = &action{task: task, key: k, rsc: r, node: n, flags: actRunnable, op: c.opConfig(r, k)}
		if task == "lrm_delete" {
			a.set(actOnDC)
		}
		if optional {
			a.set(actOptional)
		}
		a.needs = startNeeds(r, task)
		c.enlist(a)
		r.addAction(a)
	}
	if n := a.node; n != nil && !a.is(actPseudo) && !r.Managed() && a.key.ms == 0 {
		a.set(actOptional)
	} else if !optional {
		a.clear(actOptional)
	}
	if a.node != nil && a.op.element != nil && !a.is(actAttrsKnown) {
		a.set(actAttrsKnown)
		a.extra = c.opParams(a.op, a.node)
	}
	c.updateRunnable(a)
	return a
}

// enlist gives an action its id.
func (c *cluster) enlist(a *action) {
	c.actions = append(c.actions, a)
	a.id = len(c.actions)
}

// namedAction finds or makes an action of no resource.
func (c *cluster) namedAction(name, task string, n *Node, optional bool) *action {
	a := c.named[name]
	if a == nil {
		a = &action{task: task, name: name, node: n, flags: actRunnable}
		if optional {
			a.set(actOptional)
		}
		c.enlist(a)
		if c.named == nil {
			c.named = map[string]*action{}
		}
		c.named[name] = a
	}
	if a.node == nil {
		a.node = n
	}
	if !optional {
		a.clear(actOptional)
	}
	return a
}

// pseudoAction finds or makes a pseudo-action of no resource.
func (c *cluster) pseudoAction(name string) *action {
	a := c.named[name]
	if a == nil {
		a = c.namedAction(name, name, nil, true)
		a.set(actPseudo | actRunnable)
	}
	return a
}

func startNeeds(r *Resource, task string) needs {
	if task != "start" && task != "promote" {
		return needsNothing
	}
	if r.NeedsFencing() {
		return needsFencing
	}
	if r.NeedsQuorum() {
		return needsQuorum
	}
	return needsNothing
}

// updateRunnable decides whether an action can happen, from its node and from
// quorum. Pseudo-actions are left alone.
func (c *cluster) updateRunnable(a *action) {
	r, n := a.rsc, a.node
	if a.is(actPseudo) {
		return
	}
	if n == nil {
		a.clear(actRunnable)
		c.ground(a, cannotHappen, groundNoPlace)
		return
	}
	if !a.is(actOnDC) {
		if !n.Online && (!n.IsGuest() || n.remoteReset) {
			a.clear(actRunnable)
			c.ground(a, cannotHappen, groundNode)
			if r.Managed() && a.task == "stop" && !n.Unclean {
				c.fence(n, "stop is unrunnable", false)
			}
			return
		}
		if n.Pending {
			a.clear(actRunnable)
			c.ground(a, cannotHappen, groundNode)
			return
		}
	}
	if a.needs == needsNothing {
		a.reason = ""
		if n.IsGuest() && !c.canFence(n) {
			a.clear(actRunnable)
			c.ground(a, cannotHappen, groundHost)
		} else {
			a.set(actRunnable)
		}
		return
	}
	c.runnableByQuorum(a)
}

func (c *cluster) runnableByQuorum(a *action) {
	switch c.effectiveQuorumPolicy(a.rsc) {
	case quorumStop:
		a.clear(actRunnable)
		a.reason = "no quorum"
		c.ground(a, cannotHappen, groundQuorum)
	case quorumFreeze:
		if !a.rsc.fullyActive() || a.rsc.NextRole > a.rsc.Role {
			a.clear(actRunnable)
			a.reason = "quorum freeze"
			c.ground(a, cannotHappen, groundQuorum)
		}
	default:
		a.set(actRunnable)
	}
}

// The usual operations.
func (c *cluster) stopAction(r *Resource, n *Node, optional bool) *action {
	return c.action(r, opKey{"stop", 0}, "stop", n, optional)
}

func (c *cluster) startAction(r *Resource, n *Node, optional bool) *action {
	return c.action(r, opKey{"start", 0}, "start", n, optional)
}

func (c *cluster) promoteAction(r *Resource, n *Node, optional bool) *action {
	return c.action(r, opKey{"promote", 0}, "promote", n, optional)
}

func (c *cluster) demoteAction(r *Resource, n *Node, optional bool) *action {
	return c.action(r, opKey{"demote", 0}, "demote", n, optional)
}

// because gives an action the reason that another one led to its change.
func (a *action) because(word string, other *action) {
	if a.rsc == other.rsc && a.rsc != nil {
		return
	}
	if other.rsc == nil {
		a.say(word + " " + other.task)
		return
	}
	a.say(word + " " + other.rsc.ID + " " + other.task)
}

// ends tells whether the key is one of these operations', or of a
// notification about one.
func (k opKey) ends(operations ...string) bool {
	for _, o := range operations {
		if k.ms == 0 && (k.op == o || strings.HasSuffix(k.op, "_"+o)) {
			return true
		}
	}
	return false
}

// notification tells whether a key is one of a notification.
func (k opKey) notification() bool { return strings.Contains(k.op, "notify") }
