package grammar

import (
	"fmt"
	"strings"
	"testing"
)

// thousand is a configuration of about a thousand statements, as people write.
func thousand() string {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "primitive p%d IPaddr2 \\\n\tparams ip=10.0.%d.%d cidr_netmask=24 \\\n\tmeta target-role=Started priority=%d \\\n"+
			"\top start timeout=20s interval=0 \\\n\top stop timeout=20s interval=0 \\\n\top monitor interval=10s timeout=20s\n", i, i/250, i%250+1, i)
	}
	for i := 0; i < 500; i += 5 {
		fmt.Fprintf(&b, "group g%d p%d p%d\n", i, i, i+1)
		fmt.Fprintf(&b, "location l%d g%d 100: alice\n", i, i)
		fmt.Fprintf(&b, "location r%d p%d \\\n\trule -inf: not_defined pingd or pingd lte 0\n", i, i+2)
		fmt.Fprintf(&b, "colocation c%d inf: p%d g%d\n", i, i+2, i)
		fmt.Fprintf(&b, "order o%d Mandatory: g%d p%d symmetrical=false\n", i, i, i+2)
	}
	return b.String()
}

func BenchmarkParseThousand(b *testing.B) {
	text := thousand()
	b.ReportAllocs()
	for b.Loop() {
		if got, faults := Parse(text); faults != nil || len(got) != 1000 {
			b.Fatal(len(got), faults)
		}
	}
}

func BenchmarkPrintThousand(b *testing.B) {
	statements, _ := Parse(thousand())
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range statements {
			Print(s)
		}
	}
}
