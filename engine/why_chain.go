package engine

import (
	"math"
	"strings"
)

// Chain is why an action happens, or cannot: from the action that makes it so
// to what is outside the engine.
type Chain struct {
	Steps    []string // the nearest cause first, the root last
	Root     Root     // its zero value when nothing is known
	Remedies []string // commands that would change the root
}

// chainOf follows the causes of what an action is. Every step goes back in
// time, so that it ends.
func (c *cluster) chainOf(a *action, is condition) Chain {
	var chain Chain
	start := a
	for before := math.MaxInt; ; {
		r, found := c.trace.causeOf(a, is, before)
		if !found {
			return chain
		}
		if r.by == nil {
			said := c.tell(r.ground)
			if of := r.ground.rsc; r.ground.kind == groundRole && of == start.rsc && of.Assigned != nil && of.Role == RoleStopped {
				said.text = of.shownName() + " is to run on " + of.Assigned.Name // why there, the explanation begins with
			}
			chain.Root, chain.Remedies = said.root, said.remedies
			return chain.and(said.text)
		}
		chain = chain.and(c.stepText(a, r.because))
		a, is, before = r.by, r.byIs, r.number
	}
}

// and adds a step, unless it says nothing new.
func (h Chain) and(step string) Chain {
	if step != "" && (len(h.Steps) == 0 || h.Steps[len(h.Steps)-1] != step) {
		h.Steps = append(h.Steps, step)
	}
	return h
}

// causeOf is the record of what made an action what it is, among those before
// a certain one: what first made it required, or last kept it from happening.
func (t *trace) causeOf(a *action, is condition, before int) (found record, ok bool) {
	for _, r := range t.records[a] {
		if r.is == is && r.number < before {
			found, ok = r, true
			if is != cannotHappen {
				break
			}
		}
	}
	return found, ok
}

// stepText tells that an action is what it is because of another. Within one
// resource, and between a collective and its members, there is nothing to tell.
func (c *cluster) stepText(a *action, why because) string {
	by := why.by
	if why.source == "" && a.rsc != nil && by.rsc != nil && (a.rsc == by.rsc || a.rsc.isAncestorOf(by.rsc) || by.rsc.isAncestorOf(a.rsc)) {
		return ""
	}
	text := by.phrase(why.byIs)
	switch {
	case why.source != "":
		text += " (" + why.source + ")"
	case a.rsc != nil && by.rsc != nil && a.rsc.Parent != nil && a.rsc.Parent == by.rsc.Parent && a.rsc.Parent.Kind == KindGroup:
		text += " (in the group " + a.rsc.Parent.ID + ")"
	}
	return text
}

// participles are what is said of operations that happen.
var participles = map[string]string{"start": "started", "running": "started", "stop": "stopped", "stopped": "stopped",
	"promote": "promoted", "promoted": "promoted", "demote": "demoted", "demoted": "demoted", "migrate_to": "migrated away",
	"migrate_from": "migrated in", "reload-agent": "reloaded", "monitor": "monitored", "notify": "notified", "notified": "notified",
	"clear_failcount": "cleared of its failures", "delete": "forgotten", "lrm_delete": "forgotten"}

// phrase tells what an action is.
func (a *action) phrase(is condition) string {
	verb := " is "
	if is == cannotHappen {
		verb = " cannot be "
	}
	if a.rsc == nil {
		return a.nodePhrase(verb)
	}
	done := participles[a.task]
	if done == "" {
		done = a.task
	}
	if stop := a.rsc.newest("stop", nil); a.task == "start" && is == mustHappen && stop != nil && stop.required() {
		done = "restarted"
	}
	text := a.rsc.shownName() + verb + done
	if a.node != nil && a.rsc.Kind == KindPrimitive {
		text += " on " + a.node.Name
	}
	return text
}

// nodePhrase tells of an action of no resource.
func (a *action) nodePhrase(verb string) string {
	node := ""
	if a.node != nil {
		node = a.node.Name
	}
	switch {
	case a.task == "stonith" && a.fenceHow() == "on":
		return node + verb + "unfenced"
	case a.task == "stonith":
		return node + verb + "fenced"
	case a.task == "do_shutdown":
		return node + verb + "shut down"
	case strings.HasPrefix(a.name, "load_stopped_"):
		return node + " gets room when others have stopped there"
	}
	return "enough of what it waits for" + verb + "up"
}
