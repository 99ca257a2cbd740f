package main

import "strings"

// base is a CIB to begin with, and an empty one of the same schema.
type base struct{ whole, empty string }

const head = `<cib crm_feature_set="3.15.0" validate-with="SCHEMA" have-quorum="1" epoch="1" num_updates="0" admin_epoch="0"><configuration>`

const options = `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>`

const members = `<nodes><node id="1" uname="node1"/><node id="2" uname="node2"/></nodes>`

const objects = `<resources>
<template id="t1" class="ocf" provider="heartbeat" type="Dummy"><operations><op id="t1-mon" name="monitor" interval="33s"/></operations></template>
<primitive id="a" class="ocf" provider="pacemaker" type="Dummy"/>
<primitive id="b" class="ocf" provider="pacemaker" type="Dummy"/>
<primitive id="c" class="ocf" provider="heartbeat" type="Dummy"/>
<primitive id="d" class="ocf" provider="heartbeat" type="Dummy"/>
<primitive id="s" class="ocf" provider="pacemaker" type="Stateful"/>
<primitive id="x" class="ocf" provider="heartbeat" type="Dummy">
<instance_attributes id="x-params"><nvpair id="x-params-state" name="state" value="/x"/><nvpair id="xfake" name="fake" value="7"/></instance_attributes>
<meta_attributes id="x-meta"><nvpair id="x-meta-priority" name="priority" value="3"/></meta_attributes>
<operations id="x-ops"><op id="x-mon" name="monitor" interval="10s" timeout="20s"/><op id="x-start" name="start" interval="0" timeout="30s"/></operations></primitive>
<group id="g"><primitive id="ga" class="ocf" provider="pacemaker" type="Dummy"/><primitive id="gb" class="ocf" provider="pacemaker" type="Dummy"/></group>
<clone id="cl"><primitive id="ca" class="ocf" provider="pacemaker" type="Dummy"/></clone>
<clone id="m"><meta_attributes id="m-meta"><nvpair id="m-meta-p" name="promotable" value="true"/></meta_attributes><primitive id="ma" class="ocf" provider="pacemaker" type="Stateful">
<operations><op id="ma-m1" name="monitor" role="Master" interval="5s"/><op id="ma-m2" name="monitor" role="Slave" interval="6s"/></operations></primitive></clone>
<primitive id="st1" class="stonith" type="null"><instance_attributes id="st1-ia"><nvpair id="st1-ia-h" name="hostlist" value="node1 node2"/></instance_attributes></primitive>
<primitive id="st2" class="stonith" type="null"><instance_attributes id="st2-ia"><nvpair id="st2-ia-h" name="hostlist" value="node1 node2"/></instance_attributes></primitive>
</resources><constraints>
<rsc_location id="l1" rsc="d"><rule id="lr1" score="100"><expression id="lr1-e" attribute="#uname" operation="eq" value="node1"/></rule></rsc_location>
<rsc_location id="l2" rsc="c" node="node2" score="50"/>
<rsc_colocation id="c1" rsc="c" with-rsc="d" score="20"/>
<rsc_order id="o1" first="c" then="d" kind="Optional"/>
</constraints>`

// more is what a grown cluster has beside: three nodes and a remote one, what
// is made of templates, resources inside clones and bundles, sets, alerts.
const more = `<resources>
<template id="t2" class="ocf" provider="pacemaker" type="Dummy"><instance_attributes id="t2-ia"><nvpair id="t2-ia-op" name="op_sleep" value="1"/></instance_attributes>
<meta_attributes id="t2-ma"><nvpair id="t2-ma-p" name="priority" value="2"/></meta_attributes>
<operations><op id="t2-mon" name="monitor" interval="33s" timeout="44s"/><op id="t2-start" name="start" interval="0s" timeout="90s"/></operations></template>
<template id="t3" class="ocf" provider="heartbeat" type="Dummy"/>
<primitive id="p1" template="t2"><operations><op id="p1-mon" name="monitor" interval="5s"/></operations></primitive>
<primitive id="p2" template="t2"/>
<clone id="cp"><primitive id="p3" template="t3"/></clone>
<clone id="cg"><meta_attributes id="cg-meta"><nvpair id="cg-meta-i" name="interleave" value="true"/></meta_attributes><group id="gc"><primitive id="gc1" class="ocf" provider="pacemaker" type="Dummy"/><primitive id="gc2" template="t2"/></group></clone>
<bundle id="bu"><docker image="x" replicas="2"/><network ip-range-start="10.0.0.9"/><primitive id="bp" class="ocf" provider="pacemaker" type="Dummy"/></bundle>
<primitive id="rem" class="ocf" provider="pacemaker" type="remote"/>`

const moreConstraints = `<constraints>
<rsc_location id="l3" rsc="tg" node="node3" score="7"/>
<rsc_location id="l4" rsc-pattern="^g.$" node="node3" score="-INFINITY" resource-discovery="never"/>
<rsc_location id="l5"><resource_set id="l5-s"><resource_ref id="p1"/><resource_ref id="p2"/></resource_set><rule id="l5-r" score="9"><expression id="l5-e" attribute="rack" operation="gt" value="3" type="number"/></rule></rsc_location>
<rsc_colocation id="c2" score="INFINITY"><resource_set id="c2-s" sequential="false"><resource_ref id="a"/><resource_ref id="b"/></resource_set><resource_set id="c2-t" role="Promoted"><resource_ref id="m"/></resource_set></rsc_colocation>
<rsc_order id="o2" kind="Mandatory" symmetrical="false"><resource_set id="o2-s" sequential="false" require-all="false"><resource_ref id="a"/><resource_ref id="b"/></resource_set><resource_set id="o2-t" action="promote"><resource_ref id="m"/></resource_set></rsc_order>
<rsc_ticket id="k1" rsc="g" ticket="T1" loss-policy="stop"/>`

const moreRest = `<fencing-topology><fencing-level id="f1" target="node1" index="1" devices="st1"/><fencing-level id="f2" target="node1" index="2" devices="st2"/><fencing-level id="f3" target="node3" index="1" devices="st1,st2"/></fencing-topology>
<alerts><alert id="al" path="/al.sh"><meta_attributes id="al-m"><nvpair id="al-m-t" name="timeout" value="5s"/></meta_attributes><recipient id="al-recipient-1" value="/log"/></alert></alerts>
<rsc_defaults><meta_attributes id="rsc-options"><nvpair id="rsc-options-s" name="resource-stickiness" value="1"/></meta_attributes></rsc_defaults>`

// grown puts those before what "full" has of the same section.
func grown() string {
	nodes := strings.Replace(members, "</nodes>", `<node id="3" uname="node3"><instance_attributes id="n3-a"><nvpair id="n3-a-r" name="rack" value="4"/></instance_attributes></node><node id="rem" type="remote" uname="rem"/></nodes>`, 1)
	configured := strings.Replace(objects, "<resources>", more, 1)
	configured = strings.Replace(configured, "<constraints>", moreConstraints, 1)
	tagged := strings.Replace(rest, "<tags>", `<tags><tag id="tgc"><obj_ref id="cl"/><obj_ref id="g"/></tag><tag id="tgi"><obj_ref id="ca"/><obj_ref id="b"/></tag><tag id="tgn"><obj_ref id="node1"/></tag>`, 1)
	return cibOf("pacemaker-3.9", options, nodes, configured+tagged+moreRest)
}

const rest = `<tags><tag id="tg"><obj_ref id="c"/><obj_ref id="d"/></tag></tags>
<acls><acl_role id="r1"><acl_permission id="r1-read" kind="read" xpath="/cib"/></acl_role><acl_role id="r2"><acl_permission id="r2-deny" kind="deny" reference="a"/></acl_role></acls>`

const oldRoles = `<acls><acl_role id="r1"><read id="r1-read" xpath="/cib"/></acl_role><acl_role id="r2"><deny id="r2-deny" tag="nvpair"/></acl_role></acls>`

const tail = `</configuration><status/></cib>`

var bases = map[string]base{
	"full":  {cibOf("pacemaker-3.9", options, members, objects+rest), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"three": {grown(), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"two":   {cibOf("pacemaker-3.9", options, members, "<resources/><constraints/>"), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"bare":  {cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>"), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"old":   {cibOf("pacemaker-1.2", options, strings.ReplaceAll(members, "uname", `type="normal" uname`), `<resources><primitive id="a" class="ocf" provider="pacemaker" type="Dummy"/></resources><constraints/>`+oldRoles), cibOf("pacemaker-1.2", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
}

func cibOf(schema string, parts ...string) string {
	text := strings.Replace(head, "SCHEMA", schema, 1)
	for _, p := range parts {
		text += strings.ReplaceAll(p, "\n", "")
	}
	return text + tail
}
