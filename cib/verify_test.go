package cib

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	dummy  = `class="ocf" provider="heartbeat" type="Dummy"`
	fences = `<primitive id="fence" class="stonith" type="null"/>`
)

// findings verifies a configuration of the given sections; a fencing device
// and two nodes are always there.
func findings(t *testing.T, sections string) string {
	t.Helper()
	conf := `<crm_config/><nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes><resources>` + fences + `</resources>`
	if strings.Contains(sections, "<resources>") {
		conf = strings.Replace(conf, "<resources>"+fences+"</resources>", "", 1)
		sections = strings.Replace(sections, "<resources>", "<resources>"+fences, 1)
	}
	for _, tag := range []string{"crm_config", "nodes"} {
		if strings.Contains(sections, "<"+tag+">") {
			if tag == "nodes" {
				conf = strings.Replace(conf, `<nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes>`, "", 1)
			}
			conf = strings.Replace(conf, "<"+tag+"/>", "", 1)
		}
	}
	var b strings.Builder
	for _, f := range Verify(parse(t, `<cib><configuration>`+conf+sections+`</configuration></cib>`)) {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

func TestVerifySaysWhatIsWrongAndWhatToDo(t *testing.T) {
	p := aDummy
	abc := `<resources>` + p("a") + p("b") + p("c") + `</resources>`
	tests := []complaint{
		{abc, ""},
		{`<resources>` + p("a") + p("a") + `</resources>`, "error: primitive a: the id is used before, by a <primitive>; give one of them another id"},
		{abc + `<constraints><rsc_location id="l" rsc="web-srv" node="alice" score="1"/></constraints>`,
			`error: rsc_location l: rsc refers to "web-srv", which does not exist; remove the reference or create "web-srv"`},
		{`<resources>` + p("webserver") + `</resources><constraints><rsc_location id="l" rsc="webserve" node="alice" score="1"/></constraints>`,
			`error: rsc_location l: rsc refers to "webserve", which does not exist; did you mean "webserver"?`},
		{abc + `<constraints><rsc_location id="l" rsc="a" node="carol" score="1"/></constraints>`,
			`note: rsc_location l: there is no node "carol"; correct the name, or remove the constraint if the node is gone`},
		{abc + `<constraints><rsc_location id="l" rsc="a" node="bob" score="inf"/></constraints>`,
			`error: rsc_location l: score is "inf", a whole number or INFINITY or -INFINITY is expected; correct it`},
		{abc + `<constraints><rsc_location id="l" rsc="l" node="bob" score="1"/></constraints>`,
			`error: rsc_location l: rsc "l" is a <rsc_location>, a resource, template or tag is expected; name a resource, template or tag`},
		{abc + `<constraints><rsc_order id="o" first="a" then="b"/><rsc_order id="o2" first="b" then="c"/><rsc_order id="o3" first="c" then="a"/></constraints>`,
			"note: rsc_order o: resources wait for each other: b, then c, then a, then b; remove one of the orders, or make it kind=Optional"},
		{abc + `<constraints><rsc_order id="o" first="a" then="b"/><rsc_order id="o2" first="b" then="a" kind="Optional"/></constraints>`, ""},
		{`<resources><group id="g">` + p("a") + p("b") + `</group></resources><constraints><rsc_order id="o" first="b" then="a"/></constraints>`,
			"note: rsc_order o: resources wait for each other: a, then b, then a; remove one of the orders, or make it kind=Optional"},
		{`<resources><group id="g">` + p("a") + p("b") + `</group></resources><constraints><rsc_order id="o" first="g" then="b"/></constraints>`,
			"note: rsc_order o: resources wait for each other: b, then b; remove one of the orders, or make it kind=Optional"},
		{`<resources><group id="g">` + p("a") + p("b") + `</group>` + p("c") + `</resources><constraints><rsc_order id="o" first="g" then="c"/><rsc_order id="p" first="a" then="c"/></constraints>`, ""},
		{abc + `<constraints><rsc_order id="o"><resource_set id="s"><resource_ref id="a"/><resource_ref id="b"/></resource_set></rsc_order><rsc_order id="o2" first="b" then="a"/></constraints>`,
			"note: rsc_order o: resources wait for each other: b, then a, then b; remove one of the orders, or make it kind=Optional"},
		{abc + `<constraints><rsc_colocation id="x" rsc="a" with-rsc="b" score="INFINITY"/><rsc_colocation id="y" rsc="b" with-rsc="a" score="INFINITY"/></constraints>`,
			"note: rsc_colocation x: resources are placed with each other in a circle: b with a with b; remove one of the colocations"},
		{abc + `<constraints><rsc_colocation id="x" rsc="a" with-rsc="a" score="1"/></constraints>`,
			`note: rsc_colocation x: it ties "a" to itself; name two resources`},
		{`<resources><group id="g"/></resources>`, "error: group g: a group without members; put a primitive into it or remove it"},
		{`<resources><clone id="c"><group id="g">` + p("a") + `</group>` + p("b") + `</clone></resources>`,
			"error: clone c: a clone holds more than one resource; clone a group of them"},
		{`<resources><primitive id="a" class="ocf" type="Dummy"/></resources>`, "error: primitive a: class ocf needs a provider; set provider, for example heartbeat"},
		{`<resources>` + p("a", `<operations><op id="m1" name="monitor" interval="10"/><op id="m2" name="monitor" interval="10s" role="Promoted"/></operations>`) + `</resources>`,
			`warning: op m2: it is the same as "m1": monitor with the same interval; change the interval of one of them (roles do not tell them apart)`},
		{`<resources>` + p("a", `<operations><op id="m1" name="start" interval="10" timeout="soon"/></operations>`) + `</resources>`,
			"warning: op m1: start has the interval 10, so it is ignored; set interval to 0\nnote: op m1: timeout is \"soon\", a time like 30s, 5min or 1h is expected; correct it"},
		{`<resources>` + p("a", `<meta_attributes id="m"><nvpair id="n" name="target-role" value="Master"/></meta_attributes>`) + `</resources>`,
			`error: nvpair n: target-role is Master, but "a" is not promotable; use Started or Stopped, or make a promotable clone of it`},
		{`<crm_config><cluster_property_set id="s"><nvpair id="n" name="no-quorum-policy" value="ingore"/></cluster_property_set></crm_config>`,
			`warning: nvpair n: no-quorum-policy is "ingore", one of stop, freeze, ignore, demote, fence, suicide is expected; correct it; the default is used meanwhile`},
		{`<crm_config><cluster_property_set id="s"><nvpair id="n" name="stonith-enable" value="false"/></cluster_property_set></crm_config>`,
			"note: nvpair n: there is no cluster option stonith-enable; did you mean stonith-enabled?"},
		{`<nodes><node id="1" uname="alice"/><node id="2" uname="Alice"/></nodes>`, `error: node 2: two nodes are called "Alice"; remove the one that is gone`},
		{`<fencing-topology><fencing-level id="f" target="alice" index="0" devices="fence,nosuch"/></fencing-topology>`,
			"error: fencing-level f: index is \"0\", a number from 1 to 9 is expected; correct it\nnote: fencing-level f: devices refers to \"nosuch\", which does not exist; remove the reference or create \"nosuch\""},
		{`<acls><acl_target id="u"><role id="r"/></acl_target><acl_role id="q"><acl_permission id="p" kind="see" xpath="/cib" reference="q"/></acl_role></acls>`,
			"error: acl_target u: id refers to \"r\", which does not exist; remove the reference or create \"r\"\n" +
				"error: acl_permission p: kind is \"see\", one of read, write, deny is expected; correct it\n" +
				"error: acl_permission p: a permission names its objects 2 times; set one of xpath, reference and object-type"},
		{abc + `<constraints><rsc_location id="l" rsc="a"><rule id="r" score="1"><expression id="e" attribute="x" operation="is" value="1"/></rule></rsc_location></constraints>`,
			`error: expression e: operation is "is", one of lt, gt, lte, gte, eq, ne, defined, not_defined is expected; correct it`},
		{abc + `<constraints><rsc_location id="l" rsc="a"><rule id="r" score="1"/></rsc_location></constraints>`,
			"error: rule r: a rule without expressions; add one or remove the rule"},
		{`<resources><clone id="c">` + p("a") + `</clone></resources><constraints><rsc_location id="l" rsc="a" node="bob" score="1"/></constraints>`,
			`error: rsc_location l: "a" is inside the clone "c"; name "c", which is what is meant`},
		{`<resources><template id="t" class="ocf" provider="heartbeat" type="Dummy"/>` + p("a") + `</resources><constraints><rsc_order id="o" first="a" then="t"/></constraints>`,
			`error: rsc_order o: no resource is made of the template "t", the constraint is ignored; make one, or name a resource`},
		{abc + `<constraints><rsc_location id="l" rsc="a"><rule id="r" score="1" role="bogus"><expression id="e" attribute="x" operation="defined"/></rule></rsc_location></constraints>`,
			`error: rule r: role is "bogus", one of Started, Stopped, Promoted, Unpromoted, Master, Slave is expected; correct it`},
	}
	for _, test := range tests {
		test.try(t)
	}
}

func TestVerifyFindsConstraintsThatAreIgnored(t *testing.T) {
	p := aDummy
	made := strings.Replace(p("m"), dummy, `template="t"`, 1)
	conf := func(tagged, constraint string) string {
		return `<resources><template id="t" ` + dummy + `/>` + p("a") + `<group id="g">` + p("b") + `</group><clone id="c">` + p("d") + `</clone><clone id="e">` + made +
			`</clone></resources><constraints>` + constraint + `</constraints><tags><tag id="all"><obj_ref id="a"/><obj_ref id="` + tagged + `"/></tag></tags>`
	}
	on := func(tag string) string { return `<rsc_location id="l" rsc="` + tag + `" node="bob" score="1"/>` }
	set := `<rsc_order id="o"><resource_set id="s"><resource_ref id="all"/></resource_set></rsc_order>`
	ran := `</configuration><status><node_state id="1"><lrm id="1"><lrm_resources><lrm_resource id="d"/></lrm_resources></lrm></node_state></status><configuration>`
	for _, test := range []complaint{
		{conf("b", on("all")+set), ""},
		{conf("c", on("all")+set), ""},
		{conf("d", on("all")), `error: rsc_location l: "d" of the tag "all" is inside the clone "c", the constraint is ignored; put "c" in its place`},
		{conf("d", set), `error: rsc_order o: "d" of the tag "all" is inside the clone "c", the constraint is ignored; put "c" in its place`},
		{conf("d", on("all")) + ran, ""},
		{conf("d", on("a")), ""},
		{conf("d", `<rsc_colocation id="n" rsc="a" with-rsc="all" score="0"/>`), ""},
		{conf("d", `<rsc_colocation id="n" rsc="a" with-rsc="all" score="1"/>`),
			`error: rsc_colocation n: "d" of the tag "all" is inside the clone "c", the constraint is ignored; put "c" in its place`},
		{conf("alice", on("all")), `error: rsc_location l: "alice" of the tag "all" does not exist, the constraint is ignored; take it out of the tag`},
		{conf("l", on("all")), `error: rsc_location l: "l" of the tag "all" is no resource, the constraint is ignored; name a tag of resources only`},
		{conf("b", on("t")), `error: rsc_location l: "m" of the template "t" is inside the clone "e", the constraint is ignored; put "e" in its place`},
	} {
		test.try(t)
	}
}

// complaint is a part of a configuration and what verify says of it.
type complaint struct{ conf, want string }

func (c complaint) try(t *testing.T) {
	t.Helper()
	if c.want != "" {
		c.want += "\n"
	}
	if diff := cmp.Diff(c.want, findings(t, c.conf)); diff != "" {
		t.Errorf("%s\n%s", c.conf, diff)
	}
}

func aDummy(id string, inside ...string) string {
	return fmt.Sprintf(`<primitive id="%s" %s>%s</primitive>`, id, dummy, strings.Join(inside, ""))
}

func TestVerifyTellsWarningsFromNotes(t *testing.T) {
	p := aDummy
	abc := `<resources>` + p("a") + p("b") + p("c") + `</resources>`
	for _, test := range []complaint{
		{`<crm_config><cluster_property_set id="s"><nvpair id="n" name="stonith-action" value="poweroff"/></cluster_property_set></crm_config>`,
			"warning: nvpair n: stonith-action=poweroff is deprecated; use off"},
		{`<resources>` + p("a", `<operations><op id="m1" name="monitor" interval="PT40S"/><op id="m2" name="monitor" interval="40000ms"/></operations>`) + `</resources>`,
			`warning: op m2: it is the same as "m1": monitor with the same interval; change the interval of one of them (roles do not tell them apart)`},
		{`<resources>` + p("a", `<operations><op id="m1" name="start" interval="0"/><op id="m2" name="start" interval="0s"/></operations>`) + `</resources>`,
			`note: op m2: it is the same as "m1": start with the same interval; change the interval of one of them (roles do not tell them apart)`},
		{`<resources><clone id="c"><group id="g">` + p("a") + `</group><meta_attributes id="m"><nvpair id="n" name="ordered" value="no"/></meta_attributes></clone></resources>`,
			"warning: nvpair n: ordered of groups is deprecated; use a resource set in a constraint instead of the group"},
		{`<resources><clone id="c">` + p("a") + `<meta_attributes id="m"><nvpair id="n" name="clone-node-max" value="2"/></meta_attributes></clone></resources>`,
			"warning: nvpair n: clone-node-max is 2, but an anonymous clone has one instance on a node; set globally-unique=true, or clone-node-max=1"},
		{`<resources><clone id="c"><primitive id="a" class="systemd" type="x"/><meta_attributes id="m"><nvpair id="n" name="globally-unique" value="true"/></meta_attributes></clone></resources>`,
			`warning: clone c: globally-unique is ignored, "a" is of class systemd; remove globally-unique, or use an ocf agent`},
		{`<resources><clone id="c">` + p("a") + `</clone>` + p("b") + `</resources><constraints><rsc_order id="o" first="c" then="b" require-all="false"/></constraints>`,
			`warning: rsc_order o: require-all of orders is deprecated; set clone-min of "c" instead`},
		{abc + `<constraints><rsc_order id="o" first="a" then="b" score="0"/></constraints>`,
			"warning: rsc_order o: the score of orders is deprecated; set kind instead: Optional for a score of 0, else Mandatory"},
		{`<resources>` + p("a", `<meta_attributes id="m"><nvpair id="n" name="is-managed" value="perhaps"/></meta_attributes>`) + `</resources>`,
			`note: nvpair n: is-managed is "perhaps", true or false is expected; correct it`},
	} {
		test.try(t)
	}
}

func TestVerifyWantsAFencingDevice(t *testing.T) {
	const want = "fencing is enabled but there is no fencing device"
	conf := `<cib><configuration><crm_config>%s</crm_config><resources><primitive id="a" ` + dummy + `/></resources></configuration></cib>`
	set := `<cluster_property_set id="s"><nvpair id="n" name="%s" value="%s"/></cluster_property_set>`
	for options, wanted := range map[string]bool{ // order: each alone
		"": true, fmt.Sprintf(set, "stonith-enabled", "true"): true, fmt.Sprintf(set, "stonith-enabled", "off"): false,
		fmt.Sprintf(set, "fencing-enabled", "false"): false,
	} {
		list := Verify(parse(t, fmt.Sprintf(conf, options)))
		if wanted != Failed(list) || wanted && !strings.Contains(list[0].String(), want) {
			t.Errorf("%s: %v", options, list)
		}
	}
}

func TestALongChainOfOrdersIsNoTrouble(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<cib><configuration><crm_config/><resources>` + fences)
	const n = 20000
	for i := range n {
		fmt.Fprintf(&b, `<primitive id="r%d" %s/>`, i, dummy)
	}
	b.WriteString(`</resources><constraints>`)
	for i := range n - 1 {
		fmt.Fprintf(&b, `<rsc_order id="o%d" first="r%d" then="r%d"/>`, i, i, i+1)
	}
	b.WriteString(`</constraints></configuration></cib>`)
	if list := Verify(parse(t, b.String())); len(list) != 0 {
		t.Error(list[0])
	}
}
