package cib

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// large is a CIB of n primitives with constraints, and their history on four
// nodes: 2.9 kB a primitive, so 1,750 are 5 MB.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString(`<cib crm_feature_set="3.19.0" validate-with="pacemaker-3.9" epoch="42" num_updates="3" admin_epoch="0" have-quorum="1" dc-uuid="1">
  <!-- a comment kept -->
  <configuration>
    <crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
    <nodes>` + "\n")
	for i := 1; i <= 16; i++ {
		fmt.Fprintf(&b, "      <node id=\"%d\" uname=\"node%d\"/>\n", i, i)
	}
	b.WriteString("    </nodes>\n    <resources>\n")
	for i := range n {
		fmt.Fprintf(&b, `      <primitive id="rsc%[1]d" class="ocf" provider="heartbeat" type="IPaddr2">
        <instance_attributes id="rsc%[1]d-ia"><nvpair id="rsc%[1]d-ia-ip" name="ip" value="10.0.%[2]d.%[3]d"/><nvpair id="rsc%[1]d-ia-nm" name="cidr_netmask" value="24"/></instance_attributes>
        <meta_attributes id="rsc%[1]d-ma"><nvpair id="rsc%[1]d-ma-tr" name="target-role" value="Started"/></meta_attributes>
        <operations><op id="rsc%[1]d-monitor-10s" name="monitor" interval="10s" timeout="20s"/></operations>
      </primitive>
`, i, i/250, i%250)
	}
	b.WriteString("    </resources>\n    <constraints>\n")
	for i := range n {
		fmt.Fprintf(&b, "      <rsc_location id=\"loc%[1]d\" rsc=\"rsc%[1]d\" node=\"node%[2]d\" score=\"100\"/>\n", i, i%16+1)
	}
	b.WriteString("    </constraints>\n  </configuration>\n  <status>\n")
	for k := 1; k <= 4; k++ {
		fmt.Fprintf(&b, "    <node_state id=\"%[1]d\" uname=\"node%[1]d\" in_ccm=\"true\" crmd=\"online\" join=\"member\" expected=\"member\"><lrm id=\"%[1]d\"><lrm_resources>\n", k)
		for i := range n {
			fmt.Fprintf(&b, `      <lrm_resource id="rsc%[1]d" type="IPaddr2" class="ocf" provider="heartbeat"><lrm_rsc_op id="rsc%[1]d_last_0" operation_key="rsc%[1]d_start_0" operation="start" crm-debug-origin="controld_update_resource_history" crm_feature_set="3.19.0" transition-key="%[1]d:2:0:8b5a2f0e-6d53-4a6b-8f6f-0f7f6e9f7a11" transition-magic="0:0;%[1]d:2:0:8b5a2f0e-6d53-4a6b-8f6f-0f7f6e9f7a11" exit-reason="" on_node="node%[2]d" call-id="%[1]d" rc-code="%[3]d" op-status="0" interval="0" last-rc-change="1700000000" exec-time="20" queue-time="0" op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8"/></lrm_resource>
`, i, k, []int{0, 7, 0, 0, 1}[(i+k)%5])
		}
		b.WriteString("    </lrm_resources></lrm></node_state>\n")
	}
	b.WriteString("  </status>\n</cib>\n")
	return []byte(b.String())
}

func BenchmarkParse5MB(b *testing.B) {
	text := large(1750)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCopy5MB(b *testing.B) {
	d := parse(b, string(large(1750)))
	b.ReportAllocs()
	for b.Loop() {
		d.Copy()
	}
}

func BenchmarkWrite5MB(b *testing.B) {
	d := parse(b, string(large(1750)))
	b.ReportAllocs()
	for b.Loop() {
		d.Bytes()
	}
}

func BenchmarkVerify5MB(b *testing.B) {
	d := parse(b, string(large(1750)))
	for b.Loop() {
		Verify(d)
	}
}

func BenchmarkQueryAnywhere5MB(b *testing.B) {
	d := parse(b, string(large(1750)))
	for b.Loop() {
		if found, err := d.Query(`//primitive[@id='rsc900']`); err != nil || len(found) != 1 {
			b.Fatal(len(found), err)
		}
	}
}

// A CIB of 50 MB: what the largest of clusters could have.
func BenchmarkParse50MB(b *testing.B) {
	text := large(17500)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPatch50MB(b *testing.B) {
	old := parse(b, string(large(17500)))
	next := old.Copy()
	next.Resource("rsc9000").CreateAttr("description", "x")
	next.Bump(old)
	patch := Diff(old, next, DiffOptions{})
	back := Diff(next, old, DiffOptions{})
	for b.Loop() {
		if err := errors.Join(old.Apply(patch), old.Apply(back)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify50MB(b *testing.B) {
	d := parse(b, string(large(17500)))
	for b.Loop() {
		Verify(d)
	}
}
