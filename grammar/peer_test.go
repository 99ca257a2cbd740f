package grammar

import (
	"strings"
	"testing"
)

// What crmsh takes and refuses, as found with random lines (tests/crmdiffer).
func TestReadsWhatTheShellItFollowsReads(t *testing.T) {
	tests := []struct{ line, printed string }{
		{`clone c a b`, "clone c a params b"},
		{`node n a=1 b`, "node n attributes a=1 b"},
		{`node id=n`, "node n"},
		{`primitive p Dummy 5: state=1`, "primitive p Dummy params 5: state=1"},
		{`primitive p Dummy DESCRIPTION=x`, `primitive p Dummy description=x`},
		{`group g a description=`, `group g a params description=""`},
		{`alert a /p select attributes { }`, `alert a "/p" select attributes { }`},
		{`xml '<tag id="t"><obj_ref id="a"/></tag>'`, `xml <tag id="t"><obj_ref id="a"/></tag>`},
		{`role r read ref:a xpath:/a xpath:/b tag:x attr:y`, "role r read xpath:/b read ref:a read tag:x attribute:y"},
		{`fencing_topology n1: st1 n2:`, "fencing_topology n1: st1"},
		{`fencing_topology ATTR:rack=1 st1`, "fencing_topology attr:rack=1 st1"},
		{`location l a rule a eq $b`, "location l a rule a eq $b"},
		{`location l a rule date spec yearsdays=1`, "location l a rule date spec yearsdays=1"},
		{`property id=s: a=b`, "property s: a=b"},
		{`op_defaults id=timeout=5`, "op_defaults timeout=5"},
		{`node id=5: n`, "node 5: n"},
		{`monitor id=a 10s`, "monitor a 10s"},
		{`order o (a b sequential=false)`, "order o ( a b )"},
		{`location l { (a b) c } 5: n`, "location l { ( a b ) c } 5: n"},
		{`order o (a b) sequential=false`, "order o ( a b )"},
		{`rsc_ticket t T: (a b)`, "rsc_ticket t T: ( a b )"},
		{`primitive p Dummy meta -INFINITY: priority=1`, "primitive p Dummy meta -INFINITY: priority=1"},
		{`location l a rule defined $a`, "location l a rule defined $a"},
		{`location l a rule a eq param{y}{z}`, "location l a rule a eq param{y}{z}"},
		{`order o m:promote a b sequential=false`, "order o m:promote ( a b )"},
		{`order o [ m:promote a sequential=true ] b`, "order o [ m:promote ] [ a sequential=true ] b"},
		{`order o ( m:promote sequential=true a ) b`, "order o m:promote a b"},
		{`order o sequential=false a b c`, "order o ( a b c )"},
		{`rsc_ticket t T: a Loss-Policy=stop`, "rsc_ticket t T: a loss-policy=stop"},
	}
	for _, test := range tests {
		got, faults := Parse(test.line)
		if faults != nil {
			t.Errorf("%s: %v", test.line, faults)
			continue
		}
		printed := strings.Join(strings.Fields(strings.ReplaceAll(Print(got[0]), "\\\n", " ")), " ")
		if want := strings.ReplaceAll(test.printed, `"/b"`, "/b"); strings.ReplaceAll(printed, `"/b"`, "/b") != want {
			t.Errorf("%s: is printed as %s, want %s", test.line, printed, want)
		}
	}
	for _, line := range []string{
		"node n attrbutes a=b", "clone c a b op", "group g a x=1 utilization y", "tag t :a", "tag t 5", "order o (a b)", "colocation c inf: [a b]",
		"role r read id: ref:a xpath:/a", "primitive p Dummy op monitor INTERVAL=10", "location l a rule (a eq 1)", "location l a rule a eq from{x}",
		"location l a rule date spec hours=", "colocation c inf: a b node-attribute=", "fencing_topology attr:a=b:c st1",
		"property id=s", "rsc_defaults id=s priority=1",
		"order o (a) b", "order o a (b) c", "order o (a b) symmetrical=false", "colocation c inf: a [b]", "rsc_ticket t T: (a)", "location l { (a) b } 5: n",
		"primitive p Dummy meta inf: priority=1",
		"fencing_topology attr:a.b=c st1", "fencing_topology attr:a=b=c st1",
		"location l a rule a eq 1{y}", "location l a rule a eq x.y{z}",
		"primitive p Dummy op monitor OCF_CHECK_LEVEL=10", "primitive p Dummy op start timeout=5 x=1 interval=0",
	} {
		if _, faults := Parse(line); faults == nil {
			t.Errorf("%s: is taken", line)
		}
	}
}
