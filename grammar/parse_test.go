package grammar

import (
	"strings"
	"testing"
)

// Each text comes back from Parse and Print as it was.
func TestPrintGivesBackWhatWasParsed(t *testing.T) {
	for _, text := range []string{
		"node 1: alice \\\n\tattributes standby=off \\\n\tutilization cpu=4",
		"primitive p1 Dummy \\\n\tparams state=\"a b\" \\\n\tmeta target-role=Started \\\n\top monitor interval=10s timeout=20s",
		"rsc_template t1 ocf:pacemaker:Dummy",
		"group g1 a b c \\\n\tmeta target-role=Stopped",
		"clone c1 g1 \\\n\tmeta promotable=true",
		"bundle b1 \\\n\tdocker image=x replicas=2 \\\n\tnetwork ip-range-start=10.0.0.1 port-mapping id=p port=80 \\\n\tprimitive a",
		"location l1 a -inf: alice",
		"location l2 { a b } \\\n\trule $role=Master 100: #uname eq alice and defined pingd",
		"colocation c1 inf: a:Master ( b c )",
		"order o1 Mandatory: a:promote [ b c ] symmetrical=false",
		"rsc_ticket t1 T: a b loss-policy=stop",
		"fencing_topology \\\n\talice: st1,st2 st3 \\\n\tattr:rack=1 st4",
		"property cib-bootstrap-options: \\\n\tstonith-enabled=false \\\n\tbatch-limit=3",
		"tag t1 a b",
		"role r1 \\\n\tread xpath:\"//nodes\" \\\n\twrite meta:a:target-role",
		"alert a1 \"/x.sh\" \\\n\tselect fencing attributes { standby } \\\n\tto { \"/y\" } \\\n\tmeta timeout=30s",
		"# why\nprimitive p2 @t1",
	} {
		got, faults := Parse(text)
		if faults != nil || len(got) != 1 {
			t.Errorf("%s\n%v", text, faults)
			continue
		}
		if printed := Print(got[0]); printed != text {
			t.Errorf("want\n%s\ngot\n%s", text, printed)
		}
	}
}

func TestFaultsSayWhereAndWhat(t *testing.T) {
	for text, want := range map[string]string{
		"primitve p Dummy":                            `line 1, column 1: "primitve" is not a statement; expected a statement: primitive, group, location, property ... (did you mean "primitive"?)`,
		"primitive p Dummy parms a=b":                 `line 1, column 19: primitive: "parms" does not fit here; expected params, meta, utilization, operations, op or name=value (did you mean "params"?)`,
		"node a\nlocation l1 a \\\n  100 alice":       `line 3, column 3: location: "100" does not fit here; expected SCORE: NODE, or rule (did you mean "100:"?)`,
		"colocation c inf: ( a b":                     `line 1, column 24: colocation: the line ends too early; expected )`,
		"order o1 Mandatory: a:strt b":                `line 1, column 21: order: "a:strt" has no valid action; expected action start, stop, promote or demote (did you mean "start"?)`,
		"primitive p Dummy params a='b":               `line 1, column 28: "'b" opens a quote that is not closed; expected '`,
		"location l a rule 100: x eq 1 and y eq 2 or": `line 1, column 42: location: "or" mixes and with or in one rule; expected a second rule`,
		"location l a rule op monitor interval=5":     `line 1, column 19: location: "op" is asked for in rules of rsc_defaults and op_defaults only; expected defined NAME, op eq VALUE, or date ...`,
		"rsc_defaults rule rsc Dummy a=b":             `line 1, column 23: rsc_defaults: "Dummy" does not fit here; expected CLASS:PROVIDER:TYPE, each may be empty but not all, or a comparison (lt, gt, lte, gte, eq or ne)`,
	} {
		_, faults := Parse(text)
		if faults == nil || faults.Error() != want {
			t.Errorf("%s\nwant %s\ngot  %v", text, want, faults)
		}
	}
}

func TestEveryFaultOfATextIsReported(t *testing.T) {
	_, faults := Parse(strings.Repeat("primitive p\ngroup g a\nnonsense\n", 10))
	if len(faults) != 20 {
		t.Errorf("20 faults were made, %d reported", len(faults))
	}
}

// A last word that opens a set is taken, as crmsh takes it, but looks like a
// script that was cut off.
func TestUnfinished(t *testing.T) {
	for text, column := range map[string]int{
		"primitive p Dummy params":                  19,
		"primitive p Dummy params a=b op x OP_META": 35,
		"group g a meta":                            11,
		"alert a /x select":                         12,
		"bundle b docker image=x network":           25,
		"node n attributes":                         8,
		"primitive p Dummy params a=b":              0,
		"tag t a meta":                              0,
		"location l a 5: meta":                      0,
	} {
		got, faults := Parse(text)
		if faults != nil {
			t.Fatal(faults)
		}
		if e := Unfinished(got[0]); e == nil && column > 0 || e != nil && e.Pos.Col != column {
			t.Errorf("%s: %v, column %d expected", text, e, column)
		}
	}
}
