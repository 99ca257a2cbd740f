package node

import (
	"strings"
	"testing"
	"time"

	"crm/cib"
	"crm/engine/graph"
)

const fencedCluster = `<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes>
<node id="1" uname="alice"><instance_attributes id="a"><nvpair id="a1" name="rack" value="7"/></instance_attributes></node>
<node id="2" uname="bob"/><node id="3" uname="carol"/><node id="4" uname="dora7"/><node id="5" uname="emil"/></nodes><resources>
<template id="psu" class="stonith" type="fence_psu"><instance_attributes id="t"><nvpair id="t1" name="pcmk_host_list" value="alice bob carol"/><nvpair id="t2" name="port" value="0"/></instance_attributes></template>
<primitive id="psu1" template="psu"><instance_attributes id="p1"><nvpair id="p11" name="port" value="1"/></instance_attributes></primitive>
<primitive id="psu2" template="psu"><meta_attributes id="m2"><nvpair id="m21" name="priority" value="3"/></meta_attributes></primitive>
<clone id="c"><primitive id="ipmi" class="stonith" type="external/ipmi"><instance_attributes id-ref="t"/></primitive></clone>
<primitive id="off" class="stonith" type="fence_psu"><meta_attributes id="m3"><nvpair id="m31" name="target-role" value="Stopped"/></meta_attributes></primitive>
<primitive id="switch1" class="stonith" type="fence_fabric"><meta_attributes id="m4"><nvpair id="m41" name="provides" value="unfencing"/></meta_attributes></primitive>
<primitive id="switch2" class="stonith" type="fence_fabric"><meta_attributes id="m5"><nvpair id="m51" name="provides" value="unfencing"/></meta_attributes></primitive>
</resources><constraints/><fencing-topology>
<fencing-level id="l2" target="bob" index="2" devices="psu1,psu2"/><fencing-level id="l1" target="bob" index="1" devices="ipmi"/>
<fencing-level id="l3" target="carol" index="1" devices="psu1,off"/><fencing-level id="l4" target="carol" index="2" devices="psu1,nobody"/>
<fencing-level id="l5" target-pattern="^dora[0-9]$" index="1" devices="psu1"/><fencing-level id="l6" target-pattern="bob" index="1" devices="psu2"/>
<fencing-level id="l7" target-attribute="rack" target-value="7" index="1" devices="switch1"/>
</fencing-topology></configuration><status/></cib>`

func TestTheWaysToFenceANode(t *testing.T) {
	m, err := New(Config{Name: "alice", Members: []string{"alice"}, Process: "p"}, time.Unix(1750000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := cib.Parse([]byte(fencedCluster))
	if err != nil {
		t.Fatal(err)
	}
	m.log.reg.doc = doc
	for _, c := range []struct{ name, target, action, want string }{
		{"an attribute that it has", "alice", "reboot", "switch1"},
		{"levels by their numbers, before a pattern that fits too", "bob", "off", "ipmi; psu1+psu2"},
		{"a device that is off or missing ends the level", "carol", "reboot", ""},
		{"a pattern", "dora7", "reboot", "psu1"},
		{"no level: each that may, by priority", "emil", "reboot", "switch1; switch2"},
		{"let in by all that want it", "emil", "on", "switch1+switch2"},
	} {
		var levels []string
		for _, level := range m.fenceLevels(c.target, c.action) {
			var ids []string
			for _, d := range level {
				ids = append(ids, d.ID)
			}
			levels = append(levels, strings.Join(ids, "+"))
		}
		if got := strings.Join(levels, "; "); got != c.want {
			t.Errorf("%s: %s of %s by %q, expected %q", c.name, c.action, c.target, got, c.want)
		}
	}
	var all []string
	for _, d := range m.devices() {
		all = append(all, d.ID+" "+d.Type+" "+value(d.Params, "port"))
	}
	if got, want := strings.Join(all, ", "), "psu2 fence_psu 0, ipmi external/ipmi 0, psu1 fence_psu 1, switch1 fence_fabric , switch2 fence_fabric "; got != want {
		t.Errorf("devices %q, expected %q", got, want)
	}
}

func value(params []graph.Attr, name string) string {
	for _, p := range params {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
