package node

import "crm/cib"

// Inspection is how a member sees things at the moment, for logs, metrics and
// the simulator. Nothing is decided on it.
type Inspection struct {
	DC      string // who coordinates, "" when not known
	IsDC    bool
	Quorum  bool // only with IsDC
	Leads   bool // leads the log
	Term    uint64
	Commit  uint64
	Lineage string
	Voters  int
	Version cib.Version
	Digest  string // of the configuration
	Quiet   bool   // only with IsDC: nothing left to do
	Joined  []string
}

// Inspect tells how this member sees things.
func (m *Machine) Inspect() Inspection {
	st := m.log.raw.BasicStatus()
	in := Inspection{DC: m.boss, IsDC: m.dc != nil, Leads: m.log.leads, Term: st.Term, Commit: st.Commit, Lineage: string(m.log.lineage),
		Voters: len(m.log.conf.Voters), Version: m.log.reg.version, Digest: m.log.reg.digest}
	if m.dc != nil {
		in.Quorum, in.Quiet, in.Joined = m.dc.quorum, m.isQuiet(), sortedKeys(m.dc.members)
	}
	return in
}

// Configuration is the <cib> without status, as this member holds it; it must
// not be changed.
func (m *Machine) Configuration() *cib.Document { return m.log.reg.doc }
