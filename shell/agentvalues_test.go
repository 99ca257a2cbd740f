package shell

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"crm/cib"
	"crm/completions"
)

func TestWrongType(t *testing.T) {
	levels := []string{"low", "high"}
	for _, test := range []struct{ typ, value, want string }{
		{"integer", "5", ""},
		{"integer", "-0x1f", ""},
		{"integer", "ten", `parameter p is "ten"; expected a whole number`},
		{"integer", "odd", ""}, // the agent's own default
		{"boolean", "Yes", ""},
		{"boolean", "maybe", `parameter p is "maybe"; expected true or false`},
		{"time", "2min", ""},
		{"time", "soon", `parameter p is "soon"; expected a time like 30s or 5min`},
		{"select", "high", ""},
		{"select", "hihg", `parameter p is "hihg"; expected one of low, high (did you mean "high"?)`},
		{"string", "anything", ""},
		{"boolean", "", ""},
	} {
		p := completions.Parameter{Name: "p", Type: test.typ, Default: "odd", Values: levels}
		if got := wrongType(p, test.value); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.typ, test.value, got, test.want)
		}
	}
}

func TestMonitored(t *testing.T) {
	for inside, want := range map[string]bool{ // order: each alone
		"":              false,
		"<operations/>": false,
		`<operations><op id="o" name="start" interval="0"/></operations>`:    false,
		`<operations><op id="o" name="monitor" interval="10"/></operations>`: true,
		`<operations id-ref="x"/>`: true,
	} {
		d, err := cib.Parse([]byte(`<cib><configuration><resources><primitive id="p">` + inside + `</primitive></resources></configuration></cib>`))
		if err != nil {
			t.Fatal(err)
		}
		if got := monitored(d.Find("p")); got != want {
			t.Errorf("%s: %t", inside, got)
		}
	}
}

func TestIntegersThatAreTimes(t *testing.T) {
	p := completions.Parameter{Name: "dampen", Type: "integer", Default: "5s"}
	if got := wrongType(p, "3s") + wrongType(p, "4"); got != "" {
		t.Error(got)
	}
	if wrongType(p, "soon") == "" {
		t.Error("soon is no time")
	}
}

// TestAgentsDefaultsAreOfTheirType goes through the meta-data of real agents:
// a value like the default must not be complained of.
func TestAgentsDefaultsAreOfTheirType(t *testing.T) {
	root := os.Getenv("CRM_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	files, err := filepath.Glob(filepath.Join(root, "conformance", "crmsh", "ra-meta", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Skip("the agents' meta-data is not here; CRM_SHARED can say where it is")
	}
	typed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc := etree.NewDocument()
		if doc.ReadFromBytes(text) != nil {
			continue // not every agent describes itself well
		}
		for _, e := range doc.FindElements("//parameter/content[@type]") {
			p := completions.Parameter{Name: attr(e.Parent(), "name"), Type: attr(e, "type"), Default: attr(e, "default")}
			if p.Type != "" && p.Type != "string" {
				typed++
			}
			if bad := wrongType(p, p.Default); bad != "" {
				t.Errorf("%s: %s", filepath.Base(file), bad)
			}
			if p.Type == "boolean" && !strings.Contains(wrongType(p, "perhaps"), "true or false") {
				t.Errorf("%s: %s may be perhaps", filepath.Base(file), p.Name)
			}
		}
	}
	if typed < 100 {
		t.Errorf("only %d parameters have a type", typed)
	}
}

// TestAdvisedTimeoutsAreOfTheRole: an agent may advise another timeout for
// each role, by the old words for them or the new ones.
func TestAdvisedTimeoutsAreOfTheRole(t *testing.T) {
	m := &completions.Metadata{Actions: []completions.Action{{Name: "start", Timeout: "5s"}, {Name: "monitor", Role: "Master", Timeout: "10s"},
		{Name: "monitor", Role: "Slave", Timeout: "20s"}, {Name: "monitor", Timeout: "30s"}}}
	for _, tt := range []struct{ name, role, want string }{{"start", "", "5s"}, {"monitor", "Promoted", "10s"}, {"monitor", "Slave", "20s"},
		{"monitor", "unpromoted", "20s"}, {"monitor", "", "30s"}, {"stop", "", ""}} {
		if got := advisedFor(m, tt.name, tt.role).Timeout; got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.name, tt.role, got, tt.want)
		}
	}
}
