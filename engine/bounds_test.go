package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

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

// TestInstancesThatCanRunArePlanned: the limit of instances depends on what
// they cost, and is never below the number of nodes.
func TestInstancesThatCanRunArePlanned(t *testing.T) {
	for _, x := range []struct {
		nodes, members  int
		unique, ordered bool
		want            int
	}{
		{16, 1, false, false, 10_000},
		{16, 1, true, false, 5_000},
		{16, 4, true, false, 1_250},
		{2, 1, true, false, 10_000},
		{16, 1, false, true, 1_000},
		{2_000, 50, true, true, 2_000},
	} {
		c := &cluster{}
		for range x.nodes {
			c.nodes = append(c.nodes, &Node{})
		}
		child := etree.NewElement("group")
		for range x.members {
			child.CreateElement("primitive")
		}
		if got := c.instanceLimit(&cloneFacts{child: child, ordered: x.ordered}, x.unique); got != x.want {
			t.Errorf("%+v: %d", x, got)
		}
	}
}

// TestDecisionsAboutClonesGrowLikeTheClones: what a decision about a clone
// allocates grows no faster than its instances do.
func TestDecisionsAboutClonesGrowLikeTheClones(t *testing.T) {
	for _, kind := range []string{"", "interleave", "notify", "promotable", "group", "interleave notify group"} {
		allocated := func(instances int) float64 {
			in := Input{CIB: twoClones(t, kind, instances), Now: time.Unix(1750000000, 0).UTC()}
			return testing.AllocsPerRun(1, func() {
				if _, err := Run(in); err != nil {
					t.Fatal(err)
				}
			})
		}
		if few, many := allocated(40), allocated(320); many > 11*few {
			t.Errorf("%q: %.0f allocations for 40 instances, %.0f for 320", kind, few, many)
		}
	}
}

// twoClones is a CIB of four nodes with a unique clone and another that goes
// where it is.
func twoClones(tb testing.TB, kind string, instances int) *cib.Document {
	var clones strings.Builder
	for _, id := range []string{"a", "b"} {
		fmt.Fprintf(&clones, `<clone id="%[1]s"><meta_attributes id="%[1]s-m"><nvpair id="%[1]s-u" name="globally-unique" value="true"/>`+
			`<nvpair id="%[1]s-x" name="clone-max" value="%[2]d"/><nvpair id="%[1]s-y" name="clone-node-max" value="%[2]d"/>`, id, instances)
		for _, option := range []string{"interleave", "notify", "promotable"} {
			fmt.Fprintf(&clones, `<nvpair id="%s-%s" name="%[2]s" value="%t"/>`, id, option, strings.Contains(kind, option))
		}
		clones.WriteString(`</meta_attributes>`)
		members := []string{id + "1"}
		if strings.Contains(kind, "group") {
			members = append(members, id+"2")
			fmt.Fprintf(&clones, `<group id="%s-g">`, id)
		}
		for _, m := range members {
			fmt.Fprintf(&clones, `<primitive id="%s" class="ocf" provider="pacemaker" type="Stateful"/>`, m)
		}
		if len(members) > 1 {
			clones.WriteString(`</group>`)
		}
		clones.WriteString(`</clone>`)
	}
	var nodes, status strings.Builder
	for n := range 4 {
		fmt.Fprintf(&nodes, `<node id="%d" uname="node%[1]d"/>`, n)
		fmt.Fprintf(&status, `<node_state id="%d" uname="node%[1]d" in_ccm="true" crmd="online" join="member" expected="member"/>`, n)
	}
	doc, err := cib.Parse([]byte(`<cib validate-with="pacemaker-3.9" have-quorum="1"><configuration><crm_config><cluster_property_set id="p">` +
		`<nvpair id="f" name="fencing-enabled" value="false"/></cluster_property_set></crm_config><nodes>` + nodes.String() + `</nodes><resources>` +
		clones.String() + `</resources><constraints><rsc_colocation id="c" rsc="b" with-rsc="a" score="INFINITY"/><rsc_order id="o" first="a" then="b"/>` +
		`</constraints></configuration><status>` + status.String() + `</status></cib>`))
	if err != nil {
		tb.Fatal(err)
	}
	return doc
}
