package node

import (
	"time"

	"crm/engine/graph"
)

// Aside is the value of a transient attribute that the CIB does not show: not
// yet, since more changes may follow (dampening), or never (private). See
// attrd_updater(8), --delay and --private.
type Aside struct {
	Name, Value string        // "" deletes
	Wait        time.Duration `json:",omitzero"` // for further changes; 0: private
}

// NodeAttribute is the value that an attribute has on a node.
type NodeAttribute struct{ Node, Value string }

// putAttr takes a new value of a transient attribute: into the CIB at once,
// after a while without further changes, or never.
//
// The members' values of one attribute wait together. So when a ping node is
// lost to all members, one after the other, the policy engine sees that at
// once and does not move resources from one to the next.
func (m *Machine) putAttr(s *subject, a Aside, private bool) {
	held, aside := s.asides[a.Name]
	if private || aside && held.Wait == 0 {
		a.Wait = 0
		m.putAside(s, a)
		return
	}
	switch {
	case a.Wait == 0:
		m.setAttr(s.name, a.Name, a.Value)
	case aside && held == a || !aside && s.attrs[a.Name] == a.Value:
	default:
		m.putAside(s, a)
		m.dampen(a.Name, a.Wait)
	}
}

func (m *Machine) putAside(s *subject, a Aside) {
	if a.Wait == 0 && a.Value == "" {
		delete(s.asides, a.Name)
	} else {
		s.asides[a.Name] = a
	}
	m.keepAttrs(s)
}

// dampen has the values of an attribute written when nothing more comes.
func (m *Machine) dampen(name string, wait time.Duration) {
	m.dc.damped[name] = m.now.Add(wait)
	m.sooner(alarmDamped, wait)
}

// writeDamped writes the values whose time is over.
func (m *Machine) writeDamped() {
	for _, name := range sortedKeys(m.dc.damped) {
		if wait := m.dc.damped[name].Sub(m.now); wait > 0 {
			m.sooner(alarmDamped, wait)
			continue
		}
		delete(m.dc.damped, name)
		for _, member := range sortedKeys(m.dc.members) {
			if a, aside := m.dc.members[member].asides[name]; aside && a.Wait > 0 {
				m.setAttr(member, name, a.Value)
			}
		}
	}
}

// writeDampedNow writes all that waits.
func (m *Machine) writeDampedNow() {
	for name := range m.dc.damped { // order: each for itself
		m.dc.damped[name] = m.now
	}
	m.writeDamped()
}

// attributeOf is what an attribute is on the members, or on one of them.
func (m *Machine) attributeOf(name, member string) []NodeAttribute {
	var all []NodeAttribute
	for _, on := range sortedKeys(m.dc.members) {
		s := m.dc.members[on]
		value := s.attrs[name]
		if a, aside := s.asides[name]; aside {
			value = a.Value
		}
		if value != "" && (member == "" || member == on) {
			all = append(all, NodeAttribute{on, value})
		}
	}
	return all
}

// setAttr sets ("" deletes) a transient attribute of a member in the CIB.
func (m *Machine) setAttr(name, attr, value string) {
	s := m.dc.members[name]
	if s == nil {
		return
	}
	_, aside := s.asides[attr]
	delete(s.asides, attr)
	if s.attrs[attr] == value {
		if aside {
			m.keepAttrs(s)
		}
		return
	}
	if value == "" {
		delete(s.attrs, attr)
	} else {
		s.attrs[attr] = value
	}
	m.keepAttrs(s)
	m.think("attribute " + attr + " of " + name)
}

// keepAttrs has a member keep its attributes for the next DC.
func (m *Machine) keepAttrs(s *subject) {
	s.attrsVer++
	m.sendAttrs(s)
	m.sooner(alarmOrders, m.cfg.Retry)
}

func (m *Machine) sendAttrs(s *subject) {
	list := make([]graph.Attr, 0, len(s.attrs))
	for _, name := range sortedKeys(s.attrs) {
		list = append(list, graph.Attr{Name: name, Value: s.attrs[name]})
	}
	m.send(s.name, &Message{Attrs: &Attrs{Reign: m.dc.reign, Process: s.process, Version: s.attrsVer, List: list, Asides: s.asideList()}})
}

func (s *subject) asideList() []Aside {
	var list []Aside
	for _, name := range sortedKeys(s.asides) {
		list = append(list, s.asides[name])
	}
	return list
}

// recallAsides takes over what a member kept for this DC: the wait begins
// anew.
func (m *Machine) recallAsides(s *subject, kept []Aside) {
	for _, a := range kept {
		s.asides[a.Name] = a
		if a.Wait > 0 {
			m.dampen(a.Name, a.Wait)
		}
	}
}

func (m *Machine) attrsKept(from string, a *Attrs) {
	if !a.Kept || m.dc == nil || m.dc.reign != a.Reign || m.dc.members[from] == nil {
		return
	}
	s := m.dc.members[from]
	if ofAnother(a.Process, s.process) {
		return
	}
	s.attrsAck = max(s.attrsAck, a.Version)
}
