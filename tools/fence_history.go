package tools

import (
	"slices"
	"time"

	"github.com/beevik/etree"

	"crm/node"
)

// fenceTime is how fencings are dated: in UTC, as by the original.
func fenceTime(unix int64) string { return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04:05Z") }

// fenceVerb is a fencing action in words.
func fenceVerb(action string) string {
	switch action {
	case "off":
		return "turning off"
	case "on":
		return "unfencing"
	}
	return action
}

// fenceLine tells of a fencing in crm_mon's way.
func fenceLine(s node.FenceEvent) string {
	text := fenceVerb(s.Action) + " of " + s.Target
	if s.Ended != 0 {
		text += " by " + s.By
	}
	text += " for " + s.Client + "@" + s.Origin
	switch {
	case s.Ended == 0:
		return text + " last pending"
	case s.OK:
		return text + " successful at " + fenceTime(s.Ended)
	}
	return text + " last failed at " + fenceTime(s.Ended) + reasonGiven(s)
}

func reasonGiven(s node.FenceEvent) string {
	if s.Reason == "" || s.OK {
		return ""
	}
	return " (" + s.Reason + ")"
}

// fenceEventXML tells of a fencing as XML.
func fenceEventXML(s node.FenceEvent) *etree.Element {
	e := etree.NewElement("fence_event")
	attrs(e, "action", s.Action, "target", s.Target, "client", s.Client, "origin", s.Origin)
	switch {
	case s.Ended == 0:
		attrs(e, "status", "pending")
		return e
	case s.OK:
		attrs(e, "status", "success")
	default:
		attrs(e, "status", "failed")
		if s.Reason != "" {
			attrs(e, "exit-reason", s.Reason)
		}
	}
	attrs(e, "delegate", s.By, "completed", fenceTime(s.Ended))
	return e
}

// newestFirst are the fencings of a node, of all nodes for "" and "*".
func newestFirst(events []node.FenceEvent, target string) []node.FenceEvent {
	var list []node.FenceEvent
	for _, s := range slices.Backward(events) {
		if target == "" || target == "*" || s.Target == target {
			list = append(list, s)
		}
	}
	return list
}

// superseded tells whether a fencing failed and the node was fenced later.
func superseded(s node.FenceEvent, all []node.FenceEvent) bool {
	return s.Ended != 0 && !s.OK && slices.ContainsFunc(all, func(later node.FenceEvent) bool {
		return later.OK && later.Target == s.Target && later.Action == s.Action && later.Ended >= s.Ended
	})
}

// fencings are all fencings that are remembered.
func (m *monitor) fencings() []string {
	return m.fencingLines(func(node.FenceEvent) bool { return true })
}

// failedFencings are those after which a node was not fenced.
func (m *monitor) failedFencings() []string {
	if m.noHistory != nil {
		return []string{"  * Failed to get fencing history: " + m.noHistory.Error()}
	}
	return m.fencingLines(func(s node.FenceEvent) bool { return s.Ended != 0 && !s.OK && !superseded(s, m.fenceEvents) })
}

func (m *monitor) pendingFencings() []string {
	return m.fencingLines(func(s node.FenceEvent) bool { return s.Ended == 0 })
}

func (m *monitor) fencingLines(want func(node.FenceEvent) bool) []string {
	var lines []string
	for _, s := range m.fenceEvents {
		if want(s) && (m.nodes == nil || m.nodes[s.Target]) {
			lines = append(lines, "  * "+fenceLine(s))
		}
	}
	return lines
}

// fencingsXML are the fencings that are to be shown, as XML.
func (m *monitor) fencingsXML() *etree.Element {
	history := etree.NewElement("fence_history")
	for _, s := range m.fenceEvents {
		state := "fencing-succeeded"
		switch {
		case s.Ended == 0:
			state = "fencing-pending"
		case !s.OK:
			state = "fencing-failed"
		}
		if m.shown[state] && (m.nodes == nil || m.nodes[s.Target]) {
			history.AddChild(fenceEventXML(s))
		}
	}
	return history
}
