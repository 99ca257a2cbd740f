package engine

// implyOrders adds the orders that follow from what the resources are.
func (c *cluster) implyOrders() {
	for _, r := range c.resources {
		c.internalOrders(r)
	}
}

// guestConnection is the connection to the guest node that a resource
// contains, or nil.
func (r *Resource) guestConnection() *Resource {
	for _, inside := range r.Launched {
		if inside.isConnection() && !inside.isRemoteConnection() {
			return inside
		}
	}
	return nil
}

// internalOrders writes down the orders that a resource has inside itself.
func (c *cluster) internalOrders(r *Resource) {
	switch r.Kind {
	case KindPrimitive:
		c.primitiveOrders(r)
	case KindGroup:
		c.groupOrders(r)
	case KindClone:
		c.cloneOrders(r)
	case KindBundle:
		c.bundleOrders(r)
	}
}

func (c *cluster) groupOrders(r *Resource) {
	c.order(op(r, "stop"), op(r, "stopped"), unrunnableFirstBlocks)
	c.order(op(r, "stopped"), op(r, "start"), ordered)
	c.order(op(r, "start"), op(r, "running"), unrunnableFirstBlocks)
	g := groupOrder{c: c, r: r, promotable: r.topmost().Promotable(), ordered: r.group.ordered}
	for _, m := range r.Children {
		c.internalOrders(m)
		g.member(m)
		g.previous = m
	}
}

// groupOrder ties a group's members one after the other.
type groupOrder struct {
	c                    *cluster
	r                    *Resource
	promotable, ordered  bool
	previous, lastActive *Resource
}

func (g *groupOrder) member(m *Resource) {
	c, r := g.c, g.r
	down, post := thenImpliesFirstGraphed, firstImpliesThenGraphed
	if g.previous == nil && g.ordered {
		down |= ordered
		post = firstImpliesThen
	}
	allDone := unrunnableFirstBlocks | firstImpliesThen | firstImpliesThenGraphed
	if g.promotable {
		c.order(op(r, "demote"), op(m, "demote"), down)
		c.order(op(m, "demote"), op(r, "demoted"), post)
		c.order(op(m, "promote"), op(r, "promoted"), allDone)
		c.order(op(r, "promote"), op(m, "promote"), thenImpliesFirstGraphed)
	}
	c.order(op(r, "stop"), op(m, "stop"), down)
	c.order(op(m, "stop"), op(r, "stopped"), post)
	c.order(op(r, "start"), op(m, "start"), thenImpliesFirstGraphed)
	c.order(op(m, "start"), op(r, "running"), allDone)
	switch {
	case !g.ordered:
		g.beginAlone(m, firstImpliesThen|unrunnableFirstBlocks|thenImpliesFirstGraphed)
	case g.previous == nil:
		g.beginAlone(m, noRelation)
	default:
		g.afterPrevious(m)
	}
	if len(m.Active) > 0 {
		if g.ordered && g.previous != nil && len(g.previous.Active) == 0 && g.lastActive != nil {
			c.order(op(m, "stop"), op(g.lastActive, "stop"), ordered)
		}
		g.lastActive = m
	}
}

// beginAlone is for a member that waits for no other.
func (g *groupOrder) beginAlone(m *Resource, rel relation) {
	g.c.order(op(g.r, "start"), op(m, "start"), rel)
	if g.promotable {
		g.c.order(op(g.r, "promote"), op(m, "promote"), rel)
	}
}

func (g *groupOrder) afterPrevious(m *Resource) {
	c, previous := g.c, g.previous
	c.order(op(previous, "start"), op(m, "start"), firstImpliesThen|unrunnableFirstBlocks)
	c.order(op(m, "stop"), op(previous, "stop"), ordered|intermediateStop)
	if len(m.Active) > 0 && len(previous.Active) == 0 {
		c.order(op(m, "stop"), op(previous, "start"), thenImpliesFirst|unrunnableFirstBlocks)
	}
	if g.promotable {
		c.order(op(previous, "promote"), op(m, "promote"), firstImpliesThen|unrunnableFirstBlocks)
		c.order(op(m, "demote"), op(previous, "demote"), ordered)
	}
}

func (c *cluster) cloneOrders(r *Resource) {
	c.order(op(r, "stopped"), op(r, "start"), ordered)
	c.order(op(r, "start"), op(r, "running"), unrunnableFirstBlocks)
	c.order(op(r, "stop"), op(r, "stopped"), unrunnableFirstBlocks)
	if r.Promotable() {
		c.order(op(r, "demoted"), op(r, "stop"), ordered)
		c.order(op(r, "running"), op(r, "promote"), unrunnableFirstBlocks)
	}
	inOrder := r.meta.isTrue("ordered")
	if inOrder {
		sortByNumber(r.Children)
	}
	for k, i := range r.Children {
		c.internalOrders(i)
		c.order(op(r, "start"), op(i, "start"), unrunnableFirstBlocks|thenImpliesFirstGraphed)
		c.order(op(i, "start"), op(r, "running"), firstImpliesThenGraphed)
		c.order(op(r, "stop"), op(i, "stop"), thenImpliesFirstGraphed)
		c.order(op(i, "stop"), op(r, "stopped"), firstImpliesThenGraphed)
		if inOrder {
			for _, j := range r.Children[k+1:] {
				c.order(op(i, "start"), op(j, "start"), ordered)
				c.order(op(j, "stop"), op(i, "stop"), ordered)
			}
		}
	}
	if r.Promotable() {
		c.promotableOrders(r, inOrder)
	}
}

// restartOrders keeps the phases of a promotable resource apart.
func (c *cluster) restartOrders(r *Resource) {
	for _, pair := range [][2]string{{"stopped", "start"}, {"stopped", "promote"}, {"demoted", "stop"}, {"demoted", "start"},
		{"demoted", "promote"}, {"running", "promote"}, {"demote", "demoted"}} {
		c.order(op(r, pair[0]), op(r, pair[1]), ordered)
	}
}

func (c *cluster) promotableOrders(r *Resource, inOrder bool) {
	c.restartOrders(r)
	var previous *Resource
	for _, i := range r.Children {
		c.order(op(i, "demote"), op(i, "promote"), ordered)
		c.order(op(r, "promote"), op(i, "promote"), ordered)
		c.order(op(i, "promote"), op(r, "promoted"), ordered)
		if inOrder && previous != nil {
			c.order(op(previous, "promote"), op(i, "promote"), ordered)
		}
		c.order(op(r, "demote"), op(i, "demote"), thenImpliesFirstGraphed)
		c.order(op(i, "demote"), op(r, "demoted"), firstImpliesThenGraphed)
		if inOrder && previous != nil {
			c.order(op(i, "demote"), op(previous, "demote"), ordered)
		}
		previous = i
	}
}

func (c *cluster) bundleOrders(r *Resource) {
	for _, replica := range r.bundle.replicas {
		c.replicaOrders(r, replica)
	}
	inner := r.bundled()
	if inner == nil {
		return
	}
	down, up := thenImpliesFirstGraphed, firstImpliesThenGraphed
	c.order(op(r, "start"), op(inner, "start"), down)
	c.order(op(inner, "running"), op(r, "running"), up)
	c.order(op(r, "stop"), op(inner, "stop"), down)
	c.order(op(inner, "stopped"), op(r, "stopped"), up)
	c.internalOrders(inner)
	if inner.Promotable() {
		c.restartOrders(r)
		c.order(op(r, "demote"), op(inner, "demote"), down)
		c.order(op(inner, "demoted"), op(r, "demoted"), up)
		c.order(op(r, "promote"), op(inner, "promote"), down)
		c.order(op(inner, "promoted"), op(r, "promoted"), up)
	}
}

func (c *cluster) replicaOrders(r *Resource, replica *replica) {
	container := replica.container
	c.internalOrders(container)
	c.order(op(r, "start"), op(container, "start"), unrunnableFirstBlocks|thenImpliesFirstGraphed)
	if replica.child != nil {
		c.order(op(r, "stop"), op(replica.child, "stop"), thenImpliesFirstGraphed)
	}
	c.order(op(r, "stop"), op(container, "stop"), thenImpliesFirstGraphed)
	c.order(op(container, "start"), op(r, "running"), firstImpliesThenGraphed)
	c.order(op(container, "stop"), op(r, "stopped"), firstImpliesThenGraphed)
	if ip := replica.ip; ip != nil {
		c.internalOrders(ip)
		c.order(op(ip, "start"), op(container, "start"), unrunnableFirstBlocks|guestAllowed)
		c.order(op(container, "stop"), op(ip, "stop"), thenImpliesFirst|guestAllowed)
	}
	if replica.connection != nil {
		c.internalOrders(replica.connection)
	}
}

// orderLauncher ties a resource to what it runs in.
func (c *cluster) orderLauncher(r *Resource) {
	l := r.Launcher
	if r.isConnection() {
		c.order(op(l, "monitor"), op(r, "stop"), ordered)
	} else if l.isRemoteConnection() || l.guestConnection() != nil {
		return // runs on the remote or guest node, and is ordered behind its connection
	}
	c.order(op(l, "start"), op(r, "start"), firstImpliesThen|unrunnableFirstBlocks)
	c.order(op(r, "stop"), op(l, "stop"), thenImpliesFirst)
}

// orderAnticolocated lets a resource leave a node before one that must not be
// with it comes.
func (c *cluster) orderAnticolocated(col *colocation) {
	c.leaveBefore(col.dependent, col.depRole, col.primary, col.priRole)
	c.leaveBefore(col.primary, col.priRole, col.dependent, col.depRole)
}

func (c *cluster) leaveBefore(first *Resource, firstRole Role, then *Resource, thenRole Role) {
	firsts := []string{"stop"}
	switch firstRole {
	case RolePromoted:
		firsts = []string{"demote"}
	case RoleUnpromoted:
		firsts = []string{"stop", "promote"}
	}
	thens := []string{"start"}
	switch thenRole {
	case RolePromoted:
		thens = []string{"promote"}
	case RoleUnpromoted:
		thens = []string{"start", "demote"}
	}
	for _, f := range firsts {
		for _, t := range thens {
			c.order(op(first, f), op(then, t), ifRequiredOnSameNode)
		}
	}
}
