package cib

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// schemaCase is a part of a configuration and what its schema says to it: ""
// when it is allowed. The original is asked the same, where it is installed.
type schemaCase struct{ schema, section, content, want string }

const lsb = `<primitive id="p1" class="lsb" type="x"/><primitive id="p2" class="lsb" type="x"/>`

func (c schemaCase) text() string {
	parts := map[string]string{"resources": lsb}
	parts[c.section] += c.content
	extra := ""
	switch c.section {
	case "crm_config", "nodes", "resources", "constraints":
	default:
		extra = fmt.Sprintf("<%[1]s>%[2]s</%[1]s>", c.section, c.content)
	}
	return fmt.Sprintf(`<cib validate-with="pacemaker-%s" epoch="1" num_updates="0" admin_epoch="0"><configuration><crm_config>%s</crm_config>`+
		`<nodes>%s</nodes><resources>%s</resources><constraints>%s</constraints>%s</configuration><status/></cib>`,
		c.schema, parts["crm_config"], parts["nodes"], parts["resources"], parts["constraints"], extra)
}

func schemaCases() []schemaCase {
	rule := func(inside string) string {
		return `<rsc_location id="l" rsc="p1"><rule id="r" score="1">` + inside + `</rule></rsc_location>`
	}
	return []schemaCase{
		{"3.9", "resources", `<primitive id="x" class="lsb" type="y"/>`, ""},
		{"3.9", "resources", `<primitive id="x" class="lsb"/>`, "primitive x: attribute type is missing; set it"},
		{"3.9", "resources", `<primitive id="x"/>`, "primitive x: attribute template is missing; set it, or set class, provider, type"},
		{"3.9", "resources", `<primitive id="x" class="ocf" type="y"/>`, "primitive x: attribute provider is missing"},
		{"3.9", "resources", `<primitive id="x" class="lbs" type="y"/>`, `primitive x: class is "lbs"`},
		{"3.9", "resources", `<primitive id="x" class="lsb" type="y" is-managed="1"/>`, "primitive x: attribute is-managed does not belong here"},
		{"3.9", "resources", `<primitive id="x" class="lsb" type="y"><operations/><operations/></primitive>`, "there is more than one <operations>"},
		{"3.9", "resources", `<primitive id="x" class="lsb" type="y"><operations id="a"/></primitive><primitive id="z" class="lsb" type="y"><operations id="b" id-ref="a"><op id="o" name="m" interval="0"/></operations></primitive>`, ""},
		{"3.9", "resources", `<primitive id="x" class="lsb" type="y"><operation/></primitive>`, "did you mean <operations>?"},
		{"3.9", "resources", `<primitive id="x" template="nosuch"/>`, `template refers to "nosuch", which does not exist`},
		{"3.9", "resources", `<primitive id="p1" class="lsb" type="y"/>`, `the id "p1" is used before, by a <primitive>`},
		{"3.9", "resources", `<primitive id="1x" class="lsb" type="y"/>`, "use letters, digits, '.', '_' and '-', for example _1x"},
		{"3.9", "resources", `<group id="g"/>`, "group g: there is no <primitive> in it"},
		{"3.9", "resources", `<clone id="c"><clone id="d"><primitive id="x" class="lsb" type="y"/></clone></clone>`, "clone c: <clone> does not belong here"},
		{"3.9", "resources", `<clone id="c"><primitive id="x" class="lsb" type="y"/><meta_attributes id="m"/></clone>`, ""},
		{"3.9", "resources", `<bundle id="b"><docker image="i" masters="1" promoted-max="1"/></bundle>`, "does not belong here"},
		{"3.9", "resources", `<bundle id="b"><network/></bundle>`, "there is no <docker> or <podman> or <rkt> in it"},
		{"3.9", "resources", `<primitive id="x" class="lsb" type="y"><operations><op id="o" name="m"/></operations></primitive>`, "op o: attribute interval is missing"},
		{"3.9", "constraints", `<rsc_location id="l" rsc="p1" node="a" score="1"/>`, ""},
		{"3.9", "constraints", `<rsc_location id="l" rsc="p1" node="a"/>`, "rsc_location l: attribute score is missing; set it"},
		{"3.9", "constraints", `<rsc_location id="l" rsc="p1" node="a" score="high"/>`, `score is "high", a whole number, INFINITY or -INFINITY is expected`},
		{"3.9", "constraints", `<rsc_location id="l" rsc="p1" node="a" score="1" role="started"/>`, "did you mean Started?"},
		{"3.9", "constraints", `<rsc_location id="l" node="a" score="1"><resource_set id="s"><resource_ref id="p1"/></resource_set></rsc_location>`, ""},
		{"3.9", "constraints", `<rsc_location id="l" node="a" score="1" role="Started"><resource_set id="s"><resource_ref id="p1"/></resource_set></rsc_location>`, "role does not"},
		{"3.9", "constraints", `<rsc_order id="o" first="p1" then="p2" score="1" kind="Optional"/>`, "rsc_order o: attribute"},
		{"3.9", "constraints", `<rsc_order id="o" first="p1" then="nosuch"/>`, `then refers to "nosuch"`},
		{"3.9", "constraints", `<rsc_colocation id="k" rsc="p1" with-rsc="p2"/>`, ""},
		{"3.9", "constraints", `<foo id="x"/>`, "<foo> does not belong here"},
		{"3.9", "constraints", rule(`<expression id="e" attribute="a" operation="is"/>`), `operation is "is", one of lt, gt`},
		{"3.9", "constraints", rule(`<date_expression id="e" operation="gt" end="x"/>`), "date_expression e: "},
		{"3.9", "constraints", rule(``), "rule r: there is no <expression>"},
		{"3.9", "constraints", rule(`<rsc_expression id="e" class="ocf"/>`), ""},
		{"3.9", "nodes", `<node id="1" uname="a"/><node id="1" uname="b"/>`, ""}, // a matter of Verify
		{"3.9", "nodes", `<node id="1"/>`, "node 1: attribute uname is missing"},
		{"3.9", "nodes", `<node id="1" uname="a" type="normal"/>`, "node 1: type is \"normal\", one of member, remote, ping is expected"},
		{"1.3", "nodes", `<node id="1" uname="a" type="remote"/>`, ""},
		{"1.2", "nodes", `<node id="1" uname="a" type="remote"/>`, "node 1: type is \"remote\""},
		{"2.10", "nodes", `<node id="1" uname="a" type="normal"/>`, ""},
		{"3.9", "crm_config", `<cluster_property_set id="1"/>`, `id is "1", an XML name is expected`},
		{"3.9", "tags", `<tag id="t"/>`, "tag t: there is no <obj_ref> in it"},
		{"3.9", "fencing-topology", `<fencing-level id="f" target="a" index="0" devices="p1"/>`, `index is "0", a whole number from 1 on is expected`},
		{"3.9", "fencing-topology", `<fencing-level id="f" target="a" index="1" devices="p1, p2"/>`, `devices is "p1, p2", ids with commas between them is expected`},
		{"3.9", "acls", `<acl_target id="u"><role id="nosuch"/></acl_target>`, `id refers to "nosuch"`},
		{"3.9", "acls", `<acl_role id="r"><acl_permission id="a" kind="read" xpath="/x" attribute="y"/></acl_role>`, "does not belong here"},
		{"3.6", "constraints", `<rsc_location id="l" rsc="p1" node="a" score="1" role="Promoted"/>`, `role is "Promoted"`},
		{"3.7", "constraints", `<rsc_location id="l" rsc="p1" node="a" score="1" role="Promoted"/>`, ""},
	}
}

func TestSchemasAllowWhatPacemakerAllows(t *testing.T) {
	real, err := exec.LookPath("/usr/sbin/crm_verify")
	dir := t.TempDir()
	for _, c := range schemaCases() {
		var all []string
		for _, f := range Validate(parse(t, c.text())) {
			if f.Severity != Error || f.Remedy == "" || f.Element == "" {
				t.Errorf("%v", f)
			}
			all = append(all, f.String())
		}
		if got := strings.Join(all, "\n"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s %s\n got %s\nwant %s", c.schema, c.content, got, c.want)
		}
		if err != nil {
			continue
		}
		file := filepath.Join(dir, "cib.xml")
		if err := os.WriteFile(file, []byte(c.text()), 0o600); err != nil {
			t.Fatal(err)
		}
		out, _ := exec.Command(real, "-V", "-x", file).CombinedOutput() // it ends with 78 for warnings, too
		if refused := strings.Contains(string(out), "did not pass schema validation"); refused != (c.want != "") {
			t.Errorf("%s %s: refused by crm_verify: %v\n%s", c.schema, c.content, refused, out)
		}
	}
}

func TestNothingIsValidatedWithoutASchema(t *testing.T) {
	for text, want := range map[string]int{ // order: each alone
		`<cib><foo/></cib>`: 0, `<cib validate-with="none"><foo/></cib>`: 0, `<cib validate-with="pacemaker-9.9"/>`: 1,
		`<cib validate-with="pacemaker-0.6"/>`: 1, `<cib validate-with="pacemaker-1.1"/>`: 1,
	} {
		if list := Validate(parse(t, text)); len(list) != want {
			t.Errorf("%s: %v", text, list)
		}
	}
}

// Every CIB of Pacemaker's scheduler cases is valid.
func TestPacemakersCIBsAreValid(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "conformance", "scheduler"), "xml", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		for _, f := range Validate(readDocument(t, file)) {
			t.Errorf("%s: %s", filepath.Base(file), f)
		}
	}
	t.Logf("%d documents", len(files))
}

func BenchmarkValidate5MB(b *testing.B) {
	d := parse(b, string(large(1750)))
	for b.Loop() {
		if list := Validate(d); len(list) > 0 {
			b.Fatal(list[0])
		}
	}
}

// TestAWordOfANewerSchemaIsCalledSo: it is no slip of the pen.
func TestAWordOfANewerSchemaIsCalledSo(t *testing.T) {
	d := parse(t, `<cib validate-with="pacemaker-3.2" admin_epoch="0" epoch="0" num_updates="0"><configuration><crm_config/><nodes/><resources>`+
		`<primitive id="p" class="ocf" provider="x" type="y"><operations><op id="o" name="monitor" interval="10s" role="Unpromoted"/></operations></primitive>`+
		`</resources><constraints/></configuration><status/></cib>`)
	found := Validate(d)
	if len(found) != 1 || !strings.Contains(found[0].Remedy, "configure upgrade") || strings.Contains(found[0].Remedy, "did you mean") {
		t.Errorf("%v", found)
	}
}
