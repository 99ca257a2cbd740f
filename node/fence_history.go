package node

import (
	"cmp"
	"slices"
)

// FenceEvent is a fencing of a node, under way or ended. The DC tells the
// members of the last ones, so that the next DC can be asked about them.
type FenceEvent struct {
	Key     string // of the fencing, unique
	Request string `json:",omitempty"` // the id of the request that it answers, if any
	Target  string
	Action  string // reboot, off or on
	By      string // the member whose fence devices do it; Human
	Client  string // what wanted it: the cluster, or a tool
	Origin  string // and on which member
	Why     string
	Began   int64  // Unix seconds
	Ended   int64  `json:",omitempty"` // 0 while it is under way
	OK      bool   `json:",omitempty"`
	Reason  string `json:",omitempty"` // by which device it succeeded, or why it failed
}

// Human is who fences a node that an administrator confirms to be down.
const Human = "a human"

// mostFenceEvents bounds what is remembered.
const mostFenceEvents = 30

// noteFenceBegin remembers a fencing that has begun.
func (m *Machine) noteFenceBegin(key string, f fencing) {
	m.keepFenceEvent(FenceEvent{Key: key, Request: f.request, Target: f.node, Action: f.action, By: m.cfg.Name, Client: cmp.Or(f.client, "crm"), Origin: cmp.Or(f.origin, m.cfg.Name),
		Why: f.why, Began: m.now.Unix()})
}

// noteFenceEnd remembers how a fencing ended.
func (m *Machine) noteFenceEnd(key string, ok bool, reason string) {
	if i := m.fenceEventIndex(key); i >= 0 {
		s := m.fenceEvents[i]
		s.Ended, s.OK, s.Reason = m.now.Unix(), ok, reason
		m.keepFenceEvent(s)
	}
}

func (m *Machine) fenceEventIndex(key string) int {
	return slices.IndexFunc(m.fenceEvents, func(s FenceEvent) bool { return s.Key == key })
}

// keepFenceEvent replaces what is remembered of a fencing, or adds it and forgets the
// oldest.
func (m *Machine) keepFenceEvent(s FenceEvent) {
	if i := m.fenceEventIndex(s.Key); i >= 0 {
		if m.fenceEvents[i] == s || m.fenceEvents[i].Ended != 0 && s.Ended == 0 {
			return
		}
		m.fenceEvents = slices.Clone(m.fenceEvents) // a hello has the old list
		m.fenceEvents[i] = s
	} else {
		m.fenceEvents = append(slices.Clone(m.fenceEvents), s)
		m.fenceEvents = m.fenceEvents[max(0, len(m.fenceEvents)-mostFenceEvents):]
	}
	m.sooner(alarmHello, 0)
}

// takeFenceEvents takes the list of the DC, which may not have heard yet of those that
// are under way here.
func (m *Machine) takeFenceEvents(list []FenceEvent) {
	old := m.fenceEvents
	m.fenceEvents = list
	for _, s := range old {
		if m.fences[s.Key] != nil && m.fenceEventIndex(s.Key) < 0 {
			m.keepFenceEvent(s)
		}
	}
}

// abandonFencings ends those that a member had under way and does not know of any
// more: it is lost, or it began anew.
func (m *Machine) abandonFencings(by string, known []FenceEvent) {
	for _, s := range m.fenceEvents {
		if s.By == by && s.Ended == 0 && !slices.ContainsFunc(known, func(k FenceEvent) bool { return k.Key == s.Key }) {
			s.Ended, s.Reason = m.now.Unix(), by+" was lost meanwhile"
			m.keepFenceEvent(s)
		}
	}
}

// lastFencing is the newest fencing of a node, nil when none is known.
func (m *Machine) lastFencing(target string) *FenceEvent {
	for _, s := range slices.Backward(m.fenceEvents) {
		if s.Target == target {
			return &s
		}
	}
	return nil
}

// forgetFenceEvents forgets the fencings of a node, of all nodes for "", that have
// ended.
func (m *Machine) forgetFenceEvents(target string) {
	m.fenceEvents = slices.DeleteFunc(slices.Clone(m.fenceEvents), func(s FenceEvent) bool { return s.Ended != 0 && (target == "" || s.Target == target) })
	m.sooner(alarmHello, 0)
}
