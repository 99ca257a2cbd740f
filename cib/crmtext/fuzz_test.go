package crmtext

import (
	"fmt"
	"testing"

	"crm/cib"
	"crm/grammar"
)

// xmlSeeds has each kind of object, and such as the language cannot say.
var xmlSeeds = []string{
	`<nodes><node id="1" uname="a" type="remote"><instance_attributes id="i"><nvpair id="n" name="x" value="y z"/></instance_attributes></node></nodes>`,
	`<resources><primitive id="p" class="ocf" provider="heartbeat" type="Dummy" description="d"><!--# why--><operations id="o"><op id="m" name="monitor" interval="1" role="Master"><meta_attributes id="mm"><nvpair id="mn" name="a" value="b"/></meta_attributes></op></operations><utilization id="u" score="5"><rule id="r" score-attribute="x" boolean-op="or"><expression id="e" attribute="#uname" operation="eq" value="a" type="string"/><date_expression id="d" operation="in_range" start="1" end="2"/></rule><nvpair id="un" name="cpu" value=""/><nvpair id-ref="n"/></utilization></primitive></resources>`,
	`<resources><template id="t" class="ocf" provider="x" type="y"/><primitive id="q" template="t"/><group id="g"><primitive id="a" class="lsb" type="b"/></group><master id="m"><meta_attributes id="mm" id-ref="x"/><primitive id="c" class="stonith" type="d"/></master></resources>`,
	`<resources><bundle id="b"><docker image="x" run-command="/a b"/><network><port-mapping id="pm" port="80"/></network><storage><storage-mapping id="sm" target-dir="/"/></storage></bundle></resources>`,
	`<constraints><rsc_location id="l" rsc="p" role="Master" node="a" score="-INFINITY" resource-discovery="never"/><rsc_location id="l2" rsc-pattern="a.*"><rule id="r" score="1"><date_expression id="d" operation="date_spec"><date_spec id="ds" hours="1-2"/></date_expression></rule></rsc_location></constraints>`,
	`<constraints><rsc_colocation id="c" score="5"><resource_set id="s" sequential="false" role="Master"><resource_ref id="a"/></resource_set><resource_set id="s2" require-all="false"><resource_ref id="b"/><resource_ref id="c"/></resource_set></rsc_colocation><rsc_order id="o" first="a" then="b" kind="Optional" symmetrical="false"/><rsc_ticket id="t" ticket="T" rsc="a" loss-policy="fence"/></constraints>`,
	`<crm_config><cluster_property_set id="s"><rule id="r" score="INFINITY"><expression id="e" attribute="a" operation="defined"/></rule><nvpair id="n" name="a" value="b&quot;c"/></cluster_property_set></crm_config>`,
	`<fencing-topology><fencing-level id="f" index="1" target="a" devices="x,y"/><fencing-level id="f2" index="2" target-pattern="b c" devices="z"/></fencing-topology>`,
	`<tags><tag id="t"><obj_ref id="a"/></tag></tags>`,
	`<acls><acl_role id="r"><acl_permission id="p" kind="read" xpath="//nodes/node[@uname='x']"/><acl_permission id="p2" kind="deny" object-type="a" attribute="b"/></acl_role><acl_target id="u"><role id="r"/></acl_target></acls>`,
	`<alerts><alert id="a" path="/x"><select><select_attributes><attribute id="at" name="n"/></select_attributes></select><recipient id="r" value="v"><instance_attributes id="i"><nvpair id="n" name="x" value="y"/></instance_attributes></recipient><meta_attributes id="m"/></alert></alerts>`,
	`<resources><primitive id="p" class="a" type="b"><!--ends in a backslash \--><!--\--></primitive><x id="y"><!--a
b--><?c d
e?><![CDATA[f
g]]></x></resources>`,
	`<resources><bundle id="b"></bundle></resources>`,
	`<resources><primitive id="x" template="0"/></resources>`,
	`<op_defaults><meta_attributes id="m"><rule id="r" score="1"><op_expression id="o" name="monitor"/></rule></meta_attributes></op_defaults>`,
	`<op_defaults><meta_attributes id="m"><rule id="r" score="INFINITY"><rsc_expression id="x" class="ocf" type="a"/><op_expression id="o" name="monitor" interval="5"/></rule><nvpair id="n" name="timeout" value="9"/></meta_attributes></op_defaults>`,
}

// Whatever stands in a configuration, the text that it is shown as can be
// read, and if it can be applied, gives that text again.
func FuzzXMLRoundTrip(f *testing.F) {
	for _, s := range xmlSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, xml string) {
		doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9"><configuration>` + xml + `</configuration></cib>`))
		if err != nil {
			return
		}
		for _, style := range []Style{Style4, Style5} {
			if fault := restated(doc, style); fault != "" {
				t.Fatalf("%s\n%s", xml, fault)
			}
		}
	})
}

// restated says how the text of a document is not read as it was meant.
func restated(doc *cib.Document, style Style) string {
	text := completeIn(doc, style)
	statements, faults := grammar.Parse(text)
	if faults != nil {
		return fmt.Sprintf("is shown as\n%s\nwhich does not parse: %v", text, faults)
	}
	if again, errs := applied0(statements); errs == nil && unique(doc) {
		if next := completeIn(again, style); next != text {
			return fmt.Sprintf("is shown as\n%s\nthen as\n%s", text, next)
		}
	}
	return ""
}

func applied0(statements []grammar.Statement) (*cib.Document, []error) {
	doc := cib.New()
	return doc, NewEditor(doc).ApplyAll(statements)
}

// unique tells whether no two objects have the same name; such are merged.
func unique(doc *cib.Document) bool {
	seen := map[string]bool{}
	for _, o := range Objects(doc) {
		for _, id := range []string{o.ID, cib.ID(o.Element)} {
			if seen[o.Keyword+" "+id] {
				return false
			}
		}
		seen[o.Keyword+" "+o.ID] = true
		seen[o.Keyword+" "+cib.ID(o.Element)] = true
	}
	return true
}
