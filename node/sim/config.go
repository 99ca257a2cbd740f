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
		fmt.Fprintf(&b, `<primitive id="r%d" class="ocf" provider="heartbeat" type="Dummy"><operations>`+
			`<op id="r%d-monitor-10s" name="monitor" interval="10s"/></operations></primitive>`, i, i)
	}
	b.WriteString(`</resources><constraints/></configuration><status/></cib>`)
	return []byte(b.String())
}
