package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"crm/cib"
)

// manyPrimitives is a CIB with every second primitive depending on the one
// before it; with its history if it runs already.
func manyPrimitives(b *testing.B, prims, nodes int, running bool) *cib.Document {
	var res, con, node, status strings.Builder
	for i := range prims {
		fmt.Fprintf(&res, `<primitive id="r%d" class="ocf" provider="crm" type="Dummy"><operations><op id="r%d-m" name="monitor" interval="10s"/></operations></primitive>`, i, i)
		if i%2 == 1 {
			fmt.Fprintf(&con, `<rsc_colocation id="c%d" rsc="r%d" with-rsc="r%d" score="INFINITY"/><rsc_order id="o%d" first="r%d" then="r%d"/>`, i, i, i-1, i, i-1, i)
		}
	}
	for n := range nodes {
		fmt.Fprintf(&node, `<node id="%d" uname="node%d"/>`, n+1, n+1)
		fmt.Fprintf(&status, `<node_state id="%d" uname="node%d" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="%d"><lrm_resources>`, n+1, n+1, n+1)
		for i := range prims {
			if !running {
				break
			}
			op, rc := "monitor", 7
			if i/2%nodes == n {
				op, rc = "start", 0
			}
			fmt.Fprintf(&status, `<lrm_resource id="r%d" class="ocf" provider="crm" type="Dummy"><lrm_rsc_op id="r%d_last_0" operation_key="r%d_%s_0" operation="%s" interval="0" `+
				`call-id="%d" rc-code="%d" op-status="0" on_node="node%d" transition-key="1:1:%d:x" op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8"/></lrm_resource>`,
				i, i, i, op, op, i+1, rc, n+1, rc)
		}
		status.WriteString(`</lrm_resources></lrm></node_state>`)
	}
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" have-quorum="1"><configuration><crm_config><cluster_property_set id="p">` +
		`<nvpair id="f" name="fencing-enabled" value="false"/></cluster_property_set></crm_config><nodes>` + node.String() + `</nodes><resources>` +
		res.String() + `</resources><constraints>` + con.String() + `</constraints></configuration><status>` + status.String() + `</status></cib>`))
	if err != nil {
		b.Fatal(err)
	}
	return doc
}

func benchmark(b *testing.B, prims, nodes int, running bool) {
	in := Input{CIB: manyPrimitives(b, prims, nodes, running), Now: time.Unix(1750000000, 0).UTC()}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFresh1000x16(b *testing.B)  { benchmark(b, 1000, 16, false) }
func BenchmarkSteady1000x16(b *testing.B) { benchmark(b, 1000, 16, true) }
func BenchmarkSteady5000x16(b *testing.B) { benchmark(b, 5000, 16, true) }

// BenchmarkExplained1000x16 is a decision that keeps its reasons, and the
// explanation of one resource. What a decision costs without is in the others.
func BenchmarkExplained1000x16(b *testing.B) {
	in := Input{CIB: manyPrimitives(b, 1000, 16, true), Now: time.Unix(1750000000, 0).UTC(), Explain: true}
	b.ReportAllocs()
	for b.Loop() {
		o, err := Run(in)
		if err != nil {
			b.Fatal(err)
		}
		if list, err := o.Why("r500"); err != nil || len(list) != 1 {
			b.Fatal(list, err)
		}
	}
}

// BenchmarkReplan1000x16 is what the daemon does after one event: a monitor
// has failed, and everything is decided and drawn anew. It shall take less
// than 100 ms.
func BenchmarkReplan1000x16(b *testing.B) {
	doc := manyPrimitives(b, 1000, 16, true)
	for op := range cib.Walk(doc.Root()) {
		if op.Tag == "lrm_rsc_op" && cib.ID(op) == "r0_last_0" && cib.Attr(op, "rc-code") == "0" {
			failed := cib.CopyElement(op)
			for name, value := range map[string]string{"id": "r0_last_failure_0", "operation_key": "r0_monitor_10000", "operation": "monitor",
				"interval": "10000", "call-id": "5000", "rc-code": "7", "transition-key": "1:1:0:x"} { // order: separate attributes
				failed.CreateAttr(name, value)
			}
			op.Parent().AddChild(failed)
			break
		}
	}
	in := Input{CIB: doc, Now: time.Unix(1750000000, 0).UTC()}
	b.ReportAllocs()
	for b.Loop() {
		o, err := Run(in)
		if err != nil {
			b.Fatal(err)
		}
		if len(o.Graph.Synapses) == 0 {
			b.Fatal("the failed resource is not recovered")
		}
	}
}

// BenchmarkClones is two clones, the second where the first is, of more and
// more instances: what it costs shall grow as they do.
func BenchmarkClones(b *testing.B) {
	for _, kind := range []string{"", "interleave", "notify", "promotable", "group", "interleave notify promotable group"} {
		for _, instances := range []int{100, 500, 1000, 2000, 5000} {
			in := Input{CIB: twoClones(b, kind, instances), Now: time.Unix(1750000000, 0).UTC()}
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll("unique "+kind, " ", "+"), instances), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Run(in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
