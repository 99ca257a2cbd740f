package grammar

import (
	"strings"
	"testing"
)

// seeds has each kind of statement and the odd things of the language.
var seeds = []string{
	"node $id=5 n1:member description=\"x y\" attributes a=1 utilization cpu=4",
	"primitive p1 ocf:heartbeat:Dummy description=d params $id=x 10: rule $role=Master 5: #uname eq a and date in start=1 years=2 a=b c @ref $i:n=v op monitor interval=10 OCF_CHECK_LEVEL=1 op_params a=b op_meta c=d",
	"primitive p1 @t operations $id-ref=x",
	"group g a b params x=1 meta priority=1",
	"ms m a meta $id-ref=x",
	"bundle b docker image=x network a=b port-mapping id=p port=80 storage storage-mapping target-dir=/t primitive a meta x=y",
	"location l /a.*/ role=Master resource-discovery=never -inf: n",
	"location l { (a b) [ c:Master ] d sequential=false } rule pingd: defined pingd rule $id-ref=x",
	"colocation c inf: (a b) [ c:Master sequential=true ] d e node-attribute=rack influence=no",
	"order o Serialize: a:start ( b c ) d symmetrical=false",
	"order o _rsc_set_ a b",
	"rsc_ticket t T: a:Master b loss-policy=fence",
	"property x: rule -inf: date spec hours=9-16 moon=4 a=b c=\"d e\"",
	"fencing_topology a: x,y z attr:r=1 q pattern:n.* w",
	"tag t: a b",
	"role r description=d read id: description=e xpath:\"//a[@b='c']\" write meta:a:b deny type:x attr:y ref:z cib",
	"user u role:r read status",
	"acl_target u a b",
	"alert a \"/p q\" select nodes attributes { x y } attributes a=b meta c=d to { \"z\" meta e=f } to w",
	"monitor a:Master 10s:20s",
	"xml <primitive id=\"x\"/>",
	"# comment\n\nprimitive p \\\n  Du\\\nmmy params a='b \"c' d=\"e\\\"f\\\\\"\r\n",
	"primitive p Dummy params rule #uname eq string:x",
	"primitive \x00 \xff",
	"op_defaults d: rule 5: op monitor interval=10s and rsc ocf:heartbeat:Dummy or rsc ::x timeout=60s",
	"rsc_defaults rule op eq x and rsc number:lt 5 and op gt a=b",
}

// What is printed parses again and prints the same.
func FuzzParsePrint(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, faults := Parse(text)
		for _, e := range faults {
			if e.Pos.Line < 1 || e.Pos.Col < 1 || e.Message() == "" {
				t.Errorf("a fault without a place or a word: %+v", e)
			}
		}
		for _, s := range statements {
			printed := Print(s)
			again, faults := Parse(printed)
			if faults != nil || len(again) != 1 {
				t.Fatalf("%q\nis printed as\n%s\nwhich does not parse: %v", text, printed, faults)
			}
			if second := Print(again[0]); second != printed {
				t.Fatalf("%q\nis printed as\n%s\nthen as\n%s", text, printed, second)
			}
		}
	})
}

// Texts that are made to hurt end with an error, soon.
func TestHostileText(t *testing.T) {
	noise := make([]byte, 2<<20)
	x := uint32(1)
	for i := range noise {
		x = x*1664525 + 1013904223
		noise[i] = byte(x >> 24)
	}
	for name, text := range map[string]string{
		"two megabytes of noise":      string(noise),
		"a line of a megabyte":        "group g " + strings.Repeat("a ", 1<<19) + "=",
		"ten thousand brackets":       "order o " + strings.Repeat("( ", 10000),
		"brackets without blanks":     "colocation c inf: " + strings.Repeat("(", 10000) + "a",
		"a megabyte of continuations": "primitive p Dummy " + strings.Repeat("\\\n", 1<<19) + "\nnonsense",
		"continued words":             "group g " + strings.Repeat("a \\\n", 1<<18) + "=",
		"not UTF-8":                   "primitive p Dummy params a=\xff\xfe",
		"a NUL":                       "primitive p Dummy params a=\x00",
		"an escape":                   "primitive p Dummy params a=\x1b[31m",
		"quotes":                      strings.Repeat("\"", 1<<20+1),
		"a long word":                 strings.Repeat("x", 1<<20),
		"rules":                       "location l a rule " + strings.Repeat("defined a and ", 100000),
	} {
		if _, faults := Parse(text); faults == nil {
			t.Errorf("%s: no fault", name)
		} else if len(faults.Error()) > 8<<20 {
			t.Errorf("%s: %d bytes of message", name, len(faults.Error()))
		}
	}
}

func TestCarriageReturnsAreBlanks(t *testing.T) {
	got, faults := Parse("primitive p Dummy \\\r\n\tparams a=b\r\ngroup g p\r\n")
	if faults != nil || len(got) != 2 || Print(got[0]) != "primitive p Dummy \\\n\tparams a=b" {
		t.Error(got, faults)
	}
}
