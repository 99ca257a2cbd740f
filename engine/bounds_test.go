package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"crm/cib"
)

// TestInstancesAreBounded: a number of instances that would take all memory is
// cut, and that is said.
func TestInstancesAreBounded(t *testing.T) {
	const primitive = `<primitive id="p" class="ocf" provider="pacemaker" type="Dummy"/>`
	for option, resource := range map[string]string{ // order: independent cases
		"clone-max": `<clone id="c"><meta_attributes id="m"><nvpair id="n" name="clone-max" value="1000000000"/></meta_attributes>` + primitive + `</clone>`,
		"replicas":  `<bundle id="c"><podman image="i" replicas="99999999999"/><network ip-range-start="10.0.0.1"/></bundle>`,
	} {
		doc, err := cib.Parse(fmt.Appendf(nil, `<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes><node id="1" uname="a"/></nodes>`+
			`<resources>%s</resources><constraints/></configuration><status/></cib>`, resource))
		if err != nil {
			t.Fatal(err)
		}
		out, err := Run(Input{CIB: doc, Now: time.Unix(1750000000, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(out.Warnings(), func(f cib.Finding) bool { return f.ID == "c" && strings.HasPrefix(f.Problem, option+" is ") }) {
			t.Errorf("%s: no warning in %v", option, out.Warnings())
		}
	}
}
