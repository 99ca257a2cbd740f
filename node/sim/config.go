package sim

import (
	"fmt"
	"strings"
)

// config is a configuration of n primitives, with properties "name=value".
func config(n int, properties string, members []string) []byte {
	var b strings.Builder
	b.WriteString(`<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="0" num_updates="0"><configuration>` +
		`<crm_config><cluster_property_set id="cib-bootstrap-options">`)
	for _, p := range strings.Fields(properties) {
		name, value, _ := strings.Cut(p, "=")
		fmt.Fprintf(&b, `<nvpair id="cib-bootstrap-options-%s" name="%s" value="%s"/>`, name, name, value)
	}
	b.WriteString(`</cluster_property_set></crm_config><nodes>`)
	for _, m := range members {
		fmt.Fprintf(&b, `<node id="%s" uname="%s"/>`, m, m)
	}
	b.WriteString(`</nodes><resources><primitive id="fence" class="stonith" type="sim"/>`)
	for i := range n {
		primitive(&b, fmt.Sprintf("r%d", i), "Dummy", "")
	}
	b.WriteString(`</resources><constraints/></configuration><status/></cib>`)
	return []byte(b.String())
}

func primitive(b *strings.Builder, id, kind, more string) {
	fmt.Fprintf(b, `<primitive id="%s" class="ocf" provider="heartbeat" type="%s"><operations>`+
		`<op id="%s-monitor-10s" name="monitor" interval="10s"/>%s</operations></primitive>`, id, kind, id, more)
}

// wide is a configuration with something of everything: r0 alone, r1 and r2
// as a group, r3 kept away from the group, c0 on all members, and p0 with one
// promoted instance.
func wide(properties string, members []string) []byte {
	text := string(config(0, properties, members))
	var b strings.Builder
	primitive(&b, "r0", "Dummy", "")
	b.WriteString(`<group id="g">`)
	primitive(&b, "r1", "Dummy", "")
	primitive(&b, "r2", "Dummy", "")
	b.WriteString(`</group>`)
	primitive(&b, "r3", "Dummy", "")
	b.WriteString(`<clone id="c">`)
	primitive(&b, "c0", "Dummy", "")
	b.WriteString(`</clone><clone id="p"><meta_attributes id="p-meta"><nvpair id="p-meta-promotable" name="promotable" value="true"/>` +
		`<nvpair id="p-meta-notify" name="notify" value="true"/></meta_attributes>`)
	primitive(&b, "p0", "Stateful", `<op id="p0-monitor-11s" name="monitor" interval="11s" role="Promoted"/>`)
	b.WriteString(`</clone>`)
	text = strings.Replace(text, "</resources>", b.String()+"</resources>", 1)
	return []byte(strings.Replace(text, "<constraints/>", `<constraints>`+
		`<rsc_colocation id="apart" rsc="r3" with-rsc="g" score="-100"/>`+
		`<rsc_order id="first" first="r0" then="g" kind="Optional"/>`+
		`<rsc_location id="promoted" rsc="p"><rule id="promoted-rule" role="Promoted" score="10">`+
		`<expression id="promoted-all" attribute="#uname" operation="defined"/></rule></rsc_location></constraints>`, 1))
}
