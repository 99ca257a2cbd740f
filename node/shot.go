package node

import (
	"cmp"
	"slices"
)

// Shot is a fencing of a node: under way, or how it ended. The DC tells the
// members of the last ones, so that the next DC can be asked about them.
type Shot struct {
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

// mostShots bounds what is remembered.
const mostShots = 30

// shotBegan remembers a fencing that has begun.
func (m *Machine) shotBegan(key string, f fencing) {
	m.keepShot(Shot{Key: key, Request: f.request, Target: f.node, Action: f.action, By: m.cfg.Name, Client: cmp.Or(f.client, "crm"), Origin: cmp.Or(f.origin, m.cfg.Name),
		Why: f.why, Began: m.now.Unix()})
}

// shotEnded remembers how a fencing ended.
func (m *Machine) shotEnded(key string, ok bool, reason string) {
	if i := m.shotIndex(key); i >= 0 {
		s := m.shots[i]
		s.Ended, s.OK, s.Reason = m.now.Unix(), ok, reason
		m.keepShot(s)
	}
}

func (m *Machine) shotIndex(key string) int {
	return slices.IndexFunc(m.shots, func(s Shot) bool { return s.Key == key })
}

// keepShot replaces what is remembered of a fencing, or adds it and forgets the
// oldest.
func (m *Machine) keepShot(s Shot) {
	if i := m.shotIndex(s.Key); i >= 0 {
		if m.shots[i] == s || m.shots[i].Ended != 0 && s.Ended == 0 {
			return
		}
		m.shots = slices.Clone(m.shots) // a hello has the old list
		m.shots[i] = s
	} else {
		m.shots = append(slices.Clone(m.shots), s)
		m.shots = m.shots[max(0, len(m.shots)-mostShots):]
	}
	m.sooner(alarmHello, 0)
}

// takeShots takes the list of the DC, which may not have heard yet of those that
// are under way here.
func (m *Machine) takeShots(list []Shot) {
	old := m.shots
	m.shots = list
	for _, s := range old {
		if m.fences[s.Key] != nil && m.shotIndex(s.Key) < 0 {
			m.keepShot(s)
		}
	}
}

// abandonShots ends those that a member had under way and does not know of any
// more: it is lost, or it began anew.
func (m *Machine) abandonShots(by string, known []Shot) {
	for _, s := range m.shots {
		if s.By == by && s.Ended == 0 && !slices.ContainsFunc(known, func(k Shot) bool { return k.Key == s.Key }) {
			s.Ended, s.Reason = m.now.Unix(), by+" was lost meanwhile"
			m.keepShot(s)
		}
	}
}

// lastShot is the newest fencing of a node, nil when none is known.
func (m *Machine) lastShot(target string) *Shot {
	for _, s := range slices.Backward(m.shots) {
		if s.Target == target {
			return &s
		}
	}
	return nil
}

// forgetShots forgets the fencings of a node, of all nodes for "", that have
// ended.
func (m *Machine) forgetShots(target string) {
	m.shots = slices.DeleteFunc(slices.Clone(m.shots), func(s Shot) bool { return s.Ended != 0 && (target == "" || s.Target == target) })
	m.sooner(alarmHello, 0)
}
