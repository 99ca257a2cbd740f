package engine

import (
	"strings"

	"crm/cib"
)

// A live migration leaves a migrate_to on the source and a migrate_from on
// the target. Any of them may fail or get lost; then newer operations on both
// sides tell where the resource is.

// entriesOn are the operations of the resource that is being read on another
// node, in document order.
func (x *reading) entriesOn(n *Node) []*opEntry {
	var list []*opEntry
	if n == nil || n.state == nil {
		return nil
	}
	id := cib.ID(x.h.element)
	for h := range cib.Children(cib.Child(cib.Child(n.state, "lrm"), "lrm_resources"), "lrm_resource") {
		if cib.ID(h) != id {
			continue
		}
		for e := range cib.Children(h, "lrm_rsc_op") {
			list = append(list, parseEntry(e))
		}
	}
	return list
}

// newerAction tells whether something other than a monitor was done with the
// resource on a node after an event.
func (x *reading) newerAction(n *Node, event *opEntry) bool {
	for _, e := range x.entriesOn(n) {
		switch e.task {
		case "start", "stop", "migrate_to", "migrate_from":
			if x.newer(e, event) {
				return true
			}
		}
	}
	return false
}

// newerState is newerAction, or a later monitor that found nothing.
func (x *reading) newerState(n *Node, event *opEntry) bool {
	if x.newerAction(n, event) {
		return true
	}
	for _, e := range x.entriesOn(n) {
		if e.task == "monitor" && e.rc == rcNotRunning && e.status == statusDone {
			return x.newer(e, event)
		}
	}
	return false
}

func (x *reading) newer(e, event *opEntry) bool { return compareAge(e, event) > 0 }

// unknownOn tells whether nothing is known of the resource on a node.
func (x *reading) unknownOn(n *Node) bool {
	for _, e := range x.entriesOn(n) {
		if e.rc != rcUnknown {
			return false
		}
	}
	return true
}

// partner finds the migrate_to or migrate_from that belongs to the other half
// of a migration.
func (x *reading) partner(task string, on *Node, source, target string) *opEntry {
	for _, e := range x.entriesOn(on) {
		if e.task == task && strings.EqualFold(e.attr("migrate_source"), source) &&
			(target == "" || strings.EqualFold(e.attr("migrate_target"), target)) {
			return e
		}
	}
	return nil
}

// migrationNodes reads the names of a migration's nodes; ok is false when
// they do not fit the node that the event is on.
func (x *reading) migrationNodes(e *opEntry, source bool) (from, to string, ok bool) {
	from, to = e.attr("migrate_source"), e.attr("migrate_target")
	here := to
	if source {
		here = from
	}
	return from, to, from != "" && to != "" && strings.EqualFold(here, x.n.Name)
}

// migrated deals with a migrate_to that succeeded.
func (x *reading) migrated(e *opEntry) {
	c, r := x.c, x.r
	source, target, ok := x.migrationNodes(e, true)
	if !ok {
		return
	}
	from, to := c.nodeNamed(source), c.nodeNamed(target)
	arrival := x.partner("migrate_from", to, source, "")
	sourceNewer := x.newerAction(from, e)
	there := e // what newer operations on the target are compared with: if possible one of that node itself
	if arrival != nil {
		there = arrival
	}
	if sourceNewer && (arrival != nil || x.newerState(to, there)) {
		return
	}
	if arrival != nil && arrival.rc == rcOK && arrival.status == statusDone {
		r.Role = RoleStopped
		r.dangling = append(r.dangling, from)
		return
	}
	r.Role = RoleStarted
	activeThere := to != nil && to.Online && !x.newerState(to, there)
	if arrival != nil && arrival.status != statusPending {
		x.arrivalFailed(to, activeThere)
		return
	}
	if to != nil && to.Online && x.unknownOn(to) {
		return
	}
	if activeThere {
		c.addActive(r, to, false)
		if from != nil && from.Online {
			r.PartialSource, r.PartialTarget = from, to
		}
	} else if !sourceNewer {
		r.set(flagFailed | flagStopIfFailed)
		r.clear(flagMigratable)
	}
}

func (x *reading) arrivalFailed(to *Node, activeThere bool) {
	if activeThere {
		x.c.addActive(x.r, to, true)
		return
	}
	x.r.set(flagFailed | flagStopIfFailed)
	x.r.clear(flagMigratable)
}

// migrateToFailed deals with a migrate_to that failed: the resource may be on
// either side.
func (x *reading) migrateToFailed(e *opEntry) {
	c, r := x.c, x.r
	source, target, ok := x.migrationNodes(e, true)
	if !ok {
		return
	}
	r.Role = RoleStarted
	from, to := c.nodeNamed(source), c.nodeNamed(target)
	if !x.unknownOn(to) && !x.newerState(to, e) {
		if to != nil && to.Online {
			c.addActive(r, to, false)
		}
	} else if !x.newerAction(from, e) {
		r.dangling = append(r.dangling, from)
	}
}

// migrateFromFailed deals with a migrate_from that failed: the source may
// still run the resource.
func (x *reading) migrateFromFailed(e *opEntry) {
	c, r := x.c, x.r
	source, target, ok := x.migrationNodes(e, false)
	if !ok {
		return
	}
	r.Role = RoleStarted
	from := c.nodeNamed(source)
	event := e
	if departure := x.partner("migrate_to", from, source, target); departure != nil && departure.rc == rcOK && departure.status == statusDone {
		event = departure
	}
	if !x.unknownOn(from) && !x.newerState(from, event) && from != nil && from.Online {
		c.addActive(r, from, true)
	}
}
