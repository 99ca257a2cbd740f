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

const rest = `<tags><tag id="tg"><obj_ref id="c"/><obj_ref id="d"/></tag></tags>
<acls><acl_role id="r1"><acl_permission id="r1-read" kind="read" xpath="/cib"/></acl_role><acl_role id="r2"><acl_permission id="r2-deny" kind="deny" reference="a"/></acl_role></acls>`

const oldRoles = `<acls><acl_role id="r1"><read id="r1-read" xpath="/cib"/></acl_role><acl_role id="r2"><deny id="r2-deny" tag="nvpair"/></acl_role></acls>`

const tail = `</configuration><status/></cib>`

var bases = map[string]base{
	"full": {cibOf("pacemaker-3.9", options, members, objects+rest), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"two":  {cibOf("pacemaker-3.9", options, members, "<resources/><constraints/>"), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"bare": {cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>"), cibOf("pacemaker-3.9", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
	"old":  {cibOf("pacemaker-1.2", options, strings.ReplaceAll(members, "uname", `type="normal" uname`), `<resources><primitive id="a" class="ocf" provider="pacemaker" type="Dummy"/></resources><constraints/>`+oldRoles), cibOf("pacemaker-1.2", "<crm_config/>", "<nodes/>", "<resources/><constraints/>")},
}

func cibOf(schema string, parts ...string) string {
	text := strings.Replace(head, "SCHEMA", schema, 1)
	for _, p := range parts {
		text += strings.ReplaceAll(p, "\n", "")
	}
	return text + tail
}
