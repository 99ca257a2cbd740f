package cib

import (
	"slices"

	"github.com/beevik/etree"
)

// The sections of <configuration>.
const (
	CrmConfig       = "crm_config"
	Nodes           = "nodes"
	Resources       = "resources"
	Constraints     = "constraints"
	FencingTopology = "fencing-topology"
	OpDefaults      = "op_defaults"
	RscDefaults     = "rsc_defaults"
	Tags            = "tags"
	Alerts          = "alerts"
	ACLs            = "acls"
)

// Sections lists the sections in the order in which they are written. The
// first four are part of every configuration.
func Sections() []string {
	return []string{CrmConfig, Nodes, Resources, Constraints, FencingTopology, OpDefaults, RscDefaults, Tags, Alerts, ACLs}
}

// Section is a section of the configuration, nil when it is missing.
func (d *Document) Section(name string) *etree.Element {
	return Child(Child(d.Root(), "configuration"), name)
}

// MakeSection is a section of the configuration, made at its place when it is
// missing.
func (d *Document) MakeSection(name string) *etree.Element {
	if e := d.Section(name); e != nil {
		return e
	}
	conf, order := d.Configuration(), Sections()
	e := etree.NewElement(name)
	rank := slices.Index(order, name)
	for sibling := range Children(conf) {
		if r := slices.Index(order, sibling.Tag); rank >= 0 && r > rank {
			conf.InsertChildAt(sibling.Index(), e)
			return e
		}
	}
	conf.AddChild(e)
	return e
}

// DropEmptySections takes sections out that hold nothing and need not be
// there. Comments count as something.
func (d *Document) DropEmptySections() {
	for _, name := range Sections()[4:] {
		if e := d.Section(name); e != nil && contentOf(e) == nothing && len(e.Attr) == 0 {
			Remove(e)
		}
	}
}
