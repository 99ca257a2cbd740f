package engine

import "slices"

var probeKey = opKey{"monitor", 0}

// createProbes makes the operations that find out what is active where.
func (c *cluster) createProbes() {
	for _, n := range c.nodes {
		if !n.Online {
			if n.IsRemote() && c.connectionState(n) == connectionFailed {
				c.fence(n, "the connection is unrecoverable", false)
			}
			continue
		}
		if n.Unclean || n.noProbes {
			continue
		}
		for _, r := range c.resources {
			c.probe(r, n)
		}
	}
}

// probe looks for a resource on a node. It tells whether a probe was made.
func (c *cluster) probe(r *Resource, n *Node) bool {
	switch r.Kind {
	case KindGroup:
		return c.probeAll(r.Children, n)
	case KindClone:
		return c.probeClone(r, n)
	case KindBundle:
		return c.probeBundle(r, n)
	}
	return c.probePrimitive(r, n)
}

func (c *cluster) probeAll(list []*Resource, n *Node) bool {
	made := false
	for _, r := range list {
		made = c.probe(r, n) || made
	}
	return made
}

func (c *cluster) probeClone(r *Resource, n *Node) bool {
	if r.is(flagExclusiveProbes) {
		if e := r.allowed.at(n); e == nil || e.probe != probeExclusive {
			if e != nil {
				*e = entry{}
			}
			return false
		}
	}
	sortByNumber(r.Children)
	if r.Unique() {
		return c.probeAll(r.Children, n)
	}
	for _, i := range r.Children {
		if i.knownOn(n) {
			return c.probe(i, n)
		}
	}
	for _, i := range r.Children {
		if i.singleLocation() == n {
			return c.probe(i, n)
		}
	}
	if len(r.Children) == 0 {
		return false
	}
	return c.probe(r.Children[0], n)
}

// knownOn tells whether the state of the resource, or of anything in it, is
// known on a node.
func (r *Resource) knownOn(n *Node) bool {
	if r.leaf() {
		return r.probed.has(n)
	}
	return slices.ContainsFunc(r.Children, func(m *Resource) bool { return m.knownOn(n) })
}

func (c *cluster) probeBundle(r *Resource, n *Node) bool {
	made := false
	for _, rep := range r.bundle.replicas {
		if rep.ip != nil {
			made = c.probe(rep.ip, n) || made
		}
		if rep.child != nil && rep.node == n {
			made = c.probe(rep.child, n) || made
		}
		if c.probe(rep.container, n) {
			made = true
			c.orderContainerProbe(r, rep, n)
		}
		if rep.connection != nil && c.probe(rep.connection, n) {
			made = true
			if probe := rep.connection.oldest(probeKey, n); probe != nil {
				c.order(op(rep.container, "start"), act(probe), nestedProbe)
			}
		}
	}
	return made
}

// orderContainerProbe lets no other container of a bundle start on a node
// before it is known whether this one is there, if a node may have only one.
func (c *cluster) orderContainerProbe(r *Resource, rep *replica, n *Node) {
	if r.bundle.perHost != 1 {
		return
	}
	for _, other := range r.bundle.replicas {
		if other != rep {
			c.order(op(rep.container, "monitor"), op(other.container, "start"), ordered|ifOnSameNode)
		}
	}
}

// mayProbe tells whether a primitive has to be looked for on a node.
func (c *cluster) mayProbe(r *Resource, n *Node) bool {
	top := r.topmost()
	if n.Remote {
		if r.is(flagFenceDevice) || r.isConnection() || n.IsGuest() && r.guestConnection() != nil {
			return false
		}
	}
	if r.Launcher != nil && !r.isRemoteLaunched() {
		return false
	}
	if r.Removed() || r.probed.has(n) {
		return false
	}
	e := r.allowed.at(n)
	if r.is(flagExclusiveProbes) || top.is(flagExclusiveProbes) {
		if e == nil || e.probe != probeExclusive {
			return false
		}
	}
	if e == nil {
		return n.probe != probeNever
	}
	return e.probe != probeNever
}

// isRemoteLaunched tells a connection to what runs in a launcher: it is
// probed although it lives in another resource.
func (r *Resource) isRemoteLaunched() bool { return r.isConnection() }

func (c *cluster) probePrimitive(r *Resource, n *Node) bool {
	if !c.mayProbe(r, n) || n.IsGuest() && !c.guestReady(r, n) {
		return false
	}
	probe := c.action(r, probeKey, "monitor", n, false)
	probe.clear(actOptional) // also for an unmanaged resource
	c.ground(probe, mustHappen, groundUnseen)
	c.orderUnfencing(r, n, probe, ordered)
	if !r.activeOn(n) {
		probe.setMeta("op_target_rc", "7")
	} else if r.Role == RolePromoted {
		probe.setMeta("op_target_rc", "8")
	}
	top := r
	if t := r.topmost(); t.Kind == KindClone {
		top = t
	}
	rel := ordered
	if !probe.is(actRunnable) && len(top.Active) == 0 {
		rel |= unrunnableFirstBlocks
	}
	c.order(act(probe), op(top, "start"), rel)
	c.order(act(probe), op(r, "reload-agent"), ordered)
	return true
}

// guestReady tells whether a guest node is up, and stays up, so that it can
// be probed; otherwise the resource waits for the guest.
func (c *cluster) guestReady(r *Resource, n *Node) bool {
	top := r.topmost()
	guest := n.host()
	if guest.Role == RoleStopped {
		if guest.Assigned != nil && !guest.probed.has(guest.Assigned) {
			c.order(op(guest, "monitor"), op(top, "start"), ordered)
		}
		return false
	}
	stops := n.remoteReset || n.Unclean || guest.Failed() || guest.NextRole == RoleStopped ||
		guest.Assigned != nil && !guest.activeOn(guest.Assigned)
	if stops {
		c.order(op(guest, "stop"), op(top, "start"), ordered)
	}
	return !stops
}

// orderProbes lets what is about to start wait for probes that it is not tied
// to directly, and finds the restarts that have to.
func (c *cluster) orderProbes() {
	w := &probeWalks{c: c, leading: c.leadingToRestarts(), clones: map[*Resource]*placed{}}
	for _, r := range c.resources {
		w.from(r)
	}
	for o := range c.orders.all {
		c.orderProbeBeforeStopped(o)
	}
}

// orderProbeBeforeStopped: where something waits for a resource's stop, it
// waits for its probe, too; that could find it active.
func (c *cluster) orderProbeBeforeStopped(o order) {
	if o.first.rsc == nil || o.first.rsc == o.then.rsc || o.rel == noRelation || o.first.key != (opKey{"stop", 0}) {
		return
	}
	probes := o.first.rsc.withKey(probeKey)
	if len(probes) == 0 {
		return
	}
	if l := o.first.rsc.Launcher; l != nil && l == o.then.rsc && o.then.key == (opKey{"stop", 0}) {
		return
	}
	rel := ordered | o.rel&(ifFirstUnmigratable|ifOnSameNode)
	if o.rel == ifRequiredOnSameNode || o.rel == ifOnSameNodeOrTarget {
		rel = o.rel
	}
	thens := []*action{o.then.action}
	if o.then.action == nil {
		if o.then.rsc == nil {
			return
		}
		thens = o.then.rsc.withKey(o.then.key)
	}
	for _, probe := range probes {
		for _, then := range thens {
			if then.rsc == nil && (then.task == "stonith" && then.fenceHow() == "on" && then.node == probe.node ||
				then.task == "do_shutdown" && then.node != probe.node) {
				continue
			}
			c.link(probe, then, rel)
		}
	}
}

// probeWalks is what the walks from all probes share.
type probeWalks struct {
	c       *cluster
	leading actionSet             // to restarts; other actions need not be looked at
	clones  map[*Resource]*placed // interleaved clones, and where their instances will be
}

// from finds the restarts that wait for the probes of a resource, and of all in
// it.
func (w *probeWalks) from(r *Resource) {
	if r.Kind != KindPrimitive {
		for _, child := range r.Children {
			w.from(child)
		}
		return
	}
	partners := map[*Resource]*Resource{}
	undone := map[*action][]*action{} // what a walk from an action finds is the same for all nodes
	for _, probe := range r.withKey(probeKey) {
		for i := len(probe.after) - 1; i >= 0; i-- {
			l := probe.after[i]
			w.c.orderInactiveStarts(probe, l)
			found, known := undone[l.action]
			if !known {
				walk := probeWalk{probeWalks: w, rsc: r, seen: map[*action]bool{}, partners: partners}
				walk.from(l.action)
				found = walk.found
				undone[l.action] = found
			}
			if len(found) > 0 {
				w.c.restarts = append(w.c.restarts, restarts{probe, found})
			}
		}
	}
}

// restarts are stops and demotions that have to wait for a probe.
type restarts struct {
	probe *action
	undo  []*action
}

// orderRestarts lets restarts wait for probes. It changes nothing but their
// order, so it is done last, and only for those that happen or are drawn: most
// could and do not.
func (c *cluster) orderRestarts() {
	all := c.in.AllActions
	for _, x := range c.restarts {
		for _, undo := range x.undo {
			if (all || undo.required() || undo.is(actAlwaysGraphed)) && c.link(x.probe, undo, ordered) {
				undo.clear(actDeduplicated)
			}
		}
	}
}

// orderInactiveStarts: when a probe cannot run, instances that are not active
// may not start either, though the clone as a whole may.
func (c *cluster) orderInactiveStarts(probe *action, l link) {
	x := l.action
	if x.rsc == nil || !x.rsc.isInstanced() || probe.is(actRunnable) || l.rel.has(unrunnableFirstBlocks) ||
		x.rsc != probe.rsc.topmost() || x.task != "start" {
		return
	}
	for i := len(x.after) - 1; i >= 0; i-- {
		y := x.after[i].action
		if y.rsc != nil && y.task == "start" && len(y.rsc.Active) == 0 && y.rsc.topmost() == x.rsc {
			c.link(probe, y, ordered|unrunnableFirstBlocks)
		}
	}
}

// probeWalk goes from an action that waits for a probe over all that this
// leads to, and finds the restarts of other resources on the way: they, too,
// wait for the probe.
type probeWalk struct {
	*probeWalks
	rsc   *Resource // that is probed
	seen  map[*action]bool
	found []*action

	partners map[*Resource]*Resource // of the resource, by clone
}

func (w *probeWalk) from(a *action) {
	if !w.leading.has(a) || w.seen[a] {
		return
	}
	w.seen[a] = true
	w.found = append(w.found, restarted(a, w.rsc)...)
	for i := len(a.after) - 1; i >= 0; i-- {
		l := a.after[i]
		if l.rel.has(firstImpliesThen) || w.downTo(a, l.action) {
			w.from(l.action)
		}
	}
}

// restarted finds the stops before a start, and the demotions before a
// promotion, of other resources than the one that is probed.
func restarted(a *action, probed *Resource) []*action {
	r := a.rsc
	if r == nil || r.Kind != KindPrimitive || r == probed {
		return nil
	}
	undo := ""
	switch a.task {
	case "start":
		undo = "stop"
	case "promote":
		undo = "demote"
	default:
		return nil
	}
	var found []*action
	for _, stop := range r.withKey(opKey{undo, 0}) {
		if !stop.is(actPseudo) {
			found = append(found, stop)
		}
	}
	return found
}

// leadingToRestarts are the actions from which any walk can come to a restart.
// Mostly nothing restarts, and then there is nothing to walk for.
func (c *cluster) leadingToRestarts() actionSet {
	leading := newActionSet(c)
	var todo []*action
	for _, a := range c.actions {
		if len(restarted(a, nil)) > 0 {
			leading.add(a)
			todo = append(todo, a)
		}
	}
	for len(todo) > 0 {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for i := range a.before {
			l := &a.before[i]
			leads := l.rel.has(firstImpliesThen) || l.rel == noRelation || intoMember(l.action, a) // noRelation: it may have had one
			if leads && !leading.has(l.action) {
				leading.add(l.action)
				todo = append(todo, l.action)
			}
		}
	}
	return leading
}

// actionSet is a set of actions by their ids.
type actionSet []uint64

func newActionSet(c *cluster) actionSet { return make(actionSet, len(c.actions)/64+1) }

func (s actionSet) has(a *action) bool { return s[a.id/64]>>(a.id%64)&1 != 0 }

func (s actionSet) add(a *action) { s[a.id/64] |= 1 << (a.id % 64) }

// intoMember tells a collective's action and a member's.
func intoMember(a, b *action) bool {
	return a.rsc != nil && b.rsc != nil && a.rsc.Kind != KindPrimitive && b.rsc.Kind <= KindGroup && b.rsc.Parent == a.rsc
}

// downTo tells whether the walk goes from a collective's action into a
// member's.
func (w *probeWalk) downTo(a, b *action) bool {
	if a.rsc == w.rsc.Parent || !intoMember(a, b) {
		return false
	}
	if a.rsc.isInstanced() && a.rsc.meta.isTrue("interleave") {
		partner, known := w.partners[a.rsc]
		if !known {
			if w.clones[a.rsc] == nil {
				w.clones[a.rsc] = newPlaced(a.rsc, false)
			}
			partner = w.c.partner(w.rsc, w.clones[a.rsc])
			w.partners[a.rsc] = partner
		}
		return partner == b.rsc
	}
	return true
}
