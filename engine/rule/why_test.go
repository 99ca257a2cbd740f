package rule

import (
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
)

func TestWhy(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct{ rule, want string }{
		{`<rule id="r"><expression attribute="rack" operation="eq" value="one"/><expression attribute="size" operation="gt" value="2" type="number"/></rule>`, "rack is one; size is 3 (gt 2)"},
		{`<rule id="r" boolean-op="or"><expression attribute="rack" operation="eq" value="two"/><expression attribute="none" operation="not_defined"/></rule>`, "none is not set"},
		{`<rule id="r"><expression attribute="rack" operation="defined"/></rule>`, "rack is set (one)"},
		{`<rule id="r"><expression attribute="none" operation="ne" value="5"/></rule>`, "none is not set (ne 5)"},
		{`<rule id="r"><expression attribute="size" operation="eq" value="4"/></rule>`, ""},
		{`<rule id="r"><expression attribute="size" operation="gte" value="least" value-source="meta" type="number"/></rule>`, "size is 3 (gte meta least, 1)"},
		{`<rule id="r" boolean-op="or"><rule id="i"><expression attribute="rack" operation="eq" value="one"/></rule></rule>`, "rack is one"},
		{`<rule id="r"><date_expression operation="gt" start="2026-01-01"/></rule>`, "the date is after 2026-01-01"},
		{`<rule id="r"><date_expression operation="lt" end="2027-01-01"/></rule>`, "the date is before 2027-01-01"},
		{`<rule id="r"><date_expression operation="in_range" start="2026-01-01" end="2027-01-01"/></rule>`, "the date is between 2026-01-01 and 2027-01-01"},
		{`<rule id="r"><date_expression operation="in_range" start="2026-03-01"><duration id="d" weeks="1"/></date_expression></rule>`, "the date is within the duration from 2026-03-01"},
		{`<rule id="r"><date_expression operation="date_spec"><date_spec id="s" hours="9-16" weekdays="1-5"/></date_expression></rule>`, "the date fits hours=9-16 weekdays=1-5"},
	} {
		doc := etree.NewDocument()
		if err := doc.ReadFromString(test.rule); err != nil {
			t.Fatal(err)
		}
		c := &Context{Now: now, Node: values{"rack": "one", "size": "3"}, Meta: values{"least": "1"}}
		if got := strings.Join(c.Why(doc.Root()), "; "); got != test.want {
			t.Errorf("%s: %q, want %q", test.rule, got, test.want)
		}
	}
}
