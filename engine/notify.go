package engine

import (
	"slices"
	"strings"

	"crm/engine/score"
)

// notifySet is the pseudo-actions around one operation of a clone: its
// instances are told before (pre) and after (post) it.
type notifySet struct {
	task                         string
	pre, preDone, post, postDone *action
}

// notifyStartStop makes the notifications around starts and stops.
func (c *cluster) notifyStartStop(r *Resource, start, running, stop, stopped *action) {
	if !r.Notify() || r.notify != nil {
		return
	}
	r.notify = map[string]*notifySet{}
	starts := c.notifyPair(r, "start", start, running)
	stops := c.notifyPair(r, "stop", stop, stopped)
	c.link(stops.postDone, starts.pre, ordered)
}

// notifyRoles orders the notifications of promotions and demotions against
// the others.
func (c *cluster) notifyRoles(r *Resource) {
	if r.notify == nil || r.notify["promote"] == nil || r.notify["demote"] == nil || r.notifyTied {
		return
	}
	r.notifyTied = true
	start, stop, promote, demote := r.notify["start"], r.notify["stop"], r.notify["promote"], r.notify["demote"]
	c.link(stop.postDone, promote.pre, ordered)
	c.link(start.postDone, promote.pre, ordered)
	c.link(demote.postDone, promote.pre, ordered)
	c.link(demote.postDone, start.pre, ordered)
	c.link(demote.postDone, stop.pre, ordered)
}

// notifySetFor makes the notifications around one change of role.
func (c *cluster) notifySetFor(r *Resource, task string) {
	if r.Kind != KindClone || !r.Notify() || r.notify == nil || r.notify[task] != nil {
		return
	}
	begin := r.oldest(opKey{task, 0}, nil)
	end := r.oldest(opKey{completed[task], 0}, nil)
	c.notifyPair(r, task, begin, end)
}

func (c *cluster) notifyPair(r *Resource, task string, begin, end *action) *notifySet {
	s := c.newNotifySet(r, task, begin, end)
	r.notify[task] = s
	return s
}

// newNotifySet makes the pseudo-actions of one operation. Either of begin and
// end may be nil.
func (c *cluster) newNotifySet(r *Resource, task string, begin, end *action) *notifySet {
	s := &notifySet{task: task}
	if begin != nil {
		s.pre = c.notifyPseudo(r, "pre", "notify", begin.task, task, !begin.required())
		c.noteTold(begin, s.pre)
		s.pre.set(actRunnable)
		s.preDone = c.notifyPseudo(r, "confirmed-pre", "notified", begin.task, task, !begin.required())
		c.noteTold(begin, s.preDone)
		s.preDone.setMeta("notify_type", "pre")
		s.preDone.set(actRunnable)
		c.link(s.pre, s.preDone, ordered)
		c.link(s.preDone, begin, ordered)
	}
	if end != nil {
		s.post = c.notifyPseudo(r, "post", "notify", end.task, task, !end.required())
		s.postDone = c.notifyPseudo(r, "confirmed-post", "notified", end.task, task, !end.required())
		c.noteTold(end, s.post, s.postDone)
		s.postDone.setMeta("notify_type", "post")
		for _, a := range []*action{s.post, s.postDone} {
			a.priority = score.Infinity
			if end.is(actRunnable) {
				a.set(actRunnable)
			} else {
				a.clear(actRunnable)
			}
		}
		c.link(end, s.post, firstImpliesThen)
		c.link(s.post, s.postDone, firstImpliesThen)
	}
	if begin != nil && end != nil {
		c.link(s.preDone, s.post, ordered)
	}
	return s
}

func (c *cluster) notifyPseudo(r *Resource, kind, task, of, operation string, optional bool) *action {
	a := c.action(r, opKey{kind + "_notify_" + of, 0}, task, nil, optional)
	a.set(actPseudo)
	a.setMeta("notify_key_type", kind)
	a.setMeta("notify_key_operation", of)
	a.setMeta("notify_type", kind)
	a.setMeta("notify_operation", operation)
	return a
}

// notifyEntry is a resource and where it is, or where something happens to it.
type notifyEntry struct {
	rsc  *Resource
	node *Node
}

// notifyFacts is what is told about a clone: who is active where, and what is
// about to happen.
type notifyFacts struct {
	active, inactive, promoted, unpromoted []notifyEntry
	doing                                  map[string][]notifyEntry
}

func (f *notifyFacts) add(r *Resource) {
	if r.Kind != KindPrimitive {
		for _, m := range r.Children {
			f.add(m)
		}
		return
	}
	e := notifyEntry{rsc: r}
	if len(r.Active) > 0 {
		e.node = r.Active[0]
	}
	switch r.Role {
	case RoleStopped:
		f.inactive = append(f.inactive, e)
	case RoleStarted:
		f.active = append(f.active, e)
	case RoleUnpromoted:
		f.unpromoted = append(f.unpromoted, e)
		f.active = append(f.active, e)
	case RolePromoted:
		f.promoted = append(f.promoted, e)
		f.active = append(f.active, e)
	}
	for _, a := range r.actions {
		if !a.required() || a.node == nil || !a.is(actRunnable) && !(a.task == "stop" && a.node.Unclean) {
			continue
		}
		switch a.task {
		case "start", "stop", "promote", "demote":
			f.doing[a.task] = append(f.doing[a.task], notifyEntry{r, a.node})
		}
	}
}

// names gives a list as two texts: the resources, and their nodes. Of entries
// with the same resource only the first counts.
func names(list []notifyEntry) (resources, nodes string) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b notifyEntry) int {
		if d := strings.Compare(a.rsc.ID, b.rsc.ID); d != 0 || a.node == nil || b.node == nil {
			return d
		}
		return strings.Compare(a.node.ID, b.node.ID)
	})
	var rs, ns []string
	last := ""
	for _, e := range sorted {
		if e.rsc.ID == last {
			continue
		}
		last = e.rsc.ID
		rs = append(rs, e.rsc.ID)
		if e.node != nil {
			ns = append(ns, e.node.Name)
		}
	}
	return orBlank(rs), orBlank(ns)
}

func orBlank(list []string) string {
	if len(list) == 0 {
		return " "
	}
	return strings.Join(list, " ")
}

// notifyClone completes the notifications of a clone when all else is
// decided: the variables, and one real action per instance.
func (c *cluster) notifyClone(r *Resource) {
	if r.notify == nil {
		return
	}
	for _, task := range []string{"start", "stop", "promote", "demote"} {
		s := r.notify[task]
		if s == nil {
			continue
		}
		facts := notifyFacts{doing: map[string][]notifyEntry{}}
		for _, i := range r.Children {
			facts.add(i)
		}
		v := c.notifyVariables(r, &facts)
		own := facts.doing[task]
		if len(own) > 0 {
			for _, a := range []*action{s.pre, s.preDone, s.post, s.postDone} {
				if a != nil {
					a.clear(actOptional)
					c.noteTold(own[0].rsc.newest(task, own[0].node), a)
				}
			}
		}
		w := notifyWork{c: c, set: s, variables: v, empty: len(own) == 0}
		for _, i := range r.Children {
			w.instances(i)
		}
	}
}

func (c *cluster) notifyVariables(r *Resource, f *notifyFacts) attributes {
	var v attributes
	add := func(name string, list []notifyEntry) {
		rs, ns := names(list)
		v.set("notify_"+name+"_resource", rs)
		v.set("notify_"+name+"_uname", ns)
	}
	for _, task := range []string{"stop", "start", "demote", "promote"} {
		add(task, f.doing[task])
	}
	add("active", f.active)
	add("unpromoted", f.unpromoted)
	add("slave", f.unpromoted)
	add("promoted", f.promoted)
	add("master", f.promoted)
	rs, _ := names(f.inactive)
	v.set("notify_inactive_resource", rs)
	var available, all, hosts []string
	for _, n := range c.allowedByName(r) {
		available = append(available, n.Name)
	}
	for _, n := range c.nodes {
		all = append(all, n.Name)
		host := n
		if n.IsGuest() {
			if h := n.host().currentNode(); h != nil {
				host = h
			}
		}
		hosts = append(hosts, host.Name)
	}
	v.set("notify_available_uname", orBlank(available))
	v.set("notify_all_uname", orBlank(all))
	if strings.EqualFold(r.meta.get("container-attribute-target"), "host") {
		v.set("notify_all_hosts", orBlank(hosts))
	}
	return v
}

// notifyWork makes the real notifications of one set.
type notifyWork struct {
	c         *cluster
	set       *notifySet
	variables attributes
	empty     bool // nothing is done by the operation
}

func (w *notifyWork) instances(r *Resource) {
	if r.Kind != KindPrimitive {
		for _, m := range r.Children {
			w.instances(m)
		}
		return
	}
	w.describe(r)
	if w.empty && w.set.task != "stop" {
		return
	}
	if r.Role != RoleStopped && (w.set.task == "stop" || w.set.task == "demote") {
		w.leaving(r)
	}
	if r.NextRole != RoleStopped && (w.set.task == "start" || w.set.task == "promote") {
		w.coming(r)
	}
}

// describe gives the variables to the operations themselves.
func (w *notifyWork) describe(r *Resource) {
	for _, a := range r.actions {
		if !a.required() || a.node == nil {
			continue
		}
		switch a.task {
		case "start", "stop", "promote", "demote":
			for _, v := range w.variables {
				a.setMeta(v.name, v.value)
			}
		}
	}
}

func (w *notifyWork) leaving(r *Resource) {
	stop := r.newest("stop", nil)
	for _, n := range r.Active {
		if stop != nil && stop.is(actPseudo) && (n.Unclean || n.remoteReset) {
			continue
		}
		w.notify(r, n, false)
		if w.set.task == "demote" || stop == nil || !stop.required() {
			w.notify(r, n, true)
		}
	}
}

func (w *notifyWork) coming(r *Resource) {
	start := r.newest("start", nil)
	if start != nil && w.connectionCannotStart(start.node) {
		return
	}
	if r.Assigned == nil {
		return
	}
	if w.set.task != "start" || start == nil || !start.required() {
		w.notify(r, r.Assigned, false)
	}
	w.notify(r, r.Assigned, true)
}

func (w *notifyWork) connectionCannotStart(n *Node) bool {
	if n == nil || !n.Remote || n.connection == nil {
		return false
	}
	start := n.connection.newest("start", nil)
	return start != nil && !start.is(actRunnable)
}

// notify makes one real notification, before or after the operation.
func (w *notifyWork) notify(r *Resource, n *Node, after bool) {
	kind, begin, done := "pre", w.set.pre, w.set.preDone
	if after {
		kind, begin, done = "post", w.set.post, w.set.postDone
	}
	if after && done != nil {
		defer func() {
			for _, a := range r.actions {
				if a.recurring() && a.task != "cancel" {
					w.c.link(done, a, ordered)
				}
			}
		}()
	}
	if begin == nil || done == nil || !n.Online || !begin.is(actRunnable) {
		return
	}
	a := w.c.action(r, opKey{kind + "_notify_" + w.set.task, 0}, "notify", n, !begin.required())
	w.c.note(a, mustHappen, byAction(begin, mustHappen))
	if after {
		a.priority = score.Infinity
	}
	for _, list := range []attributes{begin.meta, begin.opMeta()} {
		for _, m := range list {
			if _, has := a.metaValue(m.name); !has {
				a.setMeta(m.name, m.value)
			}
		}
	}
	for _, v := range w.variables {
		a.setMeta(v.name, v.value)
	}
	w.c.link(begin, a, ordered)
	w.c.link(a, done, ordered)
}

// opMeta are the meta-attributes an action shares with its operation.
func (a *action) opMeta() attributes {
	if a.op == nil {
		return nil
	}
	return a.op.meta
}

// notifyImpliedStop tells the other instances that one was stopped by the
// fencing of its node.
func (c *cluster) notifyImpliedStop(r *Resource, stop, fence *action) {
	s := c.newNotifySet(r, "stop", nil, fence)
	var v attributes
	v.set("notify_stop_resource", r.ID)
	v.set("notify_stop_uname", stop.node.Name)
	w := notifyWork{c: c, set: s, variables: v}
	w.instances(r.topmost())
}
