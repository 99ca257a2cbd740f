package completions

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"crm/cib"
)

// few is a made-up set of agents.
type few struct{}

func (few) Classes() []string { return []string{"ocf", "stonith"} }

func (few) Providers(class string) []string {
	if class == "ocf" {
		return []string{"heartbeat", "pacemaker"}
	}
	return nil
}

func (few) Types(class, provider string) []string {
	switch class + ":" + provider {
	case "ocf:heartbeat":
		return []string{"Dummy", "IPaddr2"}
	case "ocf:pacemaker":
		return []string{"ping"}
	case "stonith:":
		return []string{"null"}
	}
	return nil
}

func (few) Metadata(class, provider, typ string) *Metadata {
	if typ != "IPaddr2" || provider != "heartbeat" {
		return nil
	}
	return &Metadata{Name: "IPaddr2", Short: "Manages virtual addresses",
		Parameters: []Parameter{{Name: "nic", Short: "Network interface"}, {Name: "ip", Short: "The address", Required: true},
			{Name: "lvs_support", Type: "boolean", Short: "Support LVS", Default: "false"}},
		Actions: []Action{{Name: "start", Timeout: "20s"}, {Name: "monitor", Timeout: "20s", Interval: "10s"}, {Name: "meta-data", Timeout: "5s"}}}
}

const someCIB = `<cib><configuration><crm_config/><nodes><node id="1" uname="alice"><instance_attributes id="i"><nvpair id="r" name="rack" value="r1"/>
</instance_attributes></node><node id="2" uname="bob"/></nodes><resources><template id="tmpl" class="ocf" provider="heartbeat" type="IPaddr2"/>
<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/><group id="grp"><primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/></group>
<clone id="cl"><meta_attributes id="m"><nvpair id="p" name="promotable" value="true"/></meta_attributes><primitive id="db" class="ocf" provider="heartbeat" type="Dummy"/></clone>
<primitive id="st" class="stonith" type="null"/></resources><constraints><rsc_location id="l1" rsc="vip" node="alice" score="1"/></constraints>
<tags><tag id="t1"><obj_ref id="vip"/></tag></tags></configuration></cib>`

// TestStatements completes statements: "kind WORDS" with the cursor at the
// end; at most ten candidates are shown.
func TestStatements(t *testing.T) {
	doc, err := cib.Parse([]byte(someCIB))
	if err != nil {
		t.Fatal(err)
	}
	datadriven.RunTest(t, "testdata/statements.txt", func(t *testing.T, d *datadriven.TestData) string {
		var b strings.Builder
		for line := range strings.SplitSeq(d.Input, "\n") {
			line = strings.TrimSuffix(line, "|")
			words := strings.Fields(line)
			text := ""
			if !strings.HasSuffix(line, " ") {
				text, words = words[len(words)-1], words[:len(words)-1]
			}
			v := &View{CIB: doc, Agents: few{}, Text: text, Line: line}
			list := Filter(Statement(words[0])(v, words[1:]), text)
			fmt.Fprintf(&b, "%s|\n", line)
			for i, c := range list {
				if i == 10 {
					fmt.Fprintf(&b, "  and %d more\n", len(list)-10)
					break
				}
				b.WriteString(strings.TrimRight(fmt.Sprintf("  %-28s %s", c.Text, c.Meaning), " ") + "\n")
			}
		}
		return b.String()
	})
}

func TestFilterKeepsEachOnce(t *testing.T) {
	got := Filter(plain("ip=", "nic=", "ip=", "iflabel="), "i")
	if len(got) != 2 || got[0].Text != "ip=" || !got[0].Open || got[1].Text != "iflabel=" {
		t.Errorf("got %v", got)
	}
}

func TestAgentsAreTakenApart(t *testing.T) {
	for spec, want := range map[string]string{"Dummy": "ocf heartbeat Dummy", "ping": "ocf pacemaker ping", "stonith:null": "stonith  null",
		"pacemaker:ping": "ocf pacemaker ping", "ocf:heartbeat:IPaddr2": "ocf heartbeat IPaddr2", "nosuch": "ocf heartbeat nosuch",
		"stonith:external/ssh": "stonith  external/ssh"} {
		class, provider, typ := SplitAgent(spec, few{})
		if got := class + " " + provider + " " + typ; got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}

func BenchmarkCompleteOnThousand(b *testing.B) {
	var text strings.Builder
	text.WriteString(`<cib><configuration><crm_config/><nodes/><resources>`)
	for i := range 1000 {
		fmt.Fprintf(&text, `<primitive id="p%d" class="ocf" provider="heartbeat" type="Dummy"/>`, i)
	}
	text.WriteString(`</resources><constraints/></configuration></cib>`)
	doc, err := cib.Parse([]byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		v := &View{CIB: doc, Agents: few{}, Text: "p99"}
		if n := len(Filter(Statement("colocation")(v, []string{"c", "inf:", "p1"}), v.Text)); n != 11 {
			b.Fatal(n)
		}
	}
}
