package node

import "maps"

// Every member keeps a copy of the others' histories, so that a DC that takes
// over from a dead one knows what the dead member ran. Without it, a node
// that cannot be fenced would look as if it ran nothing.

// mirrored is a member's copy of another one's history.
type mirrored struct {
	reign   string
	version uint64
	process string
	hist    history
}

// Mirror brings such a copy from version Base to Version; Base 0 replaces it.
type Mirror struct {
	Reign   string
	Node    string
	Process string
	Base    uint64
	Version uint64
	List    []ResourceHistory `json:",omitempty"` // changed
	Gone    []string          `json:",omitempty"` // forgotten resources
	Kept    bool              `json:",omitempty"` // the answer
}

// touch notes that a resource's history changed.
func (s *subject) touch(resource string) {
	s.version++
	s.changed[resource] = s.version
}

func (s *subject) put(r *ResourceHistory) {
	s.hist.put(r)
	s.touch(r.ID)
}

func (s *subject) drop(resource string, ids ...string) {
	s.hist.drop(resource, ids...)
	s.touch(resource)
}

func (s *subject) forget(resource string) {
	delete(s.hist, resource)
	s.touch(resource)
}

// mirror sends what changed to members that have not confirmed it.
func (m *Machine) mirror() {
	if m.dc == nil {
		return
	}
	behind := false
	for _, to := range sortedKeys(m.dc.members) {
		if to == m.cfg.Name {
			continue
		}
		t := m.dc.members[to]
		for _, of := range sortedKeys(m.table) {
			s := m.subjectOf(of)
			if s == nil || of == to || t.mirrors[of] == s.version {
				continue
			}
			behind = true
			m.send(to, &Message{Mirror: s.since(m.dc.reign, t.mirrors[of])})
		}
	}
	if behind {
		m.set(alarmMirror, m.cfg.Retry)
	}
}

// mirrorSoon gathers changes for a moment.
func (m *Machine) mirrorSoon() { m.sooner(alarmMirror, m.cfg.Retry/2) }

// since is what changed after a version.
func (s *subject) since(reign string, base uint64) *Mirror {
	mi := &Mirror{Reign: reign, Node: s.name, Process: s.process, Base: base, Version: s.version}
	if base == 0 {
		mi.List = s.hist.list()
		return mi
	}
	part := history{}
	for _, id := range sortedKeys(s.changed) {
		switch {
		case s.changed[id] <= base:
		case s.hist[id] == nil:
			mi.Gone = append(mi.Gone, id)
		default:
			part[id] = s.hist[id]
		}
	}
	mi.List = part.list()
	return mi
}

func (m *Machine) heardMirror(from string, mi *Mirror) {
	if mi.Kept {
		if m.dc != nil && m.dc.reign == mi.Reign && m.dc.members[from] != nil {
			m.dc.members[from].mirrors[mi.Node] = mi.Version
		}
		return
	}
	if from != m.exec.dc || mi.Reign != m.exec.reign {
		return
	}
	c := m.mirrors[mi.Node]
	switch {
	case mi.Base == 0:
		c = &mirrored{reign: mi.Reign, process: mi.Process, hist: history{}}
		m.mirrors[mi.Node] = c
	case c == nil || c.reign != mi.Reign || c.version != mi.Base:
		return // overtaken; it will come again from another base
	}
	for i := range mi.List {
		c.hist[mi.List[i].ID] = &mi.List[i]
	}
	for _, id := range mi.Gone {
		delete(c.hist, id)
	}
	c.version = mi.Version
	m.send(from, &Message{Mirror: &Mirror{Reign: mi.Reign, Node: mi.Node, Version: mi.Version, Kept: true}})
}

// recall gives a new DC what is known of members that are not here: they may
// still run what they ran.
func (m *Machine) recall() {
	for _, name := range sortedKeys(m.mirrors) {
		f, c := m.table[name], m.mirrors[name]
		if f == nil || f.Expect != joinMember || f.Process != c.process {
			continue
		}
		m.dc.lost[name] = &subject{name: name, process: c.process, hist: maps.Clone(c.hist), attrs: map[string]string{},
			changed: map[string]uint64{}, version: 1, mirrors: map[string]uint64{}}
	}
}
