package main

import (
	"fmt"
	"strings"
)

// document is a CIB of two nodes and n primitives with a monitor each.
func document(n int) string {
	var b strings.Builder
	b.WriteString(`<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>` +
		`<crm_config><cluster_property_set id="cib-bootstrap-options">` +
		`<nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/>` +
		`</cluster_property_set></crm_config>` +
		`<nodes><node id="1" uname="alice"/><node id="2" uname="bob"/></nodes><resources>`)
	for i := range n {
		fmt.Fprintf(&b, `<primitive id="d%d" class="ocf" provider="heartbeat" type="Dummy">`+
			`<operations><op id="d%d-monitor-10s" name="monitor" interval="10s"/></operations></primitive>`, i, i)
	}
	b.WriteString(`</resources><constraints/></configuration><status>`)
	for i, name := range []string{"alice", "bob"} {
		fmt.Fprintf(&b, `<node_state id="%d" uname="%s" in_ccm="true" crmd="online" join="member" expected="member"/>`, i+1, name)
	}
	b.WriteString(`</status></cib>`)
	return b.String()
}

// commands is a script of n statements and a commit.
func commands(n int) string {
	var b strings.Builder
	b.WriteString("configure\n")
	for i := range n {
		fmt.Fprintf(&b, "primitive p%d ocf:heartbeat:Dummy op monitor interval=10s\n", i)
	}
	b.WriteString("commit\n")
	return b.String()
}

// sized is a document of at least that many bytes.
func sized(bytes int) string {
	per := len(document(1001)) - len(document(1000))
	return document(bytes/per + 1)
}
