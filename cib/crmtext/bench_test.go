package crmtext

import (
	"fmt"
	"strings"
	"testing"

	"crm/cib"
	"crm/grammar"
)

func thousand() string {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "primitive p%d IPaddr2 params ip=10.0.%d.%d cidr_netmask=24 meta target-role=Started priority=%d "+
			"op start timeout=20s op stop timeout=20s op monitor interval=10s timeout=20s\n", i, i/250, i%250+1, i)
	}
	for i := 0; i < 500; i += 5 {
		fmt.Fprintf(&b, "group g%d p%d p%d\n", i, i, i+1)
		fmt.Fprintf(&b, "location l%d g%d 100: alice\n", i, i)
		fmt.Fprintf(&b, "location r%d p%d rule -inf: not_defined pingd or pingd lte 0\n", i, i+2)
		fmt.Fprintf(&b, "colocation c%d inf: p%d g%d\n", i, i+2, i)
		fmt.Fprintf(&b, "order o%d Mandatory: g%d p%d symmetrical=false\n", i, i, i+2)
	}
	return b.String()
}

// BenchmarkParseAndApplyThousand is what crm -f does with a thousand statements.
func BenchmarkParseAndApplyThousand(b *testing.B) {
	text := thousand()
	b.ReportAllocs()
	for b.Loop() {
		doc := cib.New()
		statements, faults := grammar.Parse(text)
		if faults != nil {
			b.Fatal(faults)
		}
		if errs := NewEditor(doc).ApplyAll(statements); errs != nil {
			b.Fatal(errs)
		}
	}
}

func BenchmarkShowThousandPrimitives(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "primitive p%d IPaddr2 params ip=10.0.%d.%d op monitor interval=10s timeout=20s\n", i, i/250, i%250+1)
	}
	statements, _ := grammar.Parse(text.String())
	doc := cib.New()
	if errs := NewEditor(doc).ApplyAll(statements); errs != nil {
		b.Fatal(errs)
	}
	b.ReportAllocs()
	for b.Loop() {
		Show(doc)
	}
}

// BenchmarkOneStatementAmongThousand is a line typed at a large configuration.
func BenchmarkOneStatementAmongThousand(b *testing.B) {
	statements, _ := grammar.Parse(thousand())
	doc := cib.New()
	ed := NewEditor(doc)
	if errs := ed.ApplyAll(statements); errs != nil {
		b.Fatal(errs)
	}
	one, _ := grammar.Parse("primitive p1 IPaddr2 params ip=10.0.0.9 op monitor interval=10s")
	b.ReportAllocs()
	for b.Loop() {
		if err := ed.Apply(one[0]); err != nil {
			b.Fatal(err)
		}
	}
}
