package cib

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sample = `<cib admin_epoch="0" epoch="5" num_updates="2"><configuration>
<crm_config><cluster_property_set id="other"><nvpair id="o-a" name="a" value="1"/></cluster_property_set>
<cluster_property_set id="cib-bootstrap-options"><nvpair id="b-a" name="a" value="2"/></cluster_property_set></crm_config>
<nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes>
<resources>
<template id="T" class="ocf" provider="heartbeat" type="Dummy"/>
<group id="g"><primitive id="a" template="T"><instance_attributes id="a-ia"><nvpair id="a-ia-x" name="x" value="1"/></instance_attributes></primitive>
<primitive id="b" class="ocf" provider="heartbeat" type="Dummy"/></group>
<clone id="c"><primitive id="d" class="ocf" provider="heartbeat" type="Dummy"><instance_attributes id-ref="a-ia"/><operations id="d-ops"/></primitive></clone>
</resources>
<constraints>
<rsc_location id="l" rsc="a" node="alice" score="1"/>
<rsc_colocation id="co" rsc="d" with-rsc="b" score="INFINITY"/>
<rsc_order id="os"><resource_set id="s1"><resource_ref id="a"/></resource_set><resource_set id="s2"><resource_ref id="b"/><resource_ref id="d"/></resource_set></rsc_order>
</constraints>
<fencing-topology><fencing-level id="f" target="alice" index="1" devices="b,d"/></fencing-topology>
<tags><tag id="t"><obj_ref id="a"/></tag></tags>
<acls><acl_role id="r"><acl_permission id="p" kind="read" reference="b"/></acl_role><acl_target id="u"><role id="r"/></acl_target></acls>
</configuration><status/></cib>`

func TestAMissingSectionIsMadeAtItsPlace(t *testing.T) {
	d := parse(t, `<cib><status/></cib>`)
	for _, name := range []string{ACLs, Resources, "novelty", CrmConfig, OpDefaults} {
		d.MakeSection(name)
	}
	d.MakeSection(Resources)
	want := `<cib><configuration><crm_config/><resources/><op_defaults/><acls/><novelty/></configuration><status/></cib>`
	if got := string(d.Compact()); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	d.DropEmptySections()
	if d.Section(ACLs) != nil || d.Section(Resources) == nil {
		t.Errorf("%s", d.Compact())
	}
}

func TestIDsAreFoundAndMadeUnique(t *testing.T) {
	d := parse(t, sample)
	if e := d.Find("a"); e == nil || e.Tag != "primitive" {
		t.Error("a reference was taken for the definition")
	}
	if e := d.Find("u"); e != nil {
		t.Error("an ACL user has no id of the document")
	}
	if e := d.Find("r"); e == nil || e.Tag != "acl_role" {
		t.Error("r is the role")
	}
	x := d.Index()
	if got := x.Unused("a"); got != "a-1" {
		t.Error(got)
	}
	x.Forget(d.Find("g"))
	if x.Find("a-ia-x") != nil || x.Unused("a") != "a" {
		t.Error("forgotten ids are still there")
	}
	for in, want := range map[string]string{"10.0:0 x": "_10.0.0.x", "": "_", "é-1": "é-1", "#uname": "_.uname"} { // order: each alone
		if got := CleanID(in); got != want {
			t.Errorf("CleanID(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOptionsAndAttributesAreSetWithPacemakersIDs(t *testing.T) {
	d := parse(t, sample)
	if value, ok := d.Property("a"); value != "2" || !ok {
		t.Error("cib-bootstrap-options comes first:", value)
	}
	d.SetProperty("maintenance-mode", "true")
	if err := d.SetNodeAttribute("ALICE", "standby", "on"); err != nil {
		t.Error(err)
	}
	if err := d.SetNodeUtilization("2", "cpu", "4"); err != nil {
		t.Error(err)
	}
	if err := d.SetNodeAttribute("carol", "standby", "on"); err == nil {
		t.Error("an attribute of an unknown node")
	}
	if err := d.SetTransientAttribute("alice", "fail-count-a", "3"); err != nil {
		t.Error(err)
	}
	d.SetResourceAttribute(d.Resource("d"), MetaAttributes, "target-role", "Stopped")
	d.SetResourceAttribute(d.Resource("g"), MetaAttributes, "target-role", "Stopped")
	for _, want := range []string{
		`<nvpair id="cib-bootstrap-options-maintenance-mode" name="maintenance-mode" value="true"/>`,
		`<node id="1" uname="alice"><instance_attributes id="nodes-1"><nvpair id="nodes-1-standby" name="standby" value="on"/></instance_attributes></node>`,
		`<utilization id="nodes-2-utilization"><nvpair id="nodes-2-utilization-cpu" name="cpu" value="4"/></utilization>`,
		`<node_state id="1" uname="alice"><transient_attributes id="1"><instance_attributes id="status-1"><nvpair id="status-1-fail-count-a" name="fail-count-a" value="3"/>`,
		`<meta_attributes id="d-meta_attributes"><nvpair id="d-meta_attributes-target-role" name="target-role" value="Stopped"/></meta_attributes><operations`,
		`<group id="g"><meta_attributes id="g-meta_attributes">`,
	} {
		if !strings.Contains(string(d.Compact()), want) {
			t.Errorf("missing %s\nin %s", want, d.Compact())
		}
	}
	if value, ok := d.TransientAttribute("1", "fail-count-a"); value != "3" || !ok {
		t.Error("fail count:", value)
	}
	if !d.DeleteNodeAttribute("alice", "standby") || d.DeleteNodeAttribute("alice", "standby") {
		t.Error("standby was not deleted once")
	}
	if Child(d.Node("alice"), InstanceAttributes) != nil {
		t.Error("an empty set stays behind")
	}
	if !d.DeleteTransientAttribute("alice", "fail-count-a") || !d.DeleteProperty("a") {
		t.Error("nothing deleted")
	}
	if _, ok := d.Property("a"); ok {
		t.Error("a property is left in another set")
	}
}

func TestRenameFollowsEveryReference(t *testing.T) {
	d := parse(t, sample)
	for _, change := range [][2]string{{"a", "a2"}, {"b", "b2"}, {"T", "T2"}, {"a-ia", "ia2"}, {"r", "r2"}} {
		if err := d.Rename(change[0], change[1]); err != nil {
			t.Error(err)
		}
	}
	x := d.Index()
	for ref := range d.References() {
		if x.Find(ref.To) == nil {
			t.Errorf("%s %s refers to %q", ref.From.Tag, ref.Attr, ref.To)
		}
	}
	for old, id := range map[string]string{"nobody": "x", "a2": "b2", "b2": "9 x"} { // order: each alone
		if err := d.Rename(old, id); err == nil {
			t.Errorf("renamed %s to %s", old, id)
		}
	}
}

func TestDeleteTakesWhatMakesNoSenseAlone(t *testing.T) {
	tests := []struct {
		id   string
		gone []string
	}{
		{"b", []string{"b", "co", "p"}},
		{"d", []string{"d", "c", "co"}},
		{"g", []string{"g", "l", "co", "os", "t", "p"}},
		{"a", []string{"a", "l", "t"}},
		{"l", []string{"l"}},
	}
	for _, test := range tests {
		d := parse(t, strings.Replace(sample, ` id-ref="a-ia"`, ` id="x"`, 1))
		gone, err := d.Delete(test.id)
		slices.Sort(gone)
		slices.Sort(test.gone)
		if err != nil || !slices.Equal(gone, test.gone) {
			t.Errorf("delete %s: %v %v, want %v", test.id, gone, err, test.gone)
		}
		x := d.Index()
		for ref := range d.References() {
			if x.Find(ref.To) == nil {
				t.Errorf("delete %s: %s %s refers to %q", test.id, ref.From.Tag, ref.Attr, ref.To)
			}
		}
	}
}

func TestDeleteRefusesWhatOthersAreBuiltOn(t *testing.T) {
	tests := map[string]string{
		"T": "delete: T is in use by primitive a (template)",
		"a": "delete: a is in use by primitive d (id-ref)",
		"r": "delete: r is in use by acl_target u (id)",
	}
	for id, want := range tests { // order: each alone
		d := parse(t, sample)
		before := string(d.Bytes())
		_, err := d.Delete(id)
		var use *InUse
		if !errors.As(err, &use) || err.Error() != want {
			t.Errorf("delete %s: %v, want %s", id, err, want)
		}
		if diff := cmp.Diff(before, string(d.Bytes())); diff != "" {
			t.Error(diff)
		}
	}
}

// What is left of sets when resources are deleted is said plainly.
func TestDeleteUnwrapsSets(t *testing.T) {
	p := func(id string) string {
		return `<primitive id="` + id + `" class="ocf" provider="heartbeat" type="Dummy"/>`
	}
	set := func(attrs string, ids ...string) string {
		s := `<resource_set ` + attrs + `>`
		for _, id := range ids {
			s += `<resource_ref id="` + id + `"/>`
		}
		return s + `</resource_set>`
	}
	d := parse(t, `<cib><configuration><resources>`+p("a")+p("b")+p("c")+`</resources><constraints>`+
		`<rsc_order id="o">`+set(`id="o1" action="promote"`, "a", "b")+set(`id="o2" sequential="false"`, "c")+`</rsc_order>`+
		`<rsc_colocation id="r" score="1">`+set(`id="r1" role="Master"`, "a", "b", "c")+`</rsc_colocation>`+
		`<rsc_colocation id="s" score="1">`+set(`id="s1" sequential="false"`, "a", "b", "c")+`</rsc_colocation>`+
		`</constraints></configuration></cib>`)
	if _, err := d.Delete("b"); err != nil {
		t.Fatal(err)
	}
	want := `<constraints>` +
		`<rsc_order id="o" first="a" first-action="promote" then="c"/>` +
		`<rsc_colocation id="r" score="1" rsc="c" rsc-role="Master" with-rsc="a" with-rsc-role="Master"/>` +
		`<rsc_colocation id="s" score="1">` + set(`id="s1" sequential="false"`, "a", "c") + `</rsc_colocation></constraints>`
	if got := Compact(d.Section(Constraints)); got != want {
		t.Errorf("want %s\ngot  %s", want, got)
	}
}
