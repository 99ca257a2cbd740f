package shell

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHighlightOnlyAddsMarks(t *testing.T) {
	mark := func(open, shut string) func(string) string { return func(s string) string { return open + s + shut } }
	style := Style{Keyword: mark("<", ">"), Name: mark("[", "]"), Value: mark("{", "}"), Dim: mark("(", ")")}
	text := "# the address\nprimitive vip IPaddr2 \\\n\tparams ip=10.0.0.9 nic=\"eth 0\" \\\n\top monitor interval=10s\nxml <a b=\"c\"/>\n"
	want := "(# the address)\n<primitive> [vip] IPaddr2 \\\n\t<params> ip={10.0.0.9} nic=\"eth 0\" \\\n\t<op> monitor interval={10s}\n<xml> <a b=\"c\"/>\n"
	if diff := cmp.Diff(want, highlight(text, style)); diff != "" {
		t.Error(diff)
	}
	if got := highlight(text, Style{}); got != text {
		t.Errorf("without a style: %s", got)
	}
}
