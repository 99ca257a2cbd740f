package rule

import (
	"testing"
	"time"

	"github.com/beevik/etree"
)

type values map[string]string

func (v values) Lookup(name string) (string, bool) {
	s, ok := v[name]
	return s, ok
}

var noon = time.Date(2005, 1, 20, 12, 0, 0, 0, time.UTC) // a Thursday

func TestRules(t *testing.T) {
	c := Context{Now: noon, Node: values{"#uname": "alice", "n": "10", "v": "1.10", "dc": "north"},
		Params: values{"site": "north"}, Resource: true, Class: "ocf", Type: "IPaddr2",
		Operation: true, OpName: "monitor", OpMS: 10000, Match: []string{"ip-dc", "dc"}}
	for xml, want := range map[string]bool{
		`<rule id="r"/>`: true,
		`<rule/>`:        false,
		`<rule id="r" boolean-op="xor"><expression id="e" attribute="n" operation="defined"/></rule>`:                           false,
		`<rule id="r"><expression attribute="n" operation="gt" value="9"/></rule>`:                                              true, // integers
		`<rule id="r"><expression attribute="n" operation="gt" type="string" value="9"/></rule>`:                                false,
		`<rule id="r"><expression attribute="v" operation="gt" type="version" value="1.9"/></rule>`:                             true,
		`<rule id="r"><expression attribute="v" operation="gt" value="1.9"/></rule>`:                                            false, // numbers
		`<rule id="r"><expression attribute="#uname" operation="eq" value="ALICE"/></rule>`:                                     true,
		`<rule id="r"><expression attribute="none" operation="ne" value="x"/></rule>`:                                           true,
		`<rule id="r"><expression attribute="none" operation="lt" value="x"/></rule>`:                                           false,
		`<rule id="r"><expression attribute="n" operation="defined" value="x"/></rule>`:                                         false,
		`<rule id="r"><expression attribute="n" operation="eq"/></rule>`:                                                        false,
		`<rule id="r"><expression attribute="%1" operation="eq" value-source="param" value="site"/></rule>`:                     true,
		`<rule id="r"><rsc_expression class="ocf" type="IPaddr2"/></rule>`:                                                      true,
		`<rule id="r"><rsc_expression provider="heartbeat"/></rule>`:                                                            false,
		`<rule id="r"><op_expression name="monitor" interval="10s"/></rule>`:                                                    true,
		`<rule id="r"><op_expression name="monitor" interval="x"/></rule>`:                                                      false,
		`<rule id="r" boolean-op="or"><op_expression name="x"/><rule id="s"/></rule>`:                                           true,
		`<rule id="r"><date_expression operation="gt" start="2005-020T12:00"/></rule>`:                                          false, // strictly
		`<rule id="r"><date_expression operation="gt" start="2005-020T11:59:59"/></rule>`:                                       true,
		`<rule id="r"><date_expression operation="lt" end="2005-01-20 13:00+02:00"/></rule>`:                                    false,
		`<rule id="r"><date_expression start="2004-12-31"><duration months="2"/></date_expression></rule>`:                      true,
		`<rule id="r"><date_expression start="2004-12-20"><duration days="30"/></date_expression></rule>`:                       false,
		`<rule id="r"><date_expression start="nonsense"/></rule>`:                                                               false,
		`<rule id="r"><date_expression operation="date_spec"><date_spec hours="9-16" weekdays="1-5"/></date_expression></rule>`: true,
		`<rule id="r"><date_expression operation="date_spec"><date_spec hours="13-"/></date_expression></rule>`:                 false,
		`<rule id="r"><date_expression operation="date_spec"><date_spec years="-2004"/></date_expression></rule>`:               false,
		`<rule id="r"><date_expression operation="date_spec"><date_spec years="x"/></date_expression></rule>`:                   false,
	} {
		doc := etree.NewDocument()
		if err := doc.ReadFromString(xml); err != nil {
			t.Fatal(err)
		}
		if got := c.Passes(doc.Root()); got != want {
			t.Errorf("%s: %v, expected %v", xml, got, want)
		}
	}
}

func TestTheNextChangeIsReported(t *testing.T) {
	var next int64
	c := Context{Now: noon, Changes: func(at int64) { next = at }}
	doc := etree.NewDocument()
	if err := doc.ReadFromString(`<rule id="r"><date_expression end="2005-01-21"/></rule>`); err != nil {
		t.Fatal(err)
	}
	if want := noon.Unix() + 12*3600 + 1; !c.Passes(doc.Root()) || next != want {
		t.Errorf("changes at %d, expected %d", next, want)
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2005-020":                  "2005-01-20 00:00:00",
		"2005-020T12:30":            "2005-01-20 12:30:00",
		"20050120":                  "2005-01-20 00:00:00",
		"2005-W03-4":                "2005-01-20 00:00:00",
		"2005-01-20 24:00:00":       "2005-01-21 00:00:00",
		"2005-01-20T10:00:00+02:00": "2005-01-20 08:00:00",
		"2014-05-07 00:28:00":       "2014-05-07 00:28:00",
		"2005-01-20 103000Z":        "2005-01-20 10:30:00",
		"10:30":                     "2005-01-20 10:30:00",
		"epoch":                     "1970-01-01 00:00:00",
		"2005-13-01":                "", "2005-02-30": "", "yesterday": "", "": "", "2005-01-20 25:00": "",
	} {
		got, err := ParseTime(text, noon)
		if shown := got.UTC().Format(time.DateTime); err == nil && shown != want || err != nil && want != "" {
			t.Errorf("%q: %s, %v, expected %s", text, shown, err, want)
		}
	}
}
