package engine

import (
	"crm/engine/score"
)

// addPromotionScores lets instances prefer the nodes where they want to be
// promoted.
func (c *cluster) addPromotionScores(r *Resource) {
	if r.clone.scored {
		return
	}
	r.clone.scored = true
	for _, i := range r.Children {
		for _, n := range c.nodes {
			e := i.allowed.at(n)
			if e == nil || !n.available() {
				continue
			}
			s, _ := c.promotionScore(i, n)
			if s > 0 {
				e.score = score.Add(e.score, s)
				c.explain(i, n, s, e.score, cause{kind: causePromotion})
			}
			i.Priority = max(i.Priority, s)
		}
	}
}

// promotionScore is how much an instance wants to be promoted on a node;
// known is false where nothing says so.
func (c *cluster) promotionScore(r *Resource, n *Node) (s score.Score, known bool) {
	if r.Kind == KindGroup {
		for _, m := range r.Children {
			v, ok := c.promotionScore(m, n)
			s += v
			known = known || ok
		}
		return s, known
	}
	text, known := c.promotionAttr(r, n, r.historyName())
	if !known && !r.Unique() {
		text, known = c.promotionAttr(r, n, baseName(r.historyName()))
	}
	if !known || !c.promotionScoreCounts(r, n) {
		return 0, false
	}
	s, _ = c.opts.health.Parse(text) // nonsense counts 0
	return s, true
}

func (c *cluster) promotionAttr(r *Resource, n *Node, name string) (string, bool) {
	if n.IsGuest() && r.meta.get("container-attribute-target") == "host" {
		host := n.host().Assigned
		if n.host().is(flagUnassigned) {
			host = n.host().currentNode()
		}
		if host == nil {
			return "", false
		}
		n = host
	}
	return n.attrs.Lookup("master-" + name)
}

// promotionScoreCounts tells whether the promotion score that a node holds is
// this instance's.
func (c *cluster) promotionScoreCounts(r *Resource, n *Node) bool {
	if e := r.allowed.at(n); e == nil || e.score < 0 {
		return false
	}
	if !r.Unique() {
		base := baseName(r.historyName())
		probed := false
		for _, i := range r.topmost().Children {
			m := i.memberNamed(r.ConfigID)
			if m == nil {
				continue
			}
			if m.activeOn(n) && (m.ConfigID == base || baseName(m.historyName()) == base) {
				return m == r || c.countsAnyhow(r, n)
			}
			probed = probed || m.probed.has(n)
		}
		if probed {
			return true
		}
	}
	return c.countsAnyhow(r, n)
}

func (c *cluster) countsAnyhow(r *Resource, n *Node) bool {
	if len(r.Active) == 0 && r.probed.empty() {
		return true
	}
	return r.probed.has(n) || r.activeOn(n)
}

// chooseRoles decides which instances to promote.
func (c *cluster) chooseRoles(r *Resource) {
	for i := range r.allowed {
		r.allowed[i].count = 0
	}
	for _, i := range r.Children {
		c.readPromotionPriority(r, i)
	}
	c.sortForPromotion(r)
	promoted := 0
	for _, i := range r.Children {
		c.printPromotion(i)
		if (promoted < r.clone.promotedMax || !r.Managed()) && i.promotion >= 0 {
			if n := c.canPromote(r, i); n != nil && !(i.role() < RolePromoted && !c.quorate && c.opts.quorumPolicy == quorumFreeze) {
				if e := r.allowed.at(n); e != nil {
					e.count++
				}
				setPromoted(i)
				promoted++
				continue
			}
		}
		setUnpromoted(i)
	}
}

func setPromoted(r *Resource) {
	if r.NextRole == RoleUnknown {
		r.NextRole = RolePromoted
	}
	for _, m := range r.Children {
		setPromoted(m)
	}
}

func setUnpromoted(r *Resource) {
	r.NextRole = RoleUnpromoted
	var somewhere *Node
	if r.locate(false, &somewhere); somewhere == nil {
		r.NextRole = RoleStopped
	}
	for _, m := range r.Children {
		setUnpromoted(m)
	}
}

// readPromotionPriority finds out how much an instance wants to be promoted
// where it has its place.
func (c *cluster) readPromotionPriority(clone, i *Resource) {
	if i.Role == RoleStarted { // a group has the role of its first member
		i.each(func(r *Resource) {
			if r.Role == RoleStarted {
				r.Role = RoleUnpromoted
			}
		})
	}
	n := i.singleLocation()
	if n == nil {
		return
	}
	switch i.nextRole() {
	case RoleUnknown, RoleStarted:
		s, known := c.promotionScore(i, n)
		if !known {
			s = -1
		}
		i.Priority = s
		c.explain(i, nil, s, s, cause{kind: causeAttribute, with: i, at: n})
	case RoleUnpromoted, RoleStopped:
		i.Priority = ban
		c.explain(i, nil, ban, ban, cause{kind: causeRole})
	}
	for _, list := range [2][]*location{i.locations, clone.locations} {
		for _, l := range list {
			if l.role != RolePromoted {
				continue
			}
			for _, ns := range l.nodes {
				if ns.node == n {
					i.Priority = score.Add(i.Priority, ns.score)
					c.explain(i, nil, ns.score, i.Priority, cause{kind: causeLocation, id: l.id})
				}
			}
		}
	}
	for _, k := range c.thisWithList(i) {
		c.applyColocation(k, i, k.primary)
	}
	i.promotion = i.Priority
	if i.nextRole() == RolePromoted {
		i.promotion = must
		c.explain(i, nil, must, must, cause{kind: causeRole})
	}
}

// sortForPromotion puts the instances in the order in which they are
// considered; once for each clone.
func (c *cluster) sortForPromotion(r *Resource) {
	if r.is(flagPromotionConstrained) {
		return
	}
	r.set(flagPromotionConstrained | flagUpdating)
	for _, i := range r.Children {
		if n := i.singleLocation(); n != nil && i.promotion >= 0 {
			if e := r.allowed.at(n); e != nil {
				e.score = score.Add(e.score, i.promotion)
			}
		}
	}
	for _, k := range c.withThisList(r) {
		if k.priRole == RolePromoted && k.hasInfluence(k.primary) {
			c.addColocated(k.dependent, r, &r.allowed, k, factor(k.score), adding{active: true, nonnegative: true})
		}
	}
	for _, u := range r.tickets {
		if u.role == RolePromoted && (!u.ticket.granted || u.ticket.standby) {
			c.giveAll(r, ban, cause{kind: causeTicket, id: u.id})
		}
	}
	r.clear(flagUpdating)
	for _, i := range r.Children {
		n := i.singleLocation()
		switch {
		case !i.Managed() && i.nextRole() == RolePromoted:
			i.promotion = must
		case n == nil:
			i.promotion = ban
		case i.promotion >= 0:
			if e := r.allowed.at(n); e != nil {
				c.explain(i, nil, e.score-i.promotion, e.score, cause{kind: causeClone, with: r, at: n})
				i.promotion = e.score
			}
		}
	}
	mergeSort(r.Children, func(a, b *Resource) int {
		switch {
		case a.promotion != b.promotion:
			return int(b.promotion) - int(a.promotion)
		case a.role() != b.role():
			return int(b.role()) - int(a.role())
		}
		return c.compareInstances(a, b)
	})
}

// canPromote is the node that an instance can be promoted on, or nil.
func (c *cluster) canPromote(clone, i *Resource) *Node {
	for _, m := range i.Children {
		if c.canPromote(clone, m) == nil {
			return nil
		}
	}
	n := i.singleLocation()
	if n == nil {
		return nil
	}
	if !i.Managed() {
		if i.role() != RolePromoted {
			return nil
		}
	} else if i.Priority < 0 || !n.available() || n.IsGuest() && n.host().Assigned == nil {
		return nil
	}
	e := clone.allowed.at(n)
	if e == nil || i.Managed() && int(e.count) >= clone.clone.promotedNodeMax {
		return nil
	}
	return n
}

func (c *cluster) printPromotion(i *Resource) {
	if !c.in.Scores {
		return
	}
	where := " promotion score (inactive): "
	if n := i.singleLocation(); n != nil {
		where = " promotion score on " + n.Name + ": "
	}
	c.scores = append(c.scores, i.ID+where+i.promotion.String())
}
