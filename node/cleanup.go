package node

import (
	"fmt"
	"strings"
	"time"

	"crm/cib"
	"crm/engine/graph"
)

// decideCleanup forgets what happened to resources: their history is deleted
// on the members, their failure counts here; then they are probed again.
func (m *Machine) decideCleanup(to asker, q Request) {
	wanted := primitivesOf(m.log.reg.doc, q.Resource)
	if q.Resource != "" && len(wanted) == 0 && !m.hasHistory(q.Resource) {
		m.reply(to, Reply{Refused: RefusedInvalid, Text: fmt.Sprintf("resource %q is not in the configuration and has no history", q.Resource)})
		return
	}
	if q.Node != "" && m.dc.members[q.Node] == nil {
		m.reply(to, Reply{Refused: RefusedInvalid, Text: fmt.Sprintf("node %q is not online", q.Node)})
		return
	}
	left, cleaned := 0, 0
	ended := func(bool, *Update) {
		if left--; left == 0 {
			m.think("cleanup")
			m.reply(to, Reply{Version: m.log.reg.version, Text: fmt.Sprintf("%d cleaned up", cleaned)})
		}
	}
	for _, name := range sortedKeys(m.dc.members) {
		if q.Node != "" && name != q.Node {
			continue
		}
		s := m.dc.members[name]
		for _, id := range s.hist.sorted() {
			if (q.Resource == "" || id == q.Resource || wanted[id]) && (q.Verb == VerbRefresh || s.failed(id)) {
				left++
				cleaned++
				m.forget(s, id, ended)
			}
		}
	}
	if left == 0 {
		m.reply(to, Reply{Version: m.log.reg.version, Text: "nothing to clean up"})
		return
	}
	m.think("cleanup")
	m.flushOrders()
}

// forget has a member delete a resource's history.
func (m *Machine) forget(s *subject, resource string, done func(bool, *Update)) {
	h := s.hist[resource]
	m.cleanups++
	a := &graph.Action{ID: -m.cleanups, Kind: graph.Resource, Operation: "delete", Key: opKey(resource, "delete", 0), Node: s.name,
		Resource: &graph.ResourceRef{ID: resource, Class: h.Class, Provider: h.Provider, Type: h.Type}}
	key := fmt.Sprintf("%d:-1:0:%s", -m.cleanups, m.cfg.Process)
	m.give(&given{key: key, node: s.name, action: a, done: done, deadline: m.now.Add(time.Minute)})
}

func (m *Machine) hasHistory(resource string) bool {
	for _, s := range m.dc.members { // order: any one will do
		if s.hist[resource] != nil {
			return true
		}
	}
	return false
}

// failed tells whether something of a resource failed there.
func (s *subject) failed(resource string) bool {
	for name := range s.attrs { // order: any one will do
		if rest, is := strings.CutPrefix(name, "fail-count-"); is && sameResource(rest, resource) {
			return true
		}
	}
	for i := range s.hist[resource].Entries {
		e := &s.hist[resource].Entries[i]
		if e.ID == opKey(resource, "last_failure", 0) || e.Status > OpDone || !e.pending() && !sameResult(e.RC, targetRC(e.TransitionKey)) {
			return true
		}
	}
	return false
}

// primitivesOf are the primitives in a resource of the configuration.
func primitivesOf(doc *cib.Document, resource string) map[string]bool {
	ids := map[string]bool{}
	if resource == "" {
		return ids
	}
	base, _, _ := strings.Cut(resource, ":")
	for e := range cib.Walk(cib.Child(doc.Configuration(), "resources")) {
		if cib.ID(e) != base {
			continue
		}
		for p := range cib.Walk(e) {
			if p.Tag == "primitive" {
				ids[cib.ID(p)] = true
			}
		}
	}
	return ids
}

// clearFailure forgets a resource's failures on this member, at the DC's
// wish: the policy engine found them expired.
func (m *Machine) clearFailure(o Order) {
	id := o.Action.Resource.ID
	drop := opKey(id, "last_failure", 0)
	m.exec.hist.drop(id, drop)
	m.report(Update{Kind: UpdateCleared, Key: o.Key, Status: OpDone, History: &ResourceHistory{ID: id}, Drop: []string{drop}})
}

// forgetResource carries out an lrm_delete: only the status changes.
func (m *Machine) forgetResource(a *graph.Action) {
	if s := m.subjectOf(a.Node); s != nil && a.Resource != nil {
		s.forget(a.Resource.ID)
		m.mirrorSoon()
	}
	m.confirm(a, true)
}
